//! Joins what comes from several sources into one run, in the order of time: what came twice counts once, what came late stands where
//! it belongs, what is outside of the window is dropped. Who looks gets the window as it is (`updates`), then only what is new
//! (`d_updates`), by a cursor and not by a queue: so a slow viewer costs nothing. Knows neither who looks nor what the items are.

use std::cmp::Ordering;
use std::collections::VecDeque;

use super::Millis;
use super::queue::room_for_one;

/// What can be told apart by its time and its id.
pub trait Item {
    /// Among the items of one time.
    type Id: Ord;

    fn at(&self) -> Millis;
    fn id(&self) -> Self::Id;
}

/// What is kept of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Ms before now.
    pub lasts: Millis,
    /// Items, the newest ones.
    pub most: usize,
}

/// How far a viewer has been told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cursor(u64);

#[derive(Debug)]
pub struct Assembler<T: Item> {
    window: Window,
    /// Before this time all is outside of the window. Only grows.
    from: Millis,
    /// Items taken so far, those included that have gone since. Only grows, so that a cursor into it stays good.
    taken: u64,
    /// By time and id; each with its number among those taken. Nearly all come in this order, and there are many runs of few.
    items: VecDeque<(u64, T)>,
}

impl<T: Item> Assembler<T> {
    pub fn new(window: Window) -> Self {
        Self { window, from: 0, taken: 0, items: VecDeque::new() }
    }

    /// True if it is new, and within the window. Of two with the same time and id the first stands.
    pub fn take(&mut self, item: T) -> bool {
        if item.at() < self.from {
            return false;
        }
        let Err(place) = self.items.binary_search_by(|(_, known)| order(known, &item)) else { return false };
        let number = self.taken + 1;
        room_for_one(&mut self.items);
        self.items.insert(place, (number, item));
        // It may be the one that has just come: then it was too old for a window that is full.
        if self.items.len() > self.window.most && self.drop_first() == Some(number) {
            return false;
        }
        self.taken = number;
        true
    }

    /// It is `now`: what is older than the window goes. A clock that goes back brings nothing back.
    pub fn advance(&mut self, now: Millis) {
        self.from = self.from.max(now.saturating_sub(self.window.lasts));
        while self.items.front().is_some_and(|(_, first)| first.at() < self.from) {
            self.drop_first();
        }
    }

    /// The oldest goes; answers its number.
    fn drop_first(&mut self) -> Option<u64> {
        self.items.pop_front().map(|(number, _)| number)
    }

    /// The window as it is, the oldest first.
    pub fn updates(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.items.iter().map(|(_, item)| item)
    }

    /// What was taken since, and is still within the window, the oldest first.
    pub fn d_updates(&self, since: Cursor) -> impl Iterator<Item = &T> {
        self.items.iter().filter(move |(number, _)| *number > since.0).map(|(_, item)| item)
    }

    /// For who has just been told all that there is.
    pub fn cursor(&self) -> Cursor {
        Cursor(self.taken)
    }

    /// Forgets all items; cursors stay good.
    pub fn clear(&mut self) {
        self.items = VecDeque::new();
    }
}

fn order<T: Item>(one: &T, other: &T) -> Ordering {
    one.at().cmp(&other.at()).then_with(|| one.id().cmp(&other.id()))
}

#[cfg(test)]
mod tests;
