//! What one voter did, was told and saw, as it happened. Knows nothing of what should have happened.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use crate::server::View;

/// A vote that the server acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ack {
    pub n: u64,
    pub place: String,
    pub epoch: String,
}

/// A vote that was sent, and of which nothing is known yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    pub n: u64,
    pub place: String,
}

#[derive(Debug, Clone, Default)]
pub struct Log {
    pub who: String,
    /// In their order; each place is voted for once.
    pub acks: Vec<Ack>,
    pub pending: Option<Pending>,
    /// What this voter's page would show.
    pub view: Option<View>,
    /// Every change that was seen, by epoch and number.
    pub changes: BTreeMap<(String, u64), String>,
    /// What came out of its order.
    pub gaps: Vec<String>,
    /// Answers that said `storeUnavailable`.
    pub refused: u64,
    /// Questions without any answer in the time in which one is promised.
    pub unanswered: u64,
    /// The longest that a question waited for its answer, whichever it was.
    pub slowest: Duration,
    /// Votes sent a second time with the same `n`.
    pub again: u64,
    /// Votes cast again because another run of the store had lost them.
    pub recast: u64,
    /// Lines that ended without a goodbye, by close code; 0 for those that broke off.
    pub lost: BTreeMap<u16, u64>,
    /// Lines that ended after a goodbye, by the same.
    pub goodbyes: BTreeMap<u16, u64>,
    /// The longest time from the end of a line until another one served.
    pub longest_away: Duration,
    /// When the server told that it has lost its store.
    pub stale: Vec<Instant>,
    /// When it told that it has it again, or another line served that did not doubt it.
    pub current: Vec<Instant>,
    /// The page would say that what it shows is not current.
    pub is_stale: bool,
    /// The longest way of a vote from its first sending to its ack.
    pub longest: Duration,
    /// The name was gone though its time was not over.
    pub nameless: u64,
}

impl Log {
    /// The voter's last word that the server has acknowledged.
    pub fn last(&self) -> Option<&Ack> {
        self.acks.last()
    }

    /// What there is, and shown as that.
    pub fn shows(&self, truth: &View) -> bool {
        self.view.as_ref() == Some(truth) && !self.is_stale
    }

    /// Takes in what belongs to the area.
    pub fn see(&mut self, event: &Value) {
        if let (Some(epoch), Some(seq)) = (event["epoch"].as_str(), event["seq"].as_u64()) {
            self.changes.insert((epoch.to_owned(), seq), event.to_string());
        }
        match &mut self.view {
            Some(view) => self.gaps.extend(view.take(event).err()),
            None if event["event"] == "updates" => self.view = Some(View::of(&event["data"])),
            None => {}
        }
    }

    /// Without all that was seen, to be read by people.
    pub fn in_short(mut self) -> Self {
        self.acks = self.acks.split_off(self.acks.len().saturating_sub(2));
        self.changes.clear();
        if let Some(view) = &mut self.view {
            view.venues.clear();
        }
        self
    }
}
