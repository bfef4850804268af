//! One connection's place in an area: a cursor into its log, and a seat.

use std::sync::Arc;
use std::time::Instant;

use super::Hub;
use super::area::LiveArea;
use super::seats::Seat;
use super::signs::{Signs, Watch};
use super::standing::Standing;
use super::view::{Cursor, New};
use crate::domain::change::{Done, Me};
use crate::domain::counted::take_out;
use crate::domain::name::{AreaName, Username};
use crate::domain::owner::Owner;
use crate::domain::state::AreaState;
use crate::protocol::client::Since;
use crate::protocol::server::Online;
use crate::store::Result;

/// Joining, coming back and falling behind are one: the state at a number, then the events since. The seat is given back
/// on drop.
pub struct Follower {
    area: Arc<LiveArea>,
    /// The next position to read; none: the whole state is due.
    cursor: Option<Cursor>,
    /// The first reading of one that goes on from a state it had: it still needs to know who is here.
    resumes: bool,
    /// Its number.
    seat: u64,
    grace: bool,
    following: Following,
}

impl Follower {
    pub(super) fn new(area: Arc<LiveArea>, since: Option<&Since>, following: Following) -> Self {
        let cursor = since.and_then(|since| area.cursor_after(since));
        let seat = area.seat(&following.owner);
        Self { area, cursor, resumes: cursor.is_some(), seat, grace: true, following }
    }

    pub fn area(&self) -> &AreaName {
        &self.area.name
    }

    fn seat(&self) -> Seat {
        Seat { owner: self.following.owner.clone(), number: self.seat }
    }

    /// Waits until there may be something new in the area, or until it is no more as stale as it was. Safe to cancel.
    pub async fn changed(&self, was_stale: bool) {
        let moved = |signs: &Signs| self.is_behind(signs) || signs.standing().is_stale() != was_stale;
        self.area.signs.until(|signs| moved(signs).then_some(())).await;
    }

    /// Whether the area is current.
    pub fn standing(&self) -> Standing {
        self.area.signs.standing()
    }

    /// For who waits on behalf of all who follow the area.
    pub fn watch(&self) -> Watch {
        Watch::of(&self.area)
    }

    /// Whether there may be something new.
    pub fn has_more(&self) -> bool {
        self.is_behind(&self.area.signs)
    }

    fn is_behind(&self, signs: &Signs) -> bool {
        self.cursor().is_none_or(|cursor| cursor.turn() < signs.turn())
    }

    /// From where it reads on: who reads from the same place gets the same, but for what is told to some alone. None where it is to get
    /// more than what is new.
    pub fn cursor(&self) -> Option<Cursor> {
        self.cursor.filter(|_| !self.resumes)
    }

    /// It was given what another one read who stood where it stands, and who reads on from `next`.
    pub fn go_on(&mut self, next: Cursor) {
        self.cursor = Some(next);
    }

    /// All that is new; nothing if there is none.
    pub fn read(&mut self) -> Option<New> {
        let (new, next) = self.area.read(self.cursor, &self.following.owner);
        self.cursor = Some(next);
        if !std::mem::take(&mut self.resumes) {
            return new;
        }
        let presence = self.area.whole_presence();
        Some(match new {
            // Both may be arrays; what is inside them goes into one.
            Some(new) => new.and(&presence),
            None => New { text: presence, beside: None, since: self.area.look(|state, _, _| Since::from(state)) },
        })
    }

    /// What the store said of who sits here.
    pub fn claim(&self, done: &Done) {
        self.area.claim(&self.seat(), done);
    }

    /// Asks the store who sits here: the name may have been taken before, or by way of another server.
    pub async fn recall(&self) -> Result<()> {
        let done = self.following.hub.me(&self.area.name, &self.following.owner).await?;
        self.claim(&done);
        Ok(())
    }

    pub fn me(&self) -> Option<Me> {
        self.area.me(&self.seat())
    }

    pub fn name(&self) -> Option<Username> {
        self.me().map(|me| me.username)
    }

    /// Looks at the area; it is locked meanwhile.
    pub fn look<R>(&self, look: impl FnOnce(&AreaState, &Online, u64) -> R) -> R {
        self.area.look(look)
    }

    /// The answer of that id to `getVotes`.
    pub fn votes(&self, id: i64) -> String {
        self.area.votes(id)
    }

    /// Goes away for good, not by a reload: no grace.
    pub fn leave(mut self) {
        self.grace = false;
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.area.release(self.seat(), Instant::now(), self.grace);
    }
}

/// Counts a connection among those who follow; the other way round on drop.
pub(super) struct Following {
    hub: Arc<Hub>,
    owner: Owner,
}

impl Following {
    pub(super) fn new(hub: &Arc<Hub>, owner: &Owner) -> Self {
        *hub.owners.lock().expect("a short lock").entry(owner.clone()).or_default() += 1;
        Self { hub: hub.clone(), owner: owner.clone() }
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        let mut owners = self.hub.owners.lock().expect("a short lock");
        if let Some(count) = owners.get_mut(&self.owner) {
            *count -= 1;
            if *count == 0 {
                take_out(&mut owners, &self.owner);
            }
        }
    }
}
