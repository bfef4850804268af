//! The end of a process: SIGTERM is a blink, and nothing is lost.

use serde_json::json;

use crate::server::{Browser, Raw, Server};
use crate::slow::flooded;

#[tokio::test]
async fn everyone_is_told_when_to_come_back_and_then_let_go() {
    let mut server = Server::start(&[]).await;
    let mut sockets = Vec::new();
    for name in ["Ann", "Bob", "Cem", "Dee", "Eve"] {
        sockets.push(Browser::open(&server).await.join("lunch", name).await);
    }
    sockets.push(Browser::open(&server).await.socket().await);
    server.terminate().await;
    let mut delays = Vec::new();
    for socket in &mut sockets {
        let bye = socket.event("bye").await;
        delays.push(bye["data"]["retryInMs"].as_u64().expect("a delay"));
        assert_eq!(socket.closed().await, Some(1012));
    }
    assert!(delays.iter().all(|delay| *delay < 5000), "back within five seconds: {delays:?}");
    assert!(delays.iter().any(|delay| *delay != delays[0]), "not all at once: {delays:?}");
    assert!(server.ended().await, "exit code 0");
}

#[tokio::test]
async fn a_killed_process_says_nothing() {
    let mut server = Server::start(&[]).await;
    let mut socket = Browser::open(&server).await.join("lunch", "Ann").await;
    server.kill().await;
    assert_eq!(socket.closed().await, None);
}

#[tokio::test]
async fn a_vote_acked_just_before_the_end_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("areas.redb");
    let mut server = Server::start(&[("WTE__STORE__PATH", &path.to_string_lossy())]).await;
    let ann = Browser::open(&server).await;
    let mut socket = ann.join("lunch", "Ann").await;
    let seen = socket.vote("thai").await;
    server.terminate().await;
    assert_eq!(socket.closed().await, Some(1012));
    assert!(server.ended().await);
    server.restart().await;
    let mut again = ann.socket().await;
    again.ask("watch", json!({"area": "lunch", "epoch": seen["epoch"], "seq": seen["seq"]})).await;
    let votes = again.ask("getVotes", json!({})).await;
    assert_eq!((&votes["votes"][0]["id"], &votes["seq"]), (&json!("thai"), &seen["seq"]));
    assert_eq!(again.ask("getMe", json!({})).await["username"], "Ann");
}

#[tokio::test]
async fn while_it_ends_it_is_alive_and_not_ready_and_sends_everyone_on() {
    let mut server = Server::start(&[("WTE__LIMITS__EVENTS_PER_SECOND", "0")]).await;
    // One that does not read holds the goodbye up, for as long as goodbyes may take.
    let _stuck = flooded(&server).await;
    let browser = Browser::open(&server).await;
    assert_eq!(server.get("/readyz").await.status(), 200);
    server.terminate().await;
    while server.get("/readyz").await.status() != 503 {}
    assert_eq!(server.get("/healthz").await.status(), 200);
    let mut late = browser.socket().await;
    late.event("bye").await;
    assert_eq!(late.closed().await, Some(1012));
    assert!(server.ended().await, "and it ends all the same");
}

#[tokio::test]
async fn open_connections_of_every_kind_do_not_hold_it_up() {
    let mut server = Server::start(&[]).await;
    let browser = Browser::open(&server).await;
    let _silent = Raw::open(&server).await;
    let mut half = Raw::open(&server).await;
    half.send("GET / HTTP/1.1\r\nHo").await;
    let mut kept_alive = Raw::open(&server).await;
    kept_alive.send("GET /healthz HTTP/1.1\r\nHost: lunch\r\n\r\n").await;
    kept_alive.answer().await;
    let _unread = browser.join("lunch", "Ann").await;
    server.terminate().await;
    assert!(server.ended().await, "exit code 0");
}

#[tokio::test]
async fn the_next_process_can_have_the_port_at_once() {
    let mut server = Server::start(&[]).await;
    server.terminate().await;
    assert!(server.ended().await);
    server.restart().await;
    assert_eq!(server.get("/readyz").await.status(), 200);
}
