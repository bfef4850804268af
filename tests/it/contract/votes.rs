//! Claims about votes: cast, replaced, renewed, taken back; and about leaving.

use where_to_eat::domain::change::{Act, Refused};
use where_to_eat::domain::event::{Event, LeftReason, Notice};

use super::Ground;
use super::group::{Group, LONG, eventually, join, name, refused, vote};

pub async fn a_vote_is_seen(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    let joined = group.join("Ann").await;
    let done = group.vote("Ann", "thai").await;
    assert_eq!((done.epoch.clone(), done.seq), (joined.epoch, joined.seq + 1));
    let Event::Vote { username, fs, .. } = group.heard(&done).await else { panic!("it is a vote") };
    assert_eq!((username.as_str(), fs.id.as_str(), fs.name.as_str()), ("Ann", "thai", "The thai"));
    let state = group.assert_view_is_the_store().await;
    let vote = state.users[&name("Ann").key()].vote.clone().unwrap();
    assert_eq!((vote.id, vote.at), (fs.id.clone(), done.at));
    assert_eq!(*state.venues[&fs.id], fs);
    assert_eq!(done.me.unwrap().due, done.at + LONG.lifetime);
    assert_eq!(state.expires_at, done.at + LONG.lifetime);
}

pub async fn a_second_vote_replaces_the_first(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    group.join("Bob").await;
    group.vote("Bob", "thai").await;
    group.vote("Ann", "thai").await;
    group.vote("Ann", "sushi").await;
    assert_eq!(group.votes().await, "Ann sushi, Bob thai");
    group.assert_view_is_the_store().await;
}

pub async fn the_same_venue_again_renews_and_makes_no_event(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    let first = group.vote("Ann", "thai").await;
    let due = first.me.unwrap().due;
    eventually("her end moves", async || {
        let again = group.vote("Ann", "thai").await;
        assert_eq!(again.seq, first.seq);
        again.me.unwrap().due > due
    })
    .await;
    let state = group.state().await;
    let ann = &state.users[&name("Ann").key()];
    assert_eq!(ann.vote.as_ref().unwrap().at, first.at, "it is still the vote of then");
    assert_eq!(state.expires_at, ann.due);
    let renewed = Notice::Renewed { username: name("Ann"), due: ann.due };
    group.ears.until_notice(&group.area, "that she stays", |notice| *notice == renewed).await;
    group.assert_view_is_the_store().await;
}

pub async fn a_vote_taken_back_is_gone_and_the_venue_stays(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    group.vote("Ann", "thai").await;
    let done = group.act("Ann", Act::Withdraw).await.unwrap();
    assert_eq!(group.heard(&done).await, Event::VoteRemoved { username: name("Ann") });
    let state = group.assert_view_is_the_store().await;
    assert_eq!(state.users[&name("Ann").key()].vote, None);
    assert_eq!(state.venues.len(), 1, "what was suggested can be voted for again");
}

pub async fn taking_back_what_is_not_there_makes_no_event(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    let joined = group.join("Ann").await;
    let done = group.act("Ann", Act::Withdraw).await.unwrap();
    assert_eq!((done.seq, done.me), (joined.seq, joined.me));
    group.assert_view_is_the_store().await;
}

pub async fn taking_back_a_vote_does_not_renew(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    let voted = group.vote("Ann", "thai").await;
    group.until(voted.at + 2).await;
    let done = group.act("Ann", Act::Withdraw).await.unwrap();
    assert_eq!(done.me, voted.me);
    group.assert_view_is_the_store().await;
}

pub async fn leaving_takes_the_vote_along_and_frees_the_name(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    group.join("Bob").await;
    group.vote("Ann", "thai").await;
    let done = group.act("Ann", Act::Leave).await.unwrap();
    assert_eq!(done.me, None);
    assert_eq!(group.heard(&done).await, Event::UserLeft { username: name("Ann"), reason: LeftReason::Left });
    assert_eq!(group.votes().await, "");
    assert_eq!(group.me("Ann").await, None);
    assert_eq!(refused(group.act("Ann", vote("thai")).await), Refused::NotJoined);
    group.act("other", join("ann")).await.expect("the name is free");
    group.assert_view_is_the_store().await;
}

pub async fn who_takes_a_freed_name_starts_anew(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    let voted = group.vote("Ann", "thai").await;
    group.act("Ann", Act::Leave).await.unwrap();
    group.until(voted.at + 2).await;
    let done = group.act("other", join("Ann")).await.unwrap();
    let ann = group.user("Ann").await.unwrap();
    assert_eq!((ann.since, ann.vote), (done.at, None));
    assert_eq!(group.me("Ann").await, None, "the name is another's now");
    assert!(matches!(refused(group.act("Ann", join("Ann")).await), Refused::NameTaken { .. }));
    group.assert_view_is_the_store().await;
}

pub async fn leaving_twice_is_leaving_once(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    let left = group.act("Ann", Act::Leave).await.unwrap();
    let again = group.act("Ann", Act::Leave).await.unwrap();
    assert_eq!((again.seq, again.me), (left.seq, None));
    group.assert_view_is_the_store().await;
}
