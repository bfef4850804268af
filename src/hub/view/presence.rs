//! Who sits here, who is here: what followers and the other servers are told of it. Changes nothing of the state.

use super::View;
use crate::domain::change::Me;
use crate::domain::name::Username;
use crate::domain::presence::{Claim, ClaimChange};
use crate::domain::state::AreaState;
use crate::hub::claim::beside;
use crate::hub::seats::{Seat, Seats};
use crate::protocol::server::{self, Online, PresenceData};

/// Followers from which on who comes and goes is told to all of them together with `presence`, and not one by one: each telling is a write
/// to everyone, some 10 µs each. A vote tells of them at once, for it comes after them.
const CROWD: usize = 64;

impl View {
    /// Whether so many follow that those who come and go are told together.
    pub(super) fn is_crowd(&self) -> bool {
        self.followers >= CROWD
    }

    /// Over all servers, of those the area knows; and all connections.
    pub(super) fn online(&self) -> (Online, u64) {
        let mut names = self.presence.names();
        names.extend(self.seats.names());
        names.retain(|key, _| self.state.users.contains_key(key));
        (names, self.presence.watching() + self.seats.count())
    }

    /// Tells followers who is here now, if that is another picture than before. True if they were told.
    pub fn tell_followers(&mut self) -> bool {
        self.stirred = false;
        let now = self.online();
        if self.told == now {
            return false;
        }
        let before = std::mem::replace(&mut self.told, now).0;
        let (online, watching) = &self.told;
        let text = presence(&beside(online, &before), &beside(&before, online), online.len(), *watching);
        self.log.push(text.into(), None);
        true
    }

    /// What the other servers are to be told of this one's people, if anything.
    pub fn next_claim(&mut self) -> Option<(Claim, ClaimChange)> {
        self.own.next(self.seats.names(), self.seats.count())
    }

    /// Who sits where, by what the store said. True if that is news.
    pub fn seat(&mut self, seat: impl FnOnce(&mut Seats, &AreaState) -> bool) -> bool {
        let changed = seat(&mut self.seats, &self.state);
        self.stirred |= changed;
        changed
    }

    pub fn me(&self, seat: &Seat) -> Option<Me> {
        let username = self.seats.name(seat)?;
        let user = self.state.users.get(&username.key());
        let (img, since, due) = user.map(|user| (user.img.clone(), user.since, user.due)).unwrap_or_default();
        Some(Me { username: username.clone(), img, since, due })
    }
}

pub(super) fn presence(here: &[Username], gone: &[Username], online: usize, watching: u64) -> String {
    server::event("presence", &PresenceData { here, gone, online, watching })
}
