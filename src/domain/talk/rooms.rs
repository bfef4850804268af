//! The rooms of an area, without their messages: who is a member, which are over, how much each owner has read. The embedded store
//! keeps them so; the Redis scripts keep the same. Knows no users but by their holders, and no texts.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::index::Index;
use super::{GENERAL, MessageId, RoomId, RoomName};
use crate::domain::Millis;
use crate::domain::owner::Owner;

/// Messages that a room out of a store must have room for: more than an area sees in its life.
const STILL_TO_COME: u64 = 1_000_000_000;

/// A room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Room {
    #[serde(flatten)]
    pub kind: Kind,
    /// When it was opened, or when its last message came. A lifetime later it is over.
    pub at: Millis,
    /// Messages that it has had.
    pub count: u64,
}

impl Room {
    /// Whether the messages to come can have ids. A room that says otherwise is none of ours.
    pub fn is_sound(&self) -> bool {
        let last = MessageId { at: self.at, number: self.count.saturating_add(STILL_TO_COME) };
        MessageId::parse(&last.to_string()) == Some(last)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    General,
    Name(RoomName),
    Private(Private),
}

/// Between two owners, for as long as both hold the names that they had.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Private {
    /// Who opened it first.
    pub owners: [Owner; 2],
    /// When their names were taken: a rename keeps that, leaving does not.
    pub since: [Millis; 2],
    /// The second one knows of it.
    pub told: bool,
}

impl Private {
    pub fn has(&self, owner: &Owner) -> bool {
        self.owners.contains(owner)
    }

    /// Whether that owner has seen the room.
    pub fn shows(&self, owner: &Owner) -> bool {
        self.owners[0] == *owner || (self.told && self.owners[1] == *owner)
    }

    pub fn other(&self, owner: &Owner) -> &Owner {
        &self.owners[usize::from(self.owners[0] == *owner)]
    }
}

/// How many messages of each room an owner has read.
pub type Marks = BTreeMap<RoomId, u64>;

/// What an area has of talk.
#[derive(Debug, Clone, Default)]
pub struct Rooms {
    /// `general` is among them once something was said there.
    rooms: BTreeMap<RoomId, Room>,
    /// Where to find them; follows each change of `rooms`.
    index: Index,
    pub read: BTreeMap<Owner, Marks>,
    /// The number of what was told last; 0 before anything was. Kept in memory alone: who listens begins anew with it.
    pub talked: u64,
    /// The rows that a step has changed.
    pub changed: Changed,
}

/// What is to be written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Changed {
    pub rooms: BTreeSet<RoomId>,
    pub readers: BTreeSet<Owner>,
    /// Rooms that stay while their messages are over: those up to this number go.
    pub emptied: BTreeMap<RoomId, u64>,
}

impl Changed {
    /// What another step has changed.
    pub fn extend(&mut self, other: Self) {
        self.rooms.extend(other.rooms);
        self.readers.extend(other.readers);
        self.emptied.extend(other.emptied);
    }
}

impl Rooms {
    /// From what was stored.
    pub fn new(rooms: BTreeMap<RoomId, Room>, read: BTreeMap<Owner, Marks>) -> Self {
        let mut index = Index::default();
        rooms.iter().for_each(|(id, room)| index.add(id, room));
        Self { rooms, index, read, talked: 0, changed: Changed::default() }
    }

    /// All of them, also those that are over.
    pub fn all(&self) -> &BTreeMap<RoomId, Room> {
        &self.rooms
    }

    pub fn general(&self) -> Room {
        let none = || Room { kind: Kind::General, at: 0, count: 0 };
        self.rooms.get(&RoomId::general()).cloned().unwrap_or_else(none)
    }

    /// The number of what is told now, and that of what was told before. Numbers grow with the time, so that they go on growing where
    /// rooms were lost.
    pub fn count(&mut self, now: Millis) -> (u64, u64) {
        let after = self.talked;
        self.talked = (after + 1).max(now.saturating_mul(1000));
        (self.talked, after)
    }

    /// The room as it is to be from now on.
    pub fn put(&mut self, id: &RoomId, room: Room) {
        if let Some(before) = self.rooms.get(id) {
            self.index.remove(id, before);
        }
        self.index.add(id, &room);
        self.rooms.insert(id.clone(), room);
        self.changed.rooms.insert(id.clone());
    }

    pub fn drop_room(&mut self, id: &RoomId) {
        if let Some(room) = self.rooms.remove(id) {
            self.index.remove(id, &room);
            self.changed.rooms.insert(id.clone());
        }
    }

    /// Drops the rooms whose time is over, and looks at no others. `general` stays; only its messages are over then.
    pub fn expire(&mut self, now: Millis, lifetime: Millis) {
        while let Some(id) = self.index.over(now, lifetime) {
            match self.rooms.get(&id) {
                Some(general) if id.is_general() => {
                    self.changed.emptied.insert(id, general.count);
                }
                _ => self.drop_room(&id),
            }
        }
    }

    /// The owner's name has ended: private rooms end with it, and nothing is known of what was read.
    pub fn end_of(&mut self, owner: &Owner) {
        self.index.of(owner).iter().for_each(|id| self.drop_room(id));
        if self.read.remove(owner).is_some() {
            self.changed.readers.insert(owner.clone());
        }
    }

    /// The owner's name is another's from now on, and with it the private rooms and what was read.
    pub fn hand_over(&mut self, from: &Owner, to: &Owner) {
        for id in self.index.of(from) {
            let Some(mut room) = self.rooms.get(&id).cloned() else { continue };
            if let Kind::Private(private) = &mut room.kind {
                private.owners.iter_mut().filter(|owner| *owner == from).for_each(|owner| *owner = to.clone());
            }
            self.put(&id, room);
        }
        if let Some(marks) = self.read.remove(from) {
            self.read.insert(to.clone(), marks);
            self.changed.readers.extend([from.clone(), to.clone()]);
        }
    }

    /// The rooms with a name.
    pub fn named(&self) -> impl ExactSizeIterator<Item = &RoomId> {
        self.index.named()
    }

    /// The named room in which nothing was said yet for the longest time.
    pub fn oldest_empty(&self) -> Option<RoomId> {
        let empty = self.named().filter_map(|id| self.rooms.get_key_value(id)).filter(|(_, room)| room.count == 0);
        empty.min_by_key(|(id, room)| (room.at, *id)).map(|(id, _)| id.clone())
    }

    /// The private rooms that the owner is a member of.
    pub fn private_of(&self, owner: &Owner) -> impl Iterator<Item = (RoomId, &Private)> {
        self.index.of(owner).into_iter().filter_map(|id| match &self.rooms.get(&id)?.kind {
            Kind::Private(private) => Some((id, private)),
            _ => None,
        })
    }

    /// The named room that is called so.
    pub fn called(&self, name: &RoomName) -> Option<RoomId> {
        let key = name.key();
        if key == GENERAL { Some(RoomId::general()) } else { self.index.called(&key) }
    }

    /// The owner has read so many messages of the room. Marks of rooms that are gone go too.
    pub fn mark(&mut self, owner: &Owner, id: &RoomId, count: u64) {
        if self.read.get(owner).and_then(|marks| marks.get(id)) == Some(&count) {
            return;
        }
        let marks = self.read.entry(owner.clone()).or_default();
        marks.retain(|id, _| self.rooms.contains_key(id));
        marks.insert(id.clone(), count);
        self.changed.readers.insert(owner.clone());
    }

    /// Messages that the owner has not read, of those that are still there.
    pub fn unread(&self, owner: &Owner, id: &RoomId, now: Millis, lifetime: Millis, kept: u64) -> u64 {
        let Some(room) = self.rooms.get(id).filter(|room| !is_over(room, now, lifetime)) else { return 0 };
        let read = self.read.get(owner).and_then(|marks| marks.get(id)).copied().unwrap_or_default();
        let unread = room.count.saturating_sub(read);
        if kept > 0 { unread.min(kept) } else { unread }
    }
}

/// Whether a lifetime has passed since the room was last used.
pub fn is_over(room: &Room, now: Millis, lifetime: Millis) -> bool {
    room.at.saturating_add(lifetime) <= now
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_happens_to_rooms_they_are_found_where_they_are() {
        let owner = |number: u64| Owner::of(&format!("user {number}"));
        let mut rooms = Rooms::default();
        for step in 0..200_u64 {
            let id = RoomId::of([u8::try_from(step % 23).unwrap(); 16]);
            let private = Private { owners: [owner(step % 5), owner(5 + step % 3)], since: [1, 1], told: false };
            let named = RoomName::parse(&format!("Room {}", step % 23)).unwrap();
            let kind = if step % 23 < 15 { Kind::Private(private) } else { Kind::Name(named) };
            match step % 11 {
                8 => rooms.drop_room(&id),
                9 => rooms.end_of(&owner(step % 8)),
                10 => rooms.hand_over(&owner(step % 5), &owner(9)),
                _ => rooms.put(&id, Room { kind, at: 1000 + step, count: step }),
            }
            rooms.expire(1000 + step, 60);
            assert_eq!(rooms.index, Rooms::new(rooms.rooms.clone(), BTreeMap::new()).index, "after step {step}");
            for number in 0..10 {
                let own = rooms.private_of(&owner(number)).count();
                let has = |room: &&Room| matches!(&room.kind, Kind::Private(private) if private.has(&owner(number)));
                assert_eq!(own, rooms.all().values().filter(has).count());
            }
        }
        assert!(rooms.all().values().all(|room| room.at + 60 > 1199) && !rooms.all().is_empty());
    }

    /// Found by fuzzing: the room that had a number left for one of two who talked.
    #[test]
    fn a_room_that_runs_out_of_numbers_is_none_of_ours() {
        let counted = |count| Room { kind: Kind::General, at: 1_795_340_000_000, count };
        assert!(counted(0).is_sound() && counted(8_999_999_999).is_sound());
        for none in [9_000_000_000, 9_999_999_998, u64::MAX] {
            assert!(!counted(none).is_sound(), "{none}");
        }
    }
}
