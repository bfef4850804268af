//! One connection's place in an area: a cursor into its log, and a seat.

use std::sync::Arc;
use std::time::Instant;

use bytestring::ByteString;
use tokio::sync::watch;

use super::Following;
use super::area::LiveArea;
use super::standing::Standing;
use crate::domain::change::{Done, Me};
use crate::domain::name::{AreaName, Username};
use crate::domain::state::AreaState;
use crate::protocol::client::Since;
use crate::protocol::server::{Online, joined};
use crate::store::Result;

/// Joining, coming back and falling behind are one: the state at a number, then the events since. The seat is given back
/// on drop.
pub struct Follower {
    area: Arc<LiveArea>,
    /// The next position to read; none: the whole state is due.
    cursor: Option<u64>,
    /// The first reading of one that goes on from a state it had: it still needs to know who is here.
    resumes: bool,
    turned: watch::Receiver<u64>,
    standing: watch::Receiver<Standing>,
    seat: u64,
    grace: bool,
    following: Following,
}

/// What is new in an area.
#[derive(Debug)]
pub struct New {
    /// One frame, as clients get it.
    pub text: ByteString,
    /// The state that a client has with it.
    pub since: Since,
}

impl Follower {
    pub(super) fn new(area: Arc<LiveArea>, since: Option<&Since>, following: Following) -> Self {
        let (turned, standing) = (area.turned.subscribe(), area.standing.subscribe());
        let cursor = since.and_then(|since| area.position_after(since));
        let seat = area.seat(&following.owner);
        Self { area, cursor, resumes: cursor.is_some(), turned, standing, seat, grace: true, following }
    }

    pub fn area(&self) -> &AreaName {
        &self.area.name
    }

    /// Waits until there may be something new in the area, or until it is no more as stale as it was. Safe to cancel.
    pub async fn changed(&mut self, was_stale: bool) {
        // The area outlives its followers, so the senders are there.
        tokio::select! {
            _ = self.turned.changed() => {}
            _ = self.standing.wait_for(|standing| standing.stale_since.is_some() != was_stale) => {}
        }
    }

    /// Whether the area is current.
    pub fn standing(&self) -> Standing {
        *self.standing.borrow()
    }

    /// All that is new; nothing if there is none.
    pub fn read(&mut self) -> Option<New> {
        self.turned.mark_unchanged();
        let (text, next, since) = self.area.read(self.cursor);
        self.cursor = Some(next);
        if !std::mem::take(&mut self.resumes) {
            return text.map(|text| New { text, since });
        }
        let presence = self.area.whole_presence();
        let text = match text {
            // Both may be arrays; what is inside them goes into one.
            Some(events) => joined([inside(&events), &*presence].into_iter()).into(),
            None => presence,
        };
        Some(New { text, since })
    }

    /// What the store said of who sits here.
    pub fn claim(&self, done: &Done) {
        self.area.claim(self.seat, done);
    }

    /// Asks the store who sits here: the name may have been taken before, or by way of another server.
    pub async fn recall(&self) -> Result<()> {
        let done = self.following.hub.me(&self.area.name, &self.following.owner).await?;
        self.claim(&done);
        Ok(())
    }

    pub fn me(&self) -> Option<Me> {
        self.area.me(self.seat)
    }

    pub fn name(&self) -> Option<Username> {
        self.me().map(|me| me.username)
    }

    /// Looks at the area; it is locked meanwhile.
    pub fn look<R>(&self, look: impl FnOnce(&AreaState, &Online, u64) -> R) -> R {
        self.area.look(look)
    }

    /// Goes away for good, not by a reload: no grace.
    pub fn leave(mut self) {
        self.grace = false;
    }
}

fn inside(frame: &str) -> &str {
    frame.strip_prefix('[').and_then(|frame| frame.strip_suffix(']')).unwrap_or(frame)
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.area.release(self.seat, Instant::now(), self.grace);
    }
}
