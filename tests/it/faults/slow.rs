//! Clients that stop reading, beside people who vote: what it costs the others. What it costs in memory, and that each gets the outcome
//! or is closed, is for `crate::slow` and `crate::events_slow`.

use std::time::{Duration, Instant};

use serde_json::json;

use super::measured::keep;
use crate::server::{Browser, Server, Socket};
use crate::slow::{NO_RATE, flood, two_large_places};

/// Clients that stop: with more of them than cores, a server that waited for any would wait all the time.
const STOPPED: usize = 20;
/// Votes until what lies between the server and a client that stopped is full; some 3.5 KiB each.
const FILLING: usize = 300;
/// Votes measured in a row, an even number, for two places; and how often: in turn at both servers, so that whatever else the machine
/// does falls on both.
const MEASURED: usize = 10;
const TURNS: usize = 5;
/// So many times as long may a vote take beside them: machines are busy, and a wait is many times as long.
const UNCHANGED: u32 = 5;

/// Between a vote and its being seen by somebody else.
async fn measure(voter: &mut Socket, watcher: &mut Socket, took: &mut Vec<Duration>) {
    for turn in 0..MEASURED {
        let id = format!("{}", turn % 2);
        let begun = Instant::now();
        voter.vote(&id).await;
        watcher.find(|event| event["event"] == "vote" && event["data"]["fs"]["id"] == id).await;
        took.push(begun.elapsed());
        voter.forget();
        watcher.forget();
    }
}

/// What half of them take at most.
fn half(mut took: Vec<Duration>) -> Duration {
    took.sort();
    took[took.len() / 2]
}

/// Clients that follow the area, and do not read what they get.
async fn stopped(server: &Server) -> Vec<Socket> {
    let mut stopped = Vec::new();
    for _ in 0..STOPPED {
        let mut idle = Browser::open(server).await.narrow_socket().await;
        idle.ask("watch", json!({"area": "lunch"})).await;
        stopped.push(idle);
    }
    stopped
}

/// How long a vote takes on its way: alone, and beside clients that stopped.
async fn alone_and_beside(off: &str) -> (Duration, Duration) {
    let (alone, beside) = (Server::start(&[NO_RATE]).await, Server::start_unguarded(off, &[NO_RATE]).await);
    let mut voter = Browser::open(&beside).await.join("lunch", "Ann").await;
    two_large_places(&mut voter).await;
    let mut watcher = Browser::open(&beside).await.join("lunch", "Bob").await;
    let _stopped = stopped(&beside).await;
    if off.is_empty() {
        flood(&mut voter, FILLING).await;
    }
    watcher.drain().await;
    let mut other_voter = Browser::open(&alone).await.join("lunch", "Ann").await;
    let mut other_watcher = Browser::open(&alone).await.join("lunch", "Bob").await;
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        measure(&mut other_voter, &mut other_watcher, &mut alone).await;
        measure(&mut voter, &mut watcher, &mut beside).await;
    }
    (half(alone), half(beside))
}

#[tokio::test]
async fn who_stops_reading_delays_nobody() {
    let (alone, beside) = alone_and_beside("").await;
    let us = |time: Duration| u64::try_from(time.as_micros()).expect("less than an hour");
    keep("slow-reader", &[(us(alone), "µs for a vote alone"), (us(beside), "µs beside them")]);
    assert!(beside < alone * UNCHANGED, "{beside:?} beside them, {alone:?} alone");
}

#[tokio::test]
async fn a_server_that_waits_for_the_slowest_delays_everybody() {
    let (alone, beside) = alone_and_beside("in-line").await;
    assert!(beside > alone * UNCHANGED, "{beside:?} beside them, {alone:?} alone");
}
