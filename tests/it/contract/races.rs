//! Claims about what two do at once. Each is played for many rounds through two servers; what is asserted holds however
//! a round goes, and the numbers of the rounds make sure that it is played for real.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use where_to_eat::domain::change::{Act, Refused};
use where_to_eat::domain::event::{Event, Heard, LeftReason};
use where_to_eat::domain::state::AreaState;
use where_to_eat::store::StoreError;

use super::Ground;
use super::group::{Group, LONG, eventually, hear, join, lasting, refused, vote};

pub async fn two_sessions_for_one_name(ground: &dyn Ground) {
    let one = Group::meet(ground, LONG).await;
    let two = one.elsewhere(ground).await;
    for round in 0..40 {
        let username = format!("Ann {round}");
        let (a, b) = (format!("a{round}"), format!("b{round}"));
        let (first, second) = tokio::join!(one.act(&a, join(&username)), two.act(&b, join(&username)));
        let (won, lost) = if first.is_ok() { (first, second) } else { (second, first) };
        assert!(won.unwrap().me.is_some(), "one of them has it");
        assert!(matches!(refused(lost), Refused::NameTaken { .. }), "and the other has not");
        let holders = [one.me(&a).await, one.me(&b).await];
        assert_eq!(holders.iter().flatten().count(), 1);
    }
    let state = one.assert_view_is_the_store().await;
    assert_eq!((state.users.len(), state.seq), (40, 40), "one change a round");
    assert_eq!(two.assert_view_is_the_store().await, state);
}

pub async fn a_retry_against_a_newer_change(ground: &dyn Ground) {
    let one = Group::meet(ground, LONG).await;
    let two = one.elsewhere(ground).await;
    one.act_n("Ann", 1, join("Ann")).await.unwrap();
    for round in 1..=40 {
        let (older, newer) = (2 * round, 2 * round + 1);
        let results = tokio::join!(
            one.act_n("Ann", older, vote("old")),
            two.act_n("Ann", newer, vote("new")),
            two.act_n("Ann", older, vote("old")),
            one.act_n("Ann", newer, vote("new")),
        );
        assert!(results.0.is_ok() && results.1.is_ok() && results.2.is_ok() && results.3.is_ok());
        assert_eq!(one.votes().await, "Ann new", "in round {round}");
        one.act("Ann", Act::Withdraw).await.unwrap();
    }
    assert_eq!(one.assert_view_is_the_store().await, two.assert_view_is_the_store().await);
}

/// What was heard from the beginning, checked change by change: nobody is sent before the end of their time, and
/// no area is cleared before the end of its own.
fn assert_nothing_ended_early(group: &Group) -> (AreaState, usize, usize) {
    let mut view = group.start.clone();
    let (mut expired, mut cleared) = (0, 0);
    for sound in group.sounds() {
        if let Heard::Change(change) = &sound.heard {
            match &change.event {
                Event::UserLeft { username, reason: LeftReason::Expired } => {
                    let due = view.users[&username.key()].due;
                    assert!(due <= change.at, "{username} had {} ms left", due - change.at);
                    expired += 1;
                }
                Event::Cleared { .. } => {
                    assert!(view.users.is_empty(), "{:?} were still there", view.users);
                    assert!(view.expires_at <= change.at, "it had {} ms left", view.expires_at - change.at);
                    cleared += 1;
                }
                _ => {}
            }
        }
        hear(&mut view, &sound, group.rules);
    }
    (view, expired, cleared)
}

pub async fn a_vote_against_the_sweep(ground: &dyn Ground) {
    let one = Group::meet(ground, lasting(20)).await;
    let two = one.elsewhere(ground).await;
    let done = AtomicBool::new(false);
    let voting = async {
        for round in 0..40 {
            // Around the end of the lifetime: sometimes before, sometimes after, sometimes just then.
            let joined = one.join("Ann").await;
            one.until(joined.at + 16 + round % 8).await;
            match one.act("Ann", vote(&format!("venue-{round}"))).await {
                Ok(voted) => assert!(voted.me.is_some(), "who has voted is there"),
                Err(StoreError::Refused(why)) => assert_eq!(why, Refused::NotJoined),
                Err(other) => panic!("{other}"),
            }
            if round % 4 == 3 {
                eventually("the area is cleared", async || one.state().await.epoch != joined.epoch).await;
            }
        }
        done.store(true, Ordering::Release);
    };
    let sweeping = async {
        while !done.load(Ordering::Acquire) {
            two.store.sweep(0).await.unwrap();
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::join!(voting, sweeping);
    eventually("the last is cleared", async || {
        two.store.sweep(0).await.unwrap();
        one.state().await == AreaState::default()
    })
    .await;
    one.ears
        .until(&one.area, "the end", |sounds| {
            matches!(sounds.last().map(|sound| &sound.heard),
        Some(Heard::Change(change)) if matches!(change.event, Event::Cleared { .. }))
        })
        .await;
    let (view, expired, cleared) = assert_nothing_ended_early(&one);
    assert!(view.users.is_empty() && view.venues.is_empty());
    assert!(expired > 0 && cleared > 1, "the race was run: {expired} expired, {cleared} cleared");
}

pub async fn expiry_against_renewal(ground: &dyn Ground) {
    let one = Group::meet(ground, lasting(20)).await;
    let two = one.elsewhere(ground).await;
    let done = AtomicBool::new(false);
    let voting = async {
        for round in 0..60 {
            let joined = one.join("Ann").await;
            one.act("Bob", join("Bob")).await.unwrap();
            one.until(joined.at + 15 + round % 10).await;
            // The same venue each time: mostly a renewal that makes no event.
            match one.act("Ann", vote("thai")).await {
                Ok(voted) => assert_eq!(voted.me.map(|me| me.due), Some(voted.at + 20)),
                Err(other) => assert_eq!(other, StoreError::Refused(Refused::NotJoined)),
            }
        }
        done.store(true, Ordering::Release);
    };
    let expiring = async {
        while !done.load(Ordering::Acquire) {
            two.store.expire(&two.area).await.unwrap();
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::join!(voting, expiring);
    eventually("everybody is gone", async || one.store.expire(&one.area).await == Ok(None)).await;
    let state = one.assert_view_is_the_store().await;
    let (view, expired, _) = assert_nothing_ended_early(&one);
    assert_eq!(view, state);
    assert!(expired > 1, "the race was run");
}

pub async fn a_snapshot_against_changes(ground: &dyn Ground) {
    let one = Group::meet(ground, LONG).await;
    one.join("Ann").await;
    let done = AtomicBool::new(false);
    let voting = async {
        let mut count = 0;
        while !done.load(Ordering::Acquire) {
            one.vote("Ann", &format!("venue-{}", count % 7)).await;
            count += 1;
        }
        one.state().await
    };
    let looking = async {
        let mut lookers = Vec::new();
        for _ in 0..12 {
            // Follows first, and looks then: from the look on, nothing may be missing.
            lookers.push(one.elsewhere(ground).await);
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        done.store(true, Ordering::Release);
        lookers
    };
    let (last, lookers) = tokio::join!(voting, looking);
    for looker in &lookers {
        assert_eq!(looker.assert_view_is_the_store().await, last);
    }
    let between = lookers.iter().filter(|looker| looker.start.seq > 1 && looker.start.seq < last.seq).count();
    assert!(between > 0, "some looked while it changed");
}
