//! What a store kept of an area, as its hashes or its rows: what can be read is there and keeps the rules, what cannot hides nothing else,
//! and the area can be used. A line is a record: what it is, a tab, its key, a tab, its text.

use super::rules;
use crate::domain::change::{Act, Change, Rules};
use crate::domain::event::Epoch;
use crate::domain::name::AreaName;
use crate::domain::owner::Owner;
use crate::domain::presence::Presence;
use crate::domain::record::{Holding, Moment, Record, Step};
use crate::domain::state::{AreaState, User};
use crate::domain::talk::{Chat, ChatText, Marks, MessageId, Room, RoomId, Saying};
use crate::domain::venue::{Pick, Venue, VenueId};
use crate::store::embedded::rows::{Header, Rows};
use crate::store::redis::picture::{Fields, Parts, claims_of, me_of};

const RULES: Rules = Rules::UNBOUNDED;

/// The records of a kind.
struct Lines<'a>(Vec<(&'a [u8], &'a [u8], &'a [u8])>);

impl Lines<'_> {
    fn of(&self, kind: &[u8]) -> Fields {
        let same = self.0.iter().filter(|(of, ..)| *of == kind);
        same.map(|(_, key, text)| (key.to_vec(), text.to_vec())).collect()
    }
}

pub fn check(data: &[u8]) {
    let line = |line| {
        let mut parts = <[u8]>::splitn(line, 3, |byte| *byte == b'\t');
        Some((parts.next()?, parts.next()?, parts.next()?))
    };
    let lines = Lines(data.split(|byte| *byte == b'\n').filter_map(line).collect());
    as_redis_has_it(&lines);
    as_the_file_has_it(&lines);
}

fn as_redis_has_it(lines: &Lines) {
    let (users, venues) = (lines.of(b"user"), lines.of(b"venue"));
    for (_, text) in &users {
        if let Ok(Some(me)) = me_of(text) {
            rules::username(&me.username);
            rules::image(&me.img);
        }
    }
    let kept = users.len() + venues.len();
    let (state, unreadable) = Parts { epoch: "run.1", seq: 1, expires_at: 1, users, venues }.assemble();
    assert!(state.users.len() + state.venues.len() + unreadable.len() <= kept);
    assert!(unreadable.is_empty() || state.users.len() + state.venues.len() < kept);
    keeps_the_rules(&state);
    let claims = claims_of(lines.of(b"claim"));
    let mut presence = Presence::default();
    presence.look(claims.iter());
    presence.names().values().for_each(rules::username);
    let _ = presence.watching();
}

fn as_the_file_has_it(lines: &Lines) {
    let mut rows = Rows::default();
    if let Some((_, text)) = lines.of(b"area").first() {
        rows.header = rows.read(text, |_: &Header| true);
    }
    for (key, text) in lines.of(b"user") {
        let user = rows.read(&text, |user: &User| user.username.key().as_str().as_bytes() == key);
        rows.users.extend(user.map(|user| (user.username.key(), Box::new(user))));
    }
    for (key, text) in lines.of(b"venue") {
        let venue = rows.read(&text, |venue: &Venue| venue.id.as_str().as_bytes() == key);
        rows.venues.extend(venue.map(|venue| (venue.id.clone(), Box::new(venue))));
    }
    for (key, text) in lines.of(b"owner") {
        let held = rows.read(&text, |(owner, _): &(Owner, Holding)| owner.digits().as_bytes() == key);
        rows.owners.extend(held);
    }
    for (key, text) in lines.of(b"room") {
        let room = rows.read(&text, |(id, room): &(RoomId, Room)| id.as_str().as_bytes() == key && room.is_sound());
        rows.rooms.extend(room);
    }
    for (key, text) in lines.of(b"read") {
        let read = rows.read(&text, |(owner, _): &(Owner, Marks)| owner.digits().as_bytes() == key);
        rows.read.extend(read);
    }
    let Some((mut record, _)) = rows.assemble() else { return };
    let now = Moment { run: "run", micros: 1_795_340_000_000_000 };
    if record.state.epoch == Epoch::default() {
        record.begin(now);
    }
    keeps_the_rules(&record.state);
    // It can be used: everyone votes for what is there, goes, and all of it ends.
    let mut step = Step::default();
    let area = AreaName::parse("lunch").expect("the check's own name");
    let owners: Vec<Owner> = record.owners.keys().cloned().collect();
    let pick = record.state.venues.keys().next().cloned().map_or_else(unknown, Pick::Known);
    for owner in &owners {
        talks(&mut record, owner, now, &mut step);
    }
    for owner in owners {
        for act in [Act::Vote(pick.clone()), Act::Withdraw, Act::Leave] {
            let change = Change { area: area.clone(), owner: owner.clone(), held: None, n: None, act };
            let _ = record.change(&change, now, &RULES, &mut step);
        }
    }
    record.expire(now, &RULES, &mut step);
    record.sweep(now, 0, &RULES, &mut step);
    for events in step.events.windows(2) {
        assert_eq!(events[1].seq, events[0].seq + 1, "numbered without a gap");
    }
}

/// Reads and writes in all rooms that the owner has.
fn talks(record: &mut Record, owner: &Owner, now: Moment<'_>, step: &mut Step) {
    for view in record.rooms(owner, now, &RULES, step).unwrap_or_default() {
        view.names.iter().for_each(|name| assert!(!name.is_empty(), "{view:?}"));
        record.read(owner, &view.id, true, now, &RULES, step).expect("a room that is listed can be read");
        let text = ChatText::parse("hi").expect("the check's own text");
        let area = AreaName::parse("lunch").expect("the check's own name");
        let chat = Chat { area, owner: owner.clone(), held: None, n: None, room: view.id, text };
        match record.chat(&chat, now, &RULES, step).expect("in a room that is listed one can talk") {
            Saying::Said(_, id) => assert_eq!(MessageId::parse(&id.to_string()), Some(id)),
            Saying::Known(_) => panic!("nothing is known without a count"),
        }
    }
}

fn unknown() -> Pick {
    Pick::Known(VenueId::parse("nowhere").expect("the check's own id"))
}

fn keeps_the_rules(state: &AreaState) {
    for (key, user) in &state.users {
        assert_eq!(*key, user.username.key());
        rules::username(&user.username);
        rules::image(&user.img);
        let text = serde_json::to_vec(user).expect("a user can be kept");
        assert_eq!(
            serde_json::from_slice::<User>(&text).as_ref().ok(),
            Some(&**user),
            "what is stored is read as the same"
        );
    }
    state.venues.values().for_each(|venue| rules::venue(venue));
    let _ = state.standings();
}
