//! Tells the sweep of a cluster's areas. On one server the scripts do it themselves; here the list lies in another slot than the
//! area. A name too many in it does no harm, and one too few ends only later, by its keys' own ends, without a `cleared`.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::time::timeout;

use super::RedisStore;
use super::keys::Layout;
use super::link::Again;
use super::request::Request;
use crate::domain::event::Epoch;
use crate::domain::name::AreaName;
use crate::store::Result;

/// An area is told again after this long: the node of the list may have lost it in a failover.
const AGAIN_AFTER: Duration = Duration::from_secs(60);
/// Nobody's vote waits longer for the list, whose node may be away while the area's is there.
const LIMIT: Duration = Duration::from_millis(200);
/// Areas remembered, some hundred bytes each; beyond it all are forgotten, and told again.
const MOST: usize = 20_000;

/// The life in which each area was told last, and when.
#[derive(Default)]
pub struct Listed(Mutex<HashMap<AreaName, (Epoch, Instant)>>);

impl Listed {
    fn get(&self, area: &AreaName) -> Option<Epoch> {
        let areas = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        areas.get(area).filter(|(_, at)| at.elapsed() < AGAIN_AFTER).map(|(epoch, _)| epoch.clone())
    }

    fn put(&self, area: &AreaName, epoch: &Epoch) {
        let mut areas = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if areas.len() >= MOST {
            areas.clear();
        }
        areas.insert(area.clone(), (epoch.clone(), Instant::now()));
    }
}

impl RedisStore {
    /// Before a change: if this process ends between the two, the sweep still finds the area.
    pub(super) async fn list_before(&self, area: &AreaName) {
        if self.reach.layout() == Layout::Cluster && self.listed.get(area).is_none() {
            self.try_list(area).await;
        }
    }

    /// After a change: a sweep may have taken the area out when its last life ended.
    pub(super) async fn list_after(&self, area: &AreaName, epoch: &Epoch) {
        let new = self.reach.layout() == Layout::Cluster && self.listed.get(area).as_ref() != Some(epoch);
        if new && self.try_list(area).await {
            self.listed.put(area, epoch);
        }
    }

    async fn try_list(&self, area: &AreaName) -> bool {
        let listed = timeout(LIMIT, self.list("SADD", area)).await;
        let done = matches!(listed, Ok(Ok(())));
        if !done {
            tracing::debug!("the sweep could not be told of an area; it is told with the next change");
        }
        done
    }

    /// After an area was cleared: takes it out of its list, unless it lives again by then.
    pub(super) async fn unlist(&self, area: &AreaName) -> Result<()> {
        self.list("SREM", area).await?;
        let mut exists = redis::cmd("EXISTS");
        let key = self.keys(area).key("epoch");
        exists.arg(&key);
        let lives: bool = super::answer::read(self.reach.ask(&key, &Request::Command(exists), Again::Safe).await?)?;
        if lives { self.list("SADD", area).await } else { Ok(()) }
    }

    async fn list(&self, command: &str, area: &AreaName) -> Result<()> {
        let (list, members) = self.keys(area).listing();
        let mut cmd = redis::cmd(command);
        cmd.arg(&list).arg(&members);
        self.reach.ask(&list, &Request::Command(cmd), Again::Safe).await.map(drop)
    }
}
