//! Claims about names: who holds one, which are the same, and how one is changed.

use where_to_eat::domain::change::{Act, Refused, Rules};
use where_to_eat::domain::event::{Event, Notice};

use super::Ground;
use super::group::{Group, LONG, eventually, join, join_as, known, name, new_area, refused, vote};

pub async fn the_first_name_in_an_area_is_its_first_change(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    let done = group.act("ann", join_as("Ann", "emoji:🍜")).await.unwrap();
    assert_eq!((done.epoch.clone(), done.seq), (group.start.epoch.clone(), 1));
    let me = done.me.clone().expect("she has the name");
    assert_eq!((me.username.as_str(), me.img.as_str(), me.due), ("Ann", "emoji:🍜", done.at + LONG.lifetime));
    assert_eq!(group.me("ann").await, Some(me.clone()));
    assert_eq!(group.heard(&done).await, Event::User { username: me.username, img: me.img });
    let user = group.user("Ann").await.expect("she is there");
    assert_eq!((user.since, user.due, user.vote), (done.at, done.at + LONG.lifetime, None));
}

pub async fn a_name_that_another_owner_holds_is_taken_and_a_free_one_is_offered(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    group.join("Ann 2").await;
    let before = group.state().await;
    let Refused::NameTaken { free } = refused(group.act("other", join("Ann")).await) else { panic!("not taken") };
    assert_eq!(group.state().await, before);
    assert_eq!(group.me("other").await, None);
    let done = group.act("other", join(free.as_str())).await.expect("what was offered is free");
    assert_eq!(done.seq, before.seq + 1);
    group.assert_view_is_the_store().await;
}

pub async fn names_are_compared_without_case_and_form(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    for (held, again) in [("Ann Lee", " ANN \t lee "), ("Café", "CAFE\u{301}"), ("❤", "❤\u{FE0F}"), ("Ωmega", "ωMEGA")]
    {
        group.join(held).await;
        let why = refused(group.act("other", join(again)).await);
        assert!(matches!(why, Refused::NameTaken { .. }), "{again:?} is {held:?}: {why:?}");
    }
}

pub async fn accents_make_another_name(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    for other in ["Jose", "José", "Josè", "Jos", "Jose 2"] {
        group.join(other).await;
    }
    assert_eq!(group.state().await.users.len(), 5);
}

pub async fn welcome_again_renews_and_makes_no_event(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    let first = group.join("Ann").await;
    let due = first.me.clone().unwrap().due;
    eventually("her end moves", async || {
        let again = group.join("Ann").await;
        assert_eq!((again.epoch, again.seq), (first.epoch.clone(), first.seq));
        again.me.unwrap().due > due
    })
    .await;
    let ann = group.user("Ann").await.unwrap();
    assert_eq!(ann.since, first.at, "she has been here all the time");
    let renewed = Notice::Renewed { username: name("Ann"), due: ann.due };
    group.ears.until_notice(&group.area, "that she stays", |notice| *notice == renewed).await;
    group.assert_view_is_the_store().await;
}

pub async fn a_new_picture_is_one_event(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    let first = group.join("Ann").await;
    group.vote("Ann", "thai").await;
    let done = group.act("Ann", join_as("Ann", "https://example.org/a.png")).await.unwrap();
    assert_eq!(done.seq, first.seq + 2);
    assert!(matches!(group.heard(&done).await, Event::User { img, .. } if img.as_str() == "https://example.org/a.png"));
    let ann = group.user("Ann").await.unwrap();
    assert_eq!((ann.since, ann.img.as_str()), (first.at, "https://example.org/a.png"));
    assert_eq!(group.votes().await, "Ann thai");
    group.assert_view_is_the_store().await;
}

pub async fn another_spelling_of_the_own_name_is_the_same_user(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    group.vote("Ann", "thai").await;
    let done = group.act("Ann", join("ANN")).await.unwrap();
    assert!(matches!(group.heard(&done).await, Event::User { username, .. } if username.as_str() == "ANN"));
    assert_eq!(group.votes().await, "ANN thai");
    group.assert_view_is_the_store().await;
}

pub async fn renaming_moves_the_vote_in_one_change(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    let first = group.join("Ann").await;
    let voted = group.vote("Ann", "thai").await;
    let done = group.change("Ann", None, Some("Ann"), join_as("Annabel", "emoji:🍕")).await.unwrap();
    assert_eq!(done.seq, voted.seq + 1);
    assert_eq!(done.me.clone().unwrap().username.as_str(), "Annabel");
    let Event::Renamed { from, username, img } = group.heard(&done).await else { panic!("it is one `renamed`") };
    assert_eq!((from.as_str(), username.as_str(), img.as_str()), ("Ann", "Annabel", "emoji:🍕"));
    let annabel = group.user("Annabel").await.unwrap();
    assert_eq!((annabel.since, annabel.due), (first.at, done.at + LONG.lifetime));
    assert_eq!(annabel.vote.map(|vote| vote.at), Some(voted.at));
    assert_eq!(group.votes().await, "Annabel thai");
    group.act("other", join("Ann")).await.expect("the old name is free");
    assert_eq!(group.votes().await, "Annabel thai");
    group.assert_view_is_the_store().await;
}

pub async fn renaming_to_a_taken_name_keeps_the_old_one(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    group.join("Bob").await;
    group.vote("Bob", "thai").await;
    let before = group.state().await;
    assert!(matches!(refused(group.act("Bob", join("ann")).await), Refused::NameTaken { .. }));
    assert_eq!(group.state().await, before);
    assert_eq!(group.me("Bob").await.unwrap().username.as_str(), "Bob");
}

pub async fn a_full_area_takes_nobody_new(ground: &dyn Ground) {
    let group = Group::meet_in(ground, Rules { users: 2, ..LONG }, new_area()).await;
    group.join("Ann").await;
    group.join("Bob").await;
    assert_eq!(refused(group.act("Cem", join("Cem")).await), Refused::UsersFull);
    group.act("Bob", join("Bobby")).await.expect("who is in may have another name");
    group.join("Ann").await;
    group.vote("Ann", "thai").await;
    group.act("Bob", Act::Leave).await.unwrap();
    group.join("Cem").await;
    group.assert_view_is_the_store().await;
}

pub async fn who_has_no_name_can_do_nothing(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    let before = group.state().await;
    for act in [vote("thai"), Act::Withdraw, known("thai")] {
        assert_eq!(refused(group.act("nobody", act).await), Refused::NotJoined);
    }
    let left = group.act("nobody", Act::Leave).await.expect("who is not there may leave");
    assert_eq!((left.seq, left.me), (before.seq, None));
    assert_eq!(group.state().await, before);
}
