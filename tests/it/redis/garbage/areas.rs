//! What others wrote under an area's keys, or took away: it is mended, told by a new epoch, and hurts nobody else.

use std::collections::BTreeSet;

use where_to_eat::domain::change::{Act, Refused, Rules};
use where_to_eat::domain::event::Epoch;
use where_to_eat::domain::venue::{Pick, VenueId};
use where_to_eat::store::{Snapshot, StoreError};

use crate::contract::group::{Group, LONG, eventually, join, lasting, name, refused, vote};
use crate::redis::inside::Inside;
use crate::redis::server::RedisServer;

/// The keys that the scripts decide by, with their types.
const KEYS: [(&str, &str); 10] = [
    ("users", "set"),
    ("users:timer", "string"),
    ("votes", "set"),
    ("votes:timer", "string"),
    ("state", "hash"),
    ("venues", "hash"),
    ("due", "zset"),
    ("owners", "hash"),
    ("epoch", "string"),
    ("seq", "string"),
];
/// One of each type.
pub const GARBAGE: [(&str, &[&str]); 5] = [
    ("string", &["SET", "", "{\"half"]),
    ("list", &["RPUSH", "", "a", "b"]),
    ("set", &["SADD", "", "a", "lunch:users:ann"]),
    ("zset", &["ZADD", "", "1", "a"]),
    ("hash", &["HSET", "", "a", "b"]),
];

pub fn put(server: &RedisServer, key: &str, garbage: &[&str]) {
    server.ask::<i64>(&["DEL", key]);
    let mut command = garbage.to_vec();
    command[1] = key;
    server.ask::<redis::Value>(&command);
}

/// A group, and the server that has its area.
async fn meet<R: Inside>(redis: &R, rules: Rules) -> (Group, &RedisServer) {
    let group = Group::meet(redis, rules).await;
    let server = redis.at(&group.area);
    (group, server)
}

pub async fn two_voters<R: Inside>(redis: &R) -> (Group, &RedisServer) {
    let (group, server) = meet(redis, LONG).await;
    for who in ["Ann", "Bob"] {
        group.act_n(who, 1, join(who)).await.unwrap();
        group.act_n(who, 2, vote("thai")).await.unwrap();
    }
    (group, server)
}

/// The picture, and that all keys of the area say the same.
pub async fn sound(redis: &impl Inside, group: &Group) -> Snapshot {
    let server = redis.at(&group.area);
    let snapshot = group.store.snapshot(&group.area, false).await.expect("the area can be read");
    let state = &snapshot.state;
    let key = |part: &str| redis.key(&group.area, part);
    let record = |who: &str| key(&format!("users:{who}"));
    let users: BTreeSet<_> = state.users.keys().map(|user| record(user.as_str())).collect();
    let voters = state.users.iter().filter(|(_, user)| user.vote.is_some());
    let voters: BTreeSet<_> = voters.map(|(user, _)| record(user.as_str())).collect();
    assert_eq!(server.ask::<BTreeSet<String>>(&["SMEMBERS", &key("users")]), users);
    assert_eq!(server.ask::<BTreeSet<String>>(&["SMEMBERS", &key("votes")]), voters);
    for (user, due) in server.ask::<Vec<(String, u64)>>(&["ZRANGE", &key("due"), "0", "-1", "WITHSCORES"]) {
        let user = state.users.values().find(|known| known.username.key().as_str() == user);
        assert_eq!(user.map(|user| user.due), Some(due));
    }
    assert_eq!(server.ask::<usize>(&["ZCARD", &key("due")]), users.len());
    assert!(state.users.values().filter_map(|user| user.vote.as_ref()).all(|v| state.venues.contains_key(&v.id)));
    for other in server.keys(&key("*")) {
        assert!(server.ask::<i64>(&["PTTL", &other]) > 0, "{other} never ends");
    }
    snapshot
}

pub async fn a_wrong_type_under_any_key_is_mended(redis: &impl Inside) {
    for (part, kind) in KEYS {
        for (garbage, command) in GARBAGE.iter().filter(|(garbage, _)| *garbage != kind) {
            let case = format!("a {garbage} as {part}");
            let (group, server) = two_voters(redis).await;
            put(server, &redis.key(&group.area, part), command);
            let voted = group.act_n("Ann", 3, vote("sushi")).await;
            assert!(matches!(voted, Ok(_) | Err(StoreError::Refused(Refused::NotJoined))), "{case}: {voted:?}");
            let state = sound(redis, &group).await.state;
            assert!(state.epoch != group.start.epoch && state.epoch != Epoch::default(), "{case}: a new epoch");
            // What is lost is lost with its key alone; everybody can go on.
            assert_eq!(state.users.len(), if part == "state" { 0 } else { 2 }, "{case}");
            for who in ["Ann", "Bob"] {
                group.act_n(who, 4, join(who)).await.unwrap_or_else(|error| panic!("{case}: {error}"));
                group.act_n(who, 5, vote("ramen")).await.unwrap_or_else(|error| panic!("{case}: {error}"));
            }
            sound(redis, &group).await;
            assert_eq!(group.votes().await, "Ann ramen, Bob ramen", "{case}");
        }
    }
}

pub async fn a_key_that_is_gone_is_written_anew(redis: &impl Inside) {
    // The timers end by themselves, and the votes are told by the state alone: each next act writes those anew.
    let told_by_others = ["users:timer", "votes:timer", "votes"];
    for (part, _) in KEYS.iter().filter(|(part, _)| !told_by_others.contains(part)) {
        let (group, server) = two_voters(redis).await;
        server.ask::<i64>(&["DEL", &redis.key(&group.area, part)]);
        let state = sound(redis, &group).await.state;
        assert_ne!(state.epoch, group.start.epoch, "without {part}: a new epoch");
        assert_eq!(state.users.len(), if *part == "state" { 0 } else { 2 }, "without {part}");
        if *part != "state" {
            assert_eq!(refused(group.act("other", join("Ann")).await), free("Ann 2"), "without {part}");
        }
        group.act_n("Ann", 3, join("Ann")).await.unwrap();
    }
}

fn free(username: &str) -> Refused {
    Refused::NameTaken { free: name(username) }
}

pub async fn a_half_user_is_gone_and_hides_nobody(redis: &impl Inside) {
    let bad = ["{\"username\":\"An", "[]", "7", "{}", r#"{"username":"Ann","img":"","since":1.5,"due":2,"owner":""}"#];
    // The scripts can read these two, the server cannot: a control character, and bytes that are no text.
    let user = |username: &str| {
        format!(r#"{{"username":"{username}","img":"","since":1,"due":9007199254740990,"owner":"x"}}"#)
    };
    for bad in bad.map(str::to_owned).into_iter().chain([user("A\\u0007nn"), user("Bob")]) {
        let (group, server) = two_voters(redis).await;
        server.ask::<i64>(&["HSET", &redis.key(&group.area, "state"), "ann", &bad]);
        let state = sound(redis, &group).await.state;
        assert_eq!(state.users.keys().map(|key| key.as_str()).collect::<Vec<_>>(), ["bob"], "{bad}");
        assert_ne!(state.epoch, group.start.epoch, "{bad}");
        assert!(server.keys(&redis.key(&group.area, "users:ann*")).is_empty(), "{bad}");
        assert_eq!(refused(group.act_n("Ann", 3, vote("sushi")).await), Refused::NotJoined, "{bad}");
        group.act_n("Ann", 4, join("Ann")).await.unwrap();
    }
}

pub async fn a_half_user_met_by_its_own_act_is_gone_then_and_there(redis: &impl Inside) {
    for act in [vote("sushi"), Act::Withdraw] {
        let (group, server) = two_voters(redis).await;
        server.ask::<i64>(&["HSET", &redis.key(&group.area, "state"), "ann", "{"]);
        assert_eq!(refused(group.act("Ann", act).await), Refused::NotJoined);
        assert!(server.keys(&redis.key(&group.area, "users:ann*")).is_empty());
        assert_eq!(server.ask::<i64>(&["HLEN", &redis.key(&group.area, "state")]), 1);
        assert_eq!(sound(redis, &group).await.state.users.len(), 1);
    }
}

pub async fn a_half_venue_is_gone_with_its_votes(redis: &impl Inside) {
    for bad in
        ["{\"id\":\"thai\",\"na", "null", r#"{"id":"other","name":"Thai"}"#, r#"{"id":"thai","name":"T","url":3}"#]
    {
        let (group, server) = two_voters(redis).await;
        group.vote("Bob", "sushi").await;
        server.ask::<i64>(&["HSET", &redis.key(&group.area, "venues"), "thai", bad]);
        let state = sound(redis, &group).await.state;
        assert_eq!(state.venues.keys().map(VenueId::as_str).collect::<Vec<_>>(), ["sushi"], "{bad}");
        assert_eq!(group.votes().await, "Bob sushi", "{bad}");
        let known = Act::Vote(Pick::Known(VenueId::parse("thai").unwrap()));
        assert_eq!(refused(group.act("Ann", known).await), Refused::NoSuchVenue, "{bad}");
        group.vote("Ann", "thai").await;
    }
}

pub async fn a_half_venue_met_by_a_vote_is_mended_then_and_there(redis: &impl Inside) {
    let (group, server) = two_voters(redis).await;
    server.ask::<i64>(&["HSET", &redis.key(&group.area, "venues"), "thai", "{"]);
    let voted = group.vote("Ann", "thai").await;
    assert_eq!(voted.seq, 1, "the first of a new epoch");
    sound(redis, &group).await;
    assert_eq!(group.votes().await, "Ann thai");
}

pub async fn an_unreadable_number_begins_a_new_epoch(redis: &impl Inside) {
    for (part, bad) in [("epoch", "x"), ("epoch", ""), ("seq", "x"), ("seq", "-1"), ("seq", "007"), ("seq", "1e3")] {
        let (group, server) = two_voters(redis).await;
        server.ask::<String>(&["SET", &redis.key(&group.area, part), bad, "KEEPTTL"]);
        let voted = group.vote("Ann", "sushi").await;
        assert_eq!(voted.seq, 1, "{part} {bad}");
        assert_ne!(voted.epoch, group.start.epoch, "{part} {bad}");
        sound(redis, &group).await;
    }
}

pub async fn a_wrong_end_is_set_right_and_nobody_leaves_early(redis: &impl Inside) {
    let (group, server) = two_voters(redis).await;
    server.ask::<i64>(&["ZADD", &redis.key(&group.area, "due"), "1", "ann"]);
    let state = sound(redis, &group).await.state;
    assert_eq!(state.users.len(), 2);
    assert_ne!(state.epoch, group.start.epoch);
}

pub async fn a_bad_record_does_not_hide_who_is_over(redis: &impl Inside) {
    let (group, server) = meet(redis, lasting(400)).await;
    for who in ["Ann", "Bob", "Cem"] {
        group.join(who).await;
    }
    server.ask::<i64>(&["HSET", &redis.key(&group.area, "state"), "bob", "{"]);
    eventually("all are gone", async || group.store.expire(&group.area).await == Ok(None)).await;
    assert!(sound(redis, &group).await.state.users.is_empty());
}

pub async fn garbage_on_a_channel_is_skipped<R: Inside>(redis: &R) {
    let (group, server) = meet(redis, LONG).await;
    let channel = redis.key(&group.area, "events");
    for text in ["", "{", "null", r#"{"notice":"?"}"#, r#"{"event":"vote","seq":-1}"#] {
        server.ask::<i64>(&[R::PUBLISH, &channel, text]);
    }
    let joined = group.join("Ann").await;
    group.heard(&joined).await;
    assert_eq!(group.sounds().len(), 1);
}
