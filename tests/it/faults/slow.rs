//! Clients that read slowly, or stop reading, beside people who vote: what it costs the others, and that the slow ones get the outcome.
//! What it costs in memory, and what becomes of those who stopped, is for `crate::slow` and `crate::events_slow`.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};

use super::measured::keep;
use super::town::Off;
use crate::server::{Browser, PATIENCE, Server, Socket, View};
use crate::slow::{NO_RATE, flood, two_large_places};

/// Clients that stop, and as many that are slow: with more of them than cores, a server that waited for any would wait all the time.
const FOLLOWERS: usize = 10;
/// Between two messages that a slow one takes: of the large ones that makes some 170 KiB in a second, and they come faster.
const READ_EVERY: Duration = Duration::from_millis(20);
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

/// Clients that follow the area, and whose end of the connection is full soon.
async fn followers(server: &Server) -> Vec<Socket> {
    let mut followers = Vec::new();
    for _ in 0..FOLLOWERS {
        let mut socket = Browser::open(server).await.narrow_socket().await;
        socket.ask("watch", json!({"area": "lunch"})).await;
        followers.push(socket);
    }
    followers
}

/// A client that takes one message at a time, and says how far it is.
struct SlowReader {
    view: watch::Receiver<View>,
    task: AbortHandle,
}

impl SlowReader {
    fn of(mut socket: Socket) -> Self {
        let nothing = json!({"epoch": "", "seq": 0, "users": [], "votes": [], "venues": []});
        let (seen, view) = watch::channel(View::of(&nothing));
        let task = tokio::spawn(async move {
            let mut view = View::of(&socket.event("updates").await["data"]);
            loop {
                seen.send_replace(view.clone());
                sleep(READ_EVERY).await;
                view.take(&socket.next().await).expect("no hole, or the whole state");
            }
        });
        Self { view, task: task.abort_handle() }
    }

    /// Waits until it has seen what there is, at its own pace.
    async fn reaches(&mut self, outcome: &View) {
        let reached = timeout(PATIENCE, self.view.wait_for(|view| view == outcome)).await;
        reached.expect("it comes to the outcome").expect("it found no hole");
    }
}

impl Drop for SlowReader {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// How long a vote takes on its way, and how many of the slow ones were behind when that had been measured.
struct Measured {
    alone: Duration,
    beside: Duration,
    behind: usize,
}

/// Alone, and beside clients that stopped or are slow; in the end, the slow ones have come to the outcome.
async fn alone_and_beside(off: Off) -> Measured {
    let (alone, beside) = (Server::start(&[NO_RATE]).await, Server::start_without(off, &[NO_RATE]).await);
    let mut voter = Browser::open(&beside).await.join("lunch", "Ann").await;
    two_large_places(&mut voter).await;
    let mut watcher = Browser::open(&beside).await.join("lunch", "Bob").await;
    let _stopped = followers(&beside).await;
    let mut slow: Vec<SlowReader> = followers(&beside).await.into_iter().map(SlowReader::of).collect();
    if off.is_none() {
        flood(&mut voter, FILLING).await;
    }
    watcher.drain().await;
    let mut other_voter = Browser::open(&alone).await.join("lunch", "Ann").await;
    let mut other_watcher = Browser::open(&alone).await.join("lunch", "Bob").await;
    let (mut took_alone, mut took_beside) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        measure(&mut other_voter, &mut other_watcher, &mut took_alone).await;
        measure(&mut voter, &mut watcher, &mut took_beside).await;
    }
    let outcome = View::of(&Browser::open(&beside).await.get("/api/areas/lunch").await.1);
    let behind = slow.iter().filter(|reader| reader.view.borrow().seq < outcome.seq).count();
    for reader in &mut slow {
        reader.reaches(&outcome).await;
    }
    Measured { alone: half(took_alone), beside: half(took_beside), behind }
}

#[tokio::test]
async fn who_reads_slowly_or_not_at_all_delays_nobody() {
    let Measured { alone, beside, behind } = alone_and_beside(None).await;
    let us = |time: Duration| u64::try_from(time.as_micros()).expect("less than an hour");
    let behind_then = (behind as u64, "slow ones behind by then, who all came to the outcome");
    keep("slow-reader", &[(us(alone), "µs for a vote alone"), (us(beside), "µs beside them"), behind_then]);
    assert!(behind > 0, "nobody was slow");
    assert!(beside < alone * UNCHANGED, "{beside:?} beside them, {alone:?} alone");
}

#[tokio::test]
async fn a_server_that_waits_for_the_slowest_delays_everybody() {
    let Measured { alone, beside, .. } = alone_and_beside(Some("in-line")).await;
    assert!(beside > alone * UNCHANGED, "{beside:?} beside them, {alone:?} alone");
}
