//! One Redis server that is a primary: the connections to it, each for its purpose. Knows nothing of slots.

use std::sync::Arc;

use redis::{ConnectionInfo, RedisResult};
use tokio::sync::Notify;

use super::ear::Ear;
use super::following::Named;
use super::keys::Layout;
use super::link::Link;
use super::options::RedisOptions;
use super::request::Request;

pub struct Node {
    pub ear: Ear,
    link: Link,
    /// WAIT holds up what follows on its connection, so changes that wait for replicas have connections of their own.
    replicated: Option<Link>,
}

/// What all nodes' connections have in common.
pub struct Opening {
    pub options: RedisOptions,
    pub layout: Layout,
    pub listener: Named,
    /// Told when a node has a channel no more.
    pub strayed: Arc<Notify>,
}

impl Opening {
    pub fn node(&self, server: ConnectionInfo) -> RedisResult<Node> {
        let (limits, connections) = (self.options.limits(), self.options.connections);
        let link = || Link::open(server.clone(), limits.clone(), connections);
        let node = Node {
            ear: Ear::open(server.clone(), limits.clone(), self.layout, self.listener.clone(), self.strayed.clone())?,
            link: link()?,
            replicated: (self.options.wait_replicas > 0).then(link).transpose()?,
        };
        if self.layout == Layout::Cluster {
            // Any node tells which sessions are ended, and nobody knows which of them is asked first.
            node.ear.begin();
        }
        Ok(node)
    }
}

impl Node {
    /// The connections for such a request.
    pub fn link(&self, request: &Request) -> &Link {
        match (request, &self.replicated) {
            (Request::Replicated(..), Some(link)) => link,
            _ => &self.link,
        }
    }
}
