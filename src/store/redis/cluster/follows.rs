//! Which areas are followed at which node: when an area's slot gets another owner, the following goes there too.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use super::map::Address;
use super::{Cluster, PAUSE};
use crate::domain::counted::take_out;
use crate::domain::name::AreaName;
use crate::store::Result;
use crate::store::redis::ear::Confirmed;
use crate::store::redis::following::Named;
use crate::store::redis::keys::{Layout, slot};
use crate::store::redis::link::CALL_LIMIT;

/// Areas that move to another node at the same time; each is one command there.
const AT_ONCE: usize = 64;
/// What is not where it should be is looked for this often, when nothing hints at it.
const EVERY: Duration = Duration::from_secs(1);

pub struct Follows {
    /// Where each area's following was confirmed last; nowhere at first.
    wanted: Mutex<HashMap<AreaName, Option<Address>>>,
    strayed: Arc<Notify>,
    listener: Named,
}

fn slot_of(area: &AreaName) -> u16 {
    slot(&Layout::Cluster.area(area).channel())
}

impl Follows {
    pub fn new(strayed: Arc<Notify>, listener: Named) -> Self {
        Self { wanted: Mutex::default(), strayed, listener }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AreaName, Option<Address>>> {
        // Nothing panics while it holds the lock, and a map of names would still be whole if it did.
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends when the node that has the area has confirmed it; the caller limits the wait.
    pub async fn follow(&self, cluster: &Cluster, area: &AreaName) -> Result<()> {
        self.lock().entry(area.clone()).or_default();
        loop {
            let (address, node) = cluster.owner(slot_of(area)).await;
            let followed = tokio::select! {
                followed = node.ear.follow(area) => followed?,
                () = cluster.owner_is_not(slot_of(area), &address) => Confirmed::Elsewhere,
            };
            if followed == Confirmed::Follows {
                match self.lock().get_mut(area) {
                    Some(at) => *at = Some(address),
                    // Nobody wants it any more.
                    None => node.ear.unfollow(area),
                }
                return Ok(());
            }
            node.ear.unfollow(area);
            cluster.doubt.notify_one();
            sleep(PAUSE).await;
        }
    }

    /// Nobody was told that it is followed, so nobody relies on it.
    pub fn give_up(&self, cluster: &Cluster, area: &AreaName) {
        if self.lock().get(area).is_some_and(Option::is_none) {
            self.unfollow(cluster, area);
        }
    }

    pub fn unfollow(&self, cluster: &Cluster, area: &AreaName) {
        take_out(&mut self.lock(), area);
        // Wherever it is: it may be on its way from one node to another.
        for node in cluster.shape.borrow().nodes.values() {
            if node.ear.knows(area) {
                node.ear.unfollow(area);
            }
        }
    }

    /// The areas that are not followed where their slot is now, and where they were.
    fn misplaced(&self, cluster: &Cluster) -> Vec<(AreaName, Option<Address>)> {
        let shape = cluster.shape.borrow().clone();
        let is_right = |area: &AreaName, at: &Option<Address>| match (at, shape.owner(slot_of(area))) {
            // `follow` itself is at it.
            (None, _) => true,
            (Some(at), Some((owner, node))) => at == owner && node.ear.knows(area),
            (Some(_), None) => false,
        };
        let wanted = self.lock();
        wanted.iter().filter(|(area, at)| !is_right(area, at)).map(|(area, at)| (area.clone(), at.clone())).collect()
    }
}

/// Runs for as long as the cluster is used.
pub(super) async fn keep_following(cluster: Arc<Cluster>) {
    let follows = &cluster.follows;
    let mut shapes = cluster.shape.subscribe();
    loop {
        tokio::select! {
            _ = shapes.changed() => {}
            () = follows.strayed.notified() => cluster.doubt.notify_one(),
            () = sleep(EVERY) => {}
        }
        shapes.mark_unchanged();
        let misplaced = follows.misplaced(&cluster);
        if !misplaced.is_empty() {
            tracing::info!(areas = misplaced.len(), "areas have moved to another node of the Redis cluster");
        }
        stream::iter(misplaced).for_each_concurrent(AT_ONCE, |(area, from)| move_to_owner(&cluster, area, from)).await;
    }
}

/// One that fails is tried again with the next look.
async fn move_to_owner(cluster: &Cluster, area: AreaName, from: Option<Address>) {
    let before = from.and_then(|address| cluster.shape.borrow().nodes.get(&address).cloned());
    if let Some(node) = before {
        node.ear.unfollow(&area);
    }
    let Ok(Ok(())) = timeout(CALL_LIMIT, cluster.follows.follow(cluster, &area)).await else { return };
    // Only now: what is read from here on misses nothing that comes after it.
    if let Some(listener) = cluster.follows.listener.get() {
        listener.missed(Some(&area));
    }
}
