//! Clients that stop reading, beside people who vote: what it costs the others. What it costs in memory, and that each gets the outcome
//! or is closed, is for `crate::slow` and `crate::events_slow`.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::server::{Browser, Server, Socket};
use crate::slow::{NO_RATE, flood, two_large_places};

/// Clients that stop: with more of them than cores, a server that waited for any would wait all the time.
const STOPPED: usize = 20;
/// Votes until what lies between the server and a client that stopped is full; some 3.5 KiB each.
const FILLING: usize = 300;
const MEASURED: usize = 101;
/// So many times as long may a vote take beside them: machines are busy, and a wait is many times as long.
const UNCHANGED: u32 = 5;

/// Between a vote and its being seen by somebody else: what half of them take at most.
async fn latency(voter: &mut Socket, watcher: &mut Socket) -> Duration {
    let mut took = Vec::new();
    for turn in 0..MEASURED {
        let id = format!("{}", turn % 2);
        let begun = Instant::now();
        voter.vote(&id).await;
        watcher.find(|event| event["event"] == "vote" && event["data"]["fs"]["id"] == id).await;
        took.push(begun.elapsed());
        voter.forget();
        watcher.forget();
    }
    took.sort();
    took[MEASURED / 2]
}

/// How long a vote takes on its way: alone, and beside clients that stopped.
async fn alone_and_beside(off: &str) -> (Duration, Duration) {
    let alone = Server::start_unguarded("", &[NO_RATE]).await;
    let beside = Server::start_unguarded(off, &[NO_RATE]).await;
    let mut voter = Browser::open(&beside).await.join("lunch", "Ann").await;
    two_large_places(&mut voter).await;
    let mut watcher = Browser::open(&beside).await.join("lunch", "Bob").await;
    let mut stopped = Vec::new();
    for _ in 0..STOPPED {
        let mut idle = Browser::open(&beside).await.narrow_socket().await;
        idle.ask("watch", json!({"area": "lunch"})).await;
        stopped.push(idle);
    }
    if off.is_empty() {
        flood(&mut voter, FILLING).await;
    }
    watcher.drain().await;
    let mut other_voter = Browser::open(&alone).await.join("lunch", "Ann").await;
    let mut other_watcher = Browser::open(&alone).await.join("lunch", "Bob").await;
    (latency(&mut other_voter, &mut other_watcher).await, latency(&mut voter, &mut watcher).await)
}

#[tokio::test]
async fn who_stops_reading_delays_nobody() {
    let (alone, beside) = alone_and_beside("").await;
    assert!(beside < alone * UNCHANGED, "{beside:?} beside them, {alone:?} alone");
}

#[tokio::test]
async fn a_server_that_waits_for_the_slowest_delays_everybody() {
    let (alone, beside) = alone_and_beside("in-line").await;
    assert!(beside > alone * UNCHANGED, "{beside:?} beside them, {alone:?} alone");
}
