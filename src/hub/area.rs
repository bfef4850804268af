//! One live area, shared: its view behind a lock, and how its followers and its keeper are woken.

use std::sync::atomic::AtomicUsize;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use bytestring::ByteString;
use tokio::sync::Notify;

use super::Bounds;
use super::looks::Sight;
use super::seats::Seat;
use super::signs::Signs;
use super::view::{Cursor, New, Tell, View};
use crate::domain::Millis;
use crate::domain::activity::Act;
use crate::domain::change::{Done, Me};
use crate::domain::event::Heard;
use crate::domain::name::AreaName;
use crate::domain::owner::Owner;
use crate::domain::presence::{Claim, ClaimChange, ServerId};
use crate::domain::state::AreaState;
use crate::protocol::client::Since;
use crate::protocol::server::Online;
use crate::store::{Head, Snapshot};

/// Whether the area has a state yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loaded {
    Not,
    /// The first try failed; another one follows.
    Failed,
    Yes,
}

pub struct LiveArea {
    pub name: AreaName,
    grace: Duration,
    view: Mutex<View>,
    /// What its followers wait for.
    pub(super) signs: Signs,
    /// Told when a load is over, whatever came of it.
    pub(super) load_over: Notify,
    /// Wakes the keeper.
    pub(super) work: Notify,
    /// Those who are on the way to follow it.
    pub(super) coming: AtomicUsize,
}

impl LiveArea {
    pub fn new(name: AreaName, server: ServerId, bounds: Bounds, first_claim: u64) -> Self {
        Self {
            grace: bounds.grace,
            view: Mutex::new(View::new(name.clone(), server, bounds, first_claim)),
            name,
            signs: Signs::default(),
            load_over: Notify::new(),
            work: Notify::new(),
            coming: AtomicUsize::new(0),
        }
    }

    fn view(&self) -> MutexGuard<'_, View> {
        self.view.lock().expect("no code panics while it holds an area")
    }

    /// Wakes the followers that are not there yet.
    fn turn(&self, view: &mut View) {
        view.waits = false;
        self.signs.set_turn(view.turns());
    }

    // --- from the store ---

    pub fn hear(&self, heard: Heard, text: &str) {
        let mut view = self.view();
        match view.hear(heard, text) {
            Tell::Nothing => {}
            Tell::Soon => view.waits = true,
            Tell::Now => self.turn(&mut view),
        }
        // A vote only puts off what the keeper waits for.
        if view.stirred || view.resync {
            self.work.notify_one();
        }
    }

    /// Events may have been missed.
    pub fn needs_snapshot(&self) {
        self.view().resync = true;
        self.work.notify_one();
    }

    /// Where the store says the area is. True if this view is not there (yet).
    pub fn differs(&self, head: &Head, lives: impl Fn(&ServerId) -> bool) -> bool {
        let mut view = self.view();
        let differs = view.differs(head, lives);
        if view.stirred {
            self.work.notify_one();
        }
        differs
    }

    /// Only living servers have people here.
    pub fn keep_servers(&self, lives: impl Fn(&ServerId) -> bool) {
        let mut view = self.view();
        view.keep_servers(lives);
        if view.stirred {
            self.work.notify_one();
        }
    }

    // --- for the keeper ---

    pub(super) fn begin_load(&self) -> bool {
        self.view().begin_load()
    }

    pub(super) fn load(&self, snapshot: Snapshot, lives: impl Fn(&ServerId) -> bool) {
        let mut view = self.view();
        view.load(snapshot, lives);
        view.loaded = Loaded::Yes;
        self.load_over.notify_waiters();
        self.turn(&mut view);
    }

    pub(super) fn load_failed(&self) {
        let mut view = self.view();
        view.load_failed();
        if view.loaded == Loaded::Not {
            view.loaded = Loaded::Failed;
        }
        self.load_over.notify_waiters();
    }

    pub(super) fn loaded(&self) -> Loaded {
        self.view().loaded
    }

    /// When, by the store's clock, somebody's two hours may be over.
    pub(super) fn next_due(&self, now: Millis) -> Option<Millis> {
        let mut view = self.view();
        let due = view.next_due(now)?;
        Some(due.max(view.expire_after))
    }

    pub(super) fn not_due_before(&self, at: Millis) {
        self.view().expire_after = at;
    }

    /// Who is here may have changed since it was last told, or who came waits to be told.
    pub(super) fn is_stirred(&self) -> bool {
        let view = self.view();
        (view.stirred || view.waits) && view.loaded == Loaded::Yes
    }

    /// Gives back seats whose grace is over; answers when the next one's is.
    pub(super) fn clear_seats(&self, now: Instant) -> Option<Instant> {
        let mut view = self.view();
        let before = view.seats.count();
        let next = view.seats.clear_out(now);
        view.stirred |= view.seats.count() != before;
        next
    }

    /// Tells followers who is here now; answers what the other servers are to be told, if anything.
    pub(super) fn tell_presence(&self) -> Option<(Claim, ClaimChange)> {
        let mut view = self.view();
        if view.tell_followers() || view.waits {
            self.turn(&mut view);
        }
        view.next_claim()
    }

    /// The store has the claim of this number.
    pub(super) fn said(&self, v: u64) {
        self.view().own.said(v);
    }

    /// Nobody follows, and nobody did for so long; and the other servers know.
    pub(super) fn is_idle(&self, linger: Duration) -> bool {
        self.view().is_idle(linger)
    }

    /// Since when nobody follows, if the other servers know.
    pub(super) fn idle_since(&self) -> Option<Instant> {
        let view = self.view();
        view.is_idle(Duration::ZERO).then_some(view.idle_since)
    }

    /// Somebody came just when the area was to be let go: what was published meanwhile was not heard.
    pub(super) fn stay(&self) {
        let mut view = self.view();
        view.idle_since = Instant::now();
        view.resync = true;
    }

    // --- for followers ---

    /// Answers the number of the owner's seat.
    pub(super) fn seat(&self, owner: &Owner) -> u64 {
        let mut view = self.view();
        view.followers += 1;
        view.stirred = true;
        self.work.notify_one();
        view.seats.take(owner)
    }

    /// The seat is given back; with grace, not before some seconds have passed.
    pub(super) fn release(&self, seat: Seat, now: Instant, grace: bool) {
        let mut view = self.view();
        view.seats.release(seat, now, if grace { self.grace } else { Duration::ZERO });
        view.followers -= 1;
        view.idle_since = now;
        self.work.notify_one();
    }

    /// Who sits there is who the store said.
    pub(super) fn claim(&self, seat: &Seat, done: &Done) {
        if self.view().seat(|seats, state| seats.claim(seat, done, state)) {
            self.work.notify_one();
        }
    }

    /// The same, wherever this owner sits.
    pub(super) fn claim_all(&self, owner: &Owner, done: &Done) {
        if self.view().seat(|seats, state| seats.claim_all(owner, done, state)) {
            self.work.notify_one();
        }
    }

    pub(super) fn me(&self, seat: &Seat) -> Option<Me> {
        self.view().me(seat)
    }

    pub(super) fn cursor_after(&self, since: &Since) -> Option<Cursor> {
        self.view().cursor_after(since)
    }

    /// All that is new after `cursor` for this owner; and the next cursor.
    pub(super) fn read(&self, cursor: Option<Cursor>, owner: &Owner) -> (Option<New>, Cursor) {
        let mut view = self.view();
        (view.read(cursor, owner), view.cursor())
    }

    pub(super) fn votes(&self, id: i64) -> String {
        self.view().votes(id)
    }

    pub(super) fn whole_presence(&self) -> ByteString {
        self.view().whole_presence()
    }

    /// The last acts, the newest first, and the state that they lead to.
    pub(super) fn activity(&self, now: Millis) -> (Since, Vec<Act>) {
        let mut view = self.view();
        (Since::from(&view.state), view.activity.acts(now).cloned().collect())
    }

    /// Looks at the state together with who is here; the area is locked meanwhile.
    pub(super) fn look<R>(&self, look: impl FnOnce(&AreaState, &Online, u64) -> R) -> R {
        let view = self.view();
        look(&view.state, &view.told.0, view.told.1)
    }

    /// The same for who does not follow it.
    pub(super) fn sight<R>(&self, look: impl FnOnce(&Sight<'_>) -> R) -> R {
        let view = self.view();
        let (online, watching) = &view.told;
        let (edition, position) = (view.encoded.0, view.turns());
        look(&Sight { state: &view.state, online, watching: *watching, edition, position })
    }
}

#[cfg(test)]
mod tests;
