//! Claims about reading: a snapshot is what the events say, everybody hears the same, and looking changes nothing.

use where_to_eat::domain::change::Act;
use where_to_eat::domain::event::{Epoch, Heard};
use where_to_eat::domain::state::AreaState;
use where_to_eat::store::Head;

use super::Ground;
use super::ears::Sound;
use super::group::{Group, LONG, join, join_as, new_area, vote};

pub async fn looking_at_an_area_that_is_not_there_writes_nothing(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    let nowhere = new_area();
    for _ in 0..2 {
        let snapshot = group.store.snapshot(&nowhere, false).await.unwrap();
        assert_eq!((snapshot.state, snapshot.claims), (AreaState::default(), vec![]));
        assert!(snapshot.at > 0);
        let ann = group.store.me(&nowhere, &where_to_eat::domain::owner::Owner::of("Ann")).await.unwrap();
        assert_eq!((ann.epoch, ann.seq, ann.me), (AreaState::default().epoch, 0, None));
        assert_eq!(group.store.expire(&nowhere).await, Ok(None));
        assert_eq!(group.store.heads(std::slice::from_ref(&nowhere)).await, [Ok(Head::default())]);
    }
}

pub async fn begin_gives_an_area_its_epoch(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    let begun = group.start.clone();
    assert_ne!(begun.epoch, Epoch::default());
    assert_eq!(begun, AreaState { epoch: begun.epoch.clone(), ..AreaState::default() });
    for begin in [true, false] {
        assert_eq!(group.store.snapshot(&group.area, begin).await.unwrap().state, begun);
    }
    let first = group.join("Ann").await;
    assert_eq!((&first.epoch, first.seq), (&begun.epoch, 1));
    assert_eq!(group.store.snapshot(&group.area, true).await.unwrap().state, group.state().await);
    let another = Group::meet(ground, LONG).await;
    assert_ne!(another.start.epoch, begun.epoch, "no two lives share an epoch");
}

/// A little of everything that people do.
async fn story(group: &Group) {
    group.join("Ann").await;
    group.join("Bob").await;
    group.vote("Ann", "thai").await;
    group.vote("Bob", "thai").await;
    group.act("Ann", join_as("Anna", "emoji:🍕")).await.unwrap();
    group.vote("Bob", "sushi").await;
    group.vote("Bob", "sushi").await;
    group.join("Cem").await;
    group.act("Bob", Act::Withdraw).await.unwrap();
    group.act("Cem", vote("pizza")).await.unwrap();
    group.act("Cem", Act::Leave).await.unwrap();
    group.act("Bob", join("BOB")).await.unwrap();
}

pub async fn a_snapshot_is_what_the_events_say(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    story(&group).await;
    let state = group.assert_view_is_the_store().await;
    assert_eq!((state.users.len(), state.venues.len(), state.seq), (2, 3, 11));
    // A second look, taken by a server that was not there: the same, from the store alone.
    let late = group.elsewhere(ground).await;
    assert_eq!(late.start, state);
    late.vote("Ann", "ramen").await;
    assert_eq!(late.assert_view_is_the_store().await, group.assert_view_is_the_store().await);
}

pub async fn two_servers_hear_the_same_in_the_same_order(ground: &dyn Ground) {
    let one = Group::meet(ground, LONG).await;
    let two = one.elsewhere(ground).await;
    story(&one).await;
    two.vote("Ann", "ramen").await;
    let last = one.vote("Ann", "thai").await;
    for group in [&one, &two] {
        group.heard(&last).await;
    }
    assert_eq!(one.sounds(), two.sounds());
    assert_eq!(one.ears.changes(&one.area).len() as u64, last.seq);
}

pub async fn a_text_is_the_change_as_clients_get_it(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    story(&group).await;
    let last = group.act("Ann", join_as("\"An\\na\" </b> 🍜", "https://example.org/%22?q=%5C")).await.unwrap();
    group.heard(&last).await;
    for Sound { heard, text, .. } in group.sounds() {
        match &heard {
            Heard::Change(change) => assert_eq!(text, change.encode()),
            Heard::Notice(notice) => assert_eq!(text, notice.encode()),
        }
        assert_eq!(Heard::decode(&text).expect("it can be read"), heard);
    }
}

pub async fn heads_come_in_the_order_asked_for(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    let other = group.with_area(new_area()).await;
    let done = group.join("Ann").await;
    other.join("Ann").await;
    let voted = other.vote("Ann", "thai").await;
    let areas = [other.area.clone(), new_area(), group.area.clone(), other.area.clone()];
    let heads = group.store.heads(&areas).await;
    let numbers: Vec<_> = heads.into_iter().flatten().map(|head| (head.epoch, head.seq)).collect();
    let other_head = (voted.epoch, 2);
    assert_eq!(numbers, [other_head.clone(), (Epoch::default(), 0), (done.epoch, 1), other_head]);
    assert_eq!(group.store.heads(&[]).await, []);
}

pub async fn who_follows_again_hears_again(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    group.store.unfollow(&group.area).await;
    let unheard = group.vote("Ann", "thai").await;
    group.store.follow(&group.area).await.unwrap();
    let again = group.vote("Ann", "sushi").await;
    assert_eq!(again.seq, unheard.seq + 1);
    let changes = group.ears.until_seq(&group.area, &again.epoch, again.seq).await;
    assert_eq!(changes.last().unwrap().seq, again.seq);
}
