//! The golden frames, made by the product's own encoders from plain values: what the page's tests read is what a server sends.

use std::collections::BTreeMap;

use super::error::Problem;
use super::server::{self, Bye, Changed, Count, Joined, MeAnswer, Online, PresenceData, SinceData, Updates, Watching};
use super::talk::{SaidData, TalkAnswer};
use crate::domain::Millis;
use crate::domain::change::{Done, Me, Refused};
use crate::domain::event::{ClearedReason, Epoch, Event, Heard, LeftReason, Numbered};
use crate::domain::image::Image;
use crate::domain::name::{AreaName, Username};
use crate::domain::state::{AreaState, User, Vote};
use crate::domain::talk::{ChatText, Message, MessageId, RoomId, RoomView, Said, Told};
use crate::domain::venue::Venue;

const GOLDEN: &str = include_str!("../../tests/golden/server.jsonl");
/// When the frames' story begins; users stay two hours.
const BEGIN: Millis = 1_795_340_000_000;
const LIFETIME: Millis = 7_200_000;

fn name(name: &str) -> Username {
    Username::parse(name).unwrap()
}

fn noodles() -> Image {
    Image::parse("emoji:🍜").unwrap()
}

fn epoch() -> Epoch {
    Epoch::new("3f9a1c07", BEGIN * 1000)
}

fn thai_palace() -> Venue {
    let json = r#"{"id":"4b5ea7f00d00000000000001","name":"Thai Palace",
        "location":{"lat":51.513414,"lng":-0.131812,"address":"27 Frith Street, London"},
        "categories":[{"name":"Thai Restaurant"}],"source":"foursquare"}"#;
    Venue::parse(serde_json::from_str(json).unwrap()).unwrap()
}

fn change(seq: u64, at: Millis, event: Event) -> String {
    Numbered { epoch: epoch(), seq, at, event }.encode()
}

fn ann() -> Me {
    Me { username: name("Ann"), img: noodles(), since: BEGIN + 123, due: BEGIN + 123 + LIFETIME }
}

fn done(seq: u64, at: Millis) -> Done {
    Done { epoch: epoch(), seq, at, me: Some(ann()) }
}

/// Ann has voted, Bob has not and is away.
fn state() -> AreaState {
    let voted = BEGIN + 1123;
    let vote = Some(Vote { id: thai_palace().id, at: voted });
    let ann = User { username: name("Ann"), img: noodles(), since: BEGIN + 123, due: voted + LIFETIME, vote };
    let (img, since) = (Image::default(), BEGIN + 200);
    let bob = User { username: name("Bob"), img, since, due: since + LIFETIME, vote: None };
    let users = [ann, bob].map(|user| (user.username.key(), Box::new(user))).into_iter().collect();
    let venues = [(thai_palace().id, Box::new(thai_palace()))].into_iter().collect();
    AreaState { epoch: epoch(), seq: 2, users, venues, expires_at: voted + LIFETIME }
}

fn acks_and_errors() -> Vec<String> {
    let (lunch, ann) = (AreaName::parse("lunch").unwrap(), ann());
    let taken = Problem::from(Refused::NameTaken { free: name("Ann 2") });
    let too_many = Problem::rate_limited("Too many messages at once. Wait a moment.", 250);
    vec![
        server::ack(7, &Watching { area: Some(&lunch), at: BEGIN + 123 }),
        server::ack(8, &Joined::new(&done(1, BEGIN + 123), &ann.username, &ann.img)),
        server::ack(9, &Changed::from(&done(2, BEGIN + 1123))),
        server::ack(10, &MeAnswer::new(Some(&lunch), Some(&ann))),
        server::server_error(Some(11), &taken),
        server::server_error(None, &too_many),
    ]
}

fn events_of_an_area() -> Vec<String> {
    let lunch = AreaName::parse("lunch").unwrap();
    let online: Online = BTreeMap::from([(name("Ann").key(), name("Ann"))]);
    let (img, none) = (noodles(), Image::default());
    let user = Event::User { username: name("Ann"), img: img.clone() };
    let renamed = Event::Renamed { from: name("Ann"), username: name("Anna"), img: none };
    let left = Event::UserLeft { username: name("Anna"), reason: LeftReason::Left };
    let expired = Event::UserLeft { username: name("Bob"), reason: LeftReason::Expired };
    let vote = Event::Vote { username: name("Ann"), img, fs: thai_palace() };
    let removed = Event::VoteRemoved { username: name("Ann") };
    let cleared = Event::Cleared { reason: ClearedReason::Expired };
    vec![
        server::event("updates", &Updates::new(&lunch, &state(), &online, 3)),
        change(1, BEGIN + 123, user),
        change(3, BEGIN + 2123, renamed),
        change(4, BEGIN + 3123, left),
        change(5, BEGIN + 200 + LIFETIME, expired),
        change(2, BEGIN + 1123, vote),
        change(6, BEGIN + 5123, removed),
        change(7, BEGIN + 7_800_000, cleared),
    ]
}

fn events_of_a_server() -> Vec<String> {
    let presence = PresenceData { here: &[name("Ann")], gone: &[name("Bob")], online: 1, watching: 3 };
    vec![
        server::event("presence", &presence),
        server::event("count", &Count { live: 42 }),
        server::event("stale", &SinceData { since: BEGIN + 5000 }),
        server::event("current", &SinceData { since: BEGIN + 9000 }),
        server::event("bye", &Bye { retry_in_ms: 1200 }),
    ]
}

fn talk() -> Vec<String> {
    let (id, at) = (MessageId { at: BEGIN + 6123, number: 1 }, BEGIN + 6123);
    let text = ChatText::parse("Thai?\nhttps://example.org/menu").unwrap();
    let room = RoomId::general();
    let message = Message { room, id, username: name("Ann"), img: noodles(), text, at };
    let private = RoomId::of([0x0f; 16]);
    let names = vec!["Ann".to_owned(), "Bob".to_owned()];
    let unread = RoomView { id: RoomId::general(), names: vec!["general".to_owned()], unread: Some(1) };
    let said = Said { done: done(2, at), id: Some(id) };
    let no_room = Problem::from(Refused::NoSuchRoom);
    vec![
        server::ack(12, &TalkAnswer::Rooms { rooms: vec![unread] }),
        server::ack(13, &TalkAnswer::Messages { messages: vec![message.clone()] }),
        server::ack(14, &TalkAnswer::Said(SaidData::from(&said))),
        server::server_error(Some(15), &no_room),
        Told::Chat(message).encode(),
        Told::Room(RoomView { id: private, names, unread: None }).encode(),
    ]
}

#[test]
fn every_golden_frame_is_what_a_server_sends() {
    let sent = [acks_and_errors(), events_of_an_area(), events_of_a_server(), talk()].concat();
    assert_eq!(sent.len(), GOLDEN.lines().count());
    for (sent, golden) in sent.iter().zip(GOLDEN.lines()) {
        assert_eq!(sent, golden);
    }
}

#[test]
fn what_a_store_publishes_is_read_again_as_it_was() {
    let is_change = |line: &&str| serde_json::from_str::<serde_json::Value>(line).unwrap()["seq"].is_u64();
    let changes: Vec<&str> = GOLDEN.lines().filter(is_change).collect();
    assert_eq!(changes.len(), 7, "each kind of change");
    for line in changes {
        let Ok(Heard::Change(numbered)) = Heard::decode(line) else { panic!("{line}") };
        assert_eq!(numbered.encode(), line);
    }
}

#[test]
fn frames_that_are_joined_keep_their_order_and_one_alone_stays_itself() {
    let frames = [r#"{"event":"a"}"#, r#"{"event":"b"}"#];
    assert_eq!(server::joined(frames.into_iter()), r#"[{"event":"a"},{"event":"b"}]"#);
    assert_eq!(server::joined(frames.into_iter().take(1)), frames[0]);
}
