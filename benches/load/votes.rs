//! A vote as the workloads cast it, and how it is found again in whatever comes back. Knows no socket and no server's state.

use memchr::memmem::{Finder, find};

/// What stands in a `vote` event right before a vote's number. The whole area's `updates` lists places without `fs`.
const IN_EVENT: &[u8] = br#""fs":{"id":"bench-"#;
/// What stands before it in the list of votes of `updates`.
const IN_LIST: &[u8] = br#""id":"bench-"#;
const DIGITS: usize = 10;
/// Two votes of one frame begin at least so many bytes apart: more than a place's text after its number.
const APART: usize = 150;

/// A place of its own for each vote, so that a delivery tells which vote it is of. About as long as a found one is.
fn place(number: u32) -> String {
    format!(
        r#"{{"id":"bench-{number:0DIGITS$}","name":"Thai Palace","location":{{"lat":51.513414,"lng":-0.131812,"address":"27 Frith Street, London"}},"categories":[{{"name":"Thai Restaurant"}}]}}"#
    )
}

/// What a client of our server sends.
pub fn cast(number: u32) -> String {
    format!(r#"{{"event":"addVote","id":2,"data":{{"fs":{}}}}}"#, place(number))
}

/// What our server makes of it, so that the floor's deliveries are as long.
pub fn event(person: usize, number: u32) -> String {
    let (name, place) = (name(person), place(number));
    format!(
        r#"{{"event":"vote","epoch":"3f9a1c07.1795340000000000","seq":{number},"at":1795340001123,"data":{{"username":"{name}","img":"","fs":{place}}}}}"#
    )
}

/// The whole area as our server tells it, for the floor to hand out: so many people, each with a vote.
pub fn updates(people: u32) -> String {
    let list = |row: &dyn Fn(u32) -> String| (0..people).map(row).collect::<Vec<_>>().join(",");
    let users = list(&|one| {
        let name = name(one as usize);
        format!(r#"{{"username":"{name}","img":"","online":true,"at":1795340000123,"expiresAt":1795347201123}}"#)
    });
    let votes = list(&|one| {
        let name = name(one as usize);
        format!(
            r#"{{"username":"{name}","img":"","id":"bench-{one:0DIGITS$}","at":1795340001123,"expiresAt":1795347201123}}"#
        )
    });
    let venues = list(&place);
    format!(
        r#"{{"event":"updates","data":{{"area":"area-0","epoch":"3f9a1c07.1795340000000000","seq":{people},"users":[{users}],"venues":[{venues}],"votes":[{votes}],"online":{people},"watching":{people},"expiresAt":1795347201123}}}}"#
    )
}

/// The name that a person has.
pub fn name(person: usize) -> String {
    format!("user-{person:05}")
}

/// Finds votes in frames, one event or an array of them.
pub struct Seeker {
    in_event: Finder<'static>,
    in_list: Finder<'static>,
}

impl Seeker {
    pub fn new() -> Self {
        Self { in_event: Finder::new(IN_EVENT), in_list: Finder::new(IN_LIST) }
    }

    /// Calls `found` with the number of each vote that the frame has an event of, as often as it has one.
    pub fn events(&self, frame: &[u8], found: impl FnMut(u32)) {
        each(&self.in_event, IN_EVENT.len(), APART, frame, found);
    }

    /// Calls `found` with the number of each vote that the frame's `updates` lists; true if there is such a list.
    pub fn listed(&self, frame: &[u8], found: impl FnMut(u32)) -> bool {
        let Some(votes) = list(frame, br#""votes":["#) else { return false };
        let end = find(votes, b"]").unwrap_or(votes.len());
        each(&self.in_list, IN_LIST.len(), 0, &votes[..end], found);
        true
    }

    /// Calls `found` with the number of each vote whose place the frame's `updates` lists, whether somebody still stands for it or not.
    pub fn places(&self, frame: &[u8], found: impl FnMut(u32)) {
        let Some(places) = list(frame, br#""venues":["#) else { return };
        let end = find(places, br#""votes":["#).unwrap_or(places.len());
        each(&self.in_list, IN_LIST.len(), 0, &places[..end], found);
    }
}

/// See `Seeker::listed` and `Seeker::places`.
fn list<'a>(frame: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let state = &frame[find(frame, br#""event":"updates""#)?..];
    Some(&state[find(state, name)?..])
}

fn each(finder: &Finder<'_>, before: usize, apart: usize, text: &[u8], mut found: impl FnMut(u32)) {
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| finder.find(rest)) {
        let digits = from + at + before;
        if let Some(number) = text.get(digits..digits + DIGITS).and_then(number) {
            found(number);
        }
        from = digits + DIGITS + apart;
    }
}

fn number(digits: &[u8]) -> Option<u32> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}
