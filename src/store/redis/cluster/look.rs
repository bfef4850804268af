//! Looks again and again which node has which slot. Knows nothing of what is asked there.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use redis::{Client, ConnectionInfo, FromRedisValue, RedisResult, Value};
use tokio::time::{sleep, timeout};

use super::map::{Address, Slots, Told};
use super::{Cluster, Shape};
use crate::store::redis::link::Again;
use crate::store::redis::node::{Node, Opening};
use crate::store::redis::request::Request;

/// How often, when nothing hints at a change.
const EVERY: Duration = Duration::from_secs(1);
/// At most so often, whatever hints at a change.
const PAUSE: Duration = Duration::from_millis(20);
/// For one node: one that hangs must not keep us from what the others say.
const ANSWER: Duration = Duration::from_millis(500);

/// Runs for as long as the cluster is used.
pub(super) async fn keep_looking(cluster: Arc<Cluster>) {
    let mut told_of_absence = false;
    loop {
        let told = look(&cluster).await;
        if told.is_empty() {
            if !told_of_absence {
                tracing::warn!("no node of the Redis cluster answers; trying again until one does");
            }
            told_of_absence = true;
        } else {
            told_of_absence = false;
            learn(&cluster, Slots::of(&told));
        }
        sleep(PAUSE).await;
        let _ = timeout(EVERY, cluster.doubt.notified()).await;
    }
}

/// What the primaries say; if none answers, what anybody says who was ever part of it.
async fn look(cluster: &Cluster) -> Vec<Told> {
    let shape = cluster.shape.borrow().clone();
    let told: Vec<Told> =
        join_all(shape.nodes.iter().map(|(address, node)| ask(address, node))).await.into_iter().flatten().collect();
    if !told.is_empty() {
        return told;
    }
    let known: BTreeSet<&Address> =
        cluster.seeds.iter().chain(&shape.slots.primaries).chain(&shape.slots.others).collect();
    join_all(known.into_iter().map(|address| visit(&cluster.opening, address))).await.into_iter().flatten().collect()
}

fn question() -> redis::Cmd {
    let mut nodes = redis::cmd("CLUSTER");
    nodes.arg("NODES");
    nodes
}

async fn ask(address: &Address, node: &Node) -> Option<Told> {
    let request = Request::Command(question());
    let answer = timeout(ANSWER, node.link(&request).ask(&request, Again::Safe)).await.ok()?.ok()?;
    told(answer, address)
}

/// Over a connection for this once.
async fn visit(opening: &Opening, address: &Address) -> Option<Told> {
    let visited = async {
        let client = Client::open(opening.options.at(address).ok()?).ok()?;
        let mut connection = client.get_multiplexed_async_connection_with_config(&opening.options.limits()).await;
        match connection.as_mut() {
            Ok(connection) => question().query_async(connection).await.ok(),
            Err(error) => {
                tracing::debug!(%error, "a node of the Redis cluster cannot be reached");
                None
            }
        }
    };
    told(timeout(2 * ANSWER, visited).await.ok()??, address)
}

fn told(answer: Value, address: &Address) -> Option<Told> {
    // Over RESP3 it may be a text that says of itself what it is.
    let text = match answer {
        Value::VerbatimString { text, .. } => text,
        answer => String::from_redis_value(answer).ok()?,
    };
    Some(Told::read(&text, address)).filter(|told| *told != Told::default())
}

/// Keeps the connections to who stays a primary, opens those to who became one, and drops the rest.
fn learn(cluster: &Cluster, slots: Slots) {
    let known = cluster.shape.borrow().clone();
    if known.slots == slots {
        return;
    }
    let node = |address: &Address| -> RedisResult<Arc<Node>> {
        match known.nodes.get(address) {
            Some(node) => Ok(node.clone()),
            None => Ok(Arc::new(cluster.opening.node(server(&cluster.opening, address)?)?)),
        }
    };
    let mut nodes = std::collections::BTreeMap::new();
    for address in &slots.primaries {
        match node(address) {
            Ok(node) => drop(nodes.insert(address.clone(), node)),
            Err(error) => tracing::error!(%error, "a node of the Redis cluster has an address that cannot be used"),
        }
    }
    tracing::info!(primaries = slots.primaries.len(), "the Redis cluster has told who has what");
    cluster.shape.send_replace(Arc::new(Shape { slots, nodes }));
}

fn server(opening: &Opening, address: &Address) -> RedisResult<ConnectionInfo> {
    opening.options.at(address).map_err(|bad| bad.0)
}
