//! What one live area knows: its state at a number, the recent events, who sits here and who is there. All of it under one lock; knows no
//! store, no socket, no task.

mod presence;
mod reading;

pub use reading::New;

use std::num::NonZero;
use std::time::{Duration, Instant};

use bytestring::ByteString;

use super::Bounds;
use super::area::Loaded;
use super::claim::OwnClaim;
use super::log::Log;
use super::looks::Edition;
use super::seats::Seats;
use super::whispers::{self, Talked, Whispers};
use crate::domain::Millis;
use crate::domain::activity::{Act, Activity};
use crate::domain::event::{Event, Heard, Notice, Numbered};
use crate::domain::name::AreaName;
use crate::domain::owner::Owner;
use crate::domain::presence::{Claim, Presence, ServerId};
use crate::domain::state::{Applied, AreaState};
use crate::domain::talk::Told;
use crate::protocol::server::Online;
use crate::store::{Head, Snapshot};

/// Whether followers are to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tell {
    Nothing,
    /// Of who comes and goes, in a crowd: with the next telling of who is here.
    Soon,
    Now,
}

/// A follower's place: in the log, and among what is for some owners alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    log: NonZero<u64>,
    whispers: u64,
}

pub(super) struct View {
    area: AreaName,
    server: ServerId,
    bounds: Bounds,
    pub state: AreaState,
    log: Log,
    whispers: Whispers,
    talked: Talked,
    /// What people did, of the changes that the state is made of.
    pub activity: Activity,
    /// While a snapshot is on its way: what was heard since it was asked for.
    held_back: Option<Vec<(Heard, ByteString)>>,
    /// A new snapshot is needed.
    pub resync: bool,
    pub loaded: Loaded,
    pub seats: Seats,
    presence: Presence,
    /// What followers were last told of who is here.
    pub told: (Online, u64),
    pub own: OwnClaim,
    /// Who is here may have changed since it was last told.
    pub stirred: bool,
    /// There is something in the log that waits until followers are told of who is here.
    pub waits: bool,
    /// Before this time of the store nobody's time is over, whatever the state says (renewals make no event).
    pub expire_after: Millis,
    /// Nobody's two hours end before this; none: to be looked up.
    due_from: Option<Millis>,
    /// The state for who joins, and the position that it was encoded at; a new edition where that does not tell it.
    pub encoded: (Edition, Option<(u64, ByteString)>),
    /// The inside of the answer to `getVotes`; none since something of it may have changed.
    votes: Option<ByteString>,
    pub followers: usize,
    /// Since when nobody follows.
    pub idle_since: Instant,
}

impl View {
    /// Its claims are numbered from `first_claim`, higher than those of the area's last life in this process.
    pub fn new(area: AreaName, server: ServerId, bounds: Bounds, first_claim: u64) -> Self {
        Self {
            area,
            own: OwnClaim::new(server.clone(), first_claim),
            server,
            state: AreaState::default(),
            log: Log::new(bounds.recent_events, bounds.recent_bytes),
            whispers: Whispers::new(bounds.recent_events, bounds.recent_bytes),
            talked: Talked::default(),
            activity: Activity::new(bounds.lifetime),
            bounds,
            held_back: None,
            resync: true,
            loaded: Loaded::Not,
            seats: Seats::default(),
            presence: Presence::default(),
            told: (Online::new(), 0),
            stirred: false,
            waits: false,
            expire_after: 0,
            due_from: None,
            encoded: (Edition::next(), None),
            votes: None,
            followers: 0,
            idle_since: Instant::now(),
        }
    }

    // --- from the store ---

    /// An event or a notice of the area's channel.
    pub fn hear(&mut self, heard: Heard, text: &str) -> Tell {
        match &mut self.held_back {
            // More than the log could hold would not reach followers as events anyway: they get the state.
            Some(held_back) if held_back.len() < self.bounds.recent_events => held_back.push((heard, text.into())),
            Some(_) => self.resync = true,
            None => return self.take(heard, text.into()),
        }
        Tell::Nothing
    }

    fn take(&mut self, heard: Heard, text: ByteString) -> Tell {
        match heard {
            Heard::Change(numbered) => return self.take_change(&numbered, text),
            Heard::Notice(Notice::Renewed { username, due }) => {
                self.state.renew(&username.key(), due);
                self.encoded = (Edition::next(), None);
                self.votes = None;
            }
            Heard::Notice(Notice::Here(change)) if change.server != self.server => {
                self.presence.change(&change);
                self.stirred = true;
            }
            Heard::Notice(Notice::Here(_)) => {}
            Heard::Notice(Notice::Talk { number, after, told }) => return self.take_talk(number, after, None, &told),
            Heard::Notice(Notice::Private { number, after, to, told }) => {
                return self.take_talk(number, after, Some(to), &told);
            }
        }
        Tell::Nothing
    }

    /// What everyone is told of talk, or these owners alone. Who gets the whole area for what was missed asks for messages too.
    fn take_talk(&mut self, number: u64, after: u64, to: Option<Vec<Owner>>, told: &Told) -> Tell {
        match self.talked.take(number, after) {
            whispers::Heard::Known => return Tell::Nothing,
            whispers::Heard::Next => {}
            whispers::Heard::Missed => self.log.reset(),
        }
        match to {
            None => {
                self.log.push(told.encode().into(), None);
                // Who joins later asks for what was said before.
                self.encoded.1 = None;
            }
            Some(to) => self.whispers.push(to, told.encode().into()),
        }
        Tell::Now
    }

    fn take_change(&mut self, numbered: &Numbered, text: ByteString) -> Tell {
        let act = Act::of(&self.state, numbered);
        let users = self.state.users.len();
        match self.state.apply(numbered, self.bounds.lifetime) {
            Applied::Known => return Tell::Nothing,
            Applied::Gap => {
                metrics::counter!("wte_gaps_total").increment(1);
                self.resync = true;
                return Tell::Nothing;
            }
            Applied::Next => {
                if matches!(numbered.event, Event::User { .. }) && self.state.users.len() > users {
                    // Who has just come has no vote, and may, where the store's clock was set, be over first.
                    self.due_from = self.due_from.map(|due| due.min(numbered.at.saturating_add(self.bounds.lifetime)));
                } else {
                    self.votes = None;
                }
                match &numbered.event {
                    Event::Renamed { from, username, .. } => self.seats.rename(numbered, &from.key(), Some(username)),
                    Event::UserLeft { username, reason } => {
                        metrics::counter!("wte_users_left_total", "reason" => reason.as_str()).increment(1);
                        self.seats.rename(numbered, &username.key(), None);
                    }
                    Event::Cleared { .. } => {
                        self.seats.check(&self.state);
                        self.talked.set(0);
                    }
                    Event::User { .. } | Event::Vote { .. } | Event::VoteRemoved { .. } => {}
                }
                self.stirred |= !matches!(numbered.event, Event::Vote { .. } | Event::VoteRemoved { .. });
                self.activity.hear(numbered, act);
                self.log.push(text, Some((self.state.epoch.clone(), numbered.seq)));
                metrics::counter!("wte_events_published_total").increment(1);
            }
        }
        match numbered.event {
            Event::User { .. } | Event::UserLeft { .. } if self.is_crowd() => Tell::Soon,
            _ => Tell::Now,
        }
    }

    /// Begins a load if one is wanted: from here on, what is heard is held back.
    pub fn begin_load(&mut self) -> bool {
        if self.resync {
            self.resync = false;
            self.held_back = Some(Vec::new());
        }
        self.held_back.is_some()
    }

    /// The snapshot is there: drop what it holds already, then go on with what was held back.
    pub fn load(&mut self, snapshot: Snapshot, lives: impl Fn(&ServerId) -> bool) {
        let Snapshot { state, claims, talked, .. } = snapshot;
        if (&state.epoch, state.seq) != (&self.state.epoch, self.state.seq) {
            self.log.reset();
        }
        if state.epoch != self.state.epoch && !self.state.epoch.as_str().is_empty() {
            let run = if state.epoch.run() == self.state.epoch.run() { "same" } else { "other" };
            metrics::counter!("wte_epochs_total", "run" => run).increment(1);
        }
        self.activity.look(&self.state, &state);
        self.state = state;
        self.expire_after = 0;
        self.encoded = (Edition::next(), None);
        (self.due_from, self.votes) = (None, None);
        self.seats.check(&self.state);
        self.look_at_claims(&claims, lives);
        self.stirred = true;
        self.talked.restart(talked);
        for (heard, text) in self.held_back.take().unwrap_or_default() {
            self.take(heard, text);
        }
        if self.talked.is_behind(talked) {
            self.log.reset();
            self.talked.set(talked);
        }
    }

    pub fn load_failed(&mut self) {
        self.held_back = None;
        self.resync = true;
    }

    /// Where the store says the area is. True if this view is not there (yet).
    pub fn differs(&mut self, head: &Head, lives: impl Fn(&ServerId) -> bool) -> bool {
        self.look_at_claims(&head.claims, lives);
        let stored = head.claims.iter().find(|(server, _)| *server == self.server).map(|(_, claim)| claim.v);
        self.stirred |= self.own.check(stored) || self.online() != self.told;
        if self.resync || self.held_back.is_some() {
            return true;
        }
        // A cleared area has no epoch in the store until somebody looks at it or acts in it.
        let gone = head.epoch.as_str().is_empty() && self.state.users.is_empty() && self.state.venues.is_empty();
        let behind = head.seq > self.state.seq || self.talked.is_behind(head.talked);
        !gone && (head.epoch != self.state.epoch || behind)
    }

    /// When somebody's two hours may be over. Looked up among all users only once that time has come, for acts only put it off.
    pub fn next_due(&mut self, now: Millis) -> Option<Millis> {
        if self.due_from.is_none_or(|due| due <= now) {
            self.due_from = self.state.next_due();
        }
        self.due_from
    }

    fn look_at_claims(&mut self, claims: &[(ServerId, Claim)], lives: impl Fn(&ServerId) -> bool) {
        let others = claims.iter().filter(|(server, _)| *server != self.server && lives(server));
        self.presence.look(others);
    }

    /// Only living servers have people here.
    pub fn keep_servers(&mut self, lives: impl Fn(&ServerId) -> bool) {
        metrics::counter!("wte_claims_dropped_total").increment(self.presence.keep(lives));
        self.stirred |= self.online() != self.told;
    }

    /// Nobody follows, and nobody did for so long; and the other servers know.
    pub fn is_idle(&self, linger: Duration) -> bool {
        let nobody = self.followers == 0 && self.seats.count() == 0 && self.own.is_over();
        nobody && self.idle_since.elapsed() >= linger
    }
}

#[cfg(test)]
#[path = "../../../tests/races/mod.rs"]
mod races;
