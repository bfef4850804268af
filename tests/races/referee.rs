//! Watches what a store publishes and acknowledges, and says what breaks a promise: numbers without a gap, one `cleared` a life and
//! nothing after it, nobody sent or voted for by anybody else, no end before its time, and no older intent over a newer one.

use std::collections::{BTreeMap, HashSet};

use super::ground::Sound;
use super::steps::OWNERS;
use crate::domain::change::Done;
use crate::domain::event::{Epoch, Event, Heard, LeftReason, Notice, Numbered};
use crate::domain::name::{UserKey, Username};
use crate::domain::state::{Applied, AreaState, User};
use crate::domain::venue::VenueId;
use crate::store::{Result as StoreResult, StoreError};

/// What is so once an act is acknowledged, if it counted.
#[derive(Debug)]
pub enum Wish {
    Name(Username),
    Vote(VenueId),
    NoVote,
    NoName,
}

pub struct Referee {
    lifetime: u64,
    /// What the changes come to, each taken in its order.
    truth: AreaState,
    ended: HashSet<Epoch>,
    holders: BTreeMap<UserKey, usize>,
    /// The highest `n` of each owner that the store surely keeps, and that it may keep: who leaves without having been there leaves
    /// nothing behind, as a rule.
    kept: [u64; OWNERS],
    maybe_kept: [u64; OWNERS],
    wish: Option<Wish>,
    /// The last act was seen to do something.
    effect: bool,
}

impl Referee {
    pub fn new(lifetime: u64) -> Self {
        Self {
            lifetime,
            truth: AreaState::default(),
            ended: HashSet::new(),
            holders: BTreeMap::new(),
            kept: [0; OWNERS],
            maybe_kept: [0; OWNERS],
            wish: None,
            effect: false,
        }
    }

    /// An owner is about to be answered.
    pub fn expect(&mut self, wish: Wish) {
        (self.wish, self.effect) = (Some(wish), false);
    }

    /// What was published by one call, which `actor` made, if anybody.
    pub fn hear(&mut self, sounds: &[Sound], actor: Option<usize>) -> Result<(), String> {
        for (heard, text) in sounds {
            let said = match heard {
                Heard::Change(change) => self.take(change, actor),
                Heard::Notice(Notice::Renewed { username, due }) => {
                    let own = self.by_its_holder(username, actor);
                    self.effect = true;
                    self.truth.renew(&username.key(), *due);
                    own
                }
                // What is said is for the one who listens to talk.
                Heard::Notice(Notice::Here(_) | Notice::Talk { .. } | Notice::Private { .. }) => Ok(()),
            };
            said.map_err(|wrong| format!("{wrong}: {text}"))?;
        }
        Ok(())
    }

    fn take(&mut self, change: &Numbered, actor: Option<usize>) -> Result<(), String> {
        if self.ended.contains(&change.epoch) {
            return Err("something came in a life that was cleared".to_owned());
        }
        if self.truth.seq == 0 && change.seq == 1 {
            // An area that somebody looked at has its epoch before its first change.
            self.truth.epoch = change.epoch.clone();
        }
        self.judge_event(&change.event, change.at, actor)?;
        match self.truth.apply(change, self.lifetime) {
            Applied::Next => Ok(()),
            _ => Err(format!("a gap, or a number used twice, after {}", self.truth.seq)),
        }?;
        if let Event::Cleared { .. } = change.event {
            self.ended.insert(change.epoch.clone());
            self.holders.clear();
            (self.kept, self.maybe_kept) = ([0; OWNERS], [0; OWNERS]);
        }
        Ok(())
    }

    /// Before it is taken.
    fn judge_event(&mut self, event: &Event, at: u64, actor: Option<usize>) -> Result<(), String> {
        match event {
            Event::Cleared { .. } => {
                let left = self.truth.expires_at.saturating_sub(at);
                if left > 0 || !self.truth.users.is_empty() {
                    return Err(format!("an area was cleared that had {left} ms left"));
                }
                return Ok(());
            }
            Event::UserLeft { username, reason: LeftReason::Expired } => {
                let due = self.truth.users.get(&username.key()).map(|user| user.due);
                self.holders.remove(&username.key());
                return match due {
                    Some(due) if due <= at => Ok(()),
                    due => Err(format!("somebody was sent before the end of their time, {due:?}")),
                };
            }
            _ => self.effect = true,
        }
        match event {
            Event::User { username, .. } if !self.holders.contains_key(&username.key()) => {
                self.holders.extend(actor.map(|actor| (username.key(), actor)));
                Ok(())
            }
            Event::Renamed { from, username, .. } => {
                self.by_its_holder(from, actor)?;
                if self.holders.contains_key(&username.key()) {
                    return Err("a name was taken from somebody else".to_owned());
                }
                let holder = self.holders.remove(&from.key()).expect("it has just been found");
                self.holders.insert(username.key(), holder);
                Ok(())
            }
            Event::UserLeft { username, .. } => {
                self.by_its_holder(username, actor)?;
                self.holders.remove(&username.key());
                Ok(())
            }
            Event::User { username, .. } | Event::Vote { username, .. } | Event::VoteRemoved { username } => {
                self.by_its_holder(username, actor)
            }
            Event::Cleared { .. } => Ok(()),
        }
    }

    fn by_its_holder(&self, username: &Username, actor: Option<usize>) -> Result<(), String> {
        let holder = self.holders.get(&username.key()).copied();
        if holder.is_some() && holder == actor {
            return Ok(());
        }
        Err(format!("somebody else ({actor:?}) did something in the name of {holder:?}"))
    }

    /// Who holds a name, by its key.
    pub fn holder(&self, name: &Username) -> Option<usize> {
        self.holders.get(&name.key()).copied()
    }

    /// Whether the store surely has that count of the owner's, or a later one.
    pub fn has_counted(&self, owner: usize, n: Option<u64>) -> bool {
        n.is_some_and(|n| n <= self.kept[owner])
    }

    /// A message with that count was said.
    pub fn count(&mut self, owner: usize, n: Option<u64>) {
        let n = n.unwrap_or_default();
        (self.kept[owner], self.maybe_kept[owner]) = (self.kept[owner].max(n), self.maybe_kept[owner].max(n));
    }

    fn user_of(&self, owner: usize) -> Option<&User> {
        let (key, _) = self.holders.iter().find(|(_, holder)| **holder == owner)?;
        self.truth.users.get(key).map(|user| &**user)
    }

    /// What an owner was answered, after all that it led to was heard.
    pub fn judge(&mut self, owner: usize, n: Option<u64>, answer: &StoreResult<Done>) -> Result<(), String> {
        let wish = self.wish.take().ok_or("nobody was expected to be answered")?;
        let known = n.is_some_and(|n| n <= self.kept[owner]);
        let newer = n.is_none_or(|n| n > self.maybe_kept[owner]);
        let done = match answer {
            Ok(done) => done,
            Err(StoreError::Refused(why)) if self.effect => return Err(format!("what was refused ({why}) was done")),
            Err(StoreError::Refused(_)) => return Ok(()),
            Err(error) => return Err(error.to_string()),
        };
        let there = if done.epoch == self.truth.epoch { self.truth.seq } else { 0 };
        if done.seq != there {
            return Err(format!("{done:?} was acknowledged at {there}"));
        }
        if known && self.effect {
            return Err(format!("an older intent, or a retry, had an effect: {wish:?} with {n:?}"));
        }
        if newer && !self.is_so(owner, &wish) {
            return Err(format!("what was acknowledged is not so: {wish:?}"));
        }
        if let Some(n) = n.filter(|_| !known) {
            self.maybe_kept[owner] = self.maybe_kept[owner].max(n);
            let counted = if newer { self.effect || !matches!(wish, Wish::NoName) } else { self.effect };
            self.kept[owner] = if counted { n } else { self.kept[owner] };
        }
        Ok(())
    }

    fn is_so(&self, owner: usize, wish: &Wish) -> bool {
        let user = self.user_of(owner);
        let vote = user.and_then(|user| user.vote.as_ref());
        match wish {
            Wish::Name(username) => user.is_some_and(|user| user.username == *username),
            Wish::Vote(id) => vote.is_some_and(|vote| vote.id == *id),
            Wish::NoVote => user.is_some() && vote.is_none(),
            Wish::NoName => user.is_none(),
        }
    }

    /// What somebody believes the area to be (all that was published, if none) against what the store says.
    pub fn compare(&self, what: &str, view: Option<&AreaState>, stored: &AreaState) -> Result<(), String> {
        let view = view.unwrap_or(&self.truth);
        // An area that is not there, or was only looked at, is empty, whatever number its last change had.
        let nothing = |state: &AreaState| state.users.is_empty() && state.venues.is_empty();
        let same = if stored.seq == 0 { nothing(view) && nothing(stored) } else { view == stored };
        if same { Ok(()) } else { Err(format!("{what} not the store's: {view:#?}, and the store has {stored:#?}")) }
    }
}
