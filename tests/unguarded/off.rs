//! The protections that can be taken off, by name, and what takes each off.

use std::sync::Arc;

use where_to_eat::store::Store;

use crate::acks_first::AcksFirst;
use crate::store::Unguarded;
use crate::unaware::Unaware;

/// Which protection is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Off {
    Nothing,
    /// A vote is acknowledged a moment before it is stored.
    AcksFirst,
    /// `n` is not looked at: a retry counts again, an older intent beats a newer one.
    ForgetsN,
    /// Nobody looks whether an area is behind, or is told that something may have been missed; and once the channel has broken,
    /// nothing is heard of it any more.
    Deaf,
    /// An area is followed only a moment after its state was read; and as nobody looks whether it is behind, nothing makes up for
    /// what happened in between.
    FollowsLate,
    /// A store that does not answer is asked for ever, and never said to be away.
    Patient,
    /// Times are this server's, not the store's.
    OwnClock,
    /// Everyone waits for the client that reads slowest.
    InLine,
}

const NAMES: [(&str, Off); 8] = [
    ("", Off::Nothing),
    ("acks-first", Off::AcksFirst),
    ("forgets-n", Off::ForgetsN),
    ("deaf", Off::Deaf),
    ("follows-late", Off::FollowsLate),
    ("patient", Off::Patient),
    ("own-clock", Off::OwnClock),
    ("in-line", Off::InLine),
];

impl Off {
    pub fn named(name: &str) -> Result<Self, String> {
        let found = NAMES.iter().find(|(known, _)| *known == name).map(|(_, off)| *off);
        found.ok_or_else(|| format!("UNGUARDED is {name}: it has to be one of {NAMES:?}."))
    }

    /// The same store without the protection.
    pub fn take_from(self, store: Arc<dyn Store>) -> Arc<dyn Store> {
        let inner = store.clone();
        Arc::new(Unguarded {
            inner,
            off: self,
            acks_first: Arc::new(AcksFirst::new(store)),
            unaware: Unaware::new(self),
        })
    }
}
