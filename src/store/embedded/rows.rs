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
use crate::domain::talk::{Marks, Room, RoomId, Rooms};
use crate::domain::venue::{Venue, VenueId};

/// Changes of one life, at most: what a browser can count to, and a thousand a second make it in 285,000 years. A row that says more
/// is none of ours.
const SEQ_MAX: u64 = (1 << 53) - 1;

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
    pub users: BTreeMap<UserKey, Box<User>>,
    pub venues: BTreeMap<VenueId, Box<Venue>>,
    pub owners: BTreeMap<Owner, Holding>,
    pub rooms: BTreeMap<RoomId, Room>,
    pub read: BTreeMap<Owner, Marks>,
    /// How many could not be.
    pub unreadable: usize,
}

pub fn encode(row: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(row).expect("rows hold only texts and finite numbers")
}

pub fn decode<T: DeserializeOwned>(row: &[u8]) -> Option<T> {
    serde_json::from_slice(row).ok()
}

impl Rows {
    /// The row, if it can be read and is what its key says.
    pub fn read<T: DeserializeOwned>(&mut self, row: &[u8], fits: impl FnOnce(&T) -> bool) -> Option<T> {
        let read = decode(row).filter(fits);
        self.unreadable += usize::from(read.is_none());
        read
    }

    /// The area, and where the index of ends has it. Where something could not be read, or leads nowhere, the rest
    /// stands, without an epoch: what was known under the old one is not so any more. None, if there was never anything.
    pub fn assemble(mut self) -> Option<(Record, Option<Millis>)> {
        let rows = self.users.len() + self.venues.len() + self.owners.len() + self.rooms.len() + self.read.len();
        if self.header.is_none() && rows + self.unreadable == 0 {
            return None;
        }
        let lost = self.unreadable + self.drop_what_leads_nowhere();
        let whole = self.header.clone().filter(|header| lost == 0 && header.seq < SEQ_MAX);
        let (epoch, seq) = whole.map_or((Epoch::default(), 0), |header| (header.epoch, header.seq));
        let last_end = self.users.values().map(|user| user.due).max().unwrap_or_default();
        let expires_at = self.header.as_ref().map_or(last_end, |header| header.expires_at);
        let state = AreaState { epoch, seq, users: self.users, venues: self.venues, expires_at };
        let mut record = Record::new(state, self.owners);
        record.talk = Rooms::new(self.rooms, self.read);
        Some((record, self.header.map(|header| header.due)))
    }

    /// Users that nobody holds, for anybody could take them, vote and all; and votes for venues that are not there.
    fn drop_what_leads_nowhere(&mut self) -> usize {
        let held: BTreeSet<UserKey> = self.owners.values().filter_map(|holding| holding.name.clone()).collect();
        let users = self.users.len();
        self.users.retain(|key, _| held.contains(key));
        let mut dropped = users - self.users.len();
        for user in self.users.values_mut() {
            if user.vote.as_ref().is_some_and(|vote| !self.venues.contains_key(&vote.id)) {
                user.vote = None;
                dropped += 1;
            }
        }
        dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::image::Image;
    use crate::domain::name::Username;
    use crate::domain::state::Vote;
    use crate::domain::venue::RawVenue;

    /// Ann, held by her session, has voted for the one venue.
    fn whole() -> Rows {
        let raw = RawVenue { id: Some("thai".into()), name: Some("Thai Palace".into()), ..RawVenue::default() };
        let venue = Venue::parse(raw).unwrap();
        let username = Username::parse("Ann").unwrap();
        let vote = Some(Vote { id: venue.id.clone(), at: 5 });
        let user = User { username: username.clone(), img: Image::default(), since: 1, due: 9, vote };
        Rows {
            header: Some(Header { epoch: Epoch::new("run", 1), seq: 2, expires_at: 9, due: 9 }),
            users: BTreeMap::from([(username.key(), Box::new(user))]),
            venues: BTreeMap::from([(venue.id.clone(), Box::new(venue))]),
            owners: BTreeMap::from([(Owner::of("session"), Holding { name: Some(username.key()), n: 3 })]),
            ..Rows::default()
        }
    }

    fn assembled(rows: Rows) -> AreaState {
        rows.assemble().expect("there is something").0.state
    }

    #[test]
    fn whole_rows_are_the_area_as_it_was() {
        let state = assembled(whole());
        assert_eq!((state.epoch, state.seq, state.expires_at), (Epoch::new("run", 1), 2, 9));
        assert!(state.users.values().all(|user| user.vote.is_some()));
        assert!(Rows::default().assemble().is_none());
    }

    #[test]
    fn an_area_without_its_own_row_begins_a_new_epoch_with_all_its_people() {
        let state = assembled(Rows { header: None, ..whole() });
        assert_eq!((state.epoch, state.seq, state.expires_at, state.users.len()), (Epoch::default(), 0, 9, 1));
    }

    /// The next change would have had no number.
    #[test]
    fn an_area_whose_number_no_change_can_follow_begins_a_new_epoch() {
        let header = whole().header.map(|header| Header { seq: u64::MAX, ..header });
        let state = assembled(Rows { header, ..whole() });
        assert_eq!((state.epoch, state.seq, state.users.len()), (Epoch::default(), 0, 1));
    }

    #[test]
    fn what_leads_nowhere_is_dropped_and_begins_a_new_epoch() {
        let unheld = assembled(Rows { owners: BTreeMap::new(), ..whole() });
        assert_eq!((unheld.epoch, unheld.users.len(), unheld.venues.len()), (Epoch::default(), 0, 1));
        let placeless = assembled(Rows { venues: BTreeMap::new(), ..whole() });
        assert_eq!(placeless.epoch, Epoch::default());
        assert!(placeless.users.values().all(|user| user.vote.is_none()));
    }

    #[test]
    fn a_row_that_cannot_be_read_is_counted() {
        let mut rows = whole();
        assert!(rows.read(b"{\"epoch\":", |_: &Header| true).is_none());
        assert!(rows.read(br#"{"name":null,"n":1}"#, |holding: &Holding| holding.n == 2).is_none());
        assert_eq!(rows.unreadable, 2);
        assert_eq!(assembled(rows).epoch, Epoch::default());
    }
}
