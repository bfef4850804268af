//! Who sits in an area in this process. A seat is taken on joining and given back by itself, with a moment of grace, so
//! that a reload does not flicker.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use crate::domain::Millis;
use crate::domain::change::Done;
use crate::domain::event::{Epoch, Numbered};
use crate::domain::name::{UserKey, Username};
use crate::domain::owner::Owner;
use crate::domain::state::AreaState;
use crate::protocol::server::Online;

/// Nothing that is done for one who joins looks at all seats: thousands may join one area at once.
#[derive(Debug, Default)]
pub struct Seats {
    /// What who sits there holds. In one tree, for it has room for eleven, and most areas have few.
    seats: BTreeMap<Seat, Option<Held>>,
    /// Those whose connection is gone, by when they are given back.
    left: BTreeSet<(Instant, Seat)>,
    next: u64,
}

/// Where a connection sits: beside the others of its owner.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seat {
    pub owner: Owner,
    pub number: u64,
}

/// A name that the store has given to who sits here.
#[derive(Debug, Clone)]
struct Held {
    username: Username,
    /// When it was taken: the same name at another time may be another owner's.
    since: Millis,
    /// The number that the area had when this was so: a state before it need not know of the name, and what is said of an
    /// earlier number does not undo it.
    epoch: Epoch,
    seq: u64,
}

impl Seats {
    /// Answers the number of the owner's new seat.
    pub fn take(&mut self, owner: &Owner) -> u64 {
        self.next += 1;
        self.seats.insert(Seat { owner: owner.clone(), number: self.next }, None);
        self.next
    }

    /// The connection is gone; the seat is given back after the moment of grace.
    pub fn release(&mut self, seat: Seat, now: Instant, grace: Duration) {
        if self.seats.contains_key(&seat) {
            self.left.insert((now + grace, seat));
        }
    }

    /// Gives back what nobody came back to; answers when the next one is due.
    pub fn clear_out(&mut self, now: Instant) -> Option<Instant> {
        while let Some((until, _)) = self.left.first() {
            if *until > now {
                return Some(*until);
            }
            if let Some((_, seat)) = self.left.pop_first() {
                self.seats.remove(&seat);
            }
        }
        None
    }

    pub fn name(&self, seat: &Seat) -> Option<&Username> {
        self.seats.get(seat)?.as_ref().map(|held| &held.username)
    }

    /// Who sits here is who the store said, unless that is over by now. True if that is another name than before.
    pub fn claim(&mut self, seat: &Seat, done: &Done, state: &AreaState) -> bool {
        self.seats.get_mut(seat).is_some_and(|holds| claim(holds, done, state))
    }

    /// The same, wherever this owner sits: a name taken in one tab is everyone's of that browser.
    pub fn claim_all(&mut self, owner: &Owner, done: &Done, state: &AreaState) -> bool {
        let seat = |number| Seat { owner: owner.clone(), number };
        let of_owner = self.seats.range_mut(seat(0)..=seat(u64::MAX));
        of_owner.fold(false, |changed, (_, holds)| claim(holds, done, state) || changed)
    }

    /// By this change the name's holder has another one, in all tabs; or none.
    pub fn rename(&mut self, change: &Numbered, from: &UserKey, to: Option<&Username>) {
        for holds in self.seats.values_mut() {
            *holds = match holds.take() {
                Some(held) if held.username.key() == *from && !held.is_after(&change.epoch, change.seq) => {
                    let (epoch, seq) = (change.epoch.clone(), change.seq);
                    to.map(|to| Held { username: to.clone(), since: held.since, epoch, seq })
                }
                other => other,
            };
        }
    }

    /// After a whole new state: nobody keeps a name that is somebody else's, or nobody's, by now.
    pub fn check(&mut self, state: &AreaState) {
        for holds in self.seats.values_mut() {
            *holds = holds.take().filter(|held| held.stands_in(state));
        }
    }

    /// The names here, each once, however many tabs.
    pub fn names(&self) -> Online {
        let named = self.seats.values().flatten();
        named.map(|held| (held.username.key(), held.username.clone())).collect()
    }

    pub fn count(&self) -> u64 {
        self.seats.len() as u64
    }
}

/// The store's answers may come in another order than they were given in: an older one undoes nothing.
fn claim(holds: &mut Option<Held>, done: &Done, state: &AreaState) -> bool {
    if holds.as_ref().is_some_and(|held| held.is_after(&done.epoch, done.seq)) {
        return false;
    }
    // Names that the area has are the area's own memory, for there are many seats.
    let known =
        |name: &Username| state.users.get(&name.key()).map(|user| &user.username).filter(|known| *known == name);
    let held = done.me.as_ref().map(|me| Held {
        username: known(&me.username).unwrap_or(&me.username).clone(),
        since: me.since,
        epoch: if done.epoch == state.epoch { state.epoch.clone() } else { done.epoch.clone() },
        seq: done.seq,
    });
    let held = held.filter(|held| held.stands_in(state));
    let name = |held: &Option<Held>| held.as_ref().map(|held| held.username.clone());
    let changed = name(holds) != name(&held);
    *holds = held;
    changed
}

impl Held {
    fn is_after(&self, epoch: &Epoch, seq: u64) -> bool {
        self.epoch == *epoch && self.seq > seq
    }

    fn stands_in(&self, state: &AreaState) -> bool {
        let not_yet_known = self.epoch == state.epoch && self.seq > state.seq;
        match state.users.get(&self.username.key()) {
            Some(user) => user.since == self.since,
            None => not_yet_known,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::change::Me;
    use crate::domain::event::Event;
    use crate::domain::image::Image;
    use crate::domain::state::User;

    fn name(name: &str) -> Username {
        Username::parse(name).unwrap()
    }

    fn ann() -> Owner {
        Owner::of("ann's browser")
    }

    fn sit(seats: &mut Seats, owner: Owner) -> Seat {
        let number = seats.take(&owner);
        Seat { owner, number }
    }

    fn change(seq: u64, event: Event) -> Numbered {
        Numbered { epoch: Epoch::new("r", 1), seq, at: 5, event }
    }

    fn left(seq: u64) -> Numbered {
        change(seq, Event::UserLeft { username: name("Ann"), reason: crate::domain::event::LeftReason::Left })
    }

    fn renamed(seq: u64) -> Numbered {
        change(seq, Event::Renamed { from: name("Ann"), username: name("Bob"), img: Image::default() })
    }

    fn done(seq: u64, since: Millis) -> Done {
        let me = Me { username: name("Ann"), img: Image::default(), since, due: since + 100 };
        Done { epoch: Epoch::new("r", 1), seq, at: since, me: Some(me) }
    }

    fn state(seq: u64, since: Option<Millis>) -> AreaState {
        let user = |since| User { username: name("Ann"), img: Image::default(), since, due: since + 100, vote: None };
        let users = since.map(|since| (name("Ann").key(), Box::new(user(since)))).into_iter().collect();
        AreaState { epoch: Epoch::new("r", 1), seq, users, ..AreaState::default() }
    }

    #[test]
    fn a_reload_within_the_grace_does_not_show() {
        let (mut seats, now, grace) = (Seats::default(), Instant::now(), Duration::from_secs(3));
        let first = sit(&mut seats, ann());
        seats.claim(&first, &done(1, 5), &state(1, Some(5)));
        seats.release(first, now, grace);
        assert_eq!(seats.clear_out(now), Some(now + grace));
        let second = sit(&mut seats, ann());
        seats.claim(&second, &done(1, 5), &state(1, Some(5)));
        assert_eq!(seats.names().len(), 1);
        seats.clear_out(now + grace);
        assert_eq!((seats.names().len(), seats.count()), (1, 1));
    }

    #[test]
    fn two_tabs_are_one_person_and_both_follow_a_new_name() {
        let mut seats = Seats::default();
        let tabs = [sit(&mut seats, ann()), sit(&mut seats, ann())];
        for tab in &tabs {
            seats.claim(tab, &done(1, 5), &state(0, None));
        }
        assert_eq!((seats.names().len(), seats.count()), (1, 2));
        seats.rename(&renamed(2), &name("ANN").key(), Some(&name("Bob")));
        assert_eq!(seats.name(&tabs[1]).unwrap().as_str(), "Bob");
        seats.rename(&left(3), &name("bob").key(), None);
        assert_eq!((seats.names().len(), seats.count()), (0, 2));
    }

    #[test]
    fn a_name_that_another_took_meanwhile_is_not_kept() {
        let mut seats = Seats::default();
        let seat = sit(&mut seats, ann());
        seats.claim(&seat, &done(3, 5), &state(2, None));
        assert!(seats.name(&seat).is_some(), "the event of the claim is still on its way");
        seats.check(&state(3, Some(5)));
        assert!(seats.name(&seat).is_some());
        seats.check(&state(9, Some(7)));
        assert!(seats.name(&seat).is_none());
        seats.claim(&seat, &done(3, 5), &state(4, None));
        assert!(seats.name(&seat).is_none(), "gone again before it was told");
    }

    #[test]
    fn a_name_taken_anywhere_is_the_owners_in_all_seats_and_nobody_elses() {
        let mut seats = Seats::default();
        let (tab, stream, other) =
            (sit(&mut seats, ann()), sit(&mut seats, ann()), sit(&mut seats, Owner::of("bob's browser")));
        seats.claim_all(&ann(), &done(1, 5), &state(0, None));
        assert!([tab, stream].iter().all(|seat| seats.name(seat).is_some()));
        assert!(seats.name(&other).is_none());
    }

    #[test]
    fn what_is_older_undoes_nothing() {
        let mut seats = Seats::default();
        let seat = sit(&mut seats, ann());
        // Ann left with number 3 and came back with number 4; the store's answers and events come in any order.
        seats.claim(&seat, &done(4, 5), &state(2, None));
        seats.claim(&seat, &Done { me: None, ..done(3, 5) }, &state(2, None));
        assert!(seats.name(&seat).is_some(), "the older answer");
        seats.rename(&left(3), &name("Ann").key(), None);
        assert!(seats.name(&seat).is_some(), "the older event");
        seats.rename(&left(5), &name("Ann").key(), None);
        assert!(seats.name(&seat).is_none());
    }
}
