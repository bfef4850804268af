//! What the settings promise to whoever starts the server.

use std::time::Duration;

use super::*;

const SECRET: &str = "0123456789abcdef0123456789abcdef";

fn env(variables: &[(&str, &str)]) -> Environment {
    variables.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

fn read(variables: &[(&str, &str)]) -> Settings {
    Settings::read(&env(variables)).expect("these settings are right")
}

fn error(variables: &[(&str, &str)]) -> String {
    Settings::read(&env(variables)).expect_err("these settings are wrong").to_string()
}

/// What reading a file says; the file is gone afterwards, as a test's should be.
fn with_file(text: &str, variables: &[(&str, &str)]) -> Result<Settings, ConfigError> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let mut env = env(variables);
    env.insert("WTE_CONFIG".into(), file.path().to_str().unwrap().into());
    Settings::read(&env)
}

#[test]
fn the_defaults_are_right() {
    let settings = read(&[]);
    assert_eq!(settings.server.port, 8080);
    assert_eq!(settings.store.path, StorePath::File("where-to-eat.redb".into()));
    assert_eq!(settings.area.lifetime, Duration::from_secs(7200));
    assert_eq!(settings.sweep.every, Duration::from_secs(600));
    assert_eq!(settings.sweep.min_ttl, Duration::ZERO);
    assert_eq!(settings.session.lifetime, Duration::from_secs(14 * 24 * 3600));
    assert_eq!(settings.venues.sources, [VenuesFrom::OpenStreetMap]);
    assert_eq!(settings.server.workers, None);
    assert!(settings.redis.url.is_none() && settings.session.secret.is_none());
    assert_eq!(settings.limits.read_stall, Some(Duration::from_secs(60)));
}

#[test]
fn every_setting_of_default_toml_is_read() {
    let mut layers = Layers::read(DEFAULTS, &env(&[]), Ranges::Held).unwrap();
    Settings::take(&mut layers).unwrap();
    assert!(layers.left().is_empty(), "nothing reads {:?}", layers.left());
}

#[test]
fn the_file_wins_over_the_defaults_and_the_environment_over_the_file() {
    let file = "[server]\nport = 1111\ntrusted_proxies = 1\n";
    let settings = with_file(file, &[]).unwrap();
    assert_eq!((settings.server.port, settings.server.trusted_proxies), (1111, 1));
    let settings = with_file(file, &[("WTE__SERVER__PORT", "2222")]).unwrap();
    assert_eq!((settings.server.port, settings.server.trusted_proxies), (2222, 1));
    assert_eq!(settings.sweep.every, Duration::from_secs(600));
}

#[test]
fn the_usual_names_work() {
    let settings = read(&[
        ("PORT", "5000"),
        ("REDIS_URL", "rediss://:pw@redis.example:6380"),
        ("SESSION_SECRET", SECRET),
        ("FOURSQUARE_API_KEY", "fsq"),
    ]);
    assert_eq!(settings.server.port, 5000);
    assert_eq!(settings.redis.url, Some(Secret::new("rediss://:pw@redis.example:6380")));
    assert_eq!(settings.session.secret, Some(Secret::new(SECRET)));
    assert_eq!(settings.venues.foursquare_key, Some(Secret::new("fsq")));
    assert_eq!(settings.venues.sources, [VenuesFrom::Foursquare]);
}

#[test]
fn a_setting_named_by_section_wins_over_its_usual_name() {
    assert_eq!(read(&[("PORT", "5000"), ("WTE__SERVER__PORT", "6000")]).server.port, 6000);
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let settings =
        read(&[("PORT", ""), ("REDIS_URL", ""), ("SESSION_SECRET", ""), ("WTE_CONFIG", ""), ("WTE__LOG__LEVEL", "")]);
    assert_eq!(settings.server.port, 8080);
    assert!(settings.redis.url.is_none());
    let kept = with_file("[server]\nport = 1111\n", &[("PORT", "")]).unwrap();
    assert_eq!(kept.server.port, 1111);
}

#[test]
fn variables_that_are_not_ours_are_left_alone() {
    read(&[("PATH", "/bin"), ("WTEX", "1"), ("CARGO_HOME", "/x")]);
}

#[test]
fn an_unknown_setting_is_named_with_where_it_stands_and_what_there_is() {
    let said = error(&[("WTE__SERVER__PROT", "80")]);
    assert!(said.contains("server.prot") && said.contains("WTE__SERVER__PROT"), "{said}");
    assert!(said.contains("allowed_origins") && said.contains(" port,"), "{said}");

    let said = error(&[("WTE__SEVER__PORT", "80")]);
    assert!(said.contains("sever.port") && said.contains("sections are account, area, limits"), "{said}");

    // Even an empty one: it is a slip all the same.
    assert!(error(&[("WTE__SERVER__PROT", "")]).contains("server.prot"));

    let said = with_file("[server]\nprot = 80\n", &[]).unwrap_err().to_string();
    assert!(said.contains("server.prot") && said.contains("/"), "{said}");
    let said = with_file("port = 80\n", &[]).unwrap_err().to_string();
    assert!(said.contains("no setting port "), "{said}");
}

#[test]
fn a_value_out_of_range_is_named_with_its_range() {
    for (variable, value, range) in [
        ("PORT", "65536", "0 to 65535"),
        ("PORT", "-1", "0 to 65535"),
        ("PORT", "eighty", "0 to 65535"),
        ("WTE__SERVER__HEADER_TIMEOUT_MS", "10001", "100 to 10000"),
        ("WTE__SERVER__SHUTDOWN_SECS", "9", "1 to 8"),
        ("WTE__AREA__LIFETIME_SECS", "0", "1 to 604800"),
        ("WTE__VENUES__TIMEOUT_MS", "4001", "100 to 4000"),
        ("WTE__ACCOUNT__HASH_MEMORY_KIB", "1023", "1024 to 1048576"),
        ("WTE__ACCOUNT__HASH_PASSES", "0", "1 to 20"),
        ("WTE__ACCOUNT__HASHES_AT_ONCE", "65", "1 to 64"),
        ("WTE__ACCOUNT__TRIES", "0", "1 to 1000"),
        ("WTE__ACCOUNT__TRY_WINDOW_SECS", "86401", "1 to 86400"),
        ("WTE__LIMITS__AREAS", "-1", "0 on"),
        ("WTE__LIMITS__AREAS", "1.5", "0 on"),
    ] {
        let said = error(&[(variable, value)]);
        assert!(said.contains(&format!("a whole number from {range}")), "{said}");
        assert!(said.contains(variable) && said.contains(&format!("\"{value}\"")), "{said}");
    }
}

#[test]
fn a_value_of_the_wrong_type_is_refused() {
    for (file, named) in [
        ("[server]\nport = \"80\"\n", "server.port"),
        ("[server]\nport = true\n", "server.port"),
        ("[server.port]\nnumber = 80\n", "server.port"),
        ("[server]\nhost = 4\n", "server.host"),
        ("[server]\nallowed_origins = \"https://a.example\"\n", "server.allowed_origins"),
        ("[server]\nallowed_origins = [1]\n", "server.allowed_origins"),
        ("[venues]\nsource = 1\n", "venues.source"),
    ] {
        let said = with_file(file, &[]).expect_err(file).to_string();
        assert!(said.contains(&format!("The setting {named} is ")), "{said}");
    }
}

#[test]
fn a_file_that_cannot_be_used_is_named() {
    let said = error(&[("WTE_CONFIG", "/nowhere/wte.toml")]);
    assert!(said.contains("WTE_CONFIG") && said.contains("/nowhere/wte.toml"), "{said}");
    let said = with_file("[server]\nport = = 1\n", &[]).unwrap_err().to_string();
    assert!(said.contains("is not TOML") && said.contains("line 2"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn lists_come_as_toml_or_with_commas() {
    let both = ["https://a.example", "http://b.example:8081"];
    let file = "[server]\nallowed_origins = [\"https://A.example/\", \"http://b.example:8081\"]\n";
    assert_eq!(with_file(file, &[]).unwrap().server.allowed_origins, both);
    let settings = read(&[("WTE__SERVER__ALLOWED_ORIGINS", "https://a.example:443, http://b.example:8081,")]);
    assert_eq!(settings.server.allowed_origins, both);
}

#[test]
fn an_origin_is_scheme_and_host_alone() {
    for wrong in ["null", "a.example", "https://a.example/path", "https://u:p@a.example", "ftp://a.example", "*"] {
        let said = error(&[("WTE__SERVER__ALLOWED_ORIGINS", wrong)]);
        assert!(said.contains("server.allowed_origins"), "{said}");
        assert!(error(&[("WTE__SERVER__PUBLIC_URL", wrong)]).contains("server.public_url"));
    }
    let settings = read(&[("WTE__SERVER__PUBLIC_URL", "https://Lunch.example/")]);
    assert_eq!(settings.server.public_url.as_deref(), Some("https://lunch.example"));
}

#[test]
fn redis_without_a_session_secret_says_what_to_set_and_how_to_make_one() {
    let said = error(&[("REDIS_URL", "redis://127.0.0.1:6379")]);
    assert!(said.contains("SESSION_SECRET") && said.contains("openssl rand -base64 48"), "{said}");
    read(&[("REDIS_URL", "redis://127.0.0.1:6379"), ("SESSION_SECRET", SECRET)]);
}

#[test]
fn a_short_session_secret_is_refused_and_not_shown() {
    let said = error(&[("SESSION_SECRET", &SECRET[1..])]);
    assert!(said.contains("session.secret") && said.contains("32 bytes or more"), "{said}");
    assert!(!said.contains(&SECRET[1..]), "{said}");
}

#[test]
fn a_wrong_redis_address_is_refused_and_not_shown() {
    for wrong in ["localhost:6379", "http://:hunter2@redis.example", "redis://", "hunter2"] {
        let said = error(&[("REDIS_URL", wrong), ("SESSION_SECRET", SECRET)]);
        assert!(said.contains("redis.url") && said.contains("rediss://HOST:PORT"), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
    read(&[("REDIS_URL", "rediss://:hunter2@redis.example:6379/#insecure"), ("SESSION_SECRET", SECRET)]);
}

#[test]
fn a_cluster_is_named_by_nodes_or_by_an_address_or_both() {
    let secret = ("SESSION_SECRET", SECRET);
    let cluster = ("WTE__REDIS__CLUSTER", "true");
    let nodes = ("WTE__REDIS__NODES", "10.0.0.1:7000, redis.example:7001,[::1]:7002");
    let settings = read(&[secret, cluster, nodes]);
    assert_eq!(settings.redis.nodes, ["10.0.0.1:7000", "redis.example:7001", "[::1]:7002"]);
    assert_eq!(settings.redis.address().as_deref(), Some("redis://10.0.0.1:7000/"));
    let settings = read(&[secret, cluster, nodes, ("REDIS_URL", "rediss://:pw@redis.example")]);
    assert_eq!(settings.redis.address().as_deref(), Some("rediss://:pw@redis.example"));
    assert!(error(&[cluster, nodes]).contains("SESSION_SECRET"));
    let file = with_file("[redis]\ncluster = true\nnodes = [\"a:1\", \"b:2\"]\n", &[secret]).unwrap();
    assert_eq!(file.redis.nodes, ["a:1", "b:2"]);
}

#[test]
fn what_does_not_fit_together_about_a_cluster_is_told_with_what_to_set() {
    let said = error(&[("WTE__REDIS__CLUSTER", "true"), ("SESSION_SECRET", SECRET)]);
    assert!(said.contains("redis.cluster is true") && said.contains("set redis.nodes"), "{said}");
    let said = error(&[("WTE__REDIS__NODES", "a:1"), ("SESSION_SECRET", SECRET)]);
    assert!(said.contains("redis.cluster to true"), "{said}");
    let said = error(&[("WTE__REDIS__WAIT_REPLICAS", "1")]);
    assert!(said.contains("redis.wait_replicas needs"), "{said}");
    for wrong in ["a", "a:x", ":hunter2@a:1", "redis://a:1", "a:1/2", "a:70000", ":1"] {
        let said = error(&[("WTE__REDIS__CLUSTER", "true"), ("WTE__REDIS__NODES", wrong), ("SESSION_SECRET", SECRET)]);
        assert!(said.contains("redis.nodes") && said.contains("HOST:PORT"), "{wrong}: {said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
    let said = error(&[("REDIS_URL", "redis://a"), ("WTE__REDIS__WAIT_REPLICAS", "17"), ("SESSION_SECRET", SECRET)]);
    assert!(said.contains("redis.wait_replicas"), "{said}");
}

#[test]
fn debug_shows_no_secret() {
    let shown = format!(
        "{:?}",
        read(&[
            ("REDIS_URL", "redis://:hunter2@redis.example"),
            ("SESSION_SECRET", SECRET),
            ("FOURSQUARE_API_KEY", "hunter2"),
            ("WTE__SERVER__METRICS_TOKEN", "hunter2-hunter2-hunter2"),
        ])
    );
    assert!(shown.contains("Secret(…)"), "{shown}");
    assert!(!shown.contains("hunter2") && !shown.contains(SECRET), "{shown}");
}

#[test]
fn zero_takes_a_limit_away() {
    let settings = read(&[("WTE__LIMITS__CONNECTIONS", "0"), ("WTE__LIMITS__READ_STALL_SECS", "0")]);
    assert_eq!((settings.limits.connections, settings.limits.read_stall), (None, None));
    assert_eq!(read(&[("WTE__LIMITS__CONNECTIONS", "1")]).limits.connections, Some(1));
}

#[test]
fn a_sweep_that_would_clear_new_areas_is_refused() {
    let said = error(&[("WTE__SWEEP__MIN_TTL_SECS", "7200")]);
    assert!(said.contains("sweep.min_ttl_secs") && said.contains("area.lifetime_secs"), "{said}");
    read(&[("WTE__SWEEP__MIN_TTL_SECS", "5400")]);
}

#[test]
fn a_silence_shorter_than_the_time_between_pings_is_refused() {
    let said = error(&[("WTE__SERVER__SILENT_SECS", "25")]);
    assert!(said.contains("server.silent_secs") && said.contains("server.ping_secs"), "{said}");
    read(&[("WTE__SERVER__SILENT_SECS", "26")]);
}

#[test]
fn the_sources_of_venues_are_decided_once() {
    use VenuesFrom::{File, Foursquare, OpenStreetMap};
    let (key, file) = (("FOURSQUARE_API_KEY", "fsq"), ("WTE__VENUES__FILE", "places.geojson"));
    let source = |text| ("WTE__VENUES__SOURCE", text);
    let sources = |variables: &[(&str, &str)]| read(variables).venues.sources;
    assert_eq!(sources(&[key, source("openstreetmap")]), [OpenStreetMap]);
    assert_eq!(sources(&[key, file, source("none")]), []);
    assert_eq!(sources(&[file]), [File, OpenStreetMap]);
    assert_eq!(sources(&[file, key]), [File, Foursquare]);
    assert_eq!(sources(&[file, source("file")]), [File]);
    assert_eq!(sources(&[file, key, source("openstreetmap, file,foursquare")]), [OpenStreetMap, File, Foursquare]);
    assert_eq!(read(&[file]).venues.file, Some("places.geojson".into()));
    for list in ["\"file, openstreetmap\"", "[\"file\", \"openstreetmap\"]"] {
        let settings = with_file(&format!("[venues]\nsource = {list}\nfile = \"a\"\n"), &[]).expect(list);
        assert_eq!(settings.venues.sources, [File, OpenStreetMap]);
    }
}

#[test]
fn a_list_of_sources_that_cannot_be_asked_is_refused() {
    let wrong = |text| error(&[("WTE__VENUES__SOURCE", text), ("WTE__VENUES__FILE", "places.geojson")]);
    assert!(wrong("foursquare").contains("FOURSQUARE_API_KEY"));
    assert!(wrong("file,foursquare").contains("FOURSQUARE_API_KEY"));
    assert!(error(&[("WTE__VENUES__SOURCE", "file")]).contains("set venues.file"));
    assert!(wrong("file,openstreetmap,file").contains("each source once"));
    for list in ["yelp", "file,yelp", "auto,file", "file,none", ","] {
        assert!(wrong(list).contains("one or more of file, foursquare and openstreetmap"), "{list}");
    }
    for list in ["[]", "[1]", "[\"file\", 1]", "true"] {
        let said = with_file(&format!("[venues]\nsource = {list}\nfile = \"a\"\n"), &[]).expect_err(list).to_string();
        assert!(said.contains("The setting venues.source is "), "{said}");
    }
}

#[test]
fn the_center_is_a_place_on_earth() {
    let settings = read(&[("WTE__VENUES__CENTER", "53.5511, -9.9937")]);
    assert_eq!(settings.venues.center, Some(Center { lat: 53.5511, lng: -9.9937 }));
    assert_eq!(read(&[]).venues.center, None);
    for wrong in ["53.5", "91,0", "0,181", "NaN,0", "here,there", "1,2,3"] {
        assert!(error(&[("WTE__VENUES__CENTER", wrong)]).contains("venues.center"));
    }
}

#[test]
fn the_map_is_there_unless_its_script_or_its_tiles_are_taken_away() {
    let map = read(&[]).map.expect("a map, by default");
    assert!(map.script.address.ends_with("/leaflet.js") && map.script.integrity.starts_with("sha384-"));
    assert_eq!((&*map.tile_host, map.max_zoom), ("https://tile.openstreetmap.org", 19));
    for without in ["WTE__MAP__SCRIPT", "WTE__MAP__STYLE", "WTE__MAP__TILES"] {
        assert!(read(&[(without, "none")]).map.is_none(), "{without}");
    }
    assert!(with_file("[map]\ntiles = \"\"\n", &[]).unwrap().map.is_none());
    let own = [
        ("WTE__MAP__TILES", "http://127.0.0.1:8099/{z}/{x}/{y}.png"),
        ("WTE__MAP__TILE_ATTRIBUTION_URL", "https://a.example"),
    ];
    assert_eq!(read(&own).map.unwrap().tile_host, "http://127.0.0.1:8099");
}

#[test]
fn what_browsers_would_run_is_held_to_more() {
    for (variable, value) in [
        ("WTE__MAP__SCRIPT", "http://cdn.example/leaflet.js"),
        ("WTE__MAP__STYLE", "https://cdn.example/a.css; script-src *"),
        ("WTE__MAP__SCRIPT_INTEGRITY", "sha384-abc"),
        ("WTE__MAP__STYLE_INTEGRITY", "md5-abc"),
        ("WTE__MAP__TILES", "https://tiles.example/tile.png"),
        ("WTE__MAP__TILES", "http://tiles.example/{z}/{x}/{y}.png"),
        ("WTE__MAP__TILE_ATTRIBUTION_URL", "javascript:alert(1)"),
        ("WTE__MAP__MAX_ZOOM", "23"),
    ] {
        let said = error(&[(variable, value)]);
        assert!(said.contains("The setting map.") && said.contains(variable), "{said}");
    }
    // Slips are found even where another setting takes the map away.
    assert!(error(&[("WTE__MAP__TILES", "none"), ("WTE__MAP__SCRIPT", "leaflet.js")]).contains("map.script"));
}

#[test]
fn each_default_has_its_unit_meaning_and_reason() {
    let mut before = "";
    for line in DEFAULTS.lines() {
        if line.contains(" = ") && !line.starts_with('#') {
            assert!(before.starts_with("# "), "no comment above: {line}");
        }
        before = line;
    }
}
