//! The figures by which an operator sees the promises kept: those read here, and in tests of what they tell of, move when it happens.

use reqwest::StatusCode;
use serde_json::json;

use crate::redis::server::RedisServer;
use crate::server::{Browser, Server};

const SECRET: &str = "several servers share this secret of 48 characters";

/// The value of a line of /metrics; 0 for one that is not there.
pub async fn figure(server: &Server, line: &str) -> u64 {
    let text = server.get("/metrics").await.text().await.unwrap();
    let value = text.lines().find_map(|it| it.strip_prefix(line)?.strip_prefix(' '));
    value.map_or(0, |value| value.parse().unwrap())
}

/// Waits until the figure is there; the test ends where it never comes.
pub async fn until(server: &Server, line: &str, least: u64) {
    while figure(server, line).await < least {
        tokio::task::yield_now().await;
    }
}

async fn server_on(redis: &RedisServer) -> Server {
    Server::start(&[("REDIS_URL", &redis.url()), ("SESSION_SECRET", SECRET)]).await
}

async fn a_vote_and_its_retry(server: &Server) {
    let mut ann = Browser::open(server).await.join("lunch", "Ann").await;
    let fs = json!({"fs": {"id": "thai", "name": "Thai"}});
    let first = ann.try_ask("addVote", Some(7), fs.clone()).await.unwrap();
    assert_eq!(figure(server, "wte_changes_repeated_total").await, 0);
    let again = ann.try_ask("addVote", Some(7), fs).await.unwrap();
    assert_eq!(again["seq"], first["seq"]);
    assert_eq!(figure(server, "wte_changes_repeated_total").await, 1);
}

#[tokio::test]
async fn a_retry_is_told_from_a_change() {
    let server = Server::start(&[]).await;
    a_vote_and_its_retry(&server).await;
    assert!(figure(&server, "wte_batch_calls_total").await > 0);
}

#[tokio::test]
async fn a_retry_is_told_from_a_change_with_redis_too() {
    let redis = RedisServer::start();
    let server = server_on(&redis).await;
    a_vote_and_its_retry(&server).await;
    assert!(figure(&server, "wte_redis_scripts_loaded_total").await > 0);
}

#[tokio::test]
async fn breaks_garbage_and_a_redis_that_came_back_empty_are_counted() {
    let mut redis = RedisServer::start();
    let server = server_on(&redis).await;
    let mut ann = Browser::open(&server).await.join("lunch", "Ann").await;
    ann.vote("thai").await;
    redis.ask::<i64>(&["HSET", "lunch:state", "bob", "no user"]);
    Browser::open(&server).await.get("/api/areas/lunch").await;
    redis.ask::<i64>(&["PUBLISH", "lunch:events", "no event"]);
    until(&server, "wte_store_garbage_total", 1).await;
    redis.kill();
    until(&server, "wte_redis_breaks_total{use=\"pubsub\"}", 1).await;
    until(&server, "wte_areas_stale", 1).await;
    assert_eq!(figure(&server, "wte_store_up").await, 0);
    redis.bring_up();
    until(&server, "wte_epochs_total{run=\"other\"}", 1).await;
    until(&server, "wte_store_up", 1).await;
    assert!(figure(&server, "wte_stale_ms_total").await > 0);
    assert!(figure(&server, "wte_redis_connections_total{use=\"pubsub\"}").await >= 2);
    assert_eq!(figure(&server, "wte_redis_full_total").await, 0);
    assert_eq!(redis.ask::<String>(&["CONFIG", "SET", "maxmemory", "1"]), "OK");
    Browser::open(&server).await.socket().await.refused("add", json!({"area": "lunch", "username": "Bob"})).await;
    assert!(figure(&server, "wte_redis_full_total").await >= 1);
}

#[tokio::test]
async fn replicas_that_are_missing_are_counted() {
    let redis = RedisServer::start();
    let settings =
        [("REDIS_URL", redis.url()), ("SESSION_SECRET", SECRET.into()), ("WTE__REDIS__WAIT_REPLICAS", "1".into())];
    let server =
        Server::start(&settings.each_ref().map(|(name, value): &(&str, String)| (*name, value.as_str()))).await;
    let join = json!({"area": "lunch", "username": "Ann"});
    assert_eq!(Browser::open(&server).await.socket().await.refused("add", join).await, "storeUnavailable");
    assert!(figure(&server, "wte_replicas_missing_total").await >= 1);
}

#[tokio::test]
async fn a_limit_that_is_reached_is_named() {
    let limits = [("WTE__LIMITS__CONNECTIONS", "1"), ("WTE__LIMITS__USERS_PER_AREA", "1")];
    let server = Server::start(&limits).await;
    let _ann = Browser::open(&server).await.join("lunch", "Ann").await;
    let bob = Browser::open(&server).await;
    assert_eq!(bob.socket().await.closed().await, Some(1013));
    let me = json!({"username": "Bob"});
    let (status, _) = bob.call(reqwest::Method::PUT, "/api/areas/lunch/me", Some(&me)).await;
    assert_eq!(status, StatusCode::CONFLICT);
    for limit in ["connections", "users_per_area"] {
        assert_eq!(figure(&server, &format!("wte_limits_reached_total{{limit=\"{limit}\"}}")).await, 1, "{limit}");
    }
}

#[tokio::test]
async fn who_leaves_and_who_is_closed_are_counted() {
    let server = Server::start(&[]).await;
    let mut ann = Browser::open(&server).await.join("lunch", "Ann").await;
    ann.ask("leave", json!({})).await;
    until(&server, "wte_users_left_total{reason=\"left\"}", 1).await;
    ann.send_bytes(b"\xc1\x80\0\0\0\0").await;
    assert_eq!(ann.closed().await, Some(1002));
    until(&server, "wte_connections_closed_total{code=\"1002\"}", 1).await;
    assert_eq!(figure(&server, "wte_panics_total").await, 0);
    until(&server, "wte_sweeps_total{outcome=\"done\"}", 1).await;
    assert!(server.get("/metrics").await.text().await.unwrap().contains("\nwte_sweeps_total{outcome=\"failed\"} 0\n"));
}
