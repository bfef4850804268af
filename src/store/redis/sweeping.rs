//! The sweep: looks at every area that has a timer, one atomic step each.

use std::collections::HashSet;

use super::RedisStore;
use super::answer::{note_garbage, parts};
use super::keys::Layout;
use super::link::Again;
use super::request::Request;
use super::script::{Call, SWEEP, WALK};
use crate::domain::Millis;
use crate::domain::name::AreaName;
use crate::store::{Result, StoreError, Swept};

/// Members asked for at a time: a few KiB, and Redis is free in between.
const AT_ONCE: usize = 100;

/// One sweep, as far as it has come.
#[derive(Default)]
struct Sweep {
    swept: Swept,
    /// Nodes that did not answer. What they have is left for the next time: each of it would wait for the limit of a call.
    away: Vec<Place>,
    failed: Option<StoreError>,
}

/// A node of a cluster, as far as is known which; of one server, none.
type Place = Option<(String, u16)>;

impl Sweep {
    fn fail(&mut self, place: Place, error: StoreError) {
        self.away.push(place);
        self.failed = Some(error);
    }
}

impl RedisStore {
    /// Takes as long as there are areas; each step of it is bounded. An area that fails is left for the next time. Where a node of
    /// a cluster is away, what is elsewhere is swept all the same, in the same list too, and then the error told.
    pub(super) async fn sweep_all(&self, min_ttl: Millis) -> Result<Swept> {
        let mut sweep = Sweep::default();
        for list in self.reach.layout().timer_lists() {
            let place = self.place(&list);
            if sweep.away.contains(&place) {
                continue;
            }
            if let Err(error) = self.sweep_list(&list, min_ttl, &mut sweep).await {
                tracing::warn!(%error, "a part of the areas could not be swept; it is tried again at the next sweep");
                sweep.fail(place, error);
            }
        }
        sweep.failed.map_or(Ok(sweep.swept), Err)
    }

    fn place(&self, key: &str) -> Place {
        self.reach.cluster().and_then(|cluster| cluster.place(key))
    }

    async fn sweep_list(&self, list: &str, min_ttl: Millis, sweep: &mut Sweep) -> Result<()> {
        // An area has two members, and a walk may give a member twice.
        let mut seen = HashSet::new();
        let mut cursor = 0;
        loop {
            let (next, members) = self.members(list, cursor).await?;
            for member in members {
                match self.reach.layout().area_of(&String::from_utf8_lossy(&member)) {
                    Some(area) if seen.insert(area.clone()) => self.sweep_one(&area, min_ttl, sweep).await,
                    Some(_) => {}
                    None => self.drop_member(list, &member).await?,
                }
            }
            if next == 0 {
                return Ok(());
            }
            cursor = next;
        }
    }

    async fn members(&self, list: &str, cursor: u64) -> Result<(u64, Vec<Vec<u8>>)> {
        let walk = Call::on(&WALK, vec![list.to_owned()]).arg(cursor.to_string()).arg(AT_ONCE.to_string());
        self.ask(walk, Again::Safe).await.and_then(parts)
    }

    async fn sweep_one(&self, area: &AreaName, min_ttl: Millis, sweep: &mut Sweep) {
        let place = self.place(self.keys(area).name());
        if sweep.away.contains(&place) {
            return;
        }
        if let Err(error) = self.try_sweep(area, min_ttl, &mut sweep.swept).await {
            tracing::warn!(%error, "an area could not be swept; it is tried again at the next sweep");
            // Is it this area, or all that its node has?
            let ping = Request::Command(redis::cmd("PING"));
            if let Err(error) = self.reach.ask(self.keys(area).name(), &ping, Again::Safe).await {
                sweep.fail(place, error);
            }
        }
    }

    async fn try_sweep(&self, area: &AreaName, min_ttl: Millis, swept: &mut Swept) -> Result<()> {
        swept.looked_at += 1;
        let call = self.call(&SWEEP, area, None).arg(min_ttl.to_string());
        let (cleared, gone): (u64, bool) = self.ask(call, Again::Safe).await.and_then(parts)?;
        swept.cleared += cleared;
        // On one server the script has done it.
        if gone && self.reach.layout() == Layout::Cluster {
            self.unlist(area).await?;
        }
        Ok(())
    }

    /// What was not written by us names no area, and would be met at every sweep.
    async fn drop_member(&self, list: &str, member: &[u8]) -> Result<()> {
        note_garbage();
        tracing::warn!("the list of areas with a timer held something else; it was removed");
        let mut srem = redis::cmd("SREM");
        srem.arg(list).arg(member);
        self.reach.ask(list, &Request::Command(srem), Again::Safe).await.map(drop)
    }
}
