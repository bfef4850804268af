//! What one live area knows: its state at a number, the recent events, who sits here and who is there. All of it under one
//! lock; knows no store, no socket, no task.

use std::time::{Duration, Instant};

use bytestring::ByteString;

use super::Bounds;
use super::claim::{OwnClaim, beside};
use super::log::Log;
use super::seats::Seats;
use crate::domain::Millis;
use crate::domain::activity::{Act, Activity};
use crate::domain::change::Me;
use crate::domain::event::{Event, Heard, Notice, Numbered};
use crate::domain::name::{AreaName, Username};
use crate::domain::presence::{Claim, ClaimChange, Presence, ServerId};
use crate::domain::state::{Applied, AreaState};
use crate::protocol::client::Since;
use crate::protocol::server::{self, Online, PresenceData, Updates};
use crate::store::{Head, Snapshot};

pub(super) struct View {
    area: AreaName,
    server: ServerId,
    bounds: Bounds,
    pub state: AreaState,
    log: Log,
    /// What people did, of the changes that the state is made of.
    pub activity: Activity,
    /// While a snapshot is on its way: what was heard since it was asked for.
    held_back: Option<Vec<(Heard, ByteString)>>,
    /// A new snapshot is needed.
    pub resync: bool,
    pub seats: Seats,
    presence: Presence,
    /// What followers were last told of who is here.
    pub told: (Online, u64),
    pub own: OwnClaim,
    /// Who is here may have changed since it was last told.
    pub stirred: bool,
    /// Before this time of the store nobody's time is over, whatever the state says (renewals make no event).
    pub expire_after: Millis,
    /// The state for who joins now, and the position that it was encoded at.
    encoded: Option<(u64, ByteString)>,
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
            activity: Activity::new(bounds.lifetime),
            bounds,
            held_back: None,
            resync: true,
            seats: Seats::default(),
            presence: Presence::default(),
            told: (Online::new(), 0),
            stirred: false,
            expire_after: 0,
            encoded: None,
            followers: 0,
            idle_since: Instant::now(),
        }
    }

    // --- from the store ---

    /// An event or a notice of the area's channel. True if there is something new for followers, or for the keeper.
    pub fn hear(&mut self, heard: Heard, text: &str) -> bool {
        match &mut self.held_back {
            // More than the log could hold would not reach followers as events anyway: they get the state.
            Some(held_back) if held_back.len() < self.bounds.recent_events => held_back.push((heard, text.into())),
            Some(_) => self.resync = true,
            None => return self.take(heard, text.into()),
        }
        false
    }

    fn take(&mut self, heard: Heard, text: ByteString) -> bool {
        match heard {
            Heard::Change(numbered) => return self.take_change(&numbered, text),
            Heard::Notice(Notice::Renewed { username, due }) => {
                self.state.renew(&username.key(), due);
                self.encoded = None;
            }
            Heard::Notice(Notice::Here(change)) if change.server != self.server => {
                self.presence.change(&change);
                self.stirred = true;
                return true;
            }
            Heard::Notice(Notice::Here(_)) => {}
        }
        false
    }

    fn take_change(&mut self, numbered: &Numbered, text: ByteString) -> bool {
        let act = Act::of(&self.state, numbered);
        match self.state.apply(numbered, self.bounds.lifetime) {
            Applied::Known => return false,
            Applied::Gap => self.resync = true,
            Applied::Next => {
                match &numbered.event {
                    Event::Renamed { from, username, .. } => self.seats.rename(numbered, &from.key(), Some(username)),
                    Event::UserLeft { username, .. } => self.seats.rename(numbered, &username.key(), None),
                    Event::Cleared { .. } => self.seats.check(&self.state),
                    Event::User { .. } | Event::Vote { .. } | Event::VoteRemoved { .. } => {}
                }
                self.stirred |= !matches!(numbered.event, Event::Vote { .. } | Event::VoteRemoved { .. });
                self.activity.hear(numbered, act);
                self.log.push(text, Some((numbered.epoch.clone(), numbered.seq)));
                metrics::counter!("wte_events_published_total").increment(1);
            }
        }
        true
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
        let Snapshot { state, claims, .. } = snapshot;
        if (&state.epoch, state.seq) != (&self.state.epoch, self.state.seq) {
            self.log.reset();
        }
        self.activity.look(&self.state, &state);
        self.state = state;
        self.expire_after = 0;
        self.encoded = None;
        self.seats.check(&self.state);
        self.look_at_claims(&claims, lives);
        self.stirred = true;
        for (heard, text) in self.held_back.take().unwrap_or_default() {
            self.take(heard, text);
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
        !gone && (head.epoch != self.state.epoch || head.seq > self.state.seq)
    }

    fn look_at_claims(&mut self, claims: &[(ServerId, Claim)], lives: impl Fn(&ServerId) -> bool) {
        let others = claims.iter().filter(|(server, _)| *server != self.server && lives(server));
        self.presence.look(others);
    }

    /// Only living servers have people here.
    pub fn keep_servers(&mut self, lives: impl Fn(&ServerId) -> bool) {
        self.presence.keep(lives);
        self.stirred |= self.online() != self.told;
    }

    // --- who is here ---

    /// Over all servers, of those the area knows; and all connections.
    fn online(&self) -> (Online, u64) {
        let mut names = self.presence.names();
        names.extend(self.seats.names());
        names.retain(|key, _| self.state.users.contains_key(key));
        (names, self.presence.watching() + self.seats.count())
    }

    /// Tells followers who is here now, if that is another picture than before. True if they were told.
    pub fn tell_followers(&mut self) -> bool {
        self.stirred = false;
        let (online, watching) = self.online();
        if self.told == (online.clone(), watching) {
            return false;
        }
        let before = std::mem::replace(&mut self.told, (online, watching)).0;
        let (online, watching) = &self.told;
        let text = presence(&beside(online, &before), &beside(&before, online), online.len(), *watching);
        self.log.push(text.into(), None);
        true
    }

    /// What the other servers are to be told of this one's people, if anything.
    pub fn next_claim(&mut self) -> Option<(Claim, ClaimChange)> {
        self.own.next(self.seats.names(), self.seats.count())
    }

    /// Nobody follows, and nobody did for so long; and the other servers know.
    pub fn is_idle(&self, linger: Duration) -> bool {
        let nobody = self.followers == 0 && self.seats.count() == 0 && self.own.is_over();
        nobody && self.idle_since.elapsed() >= linger
    }

    /// Who sits where, by what the store said.
    pub fn seat(&mut self, seat: impl FnOnce(&mut Seats, &AreaState)) {
        seat(&mut self.seats, &self.state);
        self.stirred = true;
    }

    pub fn me(&self, seat: u64) -> Option<Me> {
        let username = self.seats.name(seat)?;
        let user = self.state.users.get(&username.key());
        let (img, since, due) = user.map(|user| (user.img.clone(), user.since, user.due)).unwrap_or_default();
        Some(Me { username: username.clone(), img, since, due })
    }

    // --- for followers ---

    /// The position of the next event to come.
    pub fn position(&self) -> u64 {
        self.log.next()
    }

    /// Where a follower that has `since` goes on; none: it needs the whole state.
    pub fn position_after(&self, since: &Since) -> Option<u64> {
        if since.epoch == self.state.epoch && since.seq == self.state.seq && since.seq > 0 {
            return Some(self.log.next());
        }
        self.log.after(since)
    }

    /// All that is new after `cursor`, joined into one frame. One that is behind the log gets the state.
    pub fn read(&mut self, cursor: Option<u64>) -> Option<ByteString> {
        let Some(mut texts) = cursor.and_then(|cursor| self.log.from(cursor)) else {
            if cursor.is_some() {
                metrics::counter!("wte_followers_behind_total").increment(1);
            }
            return Some(self.encoded_state());
        };
        match texts.len() {
            0 => None,
            1 => texts.next().cloned(),
            _ => Some(server::joined(texts.map(|text| &**text)).into()),
        }
    }

    /// The area for who joins now, encoded once for all who join at the same position.
    fn encoded_state(&mut self) -> ByteString {
        let position = self.log.next();
        if let Some((at, text)) = &self.encoded
            && *at == position
        {
            return text.clone();
        }
        let (online, watching) = &self.told;
        let updates = server::event("updates", &Updates::new(&self.area, &self.state, online, *watching));
        let here: Vec<_> = online.values().cloned().collect();
        let presence = presence(&here, &[], here.len(), *watching);
        let text: ByteString = server::joined([updates.as_str(), presence.as_str()].into_iter()).into();
        self.encoded = Some((position, text.clone()));
        text
    }

    /// Who is here, to one that goes on from a state it had: everyone else is not.
    pub fn whole_presence(&self) -> ByteString {
        let (online, watching) = &self.told;
        let away = self.state.users.iter().filter(|(key, _)| !online.contains_key(*key));
        let gone: Vec<_> = away.map(|(_, user)| user.username.clone()).collect();
        let here: Vec<_> = online.values().cloned().collect();
        presence(&here, &gone, here.len(), *watching).into()
    }
}

fn presence(here: &[Username], gone: &[Username], online: usize, watching: u64) -> String {
    server::event("presence", &PresenceData { here, gone, online, watching })
}
