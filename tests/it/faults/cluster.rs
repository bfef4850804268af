//! Servers on a Redis Cluster whose primary is killed or stopped, and whose slot moves, while people vote.

use std::time::Duration;

use tokio::time::sleep;

use super::judge::Damage;
use super::town::{End, Off, Town};
use super::voter::AREA;
use crate::redis::cluster::nodes::RedisCluster;

const VOTERS: usize = 6;

fn key() -> String {
    format!("{{{AREA}}}:epoch")
}

async fn town_on(cluster: &RedisCluster, off: Off, wait_replicas: &str) -> Town {
    let nodes = cluster.addresses();
    let settings =
        [("WTE__REDIS__CLUSTER", "true"), ("WTE__REDIS__NODES", &*nodes), ("WTE__REDIS__WAIT_REPLICAS", wait_replicas)];
    Town::build(off, 2, &settings).await
}

/// The primary dies just after its replica fell behind: what only the primary has is gone.
async fn primary_killed(wait_replicas: &str) -> End {
    let mut cluster = RedisCluster::start();
    let mut town = town_on(&cluster, None, wait_replicas).await;
    town.companion = wait_replicas == "0";
    // What was acked must be there by itself.
    town.recast = false;
    town.open(VOTERS).await;
    town.votes(3).await;
    let owner = cluster.owner(&key());
    let replica = cluster.replica_of(owner);
    replica.freeze();
    let _: i64 = cluster.node(owner).ask(&["CLIENT", "KILL", "TYPE", "replica"]);
    // What the primary alone has now: with it they are refused, and acked where nobody waits for the replica.
    if town.companion {
        town.votes(2).await;
    } else {
        town.until("votes are refused", |log| log.refused > 0).await;
    }
    town.broken();
    cluster.kill(owner);
    cluster.replica_of(owner).thaw();
    // Alone, the new primary could not have anything acknowledged.
    cluster.revive(owner);
    town.mended();
    town.votes_if_any(3).await;
    town.end_at(cluster.options()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_primary_that_is_killed_takes_no_acked_vote_along() {
    primary_killed("1").await.assert_kept("primary-killed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_waiting_for_a_replica_acked_votes_die_with_the_primary() {
    let end = primary_killed("0").await;
    end.assert_found(|damage| matches!(damage, Damage::NeverStored { .. }));
}

async fn primary_stopped(off: Off) -> End {
    let cluster = RedisCluster::start();
    let mut town = town_on(&cluster, off, "1").await;
    town.open(VOTERS).await;
    town.votes(3).await;
    let owner = cluster.owner(&key());
    town.broken();
    cluster.node(owner).freeze();
    sleep(Duration::from_secs(6)).await;
    cluster.node(owner).thaw();
    town.mended();
    town.votes_if_any(3).await;
    town.end_at(cluster.options()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_primary_stopped_for_six_seconds_loses_no_vote() {
    primary_stopped(None).await.assert_kept("primary-stopped");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn votes_acked_before_they_are_stored_are_lost_with_a_stopped_primary() {
    let end = primary_stopped(Some("acks-first")).await;
    end.assert_found(|damage| matches!(damage, Damage::NeverStored { .. }));
}

async fn slot_moved(off: Off) -> End {
    let cluster = RedisCluster::start();
    let mut town = town_on(&cluster, off, "0").await;
    town.open(VOTERS).await;
    town.votes(3).await;
    let before = cluster.owner(&key());
    for to in [(before + 1) % 3, (before + 2) % 3, before] {
        town.broken();
        cluster.move_slot_of(&key(), to).await;
        town.mended();
        town.votes(3).await;
    }
    town.end_at(cluster.options()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slot_that_moves_while_people_vote_loses_nothing() {
    slot_moved(None).await.assert_kept("slot-moved");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_follow_a_slot_to_its_new_node_sees_what_was() {
    let end = slot_moved(Some("deaf")).await;
    end.assert_found(|damage| matches!(damage, Damage::StaleView { .. }));
}
