//! Reads what Redis keeps of an area, which may be anything. One record that cannot be read never hides another. Knows
//! neither Redis nor its scripts.

use super::keys::written;
use crate::domain::Millis;
use crate::domain::change::Me;
use crate::domain::event::Epoch;
use crate::domain::presence::{Claim, ServerId};
use crate::domain::state::{AreaState, User};
use crate::domain::venue::Venue;

/// A hash as it comes: its fields and their values, which need not be valid UTF-8.
pub type Fields = Vec<(Vec<u8>, Vec<u8>)>;

/// What a snapshot's script tells of an area.
pub struct Parts<'a> {
    pub epoch: &'a str,
    pub seq: u64,
    pub expires_at: Millis,
    pub users: Fields,
    pub venues: Fields,
}

/// A field of `AREA:state` or `AREA:venues` whose value is not what it should be.
pub struct Unreadable {
    pub key: &'static str,
    pub field: Vec<u8>,
    pub value: Vec<u8>,
}

impl Parts<'_> {
    /// The state with all that can be read, and the rest.
    pub fn assemble(self) -> (AreaState, Vec<Unreadable>) {
        let (epoch, seq) = (Epoch::from_text(self.epoch), self.seq);
        let mut state = AreaState { epoch, seq, expires_at: self.expires_at, ..AreaState::default() };
        let mut unreadable = Vec::new();
        for (field, value) in self.users {
            match serde_json::from_slice::<User>(&value) {
                Ok(user) if written(&user.username.key()).as_bytes() == field => {
                    state.users.insert(user.username.key(), Box::new(user));
                }
                _ => unreadable.push(Unreadable { key: "state", field, value }),
            }
        }
        for (field, value) in self.venues {
            match serde_json::from_slice::<Venue>(&value) {
                Ok(venue) if venue.id.as_str().as_bytes() == field => {
                    state.venues.insert(venue.id.clone(), Box::new(venue));
                }
                _ => unreadable.push(Unreadable { key: "venues", field, value }),
            }
        }
        (state, unreadable)
    }
}

/// What can be read of the claims; a claim that cannot is gone with its key, or with the next one of its server.
pub fn claims_of(here: Fields) -> Vec<(ServerId, Claim)> {
    let claim = |(server, claim): (Vec<u8>, Vec<u8>)| {
        let claim = serde_json::from_slice(&claim).ok()?;
        Some((ServerId(String::from_utf8(server).ok()?), claim))
    };
    here.into_iter().filter_map(claim).collect()
}

/// Who somebody is, from a user as the state keeps it; nobody from an empty text.
pub fn me_of(user: &[u8]) -> serde_json::Result<Option<Me>> {
    if user.is_empty() {
        return Ok(None);
    }
    let User { username, img, since, due, .. } = serde_json::from_slice(user)?;
    Ok(Some(Me { username, img, since, due }))
}
