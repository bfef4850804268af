//! What an area is now: the picture, and who an owner is there. What the texts say is read by `picture`.

use super::RedisStore;
use super::answer::{me_in, parts};
use super::link::Again;
use super::picture::{Fields, Parts, Unreadable, claims_of};
use super::script::{DISCARD, EXPIRE, ME, SNAPSHOT};
use crate::domain::Millis;
use crate::domain::change::Done;
use crate::domain::event::Epoch;
use crate::domain::name::AreaName;
use crate::domain::owner::Owner;
use crate::store::{Result, Snapshot};

/// Epoch, seq, now, the area's end, state, venues, here, what was told of talk.
type Picture = (String, u64, Millis, Millis, Fields, Fields, Fields, u64);

impl RedisStore {
    pub(super) async fn read_snapshot(&self, area: &AreaName, begin: bool) -> Result<Snapshot> {
        let (snapshot, unreadable) = self.look(area, begin).await?;
        if unreadable.is_empty() {
            return Ok(snapshot);
        }
        // What the scripts take for good and this server cannot read has to go too, or nobody could ever use it.
        let call = unreadable.into_iter().fold(self.call(&DISCARD, area, None), |call, broken| {
            call.arg(broken.key).arg(broken.field).arg(broken.value)
        });
        parts::<()>(self.ask(call, Again::Safe).await?)?;
        Ok(self.look(area, begin).await?.0)
    }

    async fn look(&self, area: &AreaName, begin: bool) -> Result<(Snapshot, Vec<Unreadable>)> {
        let call = self.call(&SNAPSHOT, area, None).arg(if begin { "1" } else { "" });
        let (epoch, seq, at, expires_at, users, venues, here, talked): Picture =
            parts(self.ask(call, Again::Safe).await?)?;
        let parts = Parts { epoch: &epoch, seq, expires_at, users, venues };
        let (state, unreadable) = parts.assemble();
        Ok((Snapshot { state, at, claims: claims_of(here), talked }, unreadable))
    }

    pub(super) async fn read_me(&self, area: &AreaName, owner: &Owner) -> Result<Done> {
        let call = self.call(&ME, area, None).arg(owner.digits().as_str());
        let (epoch, seq, at, user): (String, u64, Millis, Vec<u8>) = parts(self.ask(call, Again::Safe).await?)?;
        Ok(Done { epoch: Epoch::from_text(&epoch), seq, at, me: me_in(&user) })
    }

    pub(super) async fn send_expired(&self, area: &AreaName) -> Result<Option<Millis>> {
        let call = self.call(&EXPIRE, area, None);
        let (due,): (Millis,) = parts(self.ask(call, Again::Safe).await?)?;
        Ok((due > 0).then_some(due))
    }
}
