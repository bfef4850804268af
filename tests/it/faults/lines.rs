//! The way between people and servers: it goes silent in mid-vote, and what was under way arrives when nobody waits for it any more.

use futures_util::future::join_all;
use where_to_eat::store::redis::RedisOptions;

use super::judge::Damage;
use super::town::{End, Off, Town};
use super::voter::Wish;
use crate::contract::group::eventually;
use crate::redis::path::Path;
use crate::redis::server::RedisServer;
use crate::server::Server;

const VOTERS: usize = 6;
/// The figure of votes that a server has asked its store for, whatever came of them.
const TAKEN: &str = "wte_changes_total{act=\"addVote\"";

/// Votes that any of the servers took so far.
async fn taken(town: &Town) -> u64 {
    let of_one = async |server: &Server| -> u64 {
        let text = server.get("/metrics").await.text().await.expect("a text");
        let values = text.lines().filter(|line| line.starts_with(TAKEN)).filter_map(|line| line.split(' ').next_back());
        values.map(|value| value.parse::<u64>().expect("a number")).sum()
    };
    join_all(town.servers.iter().map(of_one)).await.into_iter().sum()
}

async fn held_up(off: Off) -> End {
    let redis = RedisServer::start();
    let mut town = Town::build(off, 2, &[("REDIS_URL", &redis.url())]).await;
    let path = Path::to(town.door).await;
    town.door = path.port();
    town.open(VOTERS).await;
    town.votes(3).await;
    town.broken();
    path.stall();
    // By other lines: the vote that is held up, once more, and newer ones.
    town.votes(3).await;
    town.wish(Wish::Rest);
    town.until("all is acknowledged", |log| log.pending.is_none()).await;
    let before = taken(&town).await;
    let held = path.release() as u64;
    assert!(held > 0, "a vote was on its way");
    town.mended();
    // No voter is told that it has arrived: nobody waits for it any more.
    eventually("what was held up is taken", async || taken(&town).await >= before + held).await;
    town.end_at(RedisOptions::new(redis.url())).await
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
