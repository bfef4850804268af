//! A primary with a replica, behind an address that is moved when the primary dies: what was acknowledged with
//! `redis.wait_replicas` is there afterwards, and what was not may be gone.

use where_to_eat::domain::change::{Act, Done};
use where_to_eat::store::redis::RedisOptions;
use where_to_eat::store::{Result, StoreError};

use crate::contract::group::{Group, LONG, eventually, join, vote};
use crate::redis::path::Path;
use crate::redis::server::RedisServer;

struct Pair {
    primary: RedisServer,
    replica: RedisServer,
    /// What the replica hears comes this way.
    replication: Path,
    /// Where the product finds the primary.
    address: Path,
}

impl Pair {
    async fn start() -> Self {
        let primary = RedisServer::with(&["save", "", "repl-diskless-sync-delay", "0"]);
        let replica = RedisServer::start();
        let replication = Path::to(primary.port()).await;
        replica.say(&["REPLICAOF", "127.0.0.1", &replication.port().to_string()]);
        eventually("the replica follows", async || replica.tells("INFO replication").contains("master_link_status:up"))
            .await;
        let address = Path::to(primary.port()).await;
        Self { primary, replica, replication, address }
    }

    async fn group(&self, wait_replicas: u32) -> Group {
        let options = RedisOptions { wait_replicas, ..RedisOptions::new(self.address.url()) };
        Group::meet(&options, LONG).await
    }

    /// As whoever watches over the two does it.
    fn fail_over(&mut self) {
        self.primary.kill();
        self.replica.say(&["REPLICAOF", "NO", "ONE"]);
        self.address.lead_to(self.replica.port());
    }
}

/// Ann's act, who has her name already.
async fn ann(group: &Group, n: u64, act: Act) -> Result<Done> {
    group.change("Ann", Some(n), Some("Ann"), act).await
}

/// Ann, who has her name, votes by a store that waits for one replica: acknowledged only while that one can say that it has the
/// vote, and counted once however often it is sent.
pub async fn assert_acked_only_with(replica: &RedisServer, waiting: &Group) {
    let before = waiting.state().await.seq;
    replica.freeze();
    let said = ann(waiting, 2, vote("thai")).await;
    assert!(matches!(&said, Err(StoreError::Unavailable(why)) if why.contains("replicas")), "{said:?}");
    // Known already, so it changes nothing; still no replica has it.
    let said = ann(waiting, 2, vote("thai")).await;
    assert!(matches!(&said, Err(StoreError::Unavailable(_))), "{said:?}");
    replica.thaw();
    eventually("the replica has it", async || ann(waiting, 2, vote("thai")).await.is_ok()).await;
    assert_eq!((waiting.state().await.seq, waiting.votes().await.as_str()), (before + 1, "Ann thai"), "counted once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vote_that_no_replica_has_is_not_acknowledged() {
    let pair = Pair::start().await;
    let group = pair.group(1).await;
    group.act_n("Ann", 1, join("Ann")).await.unwrap();
    assert_acked_only_with(&pair.replica, &group).await;
}

/// What became of a vote whose primary died right after its answer.
#[derive(Debug, PartialEq, Eq)]
enum Vote {
    AckedAndKept,
    AckedAndLost,
    NotAcked,
}

async fn vote_and_lose_the_primary(wait_replicas: u32, replication_is_cut: bool) -> Vote {
    let mut pair = Pair::start().await;
    let group = pair.group(wait_replicas).await;
    let joined = group.act_n("Ann", 1, join("Ann")).await.unwrap();
    eventually("the replica has her name", async || !pair.replica.keys("*:users:ann").is_empty()).await;
    if replication_is_cut {
        pair.replication.forget_connections();
    }
    let acked = ann(&group, 2, vote("thai")).await;
    pair.fail_over();
    eventually("the new primary answers", async || group.store.snapshot(&group.area, false).await.is_ok()).await;
    let after = group.state().await;
    assert_ne!(after.epoch.run(), joined.epoch.run(), "its tail may be lost, so it is another life");
    let kept = group.votes().await == "Ann thai";
    // All goes on there, also for who follows.
    eventually("the new primary is followed", async || group.store.follow(&group.area).await.is_ok()).await;
    eventually("what happens there is heard", async || {
        // Not acknowledged where a replica is waited for: the new primary has none yet.
        for act in [Act::Withdraw, vote("sushi")] {
            let _ = group.change("Ann", None, Some("Ann"), act).await;
        }
        group.ears.changes(&group.area).iter().any(|change| change.epoch == after.epoch)
    })
    .await;
    match (acked, kept) {
        (Ok(_), true) => Vote::AckedAndKept,
        (Ok(_), false) => Vote::AckedAndLost,
        (Err(_), _) => Vote::NotAcked,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vote_that_the_replica_has_survives_the_primary() {
    assert_eq!(vote_and_lose_the_primary(1, false).await, Vote::AckedAndKept);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vote_that_cannot_reach_the_replica_is_not_acknowledged() {
    assert_eq!(vote_and_lose_the_primary(1, true).await, Vote::NotAcked);
}

/// What `redis.wait_replicas` is for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_waiting_an_acknowledged_vote_is_lost_with_the_primary() {
    assert_eq!(vote_and_lose_the_primary(0, true).await, Vote::AckedAndLost);
}
