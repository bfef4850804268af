//! One area in memory, and what of it is not on the disk yet. Knows no database.

use std::collections::BTreeSet;

use crate::domain::Millis;
use crate::domain::event::Epoch;
use crate::domain::name::UserKey;
use crate::domain::owner::Owner;
use crate::domain::record::{Moment, Record, Step};
use crate::domain::venue::VenueId;

#[derive(Debug, Default)]
pub struct Area {
    pub record: Record,
    pub unkept: Unkept,
    /// Where the index of ends has the area, on the disk.
    pub kept_due: Option<Millis>,
    /// The batch that last needed it.
    pub used: u64,
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
        } else {
            self.unkept = Unkept { all: true, ..Unkept::default() };
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
        1 + self.record.state.users.len() + self.record.state.venues.len() + self.record.owners.len()
    }
}
