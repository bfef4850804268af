//! What an area looks like on the disk, row by row, and how it is put together again when some of it cannot be read.
//! Knows no database.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::domain::Millis;
use crate::domain::event::Epoch;
use crate::domain::name::UserKey;
use crate::domain::owner::Owner;
use crate::domain::record::{Holding, Record};
use crate::domain::state::{AreaState, User};
use crate::domain::venue::{Venue, VenueId};

/// The row of an area itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    pub epoch: Epoch,
    pub seq: u64,
    pub expires_at: Millis,
    /// Where the index of ends has the area.
    pub due: Millis,
}

/// The rows of one area, as far as they could be read.
#[derive(Debug, Default)]
pub struct Rows {
    pub header: Option<Header>,
    pub users: BTreeMap<UserKey, User>,
    pub venues: BTreeMap<VenueId, Venue>,
    pub owners: BTreeMap<Owner, Holding>,
    /// How many could not be.
    pub unreadable: usize,
}

pub fn encode(row: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(row).expect("rows hold only texts and finite numbers")
}

impl Rows {
    /// The row, if it can be read and is what its key says.
    pub fn read<T: DeserializeOwned>(&mut self, row: &[u8], fits: impl FnOnce(&T) -> bool) -> Option<T> {
        let read = serde_json::from_slice(row).ok().filter(fits);
        self.unreadable += usize::from(read.is_none());
        read
    }

    /// The area. Where something could not be read, the rest stands, without an epoch: what was known under
    /// the old one is not so any more. None, if there was never anything.
    pub fn assemble(mut self) -> Option<(Record, Option<Millis>)> {
        let nothing = self.users.is_empty() && self.venues.is_empty() && self.owners.is_empty();
        if self.header.is_none() && nothing && self.unreadable == 0 {
            return None;
        }
        // A user that nobody holds could be taken by anybody, vote and all.
        let held: BTreeSet<UserKey> = self.owners.values().filter_map(|holding| holding.name.clone()).collect();
        self.users.retain(|key, _| held.contains(key));
        for user in self.users.values_mut() {
            user.vote = user.vote.take().filter(|vote| self.venues.contains_key(&vote.id));
        }
        let last_end = self.users.values().map(|user| user.due).max().unwrap_or_default();
        let whole = self.header.clone().filter(|_| self.unreadable == 0);
        let (epoch, seq) = whole.map_or((Epoch::default(), 0), |header| (header.epoch, header.seq));
        let expires_at = self.header.as_ref().map_or(last_end, |header| header.expires_at);
        let state = AreaState { epoch, seq, users: self.users, venues: self.venues, expires_at };
        Some((Record::new(state, self.owners), self.header.map(|header| header.due)))
    }
}
