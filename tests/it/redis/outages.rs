//! Redis away, stopped, or out of reach in silence: calls end, the store comes back by itself, and whoever follows an
//! area is told that something may be missing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::timeout;
use where_to_eat::domain::change::{Change, Rules};
use where_to_eat::domain::event::Heard;
use where_to_eat::domain::name::AreaName;
use where_to_eat::domain::owner::Owner;
use where_to_eat::store::redis::{RedisOptions, RedisStore};
use where_to_eat::store::{Head, Listener, Result, Store, StoreError};

use crate::contract::ears::{Ears, PATIENCE};
use crate::contract::group::{LONG, eventually, join, new_area};
use crate::redis::path::Path;
use crate::redis::server::RedisServer;

/// Hears, and counts how often it was told that something may be missing.
#[derive(Default)]
pub struct Watch {
    pub ears: Ears,
    missed: AtomicU64,
}

impl Listener for Watch {
    fn heard(&self, area: &AreaName, heard: Heard, text: &str) {
        self.ears.heard(area, heard, text);
    }

    fn missed(&self, area: Option<&AreaName>) {
        assert_eq!(area, None, "a connection is shared by all areas");
        self.missed.fetch_add(1, Ordering::SeqCst);
    }
}

pub struct Out {
    pub store: Arc<RedisStore>,
    pub watch: Arc<Watch>,
    pub area: AreaName,
}

impl Out {
    fn at(url: String) -> Self {
        Self::with(&RedisOptions::new(url))
    }

    pub fn with(options: &RedisOptions) -> Self {
        let (watch, rules): (Arc<Watch>, Rules) = (Arc::default(), LONG);
        let store = RedisStore::new(options, rules).expect("the URL is a good one");
        store.listen(watch.clone());
        Self { store, watch, area: new_area() }
    }

    pub async fn following(url: String) -> Self {
        let out = Self::at(url);
        out.store.follow(&out.area).await.expect("Redis is there");
        out
    }

    pub async fn join(&self, who: &str) -> Result<()> {
        let change = Change { area: self.area.clone(), owner: Owner::of(who), held: None, n: Some(1), act: join(who) };
        self.store.change(&change).await.map(drop)
    }

    async fn head(&self) -> Result<Head> {
        self.store.heads(std::slice::from_ref(&self.area)).await.remove(0)
    }

    pub fn missed(&self) -> u64 {
        self.watch.missed.load(Ordering::SeqCst)
    }

    /// All is as before: what is stored is heard.
    pub async fn assert_well(&self, who: &str) {
        eventually("a change is kept", async || self.join(who).await.is_ok()).await;
        let head = self.head().await.expect("Redis is there");
        self.watch.ears.until_seq(&self.area, &head.epoch, head.seq).await;
    }
}

/// The call fails as unavailable; waits for it far longer than promised, and not for ever.
pub async fn assert_unavailable<T: std::fmt::Debug>(call: impl Future<Output = Result<T>>) {
    match timeout(PATIENCE, call).await.expect("the call ends") {
        Err(StoreError::Unavailable(_)) => {}
        other => panic!("it was not unavailable: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_without_redis_waits_for_it() {
    let mut server = RedisServer::absent(&["save", ""]);
    let out = Out::at(server.url());
    assert_unavailable(out.store.ping()).await;
    assert_unavailable(out.join("Ann")).await;
    assert_unavailable(out.store.snapshot(&out.area, true)).await;
    assert_unavailable(out.store.follow(&out.area)).await;
    server.bring_up();
    eventually("it can be followed", async || out.store.follow(&out.area).await.is_ok()).await;
    out.assert_well("Ann").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_redis_is_found_again() {
    let mut server = RedisServer::start();
    let out = Out::following(server.url()).await;
    out.assert_well("Ann").await;
    server.kill();
    assert_unavailable(out.join("Bob")).await;
    assert_eq!(out.missed(), 0, "nothing new can be read yet");
    server.bring_up();
    eventually("who follows is told", async || out.missed() > 0).await;
    out.assert_well("Cem").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_stopped_in_its_tracks_is_found_again() {
    let server = RedisServer::start();
    let out = Out::following(server.url()).await;
    out.assert_well("Ann").await;
    server.freeze();
    assert_unavailable(out.join("Bob")).await;
    assert_unavailable(out.head()).await;
    assert_unavailable(out.store.follow(&new_area())).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_unavailable(out.store.ping()).await;
    server.thaw();
    eventually("who follows is told", async || out.missed() > 0).await;
    out.assert_well("Cem").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_subscription_comes_back_while_commands_work() {
    let server = RedisServer::start();
    let out = Out::following(server.url()).await;
    for round in 1..=3 {
        assert_eq!(server.ask::<i64>(&["CLIENT", "KILL", "TYPE", "pubsub"]), 1);
        out.join(&format!("Ann {round}")).await.expect("commands have connections of their own");
        eventually("who follows is told", async || out.missed() >= round).await;
        out.assert_well(&format!("Bob {round}")).await;
    }
    assert_eq!(out.missed(), 3, "once for each break");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_command_connections_are_replaced() {
    let server = RedisServer::start();
    let out = Out::following(server.url()).await;
    for round in 0..5 {
        assert!(server.ask::<i64>(&["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]) >= 1);
        // Reading twice comes to the same, so a break does not show at all.
        out.store.snapshot(&out.area, true).await.expect("it is asked again");
        out.join(&format!("Ann {round}")).await.expect("with n, a change is sent again");
    }
    assert_eq!(out.missed(), 0, "the subscription stood");
    out.assert_well("Bob").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_go_silent_are_replaced() {
    let server = RedisServer::start();
    let path = Path::to(server.port()).await;
    let out = Out::following(path.url()).await;
    out.assert_well("Ann").await;
    path.forget_connections();
    // Nobody asks for anything meanwhile: the silence itself is noticed.
    eventually("who follows is told", async || out.missed() > 0).await;
    out.assert_well("Bob").await;
    path.forget_connections();
    assert_unavailable(out.store.change(&Change {
        area: out.area.clone(),
        owner: Owner::of("Cem"),
        held: None,
        n: None,
        act: join("Cem"),
    }))
    .await;
    eventually("who follows is told", async || out.missed() > 1).await;
    out.assert_well("Dan").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_connections_than_asked_for() {
    let server = RedisServer::start();
    let out = Out::following(server.url()).await;
    let asked = (0..200).map(|i| {
        let out = &out;
        async move { out.join(&format!("Ann {i}")).await }
    });
    assert!(futures_util::future::join_all(asked).await.iter().all(Result::is_ok));
    let clients: String = server.ask(&["CLIENT", "LIST"]);
    // One for the commands of each of the two threads that had any, one for pub/sub, and the one that asks.
    assert!((3..=4).contains(&clients.lines().count()), "{clients}");
    drop(out);
    eventually("they are closed with the store", async || {
        server.ask::<String>(&["CLIENT", "LIST"]).lines().count() == 1
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_within_its_time_counts_and_a_longer_one_does_not() {
    let server = RedisServer::start();
    let limit = Duration::from_millis(500);
    let impatient = || {
        let options = RedisOptions { connect: limit, answer: limit, ..RedisOptions::new(server.url()) };
        let store = RedisStore::new(&options, LONG).expect("the URL is a good one");
        Out { store, watch: Arc::default(), area: new_area() }
    };
    let out = impatient();
    out.join("Ann").await.expect("Redis is there");
    server.ask::<String>(&["CLIENT", "PAUSE", "50"]);
    out.join("Bob").await.expect("slow, and in time; who comes new is too");
    impatient().join("Cem").await.expect("a new connection stood in time");
    server.ask::<String>(&["CLIENT", "PAUSE", "3000"]);
    let new = impatient();
    tokio::join!(assert_unavailable(out.join("Dan")), assert_unavailable(new.join("Eve")));
}
