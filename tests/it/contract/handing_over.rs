//! Claims about handing over a name: it is another owner's from then on, and nobody sees a difference.

use where_to_eat::domain::change::{Act, Refused};
use where_to_eat::domain::event::{Event, LeftReason};
use where_to_eat::domain::owner::Owner;
use where_to_eat::domain::talk::{NewRoom, RoomId};

use super::Ground;
use super::group::{Group, LONG, join, join_as, lasting, name, refused, vote};

/// From now on it is the account's.
fn to(account: &str) -> Act {
    Act::HandOver { to: Owner::of(account) }
}

pub async fn a_name_goes_over_with_its_vote_and_without_an_event(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.act("Ann", join_as("Ann", "emoji:🍜")).await.unwrap();
    group.vote("Ann", "thai").await;
    let before = group.state().await;
    let given = group.act("Ann", to("account")).await.unwrap();
    assert_eq!((given.seq, given.me), (before.seq, None));
    assert_eq!(group.state().await, before, "nobody sees a difference");
    assert_eq!(group.me("account").await.unwrap().username, name("Ann"));
    assert_eq!(refused(group.act("Ann", vote("ramen")).await), Refused::NotJoined);
    assert!(matches!(refused(group.act("Ann", join("Ann")).await), Refused::NameTaken { .. }));
    group.vote("account", "ramen").await;
    assert_eq!(group.votes().await, "Ann ramen");
    group.act("account", Act::Leave).await.unwrap();
    group.join("Ann").await;
    group.assert_view_is_the_store().await;
}

pub async fn a_wrong_hint_or_none_does_no_harm(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Bob").await;
    for hint in [None, Some("Bob"), Some("Ann")] {
        group.join("Ann").await;
        group.change("Ann", None, hint, to("account")).await.unwrap();
        assert_eq!(group.me("account").await.unwrap().username, name("Ann"), "{hint:?}");
        group.act("account", Act::Leave).await.unwrap();
    }
    assert_eq!(group.me("Bob").await.unwrap().username, name("Bob"));
}

pub async fn who_has_a_name_keeps_it_and_the_other_is_given_back(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    group.vote("Ann", "thai").await;
    group.act("account", join("Anna")).await.unwrap();
    group.vote("account", "ramen").await;
    let done = group.act("Ann", to("account")).await.unwrap();
    assert_eq!(group.heard(&done).await, Event::UserLeft { username: name("Ann"), reason: LeftReason::Left });
    assert_eq!(group.me("account").await.unwrap().username, name("Anna"));
    assert_eq!(group.votes().await, "Anna ramen", "one person has one vote");
    group.assert_view_is_the_store().await;
}

pub async fn who_has_nothing_hands_over_nothing(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.act("Ann", to("account")).await.unwrap();
    assert_eq!(group.state().await, group.start);
    group.join("Ann").await;
    group.act("Ann", to("Ann")).await.unwrap();
    assert_eq!(group.me("Ann").await.unwrap().username, name("Ann"), "to oneself it stays");
}

pub async fn neither_owners_count_is_used_twice(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.act_n("Ann", 9, join("Ann")).await.unwrap();
    group.act_n("Ann", 1_795_340_000_123_456, vote("thai")).await.unwrap();
    group.act_n("account", 7, join("Zoe")).await.unwrap();
    group.act_n("account", 8, Act::Leave).await.unwrap();
    group.act("Ann", to("account")).await.unwrap();
    group.act_n("account", 1_795_340_000_123_456, vote("ramen")).await.unwrap();
    assert_eq!(group.votes().await, "Ann thai", "a retry after signing in counts once");
    group.act_n("account", 1_795_340_000_123_457, vote("ramen")).await.unwrap();
    assert_eq!(group.votes().await, "Ann ramen");
}

pub async fn the_two_hours_go_on(ground: &dyn Ground) {
    let group = Group::meet(ground, lasting(1500)).await;
    let joined = group.join("Ann").await;
    group.act("Ann", to("account")).await.unwrap();
    assert_eq!(group.me("account").await.map(|me| me.due), joined.me.map(|me| me.due));
    group.until(joined.at + 1500).await;
    assert_eq!(group.me("account").await, None);
    group.act("Bob", join("Ann")).await.unwrap();
    group.assert_view_is_the_store().await;
}

pub async fn private_rooms_and_what_was_read_go_along(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    group.join("Bob").await;
    let room = group.alone("Ann", "Bob").await;
    group.say("Bob", &RoomId::general(), "hello").await;
    group.say("Bob", &room, "psst").await;
    group.messages("Ann", &RoomId::general(), None, 10).await.unwrap();
    let before = group.rooms("Ann").await;
    group.act("Ann", to("account")).await.unwrap();
    assert_eq!(group.rooms("account").await, before);
    assert_eq!(group.messages("account", &room, None, 10).await.unwrap().len(), 1);
    group.say("account", &room, "what?").await;
    assert_eq!(group.messages("Bob", &room, None, 10).await.unwrap().len(), 2);
    assert_eq!(group.open("Bob", NewRoom::With(name("Ann"))).await.unwrap().id, room, "it is the same room");
    group.act("Cem", join("Cem")).await.unwrap();
    assert_eq!(refused(group.messages("Cem", &room, None, 10).await), Refused::NoSuchRoom);
    group.act("account", Act::Leave).await.unwrap();
    assert_eq!(group.rooms("Bob").await.len(), 1, "it ends with the name, whoever holds that");
}
