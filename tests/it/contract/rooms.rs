//! Claims about rooms that everyone may enter: which there are, and what is unread there.

use where_to_eat::domain::change::{Act, Refused, Rules};
use where_to_eat::domain::talk::{NewRoom, RoomId, RoomName, RoomView, Told};

use super::Ground;
use super::group::{Group, LONG, join, refused, vote};

const SHORT: u64 = 1500;

fn named(text: &str) -> NewRoom {
    NewRoom::Named(RoomName::parse(text).unwrap())
}

/// Names and unread messages: `general 0, Veggie 2`.
async fn listed(group: &Group, who: &str) -> String {
    let rooms = group.rooms(who).await;
    let row = |room: &RoomView| format!("{} {}", room.names.join("+"), room.unread.unwrap());
    rooms.iter().map(row).collect::<Vec<_>>().join(", ")
}

pub async fn general_is_always_there(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    assert_eq!(listed(&group, "Ann").await, "general 0");
    let general = group.open("Ann", named(" GENERAL ")).await.unwrap();
    assert_eq!((general.id, general.names), (RoomId::general(), vec!["general".to_owned()]));
    assert_eq!(listed(&group, "Ann").await, "general 0", "nobody opens a second one");
}

pub async fn a_named_room_is_one_for_everyone(ground: &dyn Ground) {
    let one = Group::meet(ground, LONG).await;
    let two = one.elsewhere(ground).await;
    one.join("Ann").await;
    one.join("Bob").await;
    let veggie = one.open("Ann", named("Veggie table")).await.unwrap();
    assert_eq!(veggie.names, ["Veggie table"]);
    assert_eq!(two.open("Bob", named("Veggie table")).await.unwrap(), veggie);
    assert_eq!(two.until_told(1).await, [(None, Told::Room(veggie.clone()))], "told once, to everyone");
    one.open("Bob", named("Car pool")).await.unwrap();
    assert_eq!(listed(&two, "Ann").await, "general 0, Car pool 0, Veggie table 0");
    two.say("Bob", &veggie.id, "tofu").await;
    assert_eq!(one.texts("Ann", &veggie.id).await, ["tofu"]);
    assert_eq!(one.texts("Ann", &RoomId::general()).await, [""; 0]);
}

pub async fn the_name_of_a_room_may_be_written_in_any_way(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    for (one, other) in [("Veggie", "VEGGIE"), ("Café", "Cafe\u{301}"), ("a:b %s \"", "A:b  %S \""), ("talk", "TALK")]
    {
        let first = group.open("Ann", named(one)).await.unwrap();
        assert_eq!(group.open("Ann", named(other)).await.unwrap(), first, "{one}");
    }
    assert_eq!(group.rooms("Ann").await.len(), 5);
}

pub async fn a_room_that_never_was_is_no_room(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    let other = group.with_area(super::group::new_area()).await;
    other.join("Ann").await;
    let elsewhere = other.open("Ann", named("Veggie")).await.unwrap().id;
    for room in [RoomId::of([9; 16]), elsewhere] {
        assert_eq!(refused(group.messages("Ann", &room, None, 1).await), Refused::NoSuchRoom);
        assert_eq!(refused(group.say_n("Ann", None, &room, "hi").await), Refused::NoSuchRoom);
    }
}

pub async fn there_are_so_many_rooms_and_room_again_when_they_are_over(ground: &dyn Ground) {
    let group = Group::meet(ground, Rules { rooms: 2, lifetime: SHORT, ..LONG }).await;
    group.join("Ann").await;
    let one = group.open("Ann", named("one")).await.unwrap().id;
    let two = group.open("Ann", named("two")).await.unwrap().id;
    group.say("Ann", &one, "used").await;
    let last = group.say("Ann", &two, "used, too").await.at;
    assert_eq!(refused(group.open("Ann", named("three")).await), Refused::RoomsFull);
    group.open("Ann", named("TWO")).await.expect("it is there");
    group.until(last + SHORT / 2).await;
    group.vote("Ann", "thai").await;
    group.until(last + SHORT + 100).await;
    group.open("Ann", named("three")).await.expect("the others were not used");
    assert_eq!(listed(&group, "Ann").await, "general 0, three 0");
}

pub async fn an_empty_room_makes_place_for_another(ground: &dyn Ground) {
    let group = Group::meet(ground, Rules { rooms: 3, ..LONG }).await;
    group.join("Ann").await;
    let used = group.open("Ann", named("used")).await.unwrap().id;
    group.say("Ann", &used, "here we talk").await;
    for name in ["one", "two"] {
        let opened = group.now().await;
        group.open("Ann", named(name)).await.unwrap();
        group.until(opened + 2).await;
    }
    group.open("Ann", named("three")).await.expect("the emptiest for the longest time goes");
    assert_eq!(listed(&group, "Ann").await, "general 0, three 0, two 0, used 0");
    assert_eq!(group.texts("Ann", &used).await, ["here we talk"]);
}

pub async fn unread_is_what_others_said_since(ground: &dyn Ground) {
    let group = Group::meet(ground, Rules { messages: 5, ..LONG }).await;
    group.join("Ann").await;
    group.join("Bob").await;
    let veggie = group.open("Ann", named("Veggie")).await.unwrap().id;
    let general = RoomId::general();
    group.say("Bob", &general, "one").await;
    group.say("Bob", &general, "two").await;
    group.say("Bob", &veggie, "three").await;
    assert_eq!(listed(&group, "Ann").await, "general 2, Veggie 1");
    assert_eq!(listed(&group, "Bob").await, "general 0, Veggie 0", "one's own are read");
    let newest = group.messages("Ann", &general, None, 1).await.unwrap();
    assert_eq!(listed(&group, "Ann").await, "general 0, Veggie 1", "the newest page counts as read");
    group.say("Bob", &general, "four").await;
    group.messages("Ann", &general, Some(newest[0].id), 1).await.unwrap();
    assert_eq!(listed(&group, "Ann").await, "general 1, Veggie 1", "an older one does not");
    group.say("Ann", &general, "five").await;
    assert_eq!(listed(&group, "Ann").await, "general 0, Veggie 1", "who talks has read");
    for _ in 0..9 {
        group.say("Bob", &veggie, "more").await;
    }
    assert_eq!(listed(&group, "Ann").await, "general 0, Veggie 5", "no more than there are");
}

pub async fn unread_counts_anew_after_a_name_has_ended(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    group.join("Bob").await;
    group.say("Bob", &RoomId::general(), "one").await;
    assert_eq!(group.texts("Ann", &RoomId::general()).await, ["one"]);
    group.act("Ann", join("Anna")).await.unwrap();
    assert_eq!(listed(&group, "Ann").await, "general 0", "a rename ends nothing");
    group.act("Ann", vote("thai")).await.unwrap();
    group.act("Ann", Act::Leave).await.unwrap();
    group.join("Ann").await;
    assert_eq!(listed(&group, "Ann").await, "general 1");
}
