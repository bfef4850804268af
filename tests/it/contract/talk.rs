//! Claims about messages: what is said is kept, once, in its order, for as long as it lasts.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use where_to_eat::domain::change::{Refused, Rules};
use where_to_eat::domain::event::{Heard, Notice};
use where_to_eat::domain::image::Image;
use where_to_eat::domain::talk::{Message, MessageId, NewRoom, RoomId, RoomName, Told};

use super::Ground;
use super::group::{Group, LONG, join, join_as, lasting, name, refused, vote};

/// Time for some calls on a busy machine.
const SHORT: u64 = 1500;

fn general() -> RoomId {
    RoomId::general()
}

pub async fn what_is_said_is_heard_by_everyone_and_kept(ground: &dyn Ground) {
    let one = Group::meet(ground, LONG).await;
    let two = one.elsewhere(ground).await;
    one.act("Ann", join_as("Ann", "emoji:🍜")).await.unwrap();
    one.join("Bob").await;
    let first = one.say("Ann", &general(), "Thai?").await;
    let second = two.say("Bob", &general(), "Again?").await;
    let message = |username: &str, img: &str, id: MessageId, text: &str| Message {
        room: general(),
        id,
        username: name(username),
        img: Image::parse(img).unwrap(),
        text: where_to_eat::domain::talk::ChatText::parse(text).unwrap(),
        at: id.at,
    };
    let said = [message("Bob", "", second, "Again?"), message("Ann", "emoji:🍜", first, "Thai?")];
    for group in [&one, &two] {
        assert_eq!(group.messages("Ann", &general(), None, 50).await.unwrap(), said);
        let told = group.until_told(2).await;
        let expected = said.iter().rev().map(|message| (None, Told::Chat(message.clone())));
        assert_eq!(told, expected.collect::<Vec<_>>());
    }
    assert!(first < second && second.at <= one.now().await);
    one.assert_view_is_the_store().await;
}

pub async fn a_message_sent_twice_is_said_once(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.act_n("Ann", 1, join("Ann")).await.unwrap();
    group.join("Bob").await;
    let mut ids = Vec::new();
    for n in 2..6 {
        ids.push(group.say_n("Ann", Some(n), &general(), &format!("no. {n}")).await.unwrap().id);
        group.say("Bob", &general(), "hm").await;
    }
    // All of them are sent again, as a page does that lost its connection.
    for (n, id) in (2..6).zip(&ids) {
        assert!(id.is_some());
        let again = group.say_n("Ann", Some(n), &general(), &format!("no. {n}")).await.unwrap();
        assert_eq!(again.id, *id, "the same message");
    }
    assert_eq!(group.messages("Ann", &general(), None, 100).await.unwrap().len(), 8);
    assert_eq!(group.until_told(8).await.len(), 8);
    let done = group.act_n("Ann", 9, vote("thai")).await.unwrap();
    group.heard(&done).await;
    assert_eq!(group.told().len(), 8, "nor was anything told twice");
}

pub async fn a_message_that_came_too_late_is_not_said_and_says_so(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.act_n("Ann", 1, join("Ann")).await.unwrap();
    group.act_n("Ann", 7, vote("thai")).await.unwrap();
    let late = group.say_n("Ann", Some(6), &general(), "late").await.unwrap();
    assert_eq!((late.id, late.done.me.is_some()), (None, true));
    assert_eq!(group.texts("Ann", &general()).await, [""; 0]);
}

pub async fn an_older_n_says_nothing_and_n_is_counted_with_the_votes(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    group.say_n("Ann", Some(5), &general(), "five").await.unwrap();
    let voted = group.act_n("Ann", 5, vote("thai")).await.unwrap();
    assert_eq!((voted.seq, group.votes().await.as_str()), (1, ""), "the vote is an older intent");
    assert_eq!(refused(group.say_n("Bob", Some(9), &general(), "who?").await), Refused::NotJoined);
    group.join("Bob").await;
    assert!(group.say_n("Bob", Some(9), &general(), "me").await.unwrap().id.is_some(), "its n was not used up");
}

pub async fn talking_renews_the_two_hours(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    let joined = group.join("Ann").await;
    group.vote("Ann", "thai").await;
    group.until(joined.at + 2).await;
    let said = group.say_n("Ann", None, &general(), "I stay").await.unwrap();
    let due = said.done.me.expect("she is here").due;
    assert_eq!(due, said.done.at + LONG.lifetime);
    let renewed = Notice::Renewed { username: name("Ann"), due };
    group.ears.until_notice(&group.area, "that she stays", |notice| *notice == renewed).await;
    let state = group.assert_view_is_the_store().await;
    assert_eq!((state.seq, state.expires_at), (said.done.seq, due), "and no change was numbered");
    assert_eq!(group.votes().await, "Ann thai");
}

pub async fn who_has_no_name_can_neither_read_nor_talk(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    let veggie = NewRoom::Named(RoomName::parse("Veggie").unwrap());
    let room = group.open("Ann", veggie.clone()).await.unwrap().id;
    for room in [general(), room, RoomId::of([7; 16])] {
        assert_eq!(refused(group.say_n("Zoe", None, &room, "hi").await), Refused::NotJoined);
        assert_eq!(refused(group.messages("Zoe", &room, None, 1).await), Refused::NotJoined);
    }
    assert_eq!(refused(group.open("Zoe", veggie).await), Refused::NotJoined);
    let owner = where_to_eat::domain::owner::Owner::of("Zoe");
    assert_eq!(refused(group.store.rooms(&group.area, &owner).await), Refused::NotJoined);
}

pub async fn a_text_keeps_every_byte(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.act("Ann", join("\"A\\n/b")).await.unwrap();
    let texts = ["\"q\\\" </b>&", "two\nlines", "a/b \\u0041 {x} %s", "👩‍🍳 ünï 午饭", "a (%d+) 7 {\"room\":\"x\"}"];
    for text in texts {
        group.say("Ann", &general(), text).await;
    }
    assert_eq!(group.texts("Ann", &general()).await, texts);
    let long = "🍜".repeat(500);
    group.say("Ann", &general(), &long).await;
    assert_eq!(group.texts("Ann", &general()).await.last(), Some(&long));
    assert_eq!(
        group.until_told(texts.len() + 1).await.len(),
        texts.len() + 1,
        "and all can be read where they are heard"
    );
}

/// All messages by way of pages of this size.
async fn paged(group: &Group, limit: usize) -> Vec<Message> {
    let (mut all, mut before): (Vec<Message>, _) = (Vec::new(), None);
    loop {
        let page = group.messages("Ann", &general(), before, limit).await.unwrap();
        assert!(page.len() <= limit);
        let Some(last) = page.last() else { return all };
        before = Some(last.id);
        all.extend(page);
    }
}

pub async fn pages_lead_back_to_the_first_message_without_a_gap(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    for number in 0..23 {
        group.say("Ann", &general(), &number.to_string()).await;
    }
    let newest = group.messages("Ann", &general(), None, 5).await.unwrap();
    let texts: Vec<&str> = newest.iter().map(|message| message.text.as_str()).collect();
    assert_eq!(texts, ["22", "21", "20", "19", "18"], "the newest first");
    for limit in [1, 7, 23, 100] {
        let texts: Vec<String> = paged(&group, limit).await.iter().rev().map(|m| m.text.to_string()).collect();
        assert_eq!(texts, (0..23).map(|number| number.to_string()).collect::<Vec<_>>(), "{limit} at a time");
    }
    let older_than_all = Some(MessageId { at: 1, number: 1 });
    assert_eq!(group.messages("Ann", &general(), older_than_all, 5).await.unwrap(), []);
}

pub async fn messages_of_one_moment_are_neither_lost_nor_doubled(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    let room = general();
    let texts: Vec<String> = (0..60).map(|number| number.to_string()).collect();
    let said = join_all(texts.iter().map(|text| group.say("Ann", &room, text))).await;
    let moments: BTreeSet<u64> = said.iter().map(|id| id.at).collect();
    assert!(moments.len() < said.len(), "some were said in the same millisecond");
    for limit in [1, 3, 100] {
        let all = paged(&group, limit).await;
        let ids: Vec<MessageId> = all.iter().map(|message| message.id).collect();
        assert!(ids.iter().rev().is_sorted());
        assert_eq!(ids.iter().copied().collect::<BTreeSet<_>>(), said.iter().copied().collect(), "{limit} at a time");
        assert_eq!(ids.len(), said.len());
    }
    let told: Vec<MessageId> = group.until_told(60).await.into_iter().filter_map(|(_, told)| id_of(told)).collect();
    assert!(told.is_sorted(), "heard in the order in which they are kept");
}

fn id_of(told: Told) -> Option<MessageId> {
    match told {
        Told::Chat(message) => Some(message.id),
        Told::Room(_) => None,
    }
}

pub async fn a_room_keeps_so_many_messages(ground: &dyn Ground) {
    let group = Group::meet(ground, Rules { messages: 10, ..LONG }).await;
    group.act_n("Ann", 1, join("Ann")).await.unwrap();
    let first = group.say_n("Ann", Some(2), &general(), "first").await.unwrap().id;
    for number in 0..10 {
        group.say("Ann", &general(), &number.to_string()).await;
        let kept = group.messages("Ann", &general(), None, 100).await.unwrap().len();
        assert_eq!(kept, (number + 2).min(10));
    }
    let texts = group.texts("Ann", &general()).await;
    assert_eq!((texts[0].as_str(), texts.len()), ("0", 10), "the oldest is gone");
    assert_eq!(paged(&group, 3).await.len(), 10);
    let again = group.say_n("Ann", Some(2), &general(), "first").await.unwrap().id;
    assert!(first.is_some() && again.is_none(), "nothing is known of it any more, and it is not said again");
    assert_eq!(group.texts("Ann", &general()).await, texts);
}

pub async fn what_was_said_is_over_two_hours_after_the_last(ground: &dyn Ground) {
    let group = Group::meet(ground, lasting(SHORT)).await;
    group.join("Ann").await;
    let room = group.open("Ann", NewRoom::Named(RoomName::parse("Veggie").unwrap())).await.unwrap().id;
    group.say("Ann", &general(), "one").await;
    let last = group.say("Ann", &room, "two").await;
    // She stays, and says nothing.
    group.until(last.at + SHORT / 2).await;
    group.vote("Ann", "thai").await;
    group.until(last.at + SHORT).await;
    assert_eq!(group.texts("Ann", &general()).await, [""; 0]);
    assert_eq!(refused(group.messages("Ann", &room, None, 1).await), Refused::NoSuchRoom);
    let rooms = group.rooms("Ann").await;
    assert_eq!((rooms.len(), rooms[0].unread), (1, Some(0)));
    group.say("Ann", &general(), "three").await;
    assert_eq!(group.texts("Ann", &general()).await, ["three"]);
}

pub async fn an_area_that_is_cleared_forgets_its_talk(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    group.join("Bob").await;
    let private = group.alone("Ann", "Bob").await;
    let named = group.open("Ann", NewRoom::Named(RoomName::parse("Veggie").unwrap())).await.unwrap().id;
    for room in [&general(), &private, &named] {
        group.say("Ann", room, "soon forgotten").await;
    }
    assert_eq!(group.store.sweep(LONG.lifetime).await.unwrap().cleared, 1);
    group.join("Ann").await;
    group.join("Bob").await;
    let rooms = group.rooms("Bob").await;
    assert_eq!((rooms.len(), rooms[0].unread), (1, Some(0)));
    assert_eq!(group.texts("Ann", &general()).await, [""; 0]);
    for room in [&private, &named] {
        assert_eq!(refused(group.messages("Ann", room, None, 1).await), Refused::NoSuchRoom);
    }
    group.say("Ann", &general(), "anew").await;
    assert_eq!(group.texts("Bob", &general()).await, ["anew"]);
}

pub async fn who_missed_something_can_tell(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    group.join("Bob").await;
    let talked = async || {
        let head = group.store.heads(std::slice::from_ref(&group.area)).await.remove(0).unwrap();
        let snapshot = group.store.snapshot(&group.area, false).await.unwrap();
        assert_eq!(head.talked, snapshot.talked);
        head.talked
    };
    assert_eq!(talked().await, 0);
    let private = group.alone("Ann", "Bob").await;
    for room in [&general(), &private, &general()] {
        group.say("Ann", room, "hm").await;
    }
    // A private room's first message makes two.
    group.until_told(4).await;
    let number = |sound: super::ears::Sound| match sound.heard {
        Heard::Notice(Notice::Talk { number, after, .. } | Notice::Private { number, after, .. }) => {
            Some((number, after))
        }
        _ => None,
    };
    let numbers: Vec<(u64, u64)> = group.sounds().into_iter().filter_map(number).collect();
    assert_eq!(numbers[0].1, 0);
    assert!(numbers.windows(2).all(|two| two[1].1 == two[0].0 && two[1].0 > two[0].0), "{numbers:?}");
    assert_eq!(talked().await, numbers[3].0);
}
