//! What an area is now: the picture, and who an owner is there. One record that cannot be read
//! never hides another.

use super::RedisStore;
use super::answer::parts;
use super::keys::written;
use super::link::Again;
use super::script::{DISCARD, EXPIRE, ME, SNAPSHOT};
use crate::domain::Millis;
use crate::domain::change::{Done, Me};
use crate::domain::event::Epoch;
use crate::domain::name::AreaName;
use crate::domain::owner::Owner;
use crate::domain::presence::{Claim, ServerId};
use crate::domain::state::{AreaState, User};
use crate::domain::venue::Venue;
use crate::store::{Result, Snapshot};

/// A hash as it comes: its fields and their values, which need not be valid UTF-8.
pub(super) type Fields = Vec<(Vec<u8>, Vec<u8>)>;
/// Epoch, seq, now, the area's end, state, venues, here, what was told of talk.
type Picture = (String, u64, Millis, Millis, Fields, Fields, Fields, u64);

/// A field of `AREA:state` or `AREA:venues` whose value is not what it should be.
struct Unreadable {
    key: &'static str,
    field: Vec<u8>,
    value: Vec<u8>,
}

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
        let mut state = AreaState { epoch: Epoch::from_text(&epoch), seq, expires_at, ..AreaState::default() };
        let mut unreadable = Vec::new();
        for (field, value) in users {
            match serde_json::from_slice::<User>(&value) {
                Ok(user) if written(&user.username.key()).as_bytes() == field => {
                    state.users.insert(user.username.key(), user);
                }
                _ => unreadable.push(Unreadable { key: "state", field, value }),
            }
        }
        for (field, value) in venues {
            match serde_json::from_slice::<Venue>(&value) {
                Ok(venue) if venue.id.as_str().as_bytes() == field => {
                    state.venues.insert(venue.id.clone(), venue);
                }
                _ => unreadable.push(Unreadable { key: "venues", field, value }),
            }
        }
        Ok((Snapshot { state, at, claims: claims_of(here), talked }, unreadable))
    }

    pub(super) async fn read_me(&self, area: &AreaName, owner: &Owner) -> Result<Done> {
        let call = self.call(&ME, area, None).arg(owner.as_str());
        let (epoch, seq, at, user): (String, u64, Millis, Vec<u8>) = parts(self.ask(call, Again::Safe).await?)?;
        Ok(Done { epoch: Epoch::from_text(&epoch), seq, at, me: me_of(&user) })
    }

    pub(super) async fn send_expired(&self, area: &AreaName) -> Result<Option<Millis>> {
        let call = self.call(&EXPIRE, area, None);
        let (due,): (Millis,) = parts(self.ask(call, Again::Safe).await?)?;
        Ok((due > 0).then_some(due))
    }
}

/// What can be read of the claims; a claim that cannot is gone with its key, or with the next one of its server.
pub(super) fn claims_of(here: Fields) -> Vec<(ServerId, Claim)> {
    let claim = |(server, claim): (Vec<u8>, Vec<u8>)| {
        let claim = serde_json::from_slice(&claim).ok()?;
        Some((ServerId(String::from_utf8(server).ok()?), claim))
    };
    here.into_iter().filter_map(claim).collect()
}

/// Who somebody is, from a user as the state keeps it; nobody from an empty text.
pub(super) fn me_of(user: &[u8]) -> Option<Me> {
    if user.is_empty() {
        return None;
    }
    match serde_json::from_slice::<User>(user) {
        Ok(User { username, img, since, due, .. }) => Some(Me { username, img, since, due }),
        Err(_) => {
            tracing::warn!("Redis held a user that cannot be read; the area's next snapshot will mend it");
            None
        }
    }
}
