//! Claims about `n`: a retry counts once, and an older intent never beats a newer one.

use where_to_eat::domain::change::{Act, Refused, Rules};

use super::Ground;
use super::group::{Group, LONG, join, lasting, refused, vote};

pub async fn a_retry_has_no_effect(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    let joined = group.act_n("Ann", 1, join("Ann")).await.unwrap();
    let again = group.act_n("Ann", 1, join("Ann")).await.unwrap();
    assert_eq!((again.seq, again.me), (joined.seq, joined.me));
    let voted = group.act_n("Ann", 2, vote("thai")).await.unwrap();
    group.until(voted.at + 2).await;
    let again = group.act_n("Ann", 2, vote("thai")).await.unwrap();
    assert_eq!((&again.epoch, again.seq), (&voted.epoch, voted.seq));
    assert_eq!(again.me, voted.me, "it does not even renew");
    group.assert_view_is_the_store().await;
}

pub async fn an_older_intent_never_beats_a_newer_one(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.act_n("Ann", 1, join("Ann")).await.unwrap();
    let newest = group.act_n("Ann", 9, vote("sushi")).await.unwrap();
    for (n, older) in [(8, vote("thai")), (9, Act::Withdraw), (2, Act::Leave), (0, join("Annabel")), (3, vote("new"))] {
        let done = group.act_n("Ann", n, older).await.expect("it is acknowledged");
        assert_eq!((done.seq, done.me.unwrap().username.as_str()), (newest.seq, "Ann"), "n = {n}");
    }
    assert_eq!(group.votes().await, "Ann sushi");
    let state = group.assert_view_is_the_store().await;
    assert_eq!(state.venues.len(), 1);
}

pub async fn n_is_kept_after_leaving(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.act_n("Ann", 1, join("Ann")).await.unwrap();
    let left = group.act_n("Ann", 2, Act::Leave).await.unwrap();
    for n in [1, 2] {
        let replayed = group.act_n("Ann", n, join("Ann")).await.unwrap();
        assert_eq!((replayed.seq, replayed.me), (left.seq, None), "n = {n}");
    }
    group.act_n("Ann", 3, join("Ann")).await.unwrap();
    assert!(group.me("Ann").await.is_some());
}

pub async fn n_is_kept_after_expiry(ground: &dyn Ground) {
    let group = Group::meet(ground, lasting(300)).await;
    let joined = group.act_n("Ann", 7, join("Ann")).await.unwrap();
    group.until(joined.at + 300).await;
    let replayed = group.act_n("Ann", 7, join("Ann")).await.unwrap();
    assert_eq!(replayed.me, None, "her time was over, and a retry is no new act");
}

pub async fn without_n_there_is_no_guard(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.act_n("Ann", 5, join("Ann")).await.unwrap();
    group.vote("Ann", "thai").await;
    group.vote("Ann", "sushi").await;
    let last = group.vote("Ann", "thai").await;
    assert_eq!(last.seq, 4);
    let guarded = group.act_n("Ann", 5, vote("sushi")).await.unwrap();
    assert_eq!(guarded.seq, last.seq, "what has no n leaves n as it was");
}

pub async fn a_refused_change_does_not_use_up_its_n(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    assert!(matches!(refused(group.act_n("Bob", 1, join("Ann")).await), Refused::NameTaken { .. }));
    let joined = group.act_n("Bob", 1, join("Bob")).await.unwrap();
    assert!(joined.me.is_some());
}

pub async fn n_belongs_to_one_owner_in_one_area(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    let other = Group::meet(ground, LONG).await;
    group.act_n("Ann", 9, join("Ann")).await.unwrap();
    assert!(group.act_n("Bob", 1, join("Bob")).await.unwrap().me.is_some());
    assert!(other.act_n("Ann", 1, join("Ann")).await.unwrap().me.is_some());
}

pub async fn the_largest_numbers_of_a_browser_are_told_apart(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    // A browser counts exactly up to 2^53 - 1.
    let most = (1 << 53) - 1;
    group.act_n("Ann", most - 1, vote("thai")).await.unwrap();
    group.act_n("Ann", most, vote("sushi")).await.unwrap();
    group.act_n("Ann", most - 1, vote("pizza")).await.unwrap();
    assert_eq!(group.votes().await, "Ann sushi");
}

/// Takes a name and gives it back.
async fn come_and_go(group: &Group, who: &str) {
    group.act_n(who, 1, join(who)).await.unwrap();
    group.act_n(who, 2, Act::Leave).await.unwrap();
}

/// Whether what `who` did long ago takes effect when it comes once more.
async fn a_replay_counts(group: &Group, who: &str) -> bool {
    group.act_n(who, 1, join(who)).await.unwrap().me.is_some()
}

pub async fn as_many_who_left_are_remembered_as_there_may_be_users(ground: &dyn Ground) {
    let group = Group::meet(ground, Rules { users: 3, ..LONG }).await;
    group.act_n("Eve", 9, join("Eve")).await.unwrap();
    for who in ["Ann", "Bob", "Cem"] {
        come_and_go(&group, who).await;
    }
    for who in ["Ann", "Bob", "Cem"] {
        assert!(!a_replay_counts(&group, who).await, "{who} is remembered, at the bound");
    }
    // Somebody who comes back is not one more.
    group.act_n("Cem", 3, join("Cem")).await.unwrap();
    assert!(!a_replay_counts(&group, "Ann").await);
    group.act_n("Cem", 4, Act::Leave).await.unwrap();
    group.act_n("Dan", 1, join("Dan")).await.unwrap();
    assert!(a_replay_counts(&group, "Ann").await, "one more, and those who left are forgotten");
    for (who, n) in [("Eve", 9), ("Eve", 8), ("Dan", 1)] {
        let replayed = group.act_n(who, n, Act::Leave).await.unwrap();
        assert!(replayed.me.is_some(), "{who} is here, so a retry counts once");
    }
    group.assert_view_is_the_store().await;
}

pub async fn who_comes_back_when_those_who_left_are_forgotten_keeps_the_own_count(ground: &dyn Ground) {
    let group = Group::meet(ground, Rules { users: 2, ..LONG }).await;
    come_and_go(&group, "Ann").await;
    for who in ["Bob", "Cem"] {
        group.act_n(who, 1, join(who)).await.unwrap();
    }
    for who in ["Bob", "Cem"] {
        group.act_n(who, 2, Act::Leave).await.unwrap();
    }
    group.change("Ann", None, None, join("Ann")).await.unwrap();
    let replayed = group.act_n("Ann", 2, Act::Leave).await.unwrap();
    assert!(replayed.me.is_some(), "an older intent never beats a newer one");
    assert!(a_replay_counts(&group, "Bob").await, "he was forgotten");
}
