//! An area as everyone sees it: its users, venues and votes at one number, and how a change moves it on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Millis;
use super::event::{Epoch, Event, Numbered};
use super::image::Image;
use super::name::{UserKey, Username};
use super::venue::{Venue, VenueId};

/// A user of an area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct User {
    pub username: Username,
    pub img: Image,
    /// When the name was taken.
    pub since: Millis,
    /// When the two hours end; the vote ends with them.
    pub due: Millis,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vote: Option<Vote>,
}

/// The venue that a user stands for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Vote {
    pub id: VenueId,
    /// When it was cast; renewing it does not move this.
    pub at: Millis,
}

/// The picture of an area at `(epoch, seq)`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AreaState {
    pub epoch: Epoch,
    /// Only grows within an epoch.
    pub seq: u64,
    /// Boxed, as the venues: a tree has room for eleven, and most areas have few.
    pub users: BTreeMap<UserKey, Box<User>>,
    /// Each id's first rendering; a venue stays when its last vote goes.
    pub venues: BTreeMap<VenueId, Box<Venue>>,
    /// When the area empties: a lifetime after the last act in it.
    pub expires_at: Millis,
}

/// What an event did to a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// It was the next one.
    Next,
    /// The state holds it already.
    Known,
    /// Something between is missing, or another life of the area began: the whole state is needed.
    Gap,
}

impl AreaState {
    /// Takes the event if it is the next one. The first of a new epoch is next on an area that was just cleared.
    pub fn apply(&mut self, numbered: &Numbered, lifetime: Millis) -> Applied {
        let begins = numbered.epoch != self.epoch;
        if begins && !(numbered.seq == 1 && self.is_cleared()) {
            return Applied::Gap;
        }
        if !begins && numbered.seq <= self.seq {
            return Applied::Known;
        }
        if !begins && numbered.seq != self.seq + 1 {
            return Applied::Gap;
        }
        if begins {
            self.epoch = numbered.epoch.clone();
        }
        self.seq = numbered.seq;
        self.take(&numbered.event, numbered.at, lifetime);
        Applied::Next
    }

    fn take(&mut self, event: &Event, at: Millis, lifetime: Millis) {
        // A time that no clock tells may have come over the channel; it must not stop who hears it.
        let due = at.saturating_add(lifetime);
        match event {
            Event::User { username, img } => {
                let user = User { username: username.clone(), img: img.clone(), since: at, due, vote: None };
                let key = username.key();
                let kept = self.users.entry(key.clone()).or_insert_with(|| Box::new(user));
                kept.username = username.clone();
                kept.img = img.clone();
                self.renew(&key, due);
            }
            Event::Renamed { from, username, img } => {
                if let Some(mut user) = self.users.remove(&from.key()) {
                    (user.username, user.img) = (username.clone(), img.clone());
                    self.users.insert(username.key(), user);
                }
                self.renew(&username.key(), due);
            }
            Event::UserLeft { username, .. } => {
                self.users.remove(&username.key());
            }
            Event::Vote { username, fs, .. } => {
                self.venues.entry(fs.id.clone()).or_insert_with(|| Box::new(fs.clone()));
                if let Some(user) = self.users.get_mut(&username.key()) {
                    user.vote = Some(Vote { id: fs.id.clone(), at });
                }
                self.renew(&username.key(), due);
            }
            Event::VoteRemoved { username } => {
                if let Some(user) = self.users.get_mut(&username.key()) {
                    user.vote = None;
                }
            }
            Event::Cleared { .. } => {
                self.users.clear();
                self.venues.clear();
                self.expires_at = 0;
            }
        }
    }

    /// An act: the user's two hours begin anew, and the area's.
    pub fn renew(&mut self, key: &UserKey, due: Millis) {
        if let Some(user) = self.users.get_mut(key) {
            user.due = user.due.max(due);
        }
        self.expires_at = self.expires_at.max(due);
    }

    /// When the next user's two hours end.
    pub fn next_due(&self) -> Option<Millis> {
        self.users.values().map(|user| user.due).min()
    }

    fn is_cleared(&self) -> bool {
        self.seq > 0 && self.expires_at == 0 && self.users.is_empty() && self.venues.is_empty()
    }

    /// Venues in the order of the standings, each with its voters in the order of their votes: most votes first;
    /// equal ones by who was first to have that many, then by id, so that every view shows the same.
    pub fn standings(&self) -> Vec<Standing<'_>> {
        let mut votes: BTreeMap<&VenueId, Vec<&User>> = self.venues.keys().map(|id| (id, Vec::new())).collect();
        for user in self.users.values() {
            if let Some(voters) = user.vote.as_ref().and_then(|vote| votes.get_mut(&vote.id)) {
                voters.push(user);
            }
        }
        let at = |user: &User| user.vote.as_ref().map_or(0, |vote| vote.at);
        let mut standings: Vec<_> = votes
            .into_iter()
            .map(|(id, mut voters)| {
                voters.sort_by_key(|user| (at(user), user.username.key()));
                Standing { venue: &self.venues[id], voters }
            })
            .collect();
        // Stable, and the venues come by id.
        standings.sort_by_key(|s| (std::cmp::Reverse(s.voters.len()), s.voters.last().map_or(0, |user| at(user))));
        standings
    }
}

/// One row of the standings.
#[derive(Debug, PartialEq)]
pub struct Standing<'a> {
    pub venue: &'a Venue,
    pub voters: Vec<&'a User>,
}
