//! One live area: its state at a number, the recent events, and who follows. Knows no store and no socket: the keeper
//! feeds it, followers read it.

use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use bytestring::ByteString;
use tokio::sync::{Notify, watch};

use super::log::Log;
use super::seats::Seats;
use crate::domain::Millis;
use crate::domain::change::{Done, Me};
use crate::domain::event::{Event, Heard, Notice, Numbered};
use crate::domain::name::{AreaName, Username};
use crate::domain::presence::{Claim, ClaimChange, Presence, ServerId};
use crate::domain::state::{Applied, AreaState};
use crate::protocol::client::Since;
use crate::protocol::server::{self, Online, PresenceData, Updates};
use crate::store::{Head, Snapshot};

/// Whether the area has a state yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loaded {
    Not,
    /// The last try failed; another one follows.
    Failed,
    Yes,
}

/// Sizes and times of a live area.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    pub lifetime: Millis,
    pub recent_events: usize,
    pub recent_bytes: usize,
    /// How long a seat is kept after its connection is gone.
    pub grace: Duration,
}

pub struct LiveArea {
    pub name: AreaName,
    me: ServerId,
    bounds: Bounds,
    inner: Mutex<Inner>,
    /// Moves whenever there is something new in the log.
    pub(super) turned: watch::Sender<u64>,
    pub(super) loaded: watch::Sender<Loaded>,
    /// Wakes the keeper.
    pub(super) work: Notify,
}

struct Inner {
    state: AreaState,
    log: Log,
    /// While a snapshot is on its way: what was heard since it was asked for.
    held_back: Option<Vec<(Heard, ByteString)>>,
    /// A new snapshot is needed.
    resync: bool,
    seats: Seats,
    presence: Presence,
    /// What followers were last told of who is here.
    told: (Online, u64),
    /// What this server last said of its own people.
    claim: Claim,
    /// Who is here may have changed since it was last told.
    stirred: bool,
    /// Before this time of the store nobody's time is over, whatever the state says (renewals make no event).
    expire_after: Millis,
    /// The state for who joins now, and the position that it was encoded at.
    encoded: Option<(u64, ByteString)>,
    followers: usize,
    /// Since when nobody follows.
    idle_since: Instant,
}

impl LiveArea {
    pub fn new(name: AreaName, me: ServerId, bounds: Bounds) -> Self {
        let inner = Inner {
            state: AreaState::default(),
            log: Log::new(bounds.recent_events, bounds.recent_bytes),
            held_back: None,
            resync: true,
            seats: Seats::default(),
            presence: Presence::default(),
            told: (Online::new(), 0),
            claim: Claim::default(),
            stirred: false,
            expire_after: 0,
            encoded: None,
            followers: 0,
            idle_since: Instant::now(),
        };
        Self {
            name,
            me,
            bounds,
            inner: Mutex::new(inner),
            turned: watch::Sender::new(0),
            loaded: watch::Sender::new(Loaded::Not),
            work: Notify::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("no code panics while it holds an area")
    }

    // --- from the store ---

    /// An event or a notice of the area's channel.
    pub fn hear(&self, heard: Heard, text: &str) {
        let mut inner = self.lock();
        if let Some(held_back) = &mut inner.held_back {
            // More than the log could hold would not reach followers as events anyway: they get the state.
            if held_back.len() < self.bounds.recent_events {
                held_back.push((heard, text.into()));
            } else {
                inner.resync = true;
            }
            return;
        }
        inner.take(heard, text.into(), self);
    }

    /// Events may have been missed.
    pub fn needs_snapshot(&self) {
        self.lock().resync = true;
        self.work.notify_one();
    }

    /// Where the store says the area is. True if this view is not there (yet).
    pub fn differs(&self, head: &Head) -> bool {
        let mut inner = self.lock();
        for (server, claim) in &head.claims {
            if *server != self.me {
                inner.presence.replace(server, claim);
            }
        }
        let said = head.claims.iter().find(|(server, _)| *server == self.me).map_or(0, |(_, claim)| claim.v);
        // An empty claim is not kept by the store.
        let lost = said != inner.claim.v && !(inner.claim.names.is_empty() && inner.claim.watching == 0);
        inner.stirred |= inner.presence_differs() || lost;
        if lost {
            inner.claim.v = inner.claim.v.max(said);
            inner.claim.names.clear();
            inner.claim.watching = 0;
        }
        if inner.stirred {
            self.work.notify_one();
        }
        let (epoch, seq) = (&inner.state.epoch, inner.state.seq);
        if inner.resync || inner.held_back.is_some() {
            return true;
        }
        // A cleared area has no epoch in the store until somebody acts in it.
        let gone = head.epoch.as_str().is_empty() && inner.state.users.is_empty() && inner.state.venues.is_empty();
        !gone && (head.epoch != *epoch || head.seq > seq)
    }

    /// Only living servers have people here.
    pub fn keep_servers(&self, lives: impl Fn(&ServerId) -> bool) {
        let mut inner = self.lock();
        inner.presence.keep(|server| *server == self.me || lives(server));
        if inner.presence_differs() {
            inner.stirred = true;
            self.work.notify_one();
        }
    }

    // --- for the keeper ---

    /// Begins a load if one is wanted: from here on, what is heard is held back.
    pub(super) fn begin_load(&self) -> bool {
        let mut inner = self.lock();
        if inner.resync {
            inner.resync = false;
            inner.held_back = Some(Vec::new());
        }
        inner.held_back.is_some()
    }

    /// The snapshot is there: drop what it holds already, then go on with what was held back.
    pub(super) fn load(&self, snapshot: Snapshot, lives: impl Fn(&ServerId) -> bool) {
        let mut inner = self.lock();
        let moved = (&snapshot.state.epoch, snapshot.state.seq) != (&inner.state.epoch, inner.state.seq);
        inner.state = snapshot.state;
        inner.expire_after = 0;
        inner.encoded = None;
        if moved {
            inner.log.reset();
        }
        let Inner { seats, state, .. } = &mut *inner;
        seats.check(state);
        for (server, claim) in snapshot.claims.iter().filter(|(server, _)| *server != self.me && lives(server)) {
            inner.presence.replace(server, claim);
        }
        inner.stirred = true;
        for (heard, text) in inner.held_back.take().unwrap_or_default() {
            inner.take(heard, text, self);
        }
        self.loaded.send_replace(Loaded::Yes);
        self.turn(&inner);
    }

    pub(super) fn load_failed(&self) {
        let mut inner = self.lock();
        inner.held_back = None;
        inner.resync = true;
        self.loaded.send_if_modified(|loaded| {
            let first = *loaded == Loaded::Not;
            if first {
                *loaded = Loaded::Failed;
            }
            first
        });
    }

    /// When, by the store's clock, somebody's two hours may be over.
    pub(super) fn next_due(&self) -> Option<Millis> {
        let inner = self.lock();
        inner.state.next_due().map(|due| due.max(inner.expire_after))
    }

    pub(super) fn not_due_before(&self, at: Millis) {
        self.lock().expire_after = at;
    }

    pub(super) fn is_stirred(&self) -> bool {
        let inner = self.lock();
        inner.stirred && *self.loaded.borrow() == Loaded::Yes
    }

    /// Gives back seats whose grace is over; answers when the next one's is.
    pub(super) fn clear_seats(&self, now: Instant) -> Option<Instant> {
        let mut inner = self.lock();
        let before = inner.seats.count();
        let next = inner.seats.clear_out(now);
        inner.stirred |= inner.seats.count() != before;
        next
    }

    /// Tells followers who is here now; answers what the other servers are to be told, if anything.
    pub(super) fn tell_presence(&self) -> Option<(Claim, ClaimChange)> {
        let mut inner = self.lock();
        inner.stirred = false;
        let step = inner.next_claim(&self.me);
        let (online, watching) = inner.online();
        if inner.told == (online.clone(), watching) {
            return step;
        }
        let (before, _) = std::mem::replace(&mut inner.told, (online.clone(), watching));
        let missing_in = |other: &Online, of: &Online| -> Vec<Username> {
            of.iter().filter(|(key, _)| !other.contains_key(*key)).map(|(_, name)| name.clone()).collect()
        };
        let (here, gone) = (missing_in(&before, &online), missing_in(&online, &before));
        let data = PresenceData { here: &here, gone: &gone, online: online.len(), watching };
        let text = server::event("presence", &data);
        inner.log.push(text.into(), None);
        self.turn(&inner);
        step
    }

    /// Nobody follows, and nobody did for so long.
    pub(super) fn is_idle(&self, linger: Duration) -> bool {
        let inner = self.lock();
        inner.followers == 0 && inner.seats.count() == 0 && inner.idle_since.elapsed() >= linger
    }

    fn turn(&self, inner: &Inner) {
        self.turned.send_replace(inner.log.next());
    }

    // --- for followers ---

    pub(super) fn seat(&self) -> u64 {
        let mut inner = self.lock();
        inner.followers += 1;
        inner.stirred = true;
        self.work.notify_one();
        inner.seats.take()
    }

    pub(super) fn release(&self, seat: u64, now: Instant, grace: bool) {
        let mut inner = self.lock();
        let grace = if grace { self.bounds.grace } else { Duration::ZERO };
        inner.seats.release(seat, now, grace);
        inner.followers -= 1;
        inner.idle_since = now;
        self.work.notify_one();
    }

    /// Who sits there is who the store said.
    pub(super) fn claim(&self, seat: u64, done: &Done) {
        let mut inner = self.lock();
        let Inner { seats, state, .. } = &mut *inner;
        seats.claim(seat, done, state);
        inner.stirred = true;
        self.work.notify_one();
    }

    pub(super) fn me(&self, seat: u64) -> Option<Me> {
        let inner = self.lock();
        let username = inner.seats.name(seat)?;
        let user = inner.state.users.get(&username.key());
        let (img, since, due) = user.map(|user| (user.img.clone(), user.since, user.due)).unwrap_or_default();
        Some(Me { username: username.clone(), img, since, due })
    }

    /// Where a follower that has `since` goes on; none: it needs the whole state.
    pub(super) fn position_after(&self, since: &Since) -> Option<u64> {
        let inner = self.lock();
        if since.epoch == inner.state.epoch && since.seq == inner.state.seq && since.seq > 0 {
            return Some(inner.log.next());
        }
        inner.log.after(since)
    }

    /// All that is new after `cursor`, joined into one frame, and the next cursor. One that is behind the log gets the state.
    pub(super) fn read(&self, cursor: Option<u64>) -> (u64, Option<ByteString>) {
        let mut inner = self.lock();
        let next = inner.log.next();
        let new = cursor.and_then(|cursor| {
            let mut texts = inner.log.from(cursor)?;
            Some(match texts.len() {
                0 => None,
                1 => texts.next().cloned(),
                _ => Some(server::joined(texts.map(|text| &**text)).into()),
            })
        });
        let text = new.unwrap_or_else(|| Some(inner.encoded_state(self)));
        (next, text)
    }

    /// Who is here, to one that goes on from a state it had: everyone else is not.
    pub(super) fn whole_presence(&self) -> ByteString {
        let inner = self.lock();
        let (online, watching) = &inner.told;
        let away = inner.state.users.iter().filter(|(key, _)| !online.contains_key(*key));
        let gone: Vec<_> = away.map(|(_, user)| user.username.clone()).collect();
        presence(online, &gone, *watching).into()
    }

    /// Looks at the state together with who is here; the area is locked meanwhile.
    pub(super) fn look<R>(&self, look: impl FnOnce(&AreaState, &Online, u64) -> R) -> R {
        let inner = self.lock();
        look(&inner.state, &inner.told.0, inner.told.1)
    }
}

fn presence(online: &Online, gone: &[Username], watching: u64) -> String {
    let here: Vec<_> = online.values().cloned().collect();
    server::event("presence", &PresenceData { here: &here, gone, online: online.len(), watching })
}

impl Inner {
    fn take(&mut self, heard: Heard, text: ByteString, area: &LiveArea) {
        match heard {
            Heard::Change(numbered) => self.take_change(&numbered, text, area),
            Heard::Notice(Notice::Renewed { username, due }) => {
                self.state.renew(&username.key(), due);
                self.encoded = None;
            }
            Heard::Notice(Notice::Here(change)) if change.server == area.me => {}
            Heard::Notice(Notice::Here(change)) => {
                self.presence.change(&change);
                self.stirred = true;
                area.work.notify_one();
            }
        }
    }

    fn take_change(&mut self, numbered: &Numbered, text: ByteString, area: &LiveArea) {
        match self.state.apply(numbered, area.bounds.lifetime) {
            Applied::Known => {}
            Applied::Gap => {
                self.resync = true;
                area.work.notify_one();
            }
            Applied::Next => {
                match &numbered.event {
                    Event::Renamed { from, username, .. } => self.seats.rename(&from.key(), Some(username)),
                    Event::UserLeft { username, .. } => self.seats.rename(&username.key(), None),
                    Event::Cleared { .. } => self.seats.check(&self.state),
                    _ => {}
                }
                let of_people = !matches!(numbered.event, Event::Vote { .. } | Event::VoteRemoved { .. });
                self.log.push(text, Some((numbered.epoch.clone(), numbered.seq)));
                if of_people {
                    self.stirred = true;
                }
                area.turn(self);
                area.work.notify_one();
            }
        }
    }

    /// Who is here over all servers, of those the area knows; and all connections.
    fn online(&self) -> (Online, u64) {
        let mut names = self.presence.names();
        names.extend(self.seats.names());
        names.retain(|key, _| self.state.users.contains_key(key));
        (names, self.presence.watching() + self.seats.count())
    }

    fn presence_differs(&self) -> bool {
        self.online() != self.told
    }

    /// This server's claim, if it is another one than the last.
    fn next_claim(&mut self, me: &ServerId) -> Option<(Claim, ClaimChange)> {
        let (now, watching) = (self.seats.names(), self.seats.count());
        let before: Online = self.claim.names.iter().map(|name| (name.key(), name.clone())).collect();
        if now == before && watching == self.claim.watching {
            return None;
        }
        let v = self.claim.v + 1;
        let here = now.iter().filter(|(key, _)| !before.contains_key(*key)).map(|(_, name)| name.clone()).collect();
        let gone = before.iter().filter(|(key, _)| !now.contains_key(*key)).map(|(_, name)| name.clone()).collect();
        self.claim = Claim { v, names: now.into_values().collect(), watching };
        Some((self.claim.clone(), ClaimChange { server: me.clone(), v, here, gone, watching }))
    }

    fn encoded_state(&mut self, area: &LiveArea) -> ByteString {
        let next = self.log.next();
        if let Some((at, text)) = &self.encoded
            && *at == next
        {
            return text.clone();
        }
        let (online, watching) = &self.told;
        let updates = server::event("updates", &Updates::new(&area.name, &self.state, online, *watching));
        let presence = presence(online, &[], *watching);
        let text: ByteString = server::joined([updates.as_str(), presence.as_str()].into_iter()).into();
        self.encoded = Some((next, text.clone()));
        text
    }
}
