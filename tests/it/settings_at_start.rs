//! What a server says to whoever starts it: where to click, or in one sentence why it does not start.

use std::fs;
use std::net::TcpListener;

use crate::server::{Browser, Server};

const SECRET: &str = "a-secret-of-thirty-two-characters";

/// One sentence or two on one line, which names all of these.
async fn refused(settings: &[(&str, &str)], names: &[&str]) {
    let mut all = vec![("WTE__STORE__PATH", ":memory:"), ("WTE__SERVER__HOST", "127.0.0.1"), ("PORT", "0")];
    all.extend(settings);
    let said = Server::refusal(&all).await;
    assert_eq!(said.trim().lines().count(), 1, "{said}");
    assert!(!said.contains("panicked") && said.trim().ends_with('.'), "{said}");
    for name in names {
        assert!(said.contains(name), "{name} is not in: {said}");
    }
}

#[tokio::test]
async fn a_wrong_setting_is_named() {
    for (variable, value, setting) in [
        ("PORT", "65536", "PORT"),
        ("WTE__SERVER__PORT", "lunch", "WTE__SERVER__PORT"),
        ("WTE__SERVER__HOST", "localhost", "WTE__SERVER__HOST"),
        ("WTE__SERVER__PUBLIC_URL", "lunch.example", "WTE__SERVER__PUBLIC_URL"),
        ("WTE__SERVER__ALLOWED_ORIGINS", "https://a.example/path", "WTE__SERVER__ALLOWED_ORIGINS"),
        ("WTE__SERVER__TRUSTED_PROXIES", "-1", "WTE__SERVER__TRUSTED_PROXIES"),
        ("WTE__AREA__LIFETIME_SECS", "0", "WTE__AREA__LIFETIME_SECS"),
        ("WTE__SWEEP__EVERY_SECS", "0", "WTE__SWEEP__EVERY_SECS"),
        ("WTE__SWEEP__MIN_TTL_SECS", "7200", "sweep.min_ttl_secs"),
        ("WTE__VENUES__SOURCE", "google", "WTE__VENUES__SOURCE"),
        ("WTE__VENUES__SOURCE", "foursquare", "FOURSQUARE_API_KEY"),
        ("WTE__VENUES__CENTER", "91,0", "WTE__VENUES__CENTER"),
        ("WTE__MAP__SCRIPT", "http://cdn.example/leaflet.js", "WTE__MAP__SCRIPT"),
        ("WTE__LIMITS__EVENTS_PER_SECOND", "many", "WTE__LIMITS__EVENTS_PER_SECOND"),
        ("WTE__LIMITS__EVENT_PER_SECOND", "1", "event_per_second"),
        ("WTE__LUNCH__AT", "12", "lunch"),
        ("SESSION_SECRET", "short", "SESSION_SECRET"),
        ("REDIS_URL", "http://redis.example", "REDIS_URL"),
    ] {
        refused(&[(variable, value)], &[setting]).await;
    }
}

#[tokio::test]
async fn redis_needs_a_secret_that_all_share() {
    refused(&[("REDIS_URL", "redis://127.0.0.1:1")], &["SESSION_SECRET"]).await;
}

#[tokio::test]
async fn a_secret_is_never_repeated() {
    let said = Server::refusal(&[("SESSION_SECRET", "tooshort"), ("REDIS_URL", "redis://:password@127.0.0.1")]).await;
    assert!(!said.contains("tooshort") && !said.contains("password"), "{said}");
    let server = Server::start(&[("SESSION_SECRET", SECRET), ("WTE__LOG__LEVEL", "trace")]).await;
    Browser::open(&server).await;
    assert!(!server.log().contains(SECRET));
}

#[tokio::test]
async fn a_port_that_is_taken_is_named_with_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    refused(&[("PORT", &port)], &[&port, "PORT"]).await;
}

#[tokio::test]
async fn a_store_that_cannot_be_opened_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("areas.redb");
    fs::write(&path, "this is no store").unwrap();
    let path = path.to_string_lossy();
    refused(&[("WTE__STORE__PATH", &path)], &[&path]).await;
    assert_eq!(fs::read_to_string(&*path).unwrap(), "this is no store", "and left as it was");
}

#[tokio::test]
async fn a_file_of_settings_is_read_and_a_variable_wins_over_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.toml");
    fs::write(&path, "[server]\nmetrics_token = \"a token of the file\"\n[limits]\nusers_per_area = 1\n").unwrap();
    let path = path.to_string_lossy();
    let server = Server::start(&[("WTE_CONFIG", &path), ("WTE__LIMITS__USERS_PER_AREA", "2")]).await;
    let authorized = server.request(reqwest::Method::GET, "/metrics").header("via", "1.1 proxy");
    assert_eq!(authorized.bearer_auth("a token of the file").send().await.unwrap().status(), 200);
    Browser::open(&server).await.join("lunch", "Ann").await;
    Browser::open(&server).await.join("lunch", "Bob").await;

    fs::write(&*path, "[server]\nprot = 80\n").unwrap();
    refused(&[("WTE_CONFIG", &path)], &["prot"]).await;
    refused(&[("WTE_CONFIG", "/nowhere/settings.toml")], &["/nowhere/settings.toml"]).await;
}

#[tokio::test]
async fn the_addresses_to_open_are_printed_for_a_person_and_not_for_a_machine() {
    let settings = [("WTE__LOG__FORMAT", "text"), ("WTE__SERVER__HOST", "0.0.0.0")];
    let server = Server::start(&settings).await;
    server.logged(&format!("http://localhost:{}", server.port), 1).await;
    let server = Server::start(&[("WTE__LOG__FORMAT", "json")]).await;
    server.get("/").await;
    assert!(server.log().lines().all(|line| line.starts_with('{')), "{}", server.log());
}
