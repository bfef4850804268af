//! A cluster: which node a request goes to, and what follows when a node sends it elsewhere or is gone. Each primary has the
//! connections that a single server has; so WAIT, half-open connections and pub/sub work by the same code. Knows no keys but slots.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::select_ok;
use redis::{RedisError, RedisResult, Value};
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;
use tokio::time::sleep;

use self::follows::Follows;
use self::map::{Address, Slots};
use super::answer::{is_gone, note_redirection, unavailable, was_refused};
use super::keys::slot;
use super::link::{Again, within_limit};
use super::node::{Node, Opening};
use super::request::{Asking, Request};
use crate::domain::name::AreaName;
use crate::store::Result;

mod follows;
mod look;
mod map;

/// Before a request that no node would take is sent again: a slot moves, or a failover ends, within some of these.
const PAUSE: Duration = Duration::from_millis(25);

pub struct Cluster {
    opening: Opening,
    seeds: Vec<Address>,
    shape: watch::Sender<Arc<Shape>>,
    /// Something hints that slots have other owners than we know.
    doubt: Notify,
    follows: Follows,
}

/// The cluster as it is known; empty until a node has told it.
#[derive(Default)]
pub struct Shape {
    slots: Slots,
    /// Connections to each primary of `slots`.
    nodes: BTreeMap<Address, Arc<Node>>,
}

impl Shape {
    fn owner(&self, slot: u16) -> Option<(&Address, &Arc<Node>)> {
        self.nodes.get_key_value(&self.slots.primaries[self.slots.owner(slot)?])
    }
}

/// A cluster's tasks end with it.
pub struct Running {
    cluster: Arc<Cluster>,
    tasks: [AbortHandle; 2],
}

impl Drop for Running {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

impl std::ops::Deref for Running {
    type Target = Cluster;

    fn deref(&self) -> &Cluster {
        &self.cluster
    }
}

impl Cluster {
    /// Begins to look for the cluster, from these nodes on, and never gives up. Has to be called within a tokio runtime.
    pub fn open(opening: Opening, seeds: Vec<Address>) -> Running {
        let (shape, doubt) = (watch::Sender::default(), Notify::new());
        let follows = Follows::new(opening.strayed.clone(), opening.listener.clone());
        let cluster = Arc::new(Self { opening, seeds, shape, doubt, follows });
        let tasks = [
            tokio::spawn(look::keep_looking(cluster.clone())).abort_handle(),
            tokio::spawn(follows::keep_following(cluster.clone())).abort_handle(),
        ];
        Running { cluster, tasks }
    }

    /// Sends a request to the node that has the key, and waits for its answer, within the limit of a call.
    pub async fn ask(&self, key: &str, request: &Request, again: Again) -> Result<Value> {
        let asked =
            async { self.ask_until_answered(slot(key), request, again).await.map_err(|error| unavailable(&error)) };
        within_limit(asked).await
    }

    async fn ask_until_answered(&self, slot: u16, request: &Request, again: Again) -> RedisResult<Value> {
        loop {
            let (address, node) = self.owner(slot).await;
            // What is not sent yet may go to another node, whatever it is.
            let standing = tokio::select! {
                standing = node.link(request).next() => standing,
                () = self.owner_is_not(slot, &address) => continue,
            };
            let sent = standing.send(request, Asking::No);
            let answer = match again {
                Again::Never => sent.await,
                Again::Safe => tokio::select! {
                    answer = sent => answer,
                    () = self.owner_is_not(slot, &address) => continue,
                },
            };
            let Err(error) = answer else { return answer };
            note_redirection(&error);
            // The slot is open, maybe for long; its node says when it is another one's.
            let stays = error.code() == Some("TRYAGAIN");
            match error.code() {
                Some("MOVED") => {}
                Some("ASK") => match self.ask_elsewhere(&error, request).await {
                    Some(Err(error)) if !was_refused(&error) => return Err(error),
                    Some(Ok(value)) => return Ok(value),
                    _ => {}
                },
                _ if was_refused(&error) => {}
                _ if is_gone(&error) && again == Again::Safe => {}
                _ => return Err(error),
            }
            if !stays {
                self.doubt.notify_one();
            }
            tokio::select! {
                () = sleep(PAUSE) => {}
                () = self.owner_is_not(slot, &address) => {}
            }
        }
    }

    /// The slot is on its way, and what is asked for is there already. None if that node is not known yet.
    async fn ask_elsewhere(&self, error: &RedisError, request: &Request) -> Option<RedisResult<Value>> {
        let (address, _) = error.redirect_node()?;
        let (host, port) = address.rsplit_once(':')?;
        let node = self.shape.borrow().nodes.get(&(host.to_owned(), port.parse().ok()?)).cloned()?;
        Some(node.link(request).next().await.send(request, Asking::Yes).await)
    }

    async fn owner(&self, slot: u16) -> (Address, Arc<Node>) {
        let mut shapes = self.shape.subscribe();
        let found = shapes.wait_for(|shape| shape.owner(slot).is_some()).await.ok().map(|shape| shape.clone());
        match found.as_ref().and_then(|shape| shape.owner(slot)) {
            Some((address, node)) => (address.clone(), node.clone()),
            // The sender lives as long as `self`.
            None => std::future::pending().await,
        }
    }

    /// Returns when another node has the slot, as far as is known.
    async fn owner_is_not(&self, slot: u16, address: &Address) {
        let mut shapes = self.shape.subscribe();
        let _ = shapes.wait_for(|shape| shape.owner(slot).is_some_and(|(owner, _)| owner != address)).await;
    }

    /// Whether any primary answers, within the limit of a call.
    pub async fn ask_any(&self, request: &Request) -> Result<()> {
        within_limit(async {
            let mut shapes = self.shape.subscribe();
            let shape = shapes.wait_for(|shape| !shape.nodes.is_empty()).await.map(|shape| shape.clone());
            let nodes: Vec<Arc<Node>> = shape.map(|shape| shape.nodes.values().cloned().collect()).unwrap_or_default();
            let asked = nodes.iter().map(|node| Box::pin(node.link(request).ask(request, Again::Safe)));
            select_ok(asked).await.map(drop)
        })
        .await
    }

    /// Which node has the key, as far as is known; what has the same one may be asked for in one pipeline.
    pub fn place(&self, key: &str) -> Option<Address> {
        self.shape.borrow().owner(slot(key)).map(|(address, _)| address.clone())
    }

    pub async fn follow(&self, area: &AreaName) -> Result<()> {
        within_limit(self.follows.follow(self, area)).await.inspect_err(|_| self.follows.give_up(self, area))
    }

    pub fn unfollow(&self, area: &AreaName) {
        self.follows.unfollow(self, area);
    }
}
