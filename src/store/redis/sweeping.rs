//! The sweep: looks at every area that has a timer, one atomic step each.

use std::collections::HashSet;

use super::RedisStore;
use super::answer::parts;
use super::keys::{EXPIRE_KEYS, area_of};
use super::link::{Again, Request};
use super::script::{Call, SWEEP, WALK};
use crate::domain::Millis;
use crate::domain::name::AreaName;
use crate::store::{Result, Store, Swept};

/// Members asked for at a time: a few KiB, and Redis is free in between.
const AT_ONCE: usize = 100;

impl RedisStore {
    /// Takes as long as there are areas; each step of it is bounded. An area that fails is left for the next time.
    pub(super) async fn sweep_all(&self, min_ttl: Millis) -> Result<Swept> {
        let mut swept = Swept::default();
        // An area has two members, and a walk may give a member twice.
        let mut seen = HashSet::new();
        let mut cursor = 0;
        loop {
            let (next, members) = self.members(cursor).await?;
            for member in members {
                match area_of(&String::from_utf8_lossy(&member)) {
                    Some(area) if seen.insert(area.clone()) => self.sweep_one(&area, min_ttl, &mut swept).await?,
                    Some(_) => {}
                    None => self.drop_member(&member).await?,
                }
            }
            if next == 0 {
                return Ok(swept);
            }
            cursor = next;
        }
    }

    async fn members(&self, cursor: u64) -> Result<(u64, Vec<Vec<u8>>)> {
        let walk = Call::new(&WALK, vec![EXPIRE_KEYS.to_owned()]).arg(cursor.to_string()).arg(AT_ONCE.to_string());
        self.ask(walk, Again::Safe).await.and_then(parts)
    }

    async fn sweep_one(&self, area: &AreaName, min_ttl: Millis, swept: &mut Swept) -> Result<()> {
        let call = self.call(&SWEEP, area, None).arg(min_ttl.to_string());
        let cleared: Result<(u64,)> = self.ask(call, Again::Safe).await.and_then(parts);
        swept.looked_at += 1;
        match cleared {
            Ok((cleared,)) => swept.cleared += cleared,
            Err(error) => {
                tracing::warn!(%error, "an area could not be swept; it is tried again at the next sweep");
                // If it is not this area but Redis itself, the others would fail too, each after a long wait.
                self.ping().await?;
            }
        }
        Ok(())
    }

    /// What no script of ours wrote names no area, and would be met at every sweep.
    async fn drop_member(&self, member: &[u8]) -> Result<()> {
        tracing::warn!("the list of areas with a timer held something else; it was removed");
        let mut srem = redis::cmd("SREM");
        srem.arg(EXPIRE_KEYS).arg(member);
        self.link.ask(&Request::Command(srem), Again::Safe).await.map(drop)
    }
}
