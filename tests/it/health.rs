//! What operators ask, and what the log may say.

use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, ORIGIN};
use serde_json::json;

use crate::server::{Browser, Server, Socket};

const TOKEN: &str = "sixteen-characters-or-more";

async fn figures(server: &Server, headers: &[(&str, &str)]) -> (u16, String) {
    let mut request = server.request(Method::GET, "/metrics");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test]
async fn a_server_that_runs_is_alive_and_ready() {
    let server = Server::start(&[]).await;
    for (path, line) in [("/healthz", "alive\n"), ("/readyz", "ready\n")] {
        let response = server.get(path).await;
        assert_eq!(
            (response.status().as_u16(), &response.headers()["cache-control"]),
            (200, &"no-store".parse().unwrap())
        );
        assert_eq!(response.text().await.unwrap(), line);
    }
}

#[tokio::test]
async fn figures_are_for_this_machine_and_not_for_who_comes_through_a_proxy() {
    let server = Server::start(&[]).await;
    let (status, text) = figures(&server, &[]).await;
    assert_eq!(status, 200);
    assert!(text.contains("# HELP wte_areas_live Areas that somebody follows here."), "{text}");
    assert!(
        server.get("/metrics").await.headers()[CONTENT_TYPE].to_str().unwrap().starts_with("text/plain; version=0.0.4")
    );
    for proxy in [("x-forwarded-for", "127.0.0.1"), ("forwarded", "for=127.0.0.1"), ("via", "1.1 proxy")] {
        assert_eq!(figures(&server, &[proxy]).await.0, 403, "{proxy:?}");
    }
    for host in ["lunch.example", "lunch.example:80", "192.0.2.1"] {
        assert_eq!(figures(&server, &[("host", host)]).await.0, 403, "{host}");
    }
    assert_eq!(figures(&server, &[("host", "localhost:9")]).await.0, 200);
    assert_eq!(
        figures(&server, &[("authorization", "Bearer ")]).await.0,
        200,
        "no token is set, so none opens anything"
    );
    assert_eq!(figures(&server, &[("authorization", "Bearer "), ("via", "1.1 proxy")]).await.0, 403);
}

#[tokio::test]
async fn a_token_opens_the_figures_from_anywhere_and_is_wanted_everywhere() {
    let server = Server::start(&[("WTE__SERVER__METRICS_TOKEN", TOKEN)]).await;
    let bearer = format!("Bearer {TOKEN}");
    let away = ("x-forwarded-for", "192.0.2.1");
    for (authorization, status) in [
        (&*bearer, 200),
        ("Bearer sixteen-characters-or-mor", 403),
        ("Bearer sixteen-characters-or-more-more", 403),
        ("Basic c2l4dGVlbg==", 403),
        (TOKEN, 403),
    ] {
        assert_eq!(figures(&server, &[away, ("authorization", authorization)]).await.0, status, "{authorization}");
    }
    assert_eq!(figures(&server, &[away]).await.0, 403);
    assert_eq!(figures(&server, &[]).await.0, 403);
}

#[tokio::test]
async fn figures_count_what_happens() {
    let server = Server::start(&[]).await;
    let mut socket = Browser::open(&server).await.join("lunch", "Ann").await;
    socket.vote("thai").await;
    socket.refused("addVote", json!({"fs": 7})).await;
    assert_eq!(server.get("/api/areas/no!area").await.status(), 400);
    let (_, text) = figures(&server, &[]).await;
    for line in [
        "wte_connections 1",
        "wte_areas_live 1",
        "wte_changes_total{act=\"addVote\",outcome=\"done\"} 1",
        "wte_errors_total{code=\"badVenue\"} 1",
        "wte_errors_total{code=\"badArea\"} 1",
        "wte_event_age_seconds_count 2",
        "wte_servers 1",
        "wte_areas_stale 0",
    ] {
        assert!(text.lines().any(|it| it == line), "{line}: {text}");
    }
    assert!(!text.contains("lunch") && !text.contains("Ann"), "no figure tells of people or areas");
}

#[tokio::test]
async fn the_log_knows_no_names_areas_places_or_addresses() {
    let settings =
        [("WTE__LOG__LEVEL", "trace"), ("WTE__SERVER__TRUSTED_PROXIES", "1"), ("WTE__LIMITS__BAD_MESSAGES", "3")];
    let server = Server::start(&settings).await;
    let browser = Browser::open(&server).await;
    let headers = [("origin", &*browser.base), ("cookie", &browser.cookie), ("x-forwarded-for", "198.51.100.77")];
    let mut socket = Socket::open(&browser.base, &headers).await.unwrap();
    socket.ask("add", json!({"area": "secretarea", "username": "Secretname"})).await;
    socket.ask("addVote", json!({"fs": {"id": "secretid", "name": "Secretplace"}})).await;
    socket.refused("addVote", json!({"fs": {"id": "secretunknown"}})).await;
    browser.get("/api/areas/secretarea").await;
    browser.get("/api/venues?query=secretquery&near=secrettown").await;
    server.get("/a/secretarea").await;
    server.get("/a/secret%20area").await;
    server
        .request(Method::PUT, "/api/areas/secretarea/me")
        .header(ORIGIN, "https://secret.example")
        .send()
        .await
        .unwrap();
    for _ in 0..5 {
        socket.send_text("{\"event\":\"secretevent\"").await;
    }
    assert_eq!(socket.closed().await, Some(1008));
    server.terminate().await;
    server.logged("ending", 1).await;
    let log = server.log();
    let value = browser.cookie.split('=').nth(1).unwrap();
    assert!(!log.to_lowercase().contains("secret"), "{log}");
    assert!(!log.contains("198.51.100.77") && !log.contains(value), "{log}");
}
