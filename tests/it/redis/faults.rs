//! A Redis that is full, forgets its scripts, or comes back as another: what is told, what is kept, what begins anew.

use std::time::Duration;

use where_to_eat::domain::change::Act;
use where_to_eat::domain::event::{Epoch, Event, LeftReason};
use where_to_eat::domain::state::AreaState;
use where_to_eat::store::{Result, StoreError};

use crate::contract::group::{Group, LONG, eventually, join, lasting, vote};
use crate::redis::cluster::nodes::RedisCluster;
use crate::redis::inside::Inside;
use crate::redis::server::RedisServer;

fn unavailable<T: std::fmt::Debug>(result: Result<T>) -> String {
    match result {
        Err(StoreError::Unavailable(cause)) => cause,
        other => panic!("it was not unavailable: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forgotten_scripts_are_sent_again() {
    let server = RedisServer::start();
    let group = Group::meet(&server, LONG).await;
    for round in 0..5 {
        server.ask::<String>(&["SCRIPT", "FLUSH"]);
        group.act("Ann", join(&format!("Ann {round}"))).await.unwrap();
        server.ask::<String>(&["SCRIPT", "FLUSH"]);
        group.vote("Ann", &format!("venue-{round}")).await;
        server.ask::<String>(&["SCRIPT", "FLUSH"]);
        group.assert_view_is_the_store().await;
    }
    assert_eq!(group.state().await.seq, 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_is_one_round_trip() {
    let server = RedisServer::start();
    let group = Group::meet(&server, LONG).await;
    group.join("Ann").await;
    group.vote("Ann", "thai").await;
    let calls = || {
        let stats: String = server.ask(&["INFO", "commandstats"]);
        let of = |name: &str| {
            let line = stats.lines().find_map(|line| line.strip_prefix(&format!("cmdstat_{name}:calls=")))?;
            line.split(',').next()?.parse::<u64>().ok()
        };
        ["evalsha", "eval", "script|load", "unwatch"].map(|name| of(name).unwrap_or(0))
    };
    let before = calls();
    for round in 0..20 {
        let held = Some("Ann");
        group.change("Ann", None, held, vote(&format!("venue-{}", round % 3))).await.unwrap();
    }
    let after = calls();
    assert_eq!([0, 1, 2, 3].map(|i| after[i] - before[i]), [20, 0, 0, 0]);
}

/// What a full server refuses, what it goes on with, and that nothing is half done.
async fn refuses_changes_whole_and_can_be_read(redis: &impl Inside) {
    let group = Group::meet(redis, lasting(3000)).await;
    let server = redis.at(&group.area);
    let keys_of_area = || server.keys(&redis.key(&group.area, "*"));
    let joined = group.join("Ann").await;
    group.vote("Ann", "thai").await;
    group.until(joined.at + 1500).await;
    let bob = group.join("Bob").await;
    server.say(&["CONFIG", "SET", "maxmemory", "1"]);
    let keys = keys_of_area();
    for (who, act) in [("Ann", vote("sushi")), ("Ann", Act::Withdraw), ("Cem", join("Cem")), ("Bob", Act::Leave)] {
        let cause = unavailable(group.act(who, act).await);
        assert!(cause.contains("full"), "{cause}");
    }
    assert_eq!((keys_of_area(), group.state().await.seq), (keys, bob.seq), "nothing was written or published");
    assert_eq!(group.votes().await, "Ann thai");
    // Time does not stop, and what ends makes room.
    eventually("Ann's time is over", async || group.state().await.users.len() == 1).await;
    eventually("the area is over", async || group.store.sweep(0).await.unwrap().cleared == 1).await;
    assert!(keys_of_area().is_empty());
    server.say(&["CONFIG", "SET", "maxmemory", "0"]);
    group.join("Ann").await;
    group.vote("Ann", "thai").await;
    group.assert_view_is_the_store().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_redis_refuses_changes_whole_and_can_be_read() {
    let server = RedisServer::start();
    refuses_changes_whole_and_can_be_read(&server).await;
    assert!(server.keys("*").iter().all(|key| key == "expireKeys" || server.ask::<i64>(&["PTTL", key]) > 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_node_of_a_cluster_refuses_changes_whole_and_can_be_read() {
    refuses_changes_whole_and_can_be_read(&RedisCluster::start()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_run_begins_a_new_epoch_and_keeps_what_is_there() {
    let mut server = RedisServer::durable();
    let group = Group::meet(&server, LONG).await;
    group.act_n("Ann", 5, join("Ann")).await.unwrap();
    group.act_n("Ann", 6, vote("thai")).await.unwrap();
    let before = group.state().await;
    server.kill();
    server.bring_up();
    let mut after = AreaState::default();
    eventually("it answers again", async || match group.store.snapshot(&group.area, false).await {
        Ok(snapshot) => {
            after = snapshot.state;
            true
        }
        Err(_) => false,
    })
    .await;
    assert_ne!(after.epoch.run(), before.epoch.run());
    assert_eq!(after.seq, 0, "the next change is the first");
    assert_eq!(AreaState { epoch: before.epoch.clone(), seq: before.seq, ..after.clone() }, before, "nothing is lost");
    let retried = group.act_n("Ann", 6, vote("sushi")).await.unwrap();
    assert_eq!((&retried.epoch, retried.seq), (&after.epoch, 0), "n still counts");
    let voted = group.act_n("Ann", 7, vote("sushi")).await.unwrap();
    assert_eq!((&voted.epoch, voted.seq), (&after.epoch, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_over_while_redis_was_away_leaves_in_the_new_epoch() {
    let mut server = RedisServer::durable();
    let group = Group::meet(&server, lasting(1000)).await;
    let joined = group.join("Ann").await;
    group.heard(&joined).await;
    server.kill();
    server.bring_up();
    group.store.follow(&group.area).await.unwrap();
    eventually("she is gone", async || group.me("Ann").await.is_none()).await;
    let left = group.ears.until(&group.area, "her leaving", |sounds| sounds.len() > 1).await;
    let change = group.ears.changes(&group.area).pop().unwrap();
    assert_eq!(left.len(), 2);
    assert!(matches!(change.event, Event::UserLeft { reason: LeftReason::Expired, .. }));
    assert_eq!(change.seq, 1);
    assert_ne!(change.epoch, joined.epoch);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_redis_begins_everything_anew() {
    let mut server = RedisServer::start();
    let group = Group::meet(&server, LONG).await;
    let before = group.join("Ann").await;
    server.kill();
    server.bring_up();
    eventually("it answers again", async || group.store.ping().await.is_ok()).await;
    assert_eq!(group.state().await, AreaState::default());
    let head = group.head().await;
    assert_eq!(head.epoch, Epoch::default());
    let again = group.join("Ann").await;
    assert_ne!(again.epoch, before.epoch);
    assert_eq!(again.seq, 1);
}

/// A server that was a primary and is a replica now refuses to write: the connection is given up for a new one, which
/// may lead elsewhere.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_is_no_place_for_changes() {
    let mut server = RedisServer::start();
    let group = Group::meet(&server, LONG).await;
    let other = RedisServer::start();
    server.ask::<String>(&["REPLICAOF", "127.0.0.1", &other.port().to_string()]);
    unavailable(group.act("Ann", join("Ann")).await);
    server.ask::<String>(&["REPLICAOF", "NO", "ONE"]);
    eventually("it is a primary again", async || group.act("Ann", join("Ann")).await.is_ok()).await;
    server.kill();
    tokio::time::timeout(Duration::from_secs(20), group.store.ping()).await.expect("a call ends").unwrap_err();
}
