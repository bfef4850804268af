//! The recent events of one area, as the texts that clients get. Followers hold cursors into it, not queues of their own.

use std::collections::VecDeque;
use std::num::NonZero;

use bytestring::ByteString;

use crate::domain::event::Epoch;
use crate::domain::queue::room_for_one;
use crate::protocol::client::Since;

/// A bounded run of texts, each at a position that only grows.
#[derive(Debug)]
pub struct Log {
    entries: VecDeque<Entry>,
    /// The position of the first entry. Never 0: a cursor that may be none takes no more room than one.
    first: NonZero<u64>,
    bytes: usize,
    max_events: usize,
    max_bytes: usize,
}

#[derive(Debug)]
struct Entry {
    text: ByteString,
    /// Of a change: where in the order of the area it stands.
    number: Option<(Epoch, u64)>,
}

impl Log {
    pub fn new(max_events: usize, max_bytes: usize) -> Self {
        Self { entries: VecDeque::new(), first: NonZero::<u64>::MIN, bytes: 0, max_events, max_bytes }
    }

    pub fn push(&mut self, text: ByteString, number: Option<(Epoch, u64)>) {
        self.bytes += text.len();
        room_for_one(&mut self.entries);
        self.entries.push_back(Entry { text, number });
        while self.entries.len() > self.max_events || self.bytes > self.max_bytes {
            let Some(oldest) = self.entries.pop_front() else { break };
            self.bytes -= oldest.text.len();
            self.first = self.first.saturating_add(1);
        }
    }

    /// Forgets everything, and leaves every cursor behind: what came between is not known.
    pub fn reset(&mut self) {
        self.first = self.next().saturating_add(1);
        self.entries.clear();
        self.bytes = 0;
    }

    /// The position that the next text will have.
    pub fn next(&self) -> NonZero<u64> {
        self.first.saturating_add(self.entries.len() as u64)
    }

    /// All texts from a position on; none if some of them are forgotten.
    pub fn from(&self, position: u64) -> Option<impl ExactSizeIterator<Item = &ByteString>> {
        let skipped = usize::try_from(position.checked_sub(self.first.get())?).ok()?;
        Some(self.entries.iter().skip(skipped).map(|entry| &entry.text))
    }

    /// The position just after a change; none if that change, or the one after it, is not in the log.
    pub fn after(&self, since: &Since) -> Option<NonZero<u64>> {
        let numbers = |entry: &Entry| entry.number.as_ref().map(|(epoch, seq)| (*epoch == since.epoch).then_some(*seq));
        for (index, entry) in self.entries.iter().enumerate().rev() {
            match numbers(entry) {
                Some(Some(seq)) if seq == since.seq => return Some(self.first.saturating_add(index as u64 + 1)),
                Some(Some(seq)) if seq == since.seq + 1 => return Some(self.first.saturating_add(index as u64)),
                _ => {}
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log_of(seqs: std::ops::RangeInclusive<u64>, max: usize) -> Log {
        let mut log = Log::new(max, 1000);
        for seq in seqs {
            log.push(format!("e{seq}").into(), Some((Epoch::new("r", 1), seq)));
        }
        log
    }

    fn since(seq: u64) -> Since {
        Since { epoch: Epoch::new("r", 1), seq }
    }

    fn texts(log: &Log, position: u64) -> Option<Vec<String>> {
        log.from(position).map(|texts| texts.map(ToString::to_string).collect())
    }

    #[test]
    fn a_cursor_gets_all_that_came_after_it() {
        let log = log_of(1..=3, 10);
        assert_eq!(texts(&log, log.after(&since(1)).unwrap().get()).unwrap(), ["e2", "e3"]);
        assert_eq!(texts(&log, log.after(&since(3)).unwrap().get()).unwrap(), [""; 0]);
    }

    #[test]
    fn a_cursor_that_fell_behind_is_told_so() {
        let log = log_of(1..=5, 2);
        assert_eq!(texts(&log, 0), None);
        assert_eq!(log.after(&since(2)), None);
        assert!(log.after(&since(3)).is_some());
        assert_eq!(log.after(&Since { epoch: Epoch::new("other", 1), seq: 4 }), None);
    }

    #[test]
    fn bytes_are_bounded_too() {
        let mut log = Log::new(1000, 10);
        for _ in 0..100 {
            log.push("12345".into(), None);
        }
        assert_eq!(texts(&log, log.next().get() - 2).unwrap().len(), 2);
        assert_eq!(texts(&log, log.next().get() - 3), None);
    }

    #[test]
    fn a_reset_leaves_every_cursor_behind() {
        let mut log = log_of(1..=3, 10);
        let cursor = log.next().get();
        log.reset();
        assert_eq!(texts(&log, cursor), None);
        assert!(texts(&log, log.next().get()).is_some());
    }
}
