//! The contract suite on a cluster of three primaries and three replicas, one for each topic: it takes seconds to form.

use std::sync::Arc;

use async_trait::async_trait;
use where_to_eat::domain::change::Rules;
use where_to_eat::store::{Listener, Store};

use crate::contract::{Ground, Reusable, contract_suite};
use crate::redis::cluster::nodes::RedisCluster;

async fn ground() -> impl Reusable {
    RedisCluster::start()
}

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

contract_suite!(topics of crate::redis::cluster::contract::ground);
