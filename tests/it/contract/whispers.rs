//! Claims about private rooms: they are their two owners' alone, for as long as both hold their names.

use where_to_eat::domain::change::{Act, Refused, Rules};
use where_to_eat::domain::owner::Owner;
use where_to_eat::domain::talk::{NewRoom, RoomId, RoomView, Told};

use super::Ground;
use super::group::{Group, LONG, eventually, join, lasting, name, refused, vote};

const SHORT: u64 = 1500;

fn with(who: &str) -> NewRoom {
    NewRoom::With(name(who))
}

async fn three(ground: &dyn Ground, rules: Rules) -> Group {
    let group = Group::meet(ground, rules).await;
    for who in ["Ann", "Bob", "Cem"] {
        group.join(who).await;
    }
    group
}

async fn private_rooms(group: &Group, who: &str) -> Vec<RoomView> {
    group.rooms(who).await.into_iter().filter(|room| room.names.len() == 2).collect()
}

pub async fn a_private_room_is_told_to_its_two_owners_alone(ground: &dyn Ground) {
    let group = three(ground, LONG).await;
    let room = group.alone("Ann", "Bob").await;
    group.say("Ann", &room, "psst").await;
    group.say("Bob", &room, "what?").await;
    group.say("Cem", &RoomId::general(), "hello").await;
    let told = group.until_told(4).await;
    let (ann, bob) = (Owner::of("Ann"), Owner::of("Bob"));
    assert_eq!(told[0].0, Some(vec![bob.clone()]), "that there is a room, to who has not seen it");
    for (to, event) in &told[1..3] {
        assert_eq!(*to, Some(vec![ann.clone(), bob.clone()]));
        assert!(matches!(event, Told::Chat(message) if message.room == room));
    }
    assert!(matches!(&told[3], (None, Told::Chat(message)) if message.room.is_general()));
    for sound in group.sounds() {
        let public = !sound.text.starts_with(r#"{"notice":"private""#);
        assert!(!public || (!sound.text.contains("psst") && !sound.text.contains(room.as_str())), "{}", sound.text);
    }
}

pub async fn to_anyone_else_it_is_no_room(ground: &dyn Ground) {
    let group = three(ground, LONG).await;
    let room = group.alone("Ann", "Bob").await;
    group.say("Ann", &room, "psst").await;
    let never = RoomId::of([3; 16]);
    let cem = Owner::of("Cem");
    for n in [None, Some(4)] {
        let [one, other] = [&room, &never].map(|room| group.say_n("Cem", n, room, "let me in"));
        let (one, other) = (one.await, other.await);
        assert_eq!(refused(one), Refused::NoSuchRoom);
        assert_eq!(refused(other), Refused::NoSuchRoom);
    }
    assert_eq!(refused(group.messages("Cem", &room, None, 50).await), Refused::NoSuchRoom);
    assert_eq!(refused(group.messages("Cem", &never, None, 50).await), Refused::NoSuchRoom);
    // A retry of what never was tells nothing either.
    group.act_n("Cem", 9, vote("thai")).await.unwrap();
    let retries = [group.say_n("Cem", Some(9), &room, "in").await, group.say_n("Cem", Some(9), &never, "in").await];
    assert!(retries.iter().all(|said| said.as_ref().is_ok_and(|said| said.id.is_none())));
    assert_eq!(group.store.rooms(&group.area, &cem).await.unwrap().len(), 1);
    assert_ne!(group.alone("Cem", "Bob").await, room);
    assert_eq!(group.texts("Bob", &room).await, ["psst"]);
}

pub async fn it_appears_at_the_other_side_with_the_first_message(ground: &dyn Ground) {
    let group = three(ground, LONG).await;
    let room = group.alone("Ann", "Bob").await;
    let names = || vec!["Ann".to_owned(), "Bob".to_owned()];
    let view = |unread| RoomView { id: room.clone(), names: names(), unread };
    assert_eq!(private_rooms(&group, "Ann").await, [view(Some(0))]);
    assert_eq!(private_rooms(&group, "Bob").await, []);
    group.say("Ann", &room, "psst").await;
    assert_eq!(private_rooms(&group, "Bob").await, [view(Some(1))]);
    group.say("Ann", &room, "are you there?").await;
    let told = group.until_told(3).await;
    assert_eq!(told[0], (Some(vec![Owner::of("Bob")]), Told::Room(view(None))));
    assert!(told[1..].iter().all(|(_, told)| matches!(told, Told::Chat(_))), "he is told of it once");
}

pub async fn either_opens_the_same_room(ground: &dyn Ground) {
    let group = three(ground, LONG).await;
    let room = group.open("Ann", with("BOB")).await.unwrap();
    assert_eq!(group.open("Bob", with("ann")).await.unwrap(), room);
    assert_eq!(group.open("Ann", with("Bob")).await.unwrap(), room);
    assert_eq!(private_rooms(&group, "Bob").await.len(), 1, "he knows of it");
    group.say("Bob", &room.id, "first").await;
    assert_eq!(group.until_told(1).await.len(), 1, "so nobody has to be told of it");
}

/// Both write, and know that nothing of it is left, whoever asks.
async fn is_gone(group: &Group, room: &RoomId) {
    for who in ["Ann", "Bob", "Cem"] {
        if group.me(who).await.is_some() {
            assert_eq!(refused(group.messages(who, room, None, 50).await), Refused::NoSuchRoom, "{who}");
            assert_eq!(refused(group.say_n(who, None, room, "hm").await), Refused::NoSuchRoom, "{who}");
            assert_eq!(private_rooms(group, who).await, [], "{who}");
        }
    }
}

pub async fn it_is_gone_when_a_name_ends(ground: &dyn Ground) {
    for leaver in ["Ann", "Bob"] {
        let group = three(ground, LONG).await;
        let room = group.alone("Ann", "Bob").await;
        group.say("Ann", &room, "psst").await;
        group.act(leaver, Act::Leave).await.unwrap();
        is_gone(&group, &room).await;
        group.join(leaver).await;
        is_gone(&group, &room).await;
        let anew = group.alone("Bob", "Ann").await;
        assert_ne!(anew, room);
        assert_eq!(group.texts("Ann", &anew).await, [""; 0]);
    }
}

pub async fn it_is_gone_when_a_name_expires(ground: &dyn Ground) {
    let group = three(ground, lasting(SHORT)).await;
    let room = group.alone("Ann", "Bob").await;
    let said = group.say("Ann", &room, "psst").await;
    group.until(said.at + SHORT / 2).await;
    group.vote("Ann", "thai").await;
    eventually("Bob's time is over", async || group.me("Bob").await.is_none()).await;
    is_gone(&group, &room).await;
}

pub async fn who_takes_a_freed_name_sees_nothing(ground: &dyn Ground) {
    let group = three(ground, LONG).await;
    let room = group.alone("Ann", "Bob").await;
    group.say("Ann", &room, "psst").await;
    group.act("Bob", Act::Leave).await.unwrap();
    group.act("Cem", join("Bob")).await.unwrap();
    is_gone(&group, &room).await;
    let anew = group.alone("Ann", "Bob").await;
    assert_ne!(anew, room);
    group.say("Ann", &anew, "who are you?").await;
    assert_eq!(group.texts("Cem", &anew).await, ["who are you?"]);
    group.act("Bob", join("Bobby")).await.unwrap();
    assert_eq!(refused(group.messages("Bob", &anew, None, 1).await), Refused::NoSuchRoom, "nor does who had it before");
}

pub async fn a_rename_keeps_it_and_its_names_follow(ground: &dyn Ground) {
    let group = three(ground, LONG).await;
    let room = group.alone("Ann", "Bob").await;
    group.say("Ann", &room, "psst").await;
    group.act("Ann", join("Anna")).await.unwrap();
    group.act("Cem", join("Ann")).await.unwrap();
    assert_eq!(group.texts("Bob", &room).await, ["psst"]);
    for who in ["Ann", "Bob"] {
        assert_eq!(private_rooms(&group, who).await[0].names, ["Anna", "Bob"]);
    }
    assert_eq!(group.alone("Bob", "Anna").await, room);
    assert_ne!(group.alone("Bob", "Ann").await, room, "that is Cem by now");
    assert_eq!(refused(group.messages("Cem", &room, None, 1).await), Refused::NoSuchRoom);
    group.say("Ann", &room, "it is me").await;
    let message = group.messages("Bob", &room, None, 1).await.unwrap().remove(0);
    assert_eq!(message.username.as_str(), "Anna");
}

pub async fn nobody_is_there_to_whisper_to(ground: &dyn Ground) {
    let group = three(ground, LONG).await;
    for nobody in ["Zoe", "Ann", "ann", "timer"] {
        assert_eq!(refused(group.open("Ann", with(nobody)).await), Refused::NobodyThere, "{nobody}");
    }
}

pub async fn a_private_room_costs_its_opener_alone(ground: &dyn Ground) {
    let group = three(ground, Rules { private_rooms: 1, ..LONG }).await;
    group.join("Dan").await;
    group.alone("Ann", "Bob").await;
    assert_eq!(refused(group.open("Ann", with("Cem")).await), Refused::PrivateRoomsFull);
    let second = group.alone("Cem", "Bob").await;
    group.say("Cem", &second, "nobody hears from me how many he has").await;
    group.alone("Bob", "Ann").await;
    group.alone("Bob", "Dan").await;
    assert_eq!(private_rooms(&group, "Bob").await.len(), 3, "nor do others fill his");
    assert_eq!(refused(group.open("Bob", with("Eve")).await), Refused::NobodyThere);
    group.join("Eve").await;
    assert_eq!(refused(group.open("Bob", with("Eve")).await), Refused::PrivateRoomsFull);
    group.act("Dan", Act::Leave).await.unwrap();
    group.alone("Bob", "Eve").await;
}

pub async fn what_is_said_in_private_changes_nothing_that_others_see(ground: &dyn Ground) {
    let group = three(ground, LONG).await;
    group.vote("Ann", "thai").await;
    let room = group.alone("Ann", "Bob").await;
    let before = group.store.snapshot(&group.area, false).await.unwrap();
    let due = group.me("Ann").await.unwrap().due;
    group.until(before.at + 2).await;
    let said = group.say_n("Ann", Some(7), &room, "psst").await.unwrap();
    assert_eq!(said.done.me.unwrap().due, due, "the two hours run on");
    assert_eq!(group.store.snapshot(&group.area, false).await.unwrap().state, before.state);
    group.until_told(2).await;
    let renewed = group.sounds().into_iter().filter(|sound| sound.text.contains("renewed")).count();
    assert_eq!(renewed, 0, "and no server is told to show that they began anew");
    assert_eq!(group.assert_view_is_the_store().await, before.state);
}
