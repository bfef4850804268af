//! Redis that is killed and comes back with its data or without, and Redis that is stopped in its tracks.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use where_to_eat::store::redis::RedisOptions;

use super::judge::{self, Damage, run_of};
use super::town::{End, Off, Town, stored_in};
use super::voter::Wish;
use crate::redis::server::RedisServer;

const VOTERS: usize = 6;

async fn back_with_its_data(off: Off) -> End {
    let mut redis = RedisServer::durable();
    let mut town = Town::build(off, 2, &[("REDIS_URL", &redis.url())]).await;
    town.open(VOTERS).await;
    town.votes(5).await;
    town.broken();
    redis.kill();
    town.until("it is known that Redis is away", |log| log.refused > 0).await;
    redis.bring_up();
    town.mended();
    town.votes_if_any(3).await;
    town.end_at(RedisOptions::new(redis.url())).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_back_with_its_data_has_all_that_was_acked() {
    back_with_its_data(None).await.assert_kept("redis-restarted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_follow_again_after_a_break_sees_what_was() {
    let end = back_with_its_data(Some("deaf")).await;
    end.assert_found(|damage| matches!(damage, Damage::StaleView { .. }));
}

/// Nobody votes while it happens: what comes back are the votes that were cast again, or none.
async fn back_empty(recast: bool) -> End {
    let mut redis = RedisServer::start();
    let mut town = Town::build(None, 2, &[("REDIS_URL", &redis.url())]).await;
    (town.recast, town.companion) = (recast, !recast);
    town.open(VOTERS).await;
    town.votes(3).await;
    town.wish(Wish::Rest);
    town.until("all is acknowledged", |log| log.pending.is_none()).await;
    let before = stored_in(RedisOptions::new(redis.url())).await;
    town.broken();
    redis.kill();
    town.until("it is known that Redis is away", |log| !log.stale.is_empty()).await;
    redis.bring_up();
    town.mended();
    let new_run = |epoch: &str| run_of(epoch) != run_of(&before.epoch);
    town.until("all have the new life", |log| log.view.as_ref().is_some_and(|view| new_run(&view.epoch))).await;
    let who_is_there = |log: &super::log::Log| log.view.as_ref().is_some_and(|view| view.users.len() == VOTERS);
    town.until("all have their names again", who_is_there).await;
    if recast {
        town.until("the votes were cast again", |log| log.recast > 0 && log.pending.is_none()).await;
    }
    let now = stored_in(RedisOptions::new(redis.url())).await;
    town.end(async || stored_in(RedisOptions::new(redis.url())).await, Some(run_of(&now.epoch))).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn votes_that_redis_lost_are_cast_again_once() {
    let end = back_empty(true).await;
    assert!(end.logs.iter().all(|log| log.recast == 1), "once: {:#?}", end.logs);
    end.assert_kept("redis-emptied");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_casting_again_votes_that_redis_lost_are_lost() {
    let end = back_empty(false).await;
    end.assert_found(|damage| matches!(damage, Damage::LostVote { stored: None, .. }));
}

/// Redis stands still for so long at least.
async fn stopped(off: Off, time: Duration) -> End {
    let redis = RedisServer::start();
    let mut town = Town::build(off, 2, &[("REDIS_URL", &redis.url())]).await;
    town.open(VOTERS).await;
    town.votes(5).await;
    town.broken();
    let begun = Instant::now();
    redis.freeze();
    town.until_if_any("everybody is told", |log| log.refused > 0 && !log.stale.is_empty()).await;
    sleep_until(begun + time).await;
    let meanwhile = town.logs();
    redis.thaw();
    town.mended();
    town.votes_if_any(3).await;
    let mut end = town.end_at(RedisOptions::new(redis.url())).await;
    end.damage.extend(judge::not_told(&meanwhile));
    end
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_redis_is_stopped_people_are_told_and_no_vote_is_lost() {
    stopped(None, Duration::from_secs(10)).await.assert_kept("redis-stopped");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_for_redis_without_a_limit_tells_nobody() {
    // It is waited for people to be told, and nobody is.
    let end = stopped(Some("patient"), Duration::ZERO).await;
    end.assert_found(|damage| matches!(damage, Damage::NotTold { .. }));
}
