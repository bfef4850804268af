//! Claims about what is told of an area's changes, and of its state.

use serde_json::json;

use super::*;
use crate::domain::event::{ClearedReason, Epoch};
use crate::domain::state::Applied;
use crate::domain::venue::{RawVenue, Venue};

const LIFETIME: Millis = 7_200_000;

/// An area as a server lives through it: its state, and what it tells of it.
struct Lived {
    state: AreaState,
    activity: Activity,
}

impl Lived {
    fn begin() -> Self {
        let state = AreaState { epoch: Epoch::new("run", 1), ..AreaState::default() };
        Self { state, activity: Activity::new(LIFETIME) }
    }

    fn hear(&mut self, at: Millis, event: Event) -> &mut Self {
        let change = Numbered { epoch: self.state.epoch.clone(), seq: self.state.seq + 1, at, event };
        self.activity.hear(&change, Act::of(&self.state, &change));
        assert_eq!(self.state.apply(&change, LIFETIME), Applied::Next);
        self
    }

    /// Another server, that was not there and looks now.
    fn looked(&self) -> Self {
        let mut activity = Activity::new(LIFETIME);
        activity.look(&AreaState::default(), &self.state);
        Self { state: self.state.clone(), activity }
    }

    /// The same server after a gap, in which `meanwhile` happened.
    fn missed(&mut self, meanwhile: impl FnOnce(&mut Self)) {
        let mut there = Self { state: self.state.clone(), activity: Activity::new(LIFETIME) };
        meanwhile(&mut there);
        self.activity.look(&self.state, &there.state);
        self.state = there.state;
    }

    /// The oldest first: `3 moved Ann Thai from Ramen`.
    fn told(&mut self) -> Vec<String> {
        let line = |act: &Act| {
            let kind = serde_json::to_value(act.kind).unwrap();
            let from = if act.from.is_empty() { String::new() } else { format!("from {}", act.from) };
            let words = [kind.as_str().unwrap(), act.username.as_str(), &act.place, &from];
            let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
            format!("{} {}", act.at, words.join(" "))
        };
        let mut told: Vec<String> = self.activity.acts(100).map(line).collect();
        told.reverse();
        told
    }
}

fn name(text: &str) -> Username {
    Username::parse(text).unwrap()
}

fn joins(who: &str) -> Event {
    Event::User { username: name(who), img: Image::default() }
}

fn votes(who: &str, place: &str) -> Event {
    let raw = RawVenue { name: Some(place.to_owned()), ..serde_json::from_value(json!({})).unwrap() };
    Event::Vote { username: name(who), img: Image::default(), fs: Venue::parse(raw).unwrap() }
}

fn renames(from: &str, to: &str) -> Event {
    Event::Renamed { from: name(from), username: name(to), img: Image::default() }
}

fn leaves(who: &str, reason: LeftReason) -> Event {
    Event::UserLeft { username: name(who), reason }
}

#[test]
fn every_change_is_an_act_and_a_vote_that_moves_says_from_where() {
    let mut lunch = Lived::begin();
    lunch.hear(1, joins("Ann")).hear(2, votes("Ann", "Ramen")).hear(3, votes("Ann", "Thai"));
    lunch.hear(4, Event::VoteRemoved { username: name("Ann") }).hear(5, renames("Ann", "Anna"));
    lunch.hear(6, leaves("Anna", LeftReason::Left)).hear(7, joins("Bob")).hear(8, leaves("Bob", LeftReason::Expired));
    let told = [
        "1 joined Ann",
        "2 voted Ann Ramen",
        "3 moved Ann Thai from Ramen",
        "4 tookBack Ann Thai",
        "5 renamed Anna from Ann",
        "6 left Anna",
        "7 joined Bob",
        "8 over Bob",
    ];
    assert_eq!(lunch.told(), told);
}

#[test]
fn a_renewed_vote_and_a_new_picture_are_no_acts() {
    let mut lunch = Lived::begin();
    lunch.hear(1, joins("Ann")).hear(2, votes("Ann", "Ramen")).hear(3, votes("Ann", "Ramen"));
    lunch.hear(4, joins("Ann")).hear(5, renames("Ann", "Ann"));
    assert_eq!(lunch.told(), ["1 joined Ann", "2 voted Ann Ramen"]);
}

#[test]
fn who_was_not_there_tells_what_the_state_says() {
    let mut lunch = Lived::begin();
    lunch.hear(1, joins("Ann")).hear(2, joins("Bob")).hear(3, votes("Ann", "Ramen")).hear(4, votes("Ann", "Thai"));
    assert_eq!(lunch.looked().told(), ["1 joined Ann", "2 joined Bob", "4 voted Ann Thai"]);
}

#[test]
fn a_look_after_a_gap_doubles_nothing_and_adds_what_was_missed() {
    let mut lunch = Lived::begin();
    lunch.hear(1, joins("Ann")).hear(2, votes("Ann", "Ramen"));
    lunch.missed(|_| ());
    assert_eq!(lunch.told(), ["1 joined Ann", "2 voted Ann Ramen"]);
    lunch.missed(|there| {
        there.hear(3, joins("Bob")).hear(4, votes("Bob", "Thai")).hear(5, votes("Ann", "Thai"));
    });
    let told = ["1 joined Ann", "2 voted Ann Ramen", "3 joined Bob", "4 voted Bob Thai", "5 moved Ann Thai from Ramen"];
    assert_eq!(lunch.told(), told);
}

#[test]
fn who_took_another_name_has_not_joined_again() {
    for heard in [true, false] {
        let mut lunch = Lived::begin();
        lunch.hear(1, joins("Ann")).hear(2, votes("Ann", "Ramen"));
        if heard {
            lunch.hear(3, renames("Ann", "Anna"));
        }
        lunch.missed(|there| {
            there.hear(4, renames(if heard { "Anna" } else { "Ann" }, "Annika"));
        });
        assert_eq!(lunch.told()[..2], ["1 joined Ann", "2 voted Ann Ramen"]);
        assert_eq!(lunch.told().len(), if heard { 3 } else { 2 });
    }
}

#[test]
fn of_what_was_cleared_nothing_is_told() {
    let mut lunch = Lived::begin();
    lunch.hear(1, joins("Ann")).hear(2, Event::Cleared { reason: ClearedReason::Expired }).hear(3, joins("Bob"));
    assert_eq!(lunch.told(), ["3 joined Bob"]);
    // Nobody heard that it was cleared, but this is another life of the same store.
    lunch.missed(|there| {
        there.state = AreaState { epoch: Epoch::new("run", 2), ..AreaState::default() };
        there.hear(9, joins("Cem"));
    });
    assert_eq!(lunch.told(), ["9 joined Cem"]);
}

#[test]
fn another_run_of_the_store_is_the_same_life_with_the_same_people() {
    let mut lunch = Lived::begin();
    lunch.hear(1, joins("Ann")).hear(2, joins("Bob")).hear(3, leaves("Bob", LeftReason::Left));
    lunch.missed(|there| there.state.epoch = Epoch::new("another", 5));
    assert_eq!(lunch.told(), ["1 joined Ann", "2 joined Bob", "3 left Bob"]);
}

#[test]
fn a_long_day_keeps_its_newest_hundred() {
    let mut lunch = Lived::begin();
    for at in 1..=150 {
        lunch.hear(at, joins(&format!("Guest {at}")));
    }
    let told = lunch.told();
    assert_eq!((told.len(), &*told[0]), (ACTS_MOST, "51 joined Guest 51"));
}
