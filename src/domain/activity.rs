//! What people did in an area, as acts that can be read: who joined, voted, moved, left, and when. Made from the changes as they are
//! heard, and where those were not heard, from what the state tells of them. Knows not how it is said, nor who reads it.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;

use super::Millis;
use super::assembler::{Assembler, Item, Window};
use super::event::{Event, LeftReason, Numbered};
use super::image::Image;
use super::name::{UserKey, Username};
use super::state::{AreaState, User};
use super::venue::{Venue, VenueId};

/// More than anybody reads back; some 90 bytes each, and the names.
const ACTS_MOST: usize = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    Joined,
    Voted,
    /// The vote, from one place to another.
    Moved,
    TookBack,
    Renamed,
    Left,
    /// The two hours are over.
    Over,
}

/// One line of what has happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Act {
    pub kind: Kind,
    pub at: Millis,
    /// By the name of that time; `renamed` has the new one.
    pub username: Username,
    pub img: Image,
    /// The place's name; of a vote alone.
    #[serde(skip_serializing_if = "is_nothing")]
    pub place: Arc<str>,
    /// The place, or the name, before.
    #[serde(skip_serializing_if = "is_nothing")]
    pub from: Arc<str>,
}

impl Item for Act {
    type Id = (Kind, UserKey, Arc<str>);

    fn at(&self) -> Millis {
        self.at
    }

    /// Whether a vote came from another place, a state does not tell: it is the same act.
    fn id(&self) -> Self::Id {
        let kind = if self.kind == Kind::Moved { Kind::Voted } else { self.kind };
        (kind, self.username.key(), self.place.clone())
    }
}

impl Act {
    /// What a change means to people who saw the area as it was `before`; none if nothing: a vote renewed, another picture.
    pub fn of(before: &AreaState, change: &Numbered) -> Option<Self> {
        let user = |name: &Username| before.users.get(&name.key());
        let act = |kind, username: &Username, img: &Image| Self {
            kind,
            at: change.at,
            username: username.clone(),
            img: img.clone(),
            place: Arc::default(),
            from: Arc::default(),
        };
        let face = |name: &Username| user(name).map(|user| user.img.clone()).unwrap_or_default();
        match &change.event {
            Event::User { username, img } => user(username).is_none().then(|| act(Kind::Joined, username, img)),
            Event::Vote { username, img, fs } => {
                let was = user(username).and_then(|user| user.vote.as_ref()).map(|vote| &vote.id);
                let place = before.venues.get(&fs.id).map_or(fs, |venue| venue).name.as_str().into();
                match was {
                    Some(was) if *was == fs.id => None,
                    Some(was) => Some(Self { place, from: place_of(before, was), ..act(Kind::Moved, username, img) }),
                    None => Some(Self { place, ..act(Kind::Voted, username, img) }),
                }
            }
            Event::VoteRemoved { username } => {
                let was = user(username)?.vote.as_ref()?;
                Some(Self { place: place_of(before, &was.id), ..act(Kind::TookBack, username, &face(username)) })
            }
            Event::Renamed { from, username, img } => {
                (from != username).then(|| Self { from: from.as_str().into(), ..act(Kind::Renamed, username, img) })
            }
            Event::UserLeft { username, reason } => {
                let kind = if *reason == LeftReason::Left { Kind::Left } else { Kind::Over };
                Some(act(kind, username, &face(username)))
            }
            Event::Cleared { .. } => None,
        }
    }
}

fn place_of(state: &AreaState, id: &VenueId) -> Arc<str> {
    state.venues.get(id).map(|venue| venue.name.as_str().into()).unwrap_or_default()
}

fn is_nothing(text: &str) -> bool {
    text.is_empty()
}

/// The last hundred acts of one area, of those that are not older than a user's stay.
#[derive(Debug)]
pub struct Activity {
    acts: Assembler<Act>,
}

impl Activity {
    pub fn new(lifetime: Millis) -> Self {
        Self { acts: Assembler::new(Window { lasts: lifetime, most: ACTS_MOST }) }
    }

    /// A change that came next, and what it means.
    pub fn hear(&mut self, change: &Numbered, act: Option<Act>) {
        if let Event::Cleared { .. } = change.event {
            self.acts.clear();
        }
        if let Some(act) = act {
            self.acts.take(act);
        }
    }

    /// The whole area, after a gap: it tells who joined and voted since it was `before`, though not who came and went.
    pub fn look(&mut self, before: &AreaState, now: &AreaState) {
        let begun_anew = before.epoch != now.epoch && before.epoch.run() == now.epoch.run();
        let nobody = AreaState::default();
        if begun_anew {
            self.acts.clear();
        }
        let before = if begun_anew { &nobody } else { before };
        // Who has another name now did the same when the old one was theirs.
        let told = self.of_who_is_gone(now);
        for change in now.users.values().flat_map(|user| left_of(user, now)) {
            let act = Act::of(before, &change).filter(|act| !told.contains(&(act.at, act.id().0)));
            if let Some(act) = act {
                self.acts.take(act);
            }
        }
    }

    /// When those joined and voted of whom acts are kept, and who are not there any more.
    fn of_who_is_gone(&self, now: &AreaState) -> BTreeSet<(Millis, Kind)> {
        let gone = self.acts.updates().filter(|act| !now.users.contains_key(&act.username.key()));
        gone.map(|act| (act.at, act.id().0)).collect()
    }

    /// The acts as of `now`, the newest first.
    pub fn acts(&mut self, now: Millis) -> impl Iterator<Item = &Act> {
        self.acts.advance(now);
        self.acts.updates().rev()
    }
}

/// The changes that a state still tells of a user.
fn left_of(user: &User, state: &AreaState) -> impl Iterator<Item = Numbered> {
    let User { username, img, since, .. } = user.clone();
    let vote = user.vote.as_ref().and_then(|vote| Some((vote.at, Venue::clone(state.venues.get(&vote.id)?))));
    let joined = (since, Event::User { username: username.clone(), img: img.clone() });
    let voted = vote.map(|(at, fs)| (at, Event::Vote { username, img, fs }));
    let numbered = |(at, event)| Numbered { epoch: state.epoch.clone(), seq: state.seq, at, event };
    std::iter::once(joined).chain(voted).map(numbered)
}

#[cfg(test)]
mod tests;
