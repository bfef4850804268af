//! The contract suite on clusters of three primaries and three replicas. A new node refuses to serve for two seconds, so one cluster
//! has many topics, and those that wait for time to pass are beside.

use std::sync::Arc;

use async_trait::async_trait;
use where_to_eat::domain::change::Rules;
use where_to_eat::store::{Listener, Store};

use crate::contract::{Ground, Reusable};
use crate::redis::cluster::nodes::RedisCluster;

#[async_trait]
impl Ground for RedisCluster {
    async fn open(&self, rules: Rules, listener: Arc<dyn Listener>) -> Arc<dyn Store> {
        self.options().open(rules, listener).await
    }
}

#[async_trait]
impl Reusable for RedisCluster {
    async fn clear(&self) {
        self.primaries().for_each(|node| node.say(&["FLUSHALL"]));
    }
}

mod topics {
    crate::contract::contract_suite!(topics);
}

fn assert_all_hold(broken: &[Vec<&str>]) {
    assert!(broken.iter().all(Vec::is_empty), "these claims do not hold: {broken:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_done_at_once() {
    let cluster = RedisCluster::start();
    assert_all_hold(&[
        topics::names(&cluster).await,
        topics::collisions(&cluster).await,
        topics::votes(&cluster).await,
        topics::places(&cluster).await,
        topics::retries(&cluster).await,
        topics::snapshots(&cluster).await,
        topics::presence(&cluster).await,
        topics::codes(&cluster).await,
        topics::samples(&cluster).await,
        topics::accounts(&cluster).await,
        topics::handing_over(&cluster).await,
        topics::storms(&cluster).await,
    ]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said() {
    let cluster = RedisCluster::start();
    assert_all_hold(&[topics::talk(&cluster).await, topics::rooms(&cluster).await, topics::whispers(&cluster).await]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_time_ends() {
    assert_all_hold(&[topics::expiry(&RedisCluster::start()).await]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_sweep_takes() {
    let cluster = RedisCluster::start();
    assert_all_hold(&[topics::sweep(&cluster).await, topics::races(&cluster).await]);
}
