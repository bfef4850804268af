//! Over all areas: where very much is under way already, more of it would only wait in Redis's queue, one call after the other. So from
//! then on what could go together waits here until all that was under way is answered. Then so much of it goes, those areas first that have
//! waited longest: the others gather more meanwhile. Knows neither who waits nor what for.

use std::mem;

use crate::domain::name::AreaName;

/// Calls under way at a time, each of one area. A Redis that is near has then some milliseconds of work before it: this is a rush, and not a
/// quick succession. Measured with 200 areas: where all that waits may go at once, a quarter less goes together. With a Redis that is far it
/// bounds the calls of one round trip; who waits for longer than `WAIT_LIMIT` ends that.
pub const MANY: usize = 80;

#[derive(Default)]
pub struct Gate {
    /// How often it was opened. What was sent before counts no more.
    round: u64,
    under_way: usize,
    shut: bool,
    /// Areas in which somebody waits for it.
    held: Vec<AreaName>,
}

impl Gate {
    pub fn is_shut(&self) -> bool {
        self.shut
    }

    /// One more is under way, of the round that is answered.
    pub fn enter(&mut self) -> u64 {
        self.under_way += 1;
        self.shut |= self.under_way >= MANY;
        self.round
    }

    /// One of that round is over. True if it was the last one that others wait for.
    pub fn leave(&mut self, round: u64) -> bool {
        if round != self.round {
            return false;
        }
        self.under_way -= 1;
        self.shut && self.under_way == 0
    }

    pub fn hold(&mut self, area: AreaName) {
        self.held.push(area);
    }

    /// Ends that round, if it was not ended before; none: whichever it is. Answers the areas in which somebody waits, the longest first.
    pub fn open(&mut self, round: Option<u64>) -> Vec<AreaName> {
        if !self.shut || round.is_some_and(|round| round != self.round) {
            return Vec::new();
        }
        (self.round, self.under_way, self.shut) = (self.round + 1, 0, false);
        mem::take(&mut self.held)
    }
}
