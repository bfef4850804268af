//! The channel breaks, or goes silent, while commands work; and all connections to Redis go silent.

use std::time::Duration;

use where_to_eat::store::redis::RedisOptions;

use super::judge::Damage;
use super::town::{End, Off, Town};
use crate::redis::path::Path;
use crate::redis::server::RedisServer;

const VOTERS: usize = 6;
/// Each way: far from quick, and within the limits of an answer.
const SLOW: Duration = Duration::from_millis(150);

async fn killed(off: Off) -> End {
    let redis = RedisServer::start();
    let mut town = Town::build(off, 2, &[("REDIS_URL", &redis.url())]).await;
    town.open(VOTERS).await;
    for _ in 0..4 {
        town.votes(3).await;
        town.broken();
        let _: i64 = redis.ask(&["CLIENT", "KILL", "TYPE", "pubsub"]);
        town.mended();
    }
    town.end_at(RedisOptions::new(redis.url())).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_that_is_cut_off_loses_no_change() {
    killed(None).await.assert_kept("channel-killed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_hears_nothing_after_a_cut_sees_what_was() {
    let end = killed(Some("deaf")).await;
    end.assert_found(|damage| matches!(damage, Damage::StaleView { .. }));
}

async fn silent(off: Off) -> End {
    let redis = RedisServer::start();
    let path = Path::to(redis.port()).await;
    let mut town = Town::build(off, 2, &[("REDIS_URL", &path.url())]).await;
    town.open(VOTERS).await;
    town.votes(3).await;
    town.broken();
    path.forget_subscriptions();
    town.votes(3).await;
    town.end_at(RedisOptions::new(redis.url())).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_that_goes_silent_is_found_out() {
    silent(None).await.assert_kept("channel-silent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_trusts_a_silent_channel_sees_what_was() {
    let end = silent(Some("deaf")).await;
    end.assert_found(|damage| matches!(damage, Damage::StaleView { .. }));
}

/// Connections to Redis that a router has forgotten: open at both ends, and nothing comes through.
async fn half_open() -> End {
    let redis = RedisServer::start();
    let path = Path::to(redis.port()).await;
    let mut town = Town::build(None, 2, &[("REDIS_URL", &path.url())]).await;
    town.open(VOTERS).await;
    town.votes(3).await;
    town.broken();
    path.forget_connections();
    town.votes(3).await;
    path.cut();
    town.votes(2).await;
    path.reset();
    town.votes(2).await;
    path.delay(SLOW);
    town.votes(2).await;
    path.delay(Duration::ZERO);
    town.mended();
    town.end_at(RedisOptions::new(redis.url())).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_connections_to_redis_are_replaced_and_no_vote_is_lost() {
    half_open().await.assert_kept("redis-half-open");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_limit_for_answers_dead_connections_stay() {
    let end = half_open_for_ever().await;
    end.assert_found(|damage| matches!(damage, Damage::NeverAcked { .. }));
}

/// The same until the connections are silent: cut off, they would be replaced whatever is off.
async fn half_open_for_ever() -> End {
    let redis = RedisServer::start();
    let path = Path::to(redis.port()).await;
    let settings = [("REDIS_URL", &*path.url()), ("WTE__REDIS__COMMAND_MS", "600000")];
    let mut town = Town::build(Some(""), 2, &settings).await;
    town.open(VOTERS).await;
    town.votes(3).await;
    path.forget_connections();
    town.votes_if_any(3).await;
    town.end_at(RedisOptions::new(redis.url())).await
}
