//! The way to what is kept: to the one server, or to the node of a cluster that has it. Knows nothing of what is asked.

use std::sync::Arc;

use redis::Value;
use tokio::sync::Notify;

use super::cluster::{Cluster, Running};
use super::following::Named;
use super::keys::Layout;
use super::link::Again;
use super::node::{Node, Opening};
use super::options::{BadUrl, RedisOptions};
use super::request::Request;
use crate::domain::name::AreaName;
use crate::store::{Listener, Result};

pub struct Reach {
    listener: Named,
    to: To,
}

enum To {
    One(Box<Node>),
    Cluster(Running),
}

impl Reach {
    /// Connects in the background. Has to be called within a tokio runtime.
    pub fn open(options: &RedisOptions) -> std::result::Result<Self, BadUrl> {
        let layout = if options.cluster { Layout::Cluster } else { Layout::One };
        let (listener, strayed) = (Named::default(), Arc::<Notify>::default());
        let opening = Opening { options: options.clone(), layout, listener: listener.clone(), strayed };
        let to = match layout {
            Layout::One => To::One(Box::new(opening.node(options.server()?)?)),
            Layout::Cluster => To::Cluster(Cluster::open(opening, options.seeds()?)),
        };
        Ok(Self { listener, to })
    }

    pub fn layout(&self) -> Layout {
        match self.to {
            To::One(_) => Layout::One,
            To::Cluster(_) => Layout::Cluster,
        }
    }

    pub fn listen(&self, listener: Arc<dyn Listener>) {
        if self.listener.set(listener).is_err() {
            tracing::warn!("a second listener was named; the first one stays");
        }
    }

    /// Sends a request to where `key` is, with all else that it touches, and waits for its answer within the limit of a call.
    pub async fn ask(&self, key: &str, request: &Request, again: Again) -> Result<Value> {
        match &self.to {
            To::One(node) => node.link(request).ask(request, again).await,
            To::Cluster(cluster) => cluster.ask(key, request, again).await,
        }
    }

    /// Whether anybody answers, for what comes to the same wherever it is asked.
    pub async fn ask_any(&self, request: &Request) -> Result<()> {
        match &self.to {
            To::One(node) => node.link(request).ask(request, Again::Safe).await.map(drop),
            To::Cluster(cluster) => cluster.ask_any(request).await,
        }
    }

    /// The cluster; none where one server has everything.
    pub fn cluster(&self) -> Option<&Cluster> {
        match &self.to {
            To::One(_) => None,
            To::Cluster(cluster) => Some(cluster),
        }
    }

    /// From now on this process hears which sessions are ended. Has to be called within a tokio runtime.
    pub fn hear_of_sessions(&self) {
        if let To::One(node) = &self.to {
            node.ear.begin();
        }
    }

    /// Returns once Redis has confirmed that the area is followed.
    pub async fn follow(&self, area: &AreaName) -> Result<()> {
        match &self.to {
            To::One(node) => node.ear.follow(area).await.map(drop),
            To::Cluster(cluster) => cluster.follow(area).await,
        }
    }

    pub fn unfollow(&self, area: &AreaName) {
        match &self.to {
            To::One(node) => node.ear.unfollow(area),
            To::Cluster(cluster) => cluster.unfollow(area),
        }
    }
}
