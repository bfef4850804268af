//! Servers that die, and servers that are told to end, while people vote.

use where_to_eat::store::redis::RedisOptions;

use super::judge::{self, Damage};
use super::town::{End, Off, Town};
use crate::redis::server::RedisServer;
use crate::server::{Browser, View};

const VOTERS: usize = 6;

async fn killed_behind_a_proxy(off: Off) -> End {
    let redis = RedisServer::start();
    let mut town = Town::build(off, 2, &[("REDIS_URL", &redis.url())]).await;
    town.open(VOTERS).await;
    town.votes(5).await;
    town.mid_vote().await;
    town.broken();
    town.servers[0].kill().await;
    town.votes(3).await;
    town.servers[0].restart().await;
    town.mid_vote().await;
    town.servers[1].kill().await;
    town.votes(3).await;
    town.servers[1].restart().await;
    town.mended();
    town.end_at(RedisOptions::new(redis.url())).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_in_mid_vote_takes_no_acked_vote_along() {
    killed_behind_a_proxy(None).await.assert_kept("server-killed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn votes_acked_before_they_are_stored_die_with_the_server() {
    let end = killed_behind_a_proxy(Some("acks-first")).await;
    end.assert_found(|damage| matches!(damage, Damage::NeverStored { .. }));
}

async fn killed_with_its_file(off: Off) -> End {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("areas.redb").to_string_lossy().into_owned();
    let mut town = Town::build(off, 1, &[("WTE__STORE__PATH", &path)]).await;
    town.open(VOTERS).await;
    for _ in 0..3 {
        town.votes(4).await;
        town.mid_vote().await;
        town.broken();
        town.servers[0].kill().await;
        town.servers[0].restart().await;
        town.mended();
    }
    town.votes(3).await;
    let browser = Browser::open(&town.servers[0]).await;
    // The file belongs to the one process that has it open, so that is asked.
    town.end(async || View::of(&browser.get("/api/areas/lunch").await.1), None).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_embedded_store_has_every_acked_vote_after_kill_9() {
    killed_with_its_file(None).await.assert_kept("embedded-killed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn votes_acked_before_they_are_in_the_file_are_lost() {
    let end = killed_with_its_file(Some("acks-first")).await;
    end.assert_found(|damage| matches!(damage, Damage::NeverStored { .. }));
}

/// A rolling restart of three servers, each told to end, or, for the companion, ended without a word.
async fn restarted_one_by_one(told: bool) -> End {
    let redis = RedisServer::start();
    let mut town = Town::build(None, 3, &[("REDIS_URL", &redis.url())]).await;
    town.companion = !told;
    town.open(VOTERS + 3).await;
    for number in 0..town.servers.len() {
        town.votes(3).await;
        town.broken();
        let server = &mut town.servers[number];
        if told {
            server.terminate().await;
            assert!(server.ended().await, "exit code 0");
        } else {
            server.kill().await;
        }
        server.restart().await;
        town.mended();
    }
    town.votes(3).await;
    let mut end = town.end_at(RedisOptions::new(redis.url())).await;
    end.damage.extend(judge::cut_off(&end.logs));
    end
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_sends_everyone_on_and_loses_nothing() {
    let end = restarted_one_by_one(true).await;
    assert!(end.logs.iter().any(|log| !log.goodbyes.is_empty()), "somebody was there to be told");
    end.assert_kept("rolling-restart");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_go_without_a_word_cut_everyone_off() {
    let end = restarted_one_by_one(false).await;
    end.assert_found(|damage| matches!(damage, Damage::CutOff { .. }));
}
