//! When followers and the keeper are woken, and with what.

use std::sync::Arc;

use futures_util::FutureExt;

use super::*;
use crate::domain::event::{Epoch, Event, LeftReason, Numbered};
use crate::domain::image::Image;
use crate::domain::name::Username;
use crate::domain::venue::{RawVenue, Venue};
use crate::hub::signs::{Moved, Watch};
use crate::hub::standing::Standing;

/// Followers that are a crowd.
const MANY: usize = 64;

/// An area that is loaded, with so many seats; and what its followers wait for.
struct Lunch {
    area: LiveArea,
    /// As followers were told of it last.
    turn: u64,
    seats: Vec<Seat>,
    seq: u64,
}

impl Lunch {
    fn with(followers: usize) -> Self {
        let bounds =
            Bounds { lifetime: 1000, recent_events: 9, recent_bytes: 9999, grace: Duration::ZERO, session: 1000 };
        let area = LiveArea::new(AreaName::parse("lunch").unwrap(), ServerId("a".into()), bounds, 0);
        let owners = (0..followers).map(|number| Owner::of(&format!("browser {number}")));
        let seats = owners.map(|owner| Seat { number: area.seat(&owner), owner }).collect();
        let mut lunch = Self { turn: area.signs.turn(), area, seats, seq: 0 };
        lunch.load();
        lunch.area.tell_presence();
        assert!(lunch.is_told() && lunch.calls_the_keeper());
        lunch
    }

    fn load(&self) {
        assert!(self.area.begin_load());
        let state = AreaState { epoch: Epoch::new("r", 1), seq: self.seq, ..AreaState::default() };
        self.area.load(Snapshot { state, ..Snapshot::default() }, |_| true);
    }

    /// The next event comes from the store.
    fn hear(&mut self, event: Event) {
        self.seq += 1;
        let numbered = Numbered { epoch: Epoch::new("r", 1), seq: self.seq, at: 5, event };
        let text = numbered.encode();
        self.area.hear(Heard::Change(numbered), &text);
    }

    /// Whether the keeper was woken since this was asked last.
    fn calls_the_keeper(&self) -> bool {
        self.area.work.notified().now_or_never().is_some()
    }

    /// Whether followers were woken since this was asked last.
    fn is_told(&mut self) -> bool {
        std::mem::replace(&mut self.turn, self.area.signs.turn()) != self.turn
    }
}

fn name(name: &str) -> Username {
    Username::parse(name).unwrap()
}

fn comes(who: &str) -> Event {
    Event::User { username: name(who), img: Image::default() }
}

fn votes(who: &str) -> Event {
    let raw = RawVenue { id: Some("thai".to_owned()), name: Some("Thai".to_owned()), ..RawVenue::default() };
    Event::Vote { username: name(who), img: Image::default(), fs: Venue::parse(raw).unwrap() }
}

#[test]
fn a_crowd_is_told_of_who_comes_and_goes_together_with_who_is_here() {
    let mut lunch = Lunch::with(MANY);
    let before = lunch.area.read(None, &Owner::of("reader")).1;
    lunch.hear(comes("Ann"));
    lunch.hear(Event::UserLeft { username: name("Ann"), reason: LeftReason::Left });
    assert!(!lunch.is_told());
    assert!(lunch.area.is_stirred() && lunch.calls_the_keeper());
    // Nobody who follows here came or went, so of who is here there is nothing new.
    lunch.area.tell_presence();
    assert!(lunch.is_told());
    let told = lunch.area.read(Some(before), &Owner::of("reader")).0.unwrap();
    assert!(told.text.contains(r#""event":"user""#) && told.text.contains("userLeft"), "{}", told.text);
}

#[test]
fn one_less_than_a_crowd_is_told_of_each_at_once() {
    let mut lunch = Lunch::with(MANY - 1);
    for event in [comes("Ann"), Event::UserLeft { username: name("Ann"), reason: LeftReason::Left }] {
        lunch.hear(event);
        assert!(lunch.is_told());
    }
}

#[test]
fn what_is_neither_coming_nor_going_waits_in_no_crowd() {
    let mut lunch = Lunch::with(MANY);
    lunch.hear(comes("Ann"));
    assert!(!lunch.is_told());
    let renamed = Event::Renamed { from: name("Ann"), username: name("Bob"), img: Image::default() };
    for event in [votes("Ann"), Event::VoteRemoved { username: name("Ann") }, renamed] {
        lunch.hear(event);
        assert!(lunch.is_told());
    }
}

#[test]
fn a_crowd_is_told_after_a_load_of_what_was_heard_meanwhile() {
    let mut lunch = Lunch::with(MANY);
    lunch.area.needs_snapshot();
    assert!(lunch.area.begin_load());
    lunch.hear(comes("Ann"));
    lunch.seq -= 1;
    lunch.load();
    assert!(lunch.is_told());
    assert!(lunch.area.look(|state, _, _| state.users.contains_key(&name("Ann").key())));
}

#[test]
fn an_area_is_idle_since_its_last_follower_went_whatever_wakes_its_keeper_after_that() {
    let Lunch { area, seats, .. } = Lunch::with(1);
    assert_eq!(area.idle_since(), None);
    let gone = Instant::now();
    area.release(seats[0].clone(), gone, true);
    assert_eq!(area.idle_since(), None, "the seat is there until the keeper has looked");
    area.clear_seats(gone);
    assert_eq!(area.idle_since(), None, "the other servers do not know yet");
    let (claim, _) = area.tell_presence().expect("they are to be told");
    area.said(claim.v);
    area.needs_snapshot();
    assert_eq!(area.idle_since(), Some(gone));
}

#[test]
fn followers_are_called_when_the_area_becomes_stale_or_current_again_and_not_because_it_began_current() {
    let lunch = Lunch::with(1);
    let area = Arc::new(lunch.area);
    let mut watch = Watch::of(&area);
    let mut called = || watch.moved().now_or_never();
    area.set_current(5);
    assert_eq!(called(), None);
    assert_eq!(area.signs.standing(), Standing { stale_since: None, current_since: 5 });
    area.set_stale(6);
    assert_eq!(called(), Some(Moved::Standing));
    area.set_current(7);
    assert_eq!(called(), Some(Moved::Standing));
    assert_eq!(called(), None);
}
