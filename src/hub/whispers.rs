//! What is told to some owners alone: apart from the area's log, and read only by those it is for. Counts, too, whether all that was
//! told of talk was heard. Knows nothing of rooms.

use std::collections::{HashMap, VecDeque};

use bytestring::ByteString;

use crate::domain::owner::Owner;

/// A bounded run of texts, each at a position that only grows, and for whom it is.
#[derive(Debug)]
pub struct Whispers {
    entries: VecDeque<(Vec<Owner>, ByteString)>,
    /// The position of the first entry.
    first: u64,
    /// The last position that is forgotten of each owner's. Others' texts leave nobody behind: one could tell from it who whispers.
    forgotten: HashMap<Owner, u64>,
    /// What is forgotten up to here is not told apart by owners any more.
    forgotten_by_all: Option<u64>,
    bytes: usize,
    max_events: usize,
    max_bytes: usize,
}

impl Whispers {
    pub fn new(max_events: usize, max_bytes: usize) -> Self {
        Self {
            entries: VecDeque::new(),
            first: 0,
            forgotten: HashMap::new(),
            forgotten_by_all: None,
            bytes: 0,
            max_events,
            max_bytes,
        }
    }

    pub fn push(&mut self, to: Vec<Owner>, text: ByteString) {
        self.bytes += text.len();
        self.entries.push_back((to, text));
        while self.entries.len() > self.max_events || self.bytes > self.max_bytes {
            let Some((owners, oldest)) = self.entries.pop_front() else { break };
            self.bytes -= oldest.len();
            self.forget(owners);
            self.first += 1;
        }
    }

    /// The first entry is forgotten, and was for these.
    fn forget(&mut self, owners: Vec<Owner>) {
        self.forgotten.extend(owners.into_iter().map(|owner| (owner, self.first)));
        if self.forgotten.len() > self.max_events.saturating_mul(2) {
            self.forgotten.clear();
            self.forgotten_by_all = Some(self.first);
        }
    }

    /// The position that the next text will have.
    pub fn next(&self) -> u64 {
        self.first + self.entries.len() as u64
    }

    /// The texts for this owner from a position on; none if some of this owner's since are forgotten.
    pub fn from(&self, position: u64, owner: &Owner) -> Option<impl Iterator<Item = &ByteString>> {
        let forgotten = self.forgotten.get(owner).copied().max(self.forgotten_by_all);
        if forgotten.is_some_and(|last| last >= position) {
            return None;
        }
        let skipped = usize::try_from(position.saturating_sub(self.first)).ok()?;
        let after = self.entries.iter().skip(skipped);
        Some(after.filter(|(to, _)| to.contains(owner)).map(|(_, text)| text))
    }
}

/// The number of what was told last of talk. Stores give numbers that only grow, and say after which one each of them comes.
#[derive(Debug, Default)]
pub struct Talked(u64);

/// What a number says.
#[derive(Debug, PartialEq, Eq)]
pub enum Heard {
    Known,
    Next,
    /// Something between was not heard.
    Missed,
}

impl Talked {
    pub fn take(&mut self, number: u64, after: u64) -> Heard {
        if number <= self.0 {
            return Heard::Known;
        }
        let before = std::mem::replace(&mut self.0, number);
        if after == before { Heard::Next } else { Heard::Missed }
    }

    /// The store is at this number. True if that is further than what was heard.
    pub fn is_behind(&self, number: u64) -> bool {
        number > self.0
    }

    /// The store was at this number before anything that is still to be heard. Where that is less, rooms were lost there.
    pub fn restart(&mut self, number: u64) {
        self.0 = self.0.min(number);
    }

    /// All of it is over, or known.
    pub fn set(&mut self, number: u64) {
        self.0 = number;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(whispers: &Whispers, position: u64, owner: &str) -> Option<Vec<String>> {
        whispers.from(position, &Owner::of(owner)).map(|texts| texts.map(ToString::to_string).collect())
    }

    #[test]
    fn only_those_it_is_for_read_it() {
        let mut whispers = Whispers::new(10, 1000);
        whispers.push(vec![Owner::of("ann"), Owner::of("bob")], "psst".into());
        whispers.push(vec![Owner::of("ann")], "room".into());
        assert_eq!(texts(&whispers, 0, "ann").unwrap(), ["psst", "room"]);
        assert_eq!(texts(&whispers, 0, "bob").unwrap(), ["psst"]);
        assert_eq!(texts(&whispers, 0, "cem").unwrap(), [""; 0]);
        assert_eq!(texts(&whispers, 1, "bob").unwrap(), [""; 0]);
    }

    #[test]
    fn who_fell_behind_is_told_so() {
        let mut whispers = Whispers::new(2, 10);
        for _ in 0..3 {
            whispers.push(vec![Owner::of("ann")], "1234".into());
        }
        assert_eq!(texts(&whispers, 0, "ann"), None);
        assert_eq!(texts(&whispers, 1, "ann").unwrap().len(), 2);
        whispers.push(vec![Owner::of("ann")], "12345678".into());
        assert_eq!(texts(&whispers, whispers.next() - 1, "ann").unwrap(), ["12345678"], "bytes are bounded too");
    }

    #[test]
    fn what_others_whisper_leaves_nobody_behind() {
        let mut whispers = Whispers::new(2, 1000);
        whispers.push(vec![Owner::of("cem")], "early".into());
        let cursor = whispers.next();
        for _ in 0..9 {
            whispers.push(vec![Owner::of("ann"), Owner::of("bob")], "psst".into());
        }
        assert_eq!(texts(&whispers, cursor, "cem").unwrap(), [""; 0]);
        assert_eq!(texts(&whispers, cursor, "ann"), None);
        whispers.push(vec![Owner::of("cem")], "late".into());
        assert_eq!(texts(&whispers, cursor, "cem").unwrap(), ["late"]);
        assert_eq!(texts(&whispers, cursor - 1, "cem"), None, "one of his own is gone");
        assert_eq!(texts(&whispers, cursor, "eve").unwrap(), [""; 0]);
    }

    #[test]
    fn what_is_remembered_of_the_forgotten_is_bounded() {
        let mut whispers = Whispers::new(2, 1000);
        for number in 0..100 {
            whispers.push(vec![Owner::of(&format!("user {number}"))], "psst".into());
            assert!(whispers.forgotten.len() <= 4);
        }
        assert_eq!(texts(&whispers, 0, "user 3"), None, "nobody misses anything for that");
        assert_eq!(texts(&whispers, whispers.next(), "user 3").unwrap(), [""; 0]);
    }

    #[test]
    fn what_was_not_heard_is_missed() {
        let mut talked = Talked::default();
        assert_eq!(talked.take(5, 0), Heard::Next);
        assert_eq!(talked.take(5, 0), Heard::Known);
        assert_eq!(talked.take(9, 5), Heard::Next);
        assert_eq!(talked.take(12, 11), Heard::Missed);
        assert!(talked.is_behind(13) && !talked.is_behind(12));
        talked.restart(0);
        assert_eq!(talked.take(20, 0), Heard::Next, "rooms were lost, and it counts anew");
    }
}
