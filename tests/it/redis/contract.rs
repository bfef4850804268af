//! The contract suite on Redis: each test has a server of its own, for a sweep looks at all of its data.

use std::sync::Arc;

use async_trait::async_trait;
use where_to_eat::domain::change::Rules;
use where_to_eat::store::redis::{RedisOptions, RedisStore};
use where_to_eat::store::{Listener, Store};

use crate::contract::{Ground, contract_suite};
use crate::redis::server::RedisServer;

async fn ground() -> impl Ground {
    RedisServer::start()
}

/// Wherever these options lead to.
#[async_trait]
impl Ground for RedisOptions {
    async fn open(&self, rules: Rules, listener: Arc<dyn Listener>) -> Arc<dyn Store> {
        let store = RedisStore::new(self, rules).expect("the address is a good one");
        store.listen(listener);
        store
    }
}

#[async_trait]
impl Ground for RedisServer {
    async fn open(&self, rules: Rules, listener: Arc<dyn Listener>) -> Arc<dyn Store> {
        RedisOptions::new(self.url()).open(rules, listener).await
    }
}

contract_suite!(crate::redis::contract::ground);
