//! One area in memory, and what of it is not on the disk yet. Knows no database.

use std::collections::BTreeSet;

use crate::domain::Millis;
use crate::domain::event::Epoch;
use crate::domain::name::UserKey;
use crate::domain::owner::Owner;
use crate::domain::record::{Moment, Record, Step};
use crate::domain::talk::{Changed, Made, RoomId};
use crate::domain::venue::VenueId;

#[derive(Debug, Default)]
pub struct Area {
    pub record: Record,
    pub unkept: Unkept,
    /// Where the index of ends has the area, on the disk.
    pub kept_due: Option<Millis>,
    /// So many of its rows were counted as having come into memory.
    pub counted: usize,
}

/// The rows to be written, or to be taken out where the record has them no more.
#[derive(Debug, Default, PartialEq)]
pub struct Unkept {
    /// Whatever the disk has of the area goes first.
    pub all: bool,
    pub header: bool,
    pub users: BTreeSet<UserKey>,
    pub venues: BTreeSet<VenueId>,
    pub owners: BTreeSet<Owner>,
    /// Rooms, and what was read in them.
    pub talk: Changed,
    /// In the order in which they were said. They are on the disk alone, and in memory only until they are there.
    pub messages: Vec<Made>,
    /// With `all`: the messages go too, for the area is gone, or was before what is to be written.
    pub messages_too: bool,
}

impl Area {
    /// Another life for what there is, and every row written anew. What was lost counts as that life's first change: so
    /// nobody takes the next one for a beginning from nothing.
    pub fn begin_anew(&mut self, now: Moment<'_>) {
        self.record.state.epoch = Epoch::default();
        self.record.begin(now);
        self.record.state.seq = 1;
        let state = &self.record.state;
        self.unkept = Unkept {
            all: true,
            header: true,
            users: state.users.keys().cloned().collect(),
            venues: state.venues.keys().cloned().collect(),
            owners: self.record.owners.keys().cloned().collect(),
            talk: Changed {
                rooms: self.record.talk.all().keys().cloned().collect(),
                readers: self.record.talk.read.keys().cloned().collect(),
                ..Changed::default()
            },
            ..Unkept::default()
        };
    }

    /// What the header says, to see whether a step has changed it.
    pub fn head(&self) -> (Epoch, u64, Millis) {
        let state = &self.record.state;
        (state.epoch.clone(), state.seq, state.expires_at)
    }

    /// What a step did. A record that is gone is replaced by an empty one.
    pub fn note(&mut self, before: &(Epoch, u64, Millis), step: Step) {
        if self.is_there() || before.0 == Epoch::default() {
            self.unkept.users.extend(step.users);
            self.unkept.venues.extend(step.venues);
            self.unkept.owners.extend(step.owners);
            self.unkept.talk.extend(std::mem::take(&mut self.record.talk.changed));
            self.unkept.messages.extend(step.messages);
        } else {
            self.unkept = Unkept { all: true, messages_too: true, ..Unkept::default() };
        }
        self.unkept.header |= *before != self.head();
    }

    pub fn is_there(&self) -> bool {
        self.record.state.epoch != Epoch::default()
    }

    /// When somebody has to look: at the end of the first user's time or of the area's own. An area that was only looked
    /// at has no end of its own: `otherwise`.
    pub fn due(&self, otherwise: Millis) -> Option<Millis> {
        let state = &self.record.state;
        match (state.expires_at, state.next_due()) {
            _ if !self.is_there() => None,
            (0, None) => Some(otherwise),
            (end, first) => Some(first.map_or(end, |first| first.min(end))),
        }
    }

    /// A measure of its memory: each row takes some 300 bytes.
    pub fn rows(&self) -> usize {
        let Record { state, owners, talk, .. } = &self.record;
        1 + state.users.len() + state.venues.len() + owners.len() + talk.all().len() + talk.read.len()
    }

    /// The messages of a room that are not on the disk yet.
    pub fn unkept_messages(&self, room: &RoomId) -> impl DoubleEndedIterator<Item = &Made> {
        self.unkept.messages.iter().filter(move |made| made.message.room == *room)
    }
}
