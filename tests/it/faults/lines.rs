//! The way between people and servers: it goes silent in mid-vote, and what was under way arrives when nobody waits for it any more.

use std::time::Duration;

use tokio::time::sleep;
use where_to_eat::store::redis::RedisOptions;

use super::judge::Damage;
use super::town::{End, Off, Town, stored_in};
use super::voter::Wish;
use crate::redis::path::Path;
use crate::redis::server::RedisServer;

const VOTERS: usize = 6;
/// Far more than the way to a server and its store takes, on a machine that is busy too.
const ARRIVES: Duration = Duration::from_secs(1);

async fn held_up(off: Off) -> End {
    let redis = RedisServer::start();
    let mut town = Town::build(off, 2, &[("REDIS_URL", &redis.url())]).await;
    let path = Path::to(town.door).await;
    town.door = path.port();
    town.open(VOTERS).await;
    town.votes(3).await;
    path.stall();
    // By other lines: the vote that is held up, once more, and newer ones.
    town.votes(3).await;
    town.wish(Wish::Rest);
    town.until("all is acknowledged", |log| log.pending.is_none()).await;
    assert!(town.logs().iter().any(|log| log.again > 0), "a vote was on its way");
    path.release();
    // Nobody is told that it has arrived: nobody waits for it any more.
    sleep(ARRIVES).await;
    town.end(async || stored_in(RedisOptions::new(redis.url())).await, None).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vote_held_up_on_its_way_does_not_beat_a_newer_one() {
    held_up(None).await.assert_kept("client-half-open");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_n_a_vote_held_up_beats_a_newer_one() {
    let end = held_up(Some("forgets-n")).await;
    end.assert_found(|damage| matches!(damage, Damage::LostVote { stored: Some(_), .. }));
}
