//! An area with its owners: the rules of every change, without a store's I/O. The embedded store lives by them; the
//! Redis scripts keep the same ones, and one contract suite holds both to them.

use std::collections::{BTreeMap, BTreeSet};

use super::Millis;
use super::change::{Act, Change, Done, Me, Refused, Rules};
use super::event::{ClearedReason, Epoch, Event, LeftReason, Notice, Numbered};
use super::image::Image;
use super::name::{UserKey, Username};
use super::owner::Owner;
use super::state::AreaState;
use super::talk::{Made, Rooms};
use super::venue::{Pick, Venue, VenueId};

/// What an owner has in an area.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Holding {
    pub name: Option<UserKey>,
    /// The last `n`, kept when the name is gone, as long as not too many have left.
    pub n: u64,
}

#[derive(Debug, Clone, Default)]
pub struct Record {
    pub state: AreaState,
    pub owners: BTreeMap<Owner, Holding>,
    pub talk: Rooms,
    /// The other way round: who holds a name. Has just the keys of `state.users`.
    pub(super) holders: BTreeMap<UserKey, Owner>,
}

/// What a change leaves to be published and to be written.
#[derive(Debug, Default)]
pub struct Step {
    pub events: Vec<Numbered>,
    pub notices: Vec<Notice>,
    pub users: BTreeSet<UserKey>,
    pub venues: BTreeSet<VenueId>,
    pub owners: BTreeSet<Owner>,
    pub messages: Vec<Made>,
    /// The change had no effect: its number, or a later one, was used before.
    pub known: bool,
}

/// The clock and the run of the store, read once for a step.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    pub run: &'a str,
    pub micros: u64,
}

impl Moment<'_> {
    pub fn millis(&self) -> Millis {
        self.micros / 1000
    }
}

impl Record {
    /// From what was stored; a holding whose user is not there is only a number.
    pub fn new(state: AreaState, mut owners: BTreeMap<Owner, Holding>) -> Self {
        let mut holders = BTreeMap::new();
        for (owner, holding) in &mut owners {
            holding.name = holding.name.take().filter(|name| state.users.contains_key(name));
            if let Some(name) = &holding.name {
                holders.insert(name.clone(), owner.clone());
            }
        }
        Self { state, owners, talk: Rooms::default(), holders }
    }

    /// Who `owner` is here.
    fn me(&self, owner: &Owner) -> Option<Me> {
        let user = self.state.users.get(self.owners.get(owner)?.name.as_ref()?)?;
        Some(Me { username: user.username.clone(), img: user.img.clone(), since: user.since, due: user.due })
    }

    /// Gives an area that has no life yet its epoch.
    pub fn begin(&mut self, now: Moment<'_>) {
        if self.state.epoch == Epoch::default() {
            self.state.epoch = Epoch::new(now.run, now.micros);
        }
    }

    /// One change, after everyone whose two hours are over has left.
    pub fn change(
        &mut self,
        change: &Change,
        now: Moment<'_>,
        rules: &Rules,
        step: &mut Step,
    ) -> Result<Done, Refused> {
        self.expire(now, rules, step);
        let last = self.owners.get(&change.owner).map_or(0, |holding| holding.n);
        // Who never held anything leaves nothing behind.
        let leaves = matches!(change.act, Act::Leave | Act::HandOver { .. });
        let nobody = leaves && !self.owners.contains_key(&change.owner);
        step.known = change.n.is_some_and(|n| n <= last);
        if !nobody && !step.known {
            let event = self.decide(change, now.millis(), rules, step)?;
            self.begin(now);
            self.publish(event, now, rules, step);
            if let Some(n) = change.n {
                self.owners.entry(change.owner.clone()).or_default().n = n;
                step.owners.insert(change.owner.clone());
            }
        }
        Ok(self.done(&change.owner, now))
    }

    /// How the area is for `owner` now.
    pub fn done(&self, owner: &Owner, now: Moment<'_>) -> Done {
        let AreaState { epoch, seq, .. } = &self.state;
        Done { epoch: epoch.clone(), seq: *seq, at: now.millis(), me: self.me(owner) }
    }

    /// What the change comes to: an event, or none where all is so already (an act still renews).
    fn decide(
        &mut self,
        change: &Change,
        at: Millis,
        rules: &Rules,
        step: &mut Step,
    ) -> Result<Option<Event>, Refused> {
        // A damaged store may give somebody a name that nobody in the area has.
        let held = self.owners.get(&change.owner).and_then(|holding| holding.name.clone());
        let held = held.filter(|key| self.state.users.contains_key(key));
        match (&change.act, held) {
            (Act::Join { username, img }, held) => self.join(&change.owner, held, username, img, at, rules, step),
            (Act::Leave | Act::HandOver { .. }, None) => Ok(None),
            (_, None) => Err(Refused::NotJoined),
            (Act::Vote(pick), Some(key)) => self.vote(&key, pick, at, rules, step),
            (Act::Withdraw, Some(key)) => {
                let user = &self.state.users[&key];
                Ok(user.vote.as_ref().map(|_| Event::VoteRemoved { username: user.username.clone() }))
            }
            (Act::Leave, Some(key)) => Ok(Some(self.leave(&key))),
            (Act::HandOver { to }, Some(key)) => Ok(self.hand_over(&change.owner, to, &key, step)),
        }
    }

    pub(super) fn leave(&self, key: &UserKey) -> Event {
        Event::UserLeft { username: self.state.users[key].username.clone(), reason: LeftReason::Left }
    }

    #[expect(clippy::too_many_arguments, reason = "one step of one change, called from one place")]
    fn join(
        &mut self,
        owner: &Owner,
        held: Option<UserKey>,
        username: &Username,
        img: &Image,
        at: Millis,
        rules: &Rules,
        step: &mut Step,
    ) -> Result<Option<Event>, Refused> {
        let key = username.key();
        if self.holders.get(&key).is_some_and(|holder| holder != owner) {
            return Err(Refused::NameTaken { free: username.free(|key| self.holders.contains_key(key)) });
        }
        let (username, img) = (username.clone(), img.clone());
        if held.as_ref() == Some(&key) {
            let user = &self.state.users[&key];
            if user.username != username || user.img != img {
                return Ok(Some(Event::User { username, img }));
            }
            self.renew(&key, at, rules, step);
            return Ok(None);
        }
        if held.is_none() && rules.users > 0 && self.state.users.len() >= rules.users {
            return Err(Refused::UsersFull);
        }
        if held.is_none() {
            self.forget_who_left(owner, rules, step);
        }
        self.holders.insert(key.clone(), owner.clone());
        self.owners.entry(owner.clone()).or_default().name = Some(key);
        step.owners.insert(owner.clone());
        let Some(old) = held else { return Ok(Some(Event::User { username, img })) };
        self.holders.remove(&old);
        let from = self.state.users[&old].username.clone();
        step.users.insert(old);
        Ok(Some(Event::Renamed { from, username, img }))
    }

    /// Forgets the counts of those who left, all but that of who comes, when they are as many as users may be. Names taken and
    /// left again and again would fill the memory otherwise. Who is here keeps theirs.
    fn forget_who_left(&mut self, comes: &Owner, rules: &Rules, step: &mut Step) {
        let own = usize::from(self.owners.contains_key(comes));
        let left = self.owners.len().saturating_sub(self.holders.len() + own);
        if rules.users == 0 || left < rules.users {
            return;
        }
        let forgotten = self.owners.extract_if(.., |owner, holding| holding.name.is_none() && owner != comes);
        step.owners.extend(forgotten.map(|(owner, _)| owner));
    }

    fn vote(
        &mut self,
        key: &UserKey,
        pick: &Pick,
        at: Millis,
        rules: &Rules,
        step: &mut Step,
    ) -> Result<Option<Event>, Refused> {
        let fs = match (self.state.venues.get(pick.id()), pick) {
            (Some(first), _) => Venue::clone(first),
            (None, Pick::Known(_)) => return Err(Refused::NoSuchVenue),
            (None, Pick::Place(_)) if rules.venues > 0 && self.state.venues.len() >= rules.venues => {
                return Err(Refused::VenuesFull);
            }
            (None, Pick::Place(venue)) => venue.clone(),
        };
        let user = &self.state.users[key];
        if user.vote.as_ref().is_some_and(|vote| vote.id == fs.id) {
            self.renew(key, at, rules, step);
            return Ok(None);
        }
        Ok(Some(Event::Vote { username: user.username.clone(), img: user.img.clone(), fs }))
    }

    /// An act that changes nothing else.
    pub(super) fn renew(&mut self, key: &UserKey, at: Millis, rules: &Rules, step: &mut Step) {
        let due = at + rules.lifetime;
        self.state.renew(key, due);
        step.users.insert(key.clone());
        step.notices.push(Notice::Renewed { username: self.state.users[key].username.clone(), due });
    }

    /// Sends everyone whose two hours are over, in the order of their ends, and drops the rooms whose time is over.
    pub fn expire(&mut self, now: Moment<'_>, rules: &Rules, step: &mut Step) {
        let over = self.state.users.values().filter(|user| user.due <= now.millis());
        let mut due: Vec<_> = over.cloned().collect();
        due.sort_by_key(|user| (user.due, user.username.key()));
        for user in due {
            let left = Event::UserLeft { username: user.username, reason: LeftReason::Expired };
            self.publish(Some(left), now, rules, step);
        }
        self.talk.expire(now.millis(), rules.lifetime);
    }

    /// The sweep's step: `expire`, then, if the area has less than `min_ttl` left, all of it goes. True if it is gone.
    pub fn sweep(&mut self, now: Moment<'_>, min_ttl: Millis, rules: &Rules, step: &mut Step) -> bool {
        self.expire(now, rules, step);
        if self.state.expires_at > now.millis() + min_ttl {
            return false;
        }
        if self.state.seq > 0 {
            self.publish(Some(Event::Cleared { reason: ClearedReason::Expired }), now, rules, step);
        }
        self.owners.clear();
        self.holders.clear();
        self.talk = Rooms::default();
        true
    }

    fn publish(&mut self, event: Option<Event>, now: Moment<'_>, rules: &Rules, step: &mut Step) {
        let Some(event) = event else { return };
        match &event {
            Event::UserLeft { username, .. } => {
                let key = username.key();
                if let Some(owner) = self.holders.remove(&key) {
                    // Without a count, nothing is left to remember.
                    match self.owners.get_mut(&owner) {
                        Some(holding) if holding.n > 0 => holding.name = None,
                        _ => drop(self.owners.remove(&owner)),
                    }
                    self.talk.end_of(&owner);
                    step.owners.insert(owner);
                }
                step.users.insert(key);
            }
            Event::User { username, .. } | Event::Renamed { username, .. } | Event::VoteRemoved { username } => {
                step.users.insert(username.key());
            }
            Event::Vote { username, fs, .. } => {
                step.users.insert(username.key());
                step.venues.insert(fs.id.clone());
            }
            Event::Cleared { .. } => {}
        }
        let state = &self.state;
        let numbered = Numbered { epoch: state.epoch.clone(), seq: state.seq + 1, at: now.millis(), event };
        self.state.apply(&numbered, rules.lifetime);
        step.events.push(numbered);
    }
}
