//! That everything has a bound, and each bound a test at it and one beyond (promise 17): which test that is stands here. A number among
//! the settings, or a `…MAX` in what takes things in from outside, fails here until its test is named.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use toml::{Table, Value};
use where_to_eat::config::{DEFAULTS, Environment, Settings};

/// Each setting that is a number, and the test of what it bounds. Its own range is held below.
const SETTINGS: [(&str, &str); 53] = [
    ("server.port", "the_next_process_can_have_the_port_at_once"),
    ("server.trusted_proxies", "connections_of_an_address"),
    ("server.workers", "every_number_keeps_to_its_range"),
    ("server.header_timeout_ms", "what_comes_in_time_is_served_and_what_does_not_is_closed"),
    ("server.body_timeout_ms", "what_comes_in_time_is_served_and_what_does_not_is_closed"),
    ("server.keep_alive_secs", "what_comes_in_time_is_served_and_what_does_not_is_closed"),
    ("server.ping_secs", "a_client_that_goes_silent_gives_its_place_back_and_one_that_answers_pings_stays"),
    ("server.silent_secs", "a_client_that_goes_silent_gives_its_place_back_and_one_that_answers_pings_stays"),
    ("server.shutdown_secs", "open_connections_of_every_kind_do_not_hold_it_up"),
    ("redis.wait_replicas", "a_vote_that_no_replica_has_is_not_acknowledged"),
    ("redis.pool_size", "no_more_connections_than_asked_for"),
    ("redis.connect_ms", "a_command_within_its_time_counts_and_a_longer_one_does_not"),
    ("redis.command_ms", "a_command_within_its_time_counts_and_a_longer_one_does_not"),
    ("session.lifetime_days", "a_cookie_lasts_two_weeks_from_its_last_use"),
    ("session.takeover_secs", "a_code_ends_when_its_time_is_over"),
    ("session.takeover_tries", "who_guesses_is_told_to_wait_whatever_session_it_is"),
    ("account.hash_memory_kib", "the_right_passphrase_is_right_and_every_hash_another"),
    ("account.hash_passes", "the_right_passphrase_is_right_and_every_hash_another"),
    ("account.hashes_at_once", "no_more_are_hashed_at_once_than_may_be"),
    ("account.tries", "a_name_is_tried_only_so_often_over_all_servers"),
    ("account.tries_per_address", "an_address_tries_only_so_often_whatever_the_names"),
    ("account.try_window_secs", "tries_count_for_a_while_whether_or_not_there_is_an_account"),
    ("account.sessions", "the_oldest_session_ends_for_one_too_many"),
    ("account.new_per_address", "an_address_makes_only_so_many_accounts_a_day"),
    ("account.unused_days", "an_account_ends_that_nobody_uses"),
    ("area.lifetime_secs", "who_does_nothing_leaves_when_the_time_is_over"),
    ("sweep.every_secs", "the_lease_ends_with_its_period"),
    ("sweep.min_ttl_secs", "min_ttl_clears_what_has_less_time_left"),
    ("presence.grace_ms", "a_reload_does_not_flicker"),
    ("venues.timeout_ms", "a_slow_source_is_left_after_the_limit_wherever_it_stops"),
    ("venues.questions_per_minute", "a_session_may_ask_so_often_and_no_more"),
    ("map.max_zoom", "every_number_keeps_to_its_range"),
    ("limits.connections_per_address", "connections_of_an_address"),
    ("limits.connections", "connections_in_all"),
    ("limits.names_per_address", "names_of_an_address_in_an_area"),
    ("limits.users_per_area", "users_of_an_area"),
    ("limits.venues_per_area", "venues_of_an_area"),
    ("limits.rooms_per_area", "there_are_so_many_rooms_and_room_again_when_they_are_over"),
    ("limits.private_rooms", "a_private_room_costs_its_opener_alone"),
    ("limits.messages_per_room", "a_room_keeps_so_many_messages"),
    ("limits.areas", "areas_of_a_process"),
    ("limits.events_per_second", "a_bucket_gives_a_burst_and_then_its_rate"),
    ("limits.event_burst", "events_of_a_connection"),
    ("limits.looks_per_second", "a_bucket_gives_a_burst_and_then_its_rate"),
    ("limits.look_burst", "looks_of_an_address"),
    ("limits.bad_messages", "too_many_bad_messages_end_the_connection"),
    ("limits.recent_events", "recent_events"),
    ("limits.recent_bytes", "recent_events"),
    ("limits.read_stall_secs", "who_never_reads_is_closed_and_others_go_on"),
    ("limits.venue_requests", "too_many_at_once_are_told_so_and_a_place_frees_itself"),
    ("limits.pictures", "no_more_are_drawn_at_once_than_may_be"),
    // Who left an area, whose n is remembered.
    ("limits.users_per_area", "as_many_who_left_are_remembered_as_there_may_be_users"),
    // Streams are connections too.
    ("limits.connections_per_address", "streams_and_sockets_share_the_limit_of_connections"),
];

/// Each `…MAX` of the rooms that take things in from outside, by its file, and its test.
const VALUES: [(&str, &str); 38] = [
    ("domain/account.rs PASSPHRASE_MAX", "a_passphrase_has_ten_to_two_hundred_characters_of_any_script"),
    ("domain/image.rs MAX", "pictures_are_https_or_one_emoji"),
    ("domain/name.rs AREA_MAX", "areas_have_one_form"),
    ("domain/name.rs USERNAME_MAX", "names_have_one_form"),
    ("domain/talk/text.rs TEXT_MAX", "a_text_has_one_to_five_hundred_characters"),
    ("domain/talk/text.rs ROOM_NAME_MAX", "rooms_are_the_same_without_case_and_form"),
    ("domain/venue.rs VENUE_MAX_BYTES", "a_place_is_taken_up_to_four_kib"),
    ("domain/venue.rs ID_MAX", "each_field_of_a_place_has_its_longest"),
    ("domain/venue.rs NAME_MAX", "each_field_of_a_place_has_its_longest"),
    ("domain/venue.rs ADDRESS_MAX", "each_field_of_a_place_has_its_longest"),
    ("domain/venue.rs CATEGORIES_MAX", "each_field_of_a_place_has_its_longest"),
    ("domain/venue.rs CATEGORY_MAX", "each_field_of_a_place_has_its_longest"),
    ("domain/venue.rs TEL_MAX", "each_field_of_a_place_has_its_longest"),
    ("domain/venue.rs SOURCE_MAX", "each_field_of_a_place_has_its_longest"),
    ("domain/venue.rs URL_MAX", "each_field_of_a_place_has_its_longest"),
    ("protocol/account.rs AREAS_MAX", "each_wrong_field_has_its_own_code"),
    ("protocol/mod.rs FRAME_MAX_BYTES", "a_message_of_the_largest_size_is_answered_and_one_byte_more_is_not"),
    // Before any of it is kept.
    ("protocol/mod.rs FRAME_MAX_BYTES", "a_frame_that_says_it_is_endless_is_closed_at_its_head"),
    // A body by REST.
    ("protocol/mod.rs FRAME_MAX_BYTES", "a_body_has_sixteen_kib_at_most"),
    ("protocol/mod.rs INTEGER_MAX", "numbers_have_53_bits_at_most"),
    ("protocol/talk.rs LIMIT_MAX", "each_wrong_field_of_talk_has_its_own_code"),
    ("venues/asked.rs KEPT_MAX", "the_oldest_answer_makes_room_for_the_newest"),
    ("venues/fetch.rs BODY_MAX", "an_answer_without_end_is_not_read_to_its_end"),
    ("venues/fetch.rs RETRY_AFTER_MAX", "no_wait_is_without_end_and_an_odd_one_is_none"),
    ("venues/file/geojson.rs PLACES_MAX", "what_is_no_collection_is_told"),
    ("venues/file/geojson.rs MIB_MAX", "a_file_has_to_be_one_and_has_a_bound"),
    ("venues/file/geojson.rs ATTRIBUTION_MAX", "an_attribution_is_a_text_or_absent_and_never_lost"),
    ("venues/limit.rs SESSIONS_MAX", "a_crowd_of_sessions_neither_grows_without_end_nor_frees_the_busy_one"),
    ("venues/question.rs TEXT_MAX", "what_breaks_its_bound_is_named"),
    ("venues/question.rs LIMIT_MAX", "what_breaks_its_bound_is_named"),
    ("venues/read.rs CATEGORIES_MAX", "a_venue_that_would_be_too_large_goes_without_pictures"),
    ("web/preview/pictures.rs KEPT_MAX", "the_latest_are_kept_and_no_more_than_fit"),
    ("web/preview/pictures.rs KEPT_BYTES_MAX", "the_latest_are_kept_and_no_more_than_fit"),
    ("web/preview/pictures.rs UNDER_WAY_MAX", "too_many_under_way_are_refused_at_once"),
    ("web/rates.rs COUNTED_MAX", "each_session_has_a_rate_of_its_own_and_few_are_remembered"),
    ("web/unfurl.rs NAMED_MAX", "a_vote_changes_title_description_and_the_pictures_address"),
    ("web/account/hashing.rs MEMORY_MAX_KIB", "a_stored_hash_takes_no_more_memory_than_it_may"),
    ("web/account/hashing.rs PASSES_MAX", "a_stored_hash_takes_no_more_memory_than_it_may"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text of every Rust file below a folder, by its path from there.
fn sources(folder: &str) -> BTreeMap<String, String> {
    let (base, mut folders, mut files) = (root().join(folder), vec![root().join(folder)], BTreeMap::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&base).unwrap().to_str().unwrap().to_owned();
                files.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    files
}

/// `server.port`, for each setting that is a number.
fn numbers(defaults: &Table) -> BTreeSet<String> {
    let sections = defaults.iter().filter_map(|(section, value)| Some((section, value.as_table()?)));
    let of = |(section, values): (&String, &Table)| {
        let whole = values.iter().filter(|(_, value)| value.is_integer());
        whole.map(|(name, _)| format!("{section}.{name}")).collect::<Vec<_>>()
    };
    sections.flat_map(of).collect()
}

/// `domain/name.rs AREA_MAX`, for each bound that stands at the start of a line.
fn bounds(sources: &BTreeMap<String, String>) -> BTreeSet<String> {
    let outside = ["domain/", "protocol/", "venues/", "web/"];
    let files = sources.iter().filter(|(file, _)| outside.iter().any(|room| file.starts_with(room)));
    let of = |(file, text): (&String, &String)| {
        let names = text.lines().filter_map(|line| {
            let name = line.trim_start_matches("pub ").strip_prefix("const ")?.split(':').next()?;
            (name == "MAX" || name.contains("_MAX")).then(|| format!("{file} {name}"))
        });
        names.collect::<Vec<_>>()
    };
    files.flat_map(of).collect()
}

fn listed(list: &[(&str, &str)]) -> BTreeSet<String> {
    list.iter().map(|(bound, _)| (*bound).to_owned()).collect()
}

#[test]
fn every_number_among_the_settings_is_a_bound_with_a_test() {
    assert_eq!(numbers(&DEFAULTS.parse().unwrap()), listed(&SETTINGS));
}

#[test]
fn every_bound_of_what_comes_from_outside_has_a_test() {
    assert_eq!(bounds(&sources("src")), listed(&VALUES));
}

#[test]
fn a_bound_without_a_test_would_be_found() {
    let defaults: Table = "[limits]\nnew = 5\nname = \"x\"".parse().unwrap();
    assert_eq!(numbers(&defaults), ["limits.new".to_owned()].into());
    let text = "pub const NEW_MAX: usize = 5;\nconst MAX: u8 = 1;\n    const TEST_MAX: u8 = 1;\n".to_owned();
    let files = BTreeMap::from([("web/new.rs".to_owned(), text.clone()), ("hub/mod.rs".to_owned(), text)]);
    assert_eq!(bounds(&files), ["web/new.rs MAX".to_owned(), "web/new.rs NEW_MAX".to_owned()].into());
}

#[test]
fn every_test_that_is_named_here_is_there() {
    let all: String = [sources("src"), sources("tests/it")].into_iter().flat_map(BTreeMap::into_values).collect();
    for (bound, test) in SETTINGS.iter().chain(&VALUES) {
        assert!(all.contains(&format!("fn {test}(")), "{bound}: there is no test {test}");
    }
}

/// The two numbers of "100 to 10000" in the comment above a setting; limits go on as far as numbers do.
fn range(name: &str) -> (u64, Option<u64>) {
    let (section, key) = name.split_once('.').unwrap();
    if section == "limits" {
        return (0, None);
    }
    let text = DEFAULTS.split_once(&format!("[{section}]\n")).unwrap().1;
    let before = text.split_once(&format!("\n{key} = ")).unwrap().0;
    let comment: Vec<&str> = before.lines().rev().take_while(|line| line.starts_with('#')).collect();
    let words: Vec<&str> = comment.iter().rev().flat_map(|line| line.split([' ', ',', ';', ':'])).collect();
    let found = words.windows(3).find_map(|three| match three {
        [from, "to", to] => Some((from.parse().ok()?, to.trim_end_matches('.').parse().ok()?)),
        _ => None,
    });
    let (from, to) = found.unwrap_or_else(|| panic!("the comment of {name} tells no range: {words:?}"));
    (from, Some(to))
}

fn read(name: &str, value: i128) -> Result<Settings, String> {
    let (section, key) = name.split_once('.').unwrap();
    let mut env: Environment = [
        // Some are good for Redis alone, which needs a secret; and what the sweep takes is less than what lives.
        ("REDIS_URL", "redis://127.0.0.1:6379"),
        ("SESSION_SECRET", "a secret that is long enough, of 48 characters at least"),
        ("WTE__AREA__LIFETIME_SECS", "604800"),
        // Pings are closer together than the silence that ends a connection.
        ("WTE__SERVER__PING_SECS", "1"),
        ("WTE__SERVER__SILENT_SECS", "3600"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    env.insert(format!("WTE__{}__{}", section.to_uppercase(), key.to_uppercase()), value.to_string());
    Settings::read(&env).map_err(|error| error.to_string())
}

#[test]
fn every_number_keeps_to_its_range() {
    for name in listed(&SETTINGS) {
        let (from, to) = range(&name);
        // What the sweep takes away has to be younger than what lives longest.
        let most = to.map(|to| if name == "sweep.min_ttl_secs" { to - 1 } else { to });
        let inside = [Some(from), most].into_iter().flatten();
        let beyond = [Some(i128::from(from) - 1), most.map(|most| i128::from(most) + 1)].into_iter().flatten();
        for value in inside {
            assert!(read(&name, i128::from(value)).is_ok(), "{name} = {value}: {:?}", read(&name, value.into()).err());
        }
        for value in beyond {
            let said = read(&name, value).expect_err(&format!("{name} = {value} is beyond"));
            assert!(said.contains(&name), "{said}");
        }
    }
}

#[test]
fn every_number_tells_what_it_is_good_for() {
    let defaults: Table = DEFAULTS.parse().unwrap();
    for name in listed(&SETTINGS) {
        let (section, key) = name.split_once('.').unwrap();
        let line = format!("\n{key} = {}", defaults[section].get(key).and_then(Value::as_integer).unwrap());
        let before = DEFAULTS.split_once(&format!("[{section}]")).unwrap().1.split_once(&line).unwrap().0;
        let comment = before.lines().rev().take_while(|line| line.starts_with('#')).map(str::len).sum::<usize>();
        assert!(comment > 40, "{name} has no reason above it");
    }
}
