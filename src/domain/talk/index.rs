//! Where the rooms of an area are found without a look at all of them: by owner, by name, by their ends. Knows no more of a room than
//! that: an area may have thousands of private ones, and one thread serves everybody.

use std::collections::{BTreeMap, BTreeSet};

use super::RoomId;
use super::rooms::{Kind, Room};
use crate::domain::Millis;
use crate::domain::owner::Owner;

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Index {
    /// The private rooms of each owner.
    owned: BTreeMap<Owner, BTreeSet<RoomId>>,
    /// The named ones, by what their names are compared by.
    named: BTreeMap<String, RoomId>,
    /// When each was used last.
    used: BTreeSet<(Millis, RoomId)>,
}

impl Index {
    pub fn add(&mut self, id: &RoomId, room: &Room) {
        self.used.insert((room.at, id.clone()));
        match &room.kind {
            Kind::General => {}
            Kind::Name(name) => drop(self.named.insert(name.key(), id.clone())),
            Kind::Private(private) => {
                for owner in &private.owners {
                    self.owned.entry(owner.clone()).or_default().insert(id.clone());
                }
            }
        }
    }

    /// `room` as it was added.
    pub fn remove(&mut self, id: &RoomId, room: &Room) {
        self.used.remove(&(room.at, id.clone()));
        match &room.kind {
            Kind::General => {}
            Kind::Name(name) => drop(self.named.remove(&name.key())),
            Kind::Private(private) => {
                for owner in &private.owners {
                    if let Some(ids) = self.owned.get_mut(owner) {
                        ids.remove(id);
                        if ids.is_empty() {
                            self.owned.remove(owner);
                        }
                    }
                }
            }
        }
    }

    /// The private rooms of that owner.
    pub fn of(&self, owner: &Owner) -> BTreeSet<RoomId> {
        self.owned.get(owner).cloned().unwrap_or_default()
    }

    pub fn named(&self) -> impl ExactSizeIterator<Item = &RoomId> {
        self.named.values()
    }

    /// The room whose name is compared by that key.
    pub fn called(&self, key: &str) -> Option<RoomId> {
        self.named.get(key).cloned()
    }

    /// A room that was not used for a lifetime. It is not found here again before it is used.
    pub fn over(&mut self, now: Millis, lifetime: Millis) -> Option<RoomId> {
        let (at, _) = self.used.first()?;
        if at.saturating_add(lifetime) > now {
            return None;
        }
        self.used.pop_first().map(|(_, id)| id)
    }
}
