//! Claims about the sweep: what is over goes as a whole and once, what lives stays, and one server does it.

use where_to_eat::domain::change::Rules;
use where_to_eat::domain::event::{ClearedReason, Epoch, Event, Numbered};
use where_to_eat::domain::presence::ServerId;
use where_to_eat::domain::state::AreaState;

use super::Ground;
use super::group::{Group, LONG, eventually, join, lasting};

/// Time for two acts on a busy machine.
const SHORT: u64 = 800;
/// For claims that need calls at both halves of a lifetime.
const LONGER: u64 = 2000;

fn cleared(changes: &[Numbered]) -> usize {
    changes.iter().filter(|change| change.event == Event::Cleared { reason: ClearedReason::Expired }).count()
}

async fn head(group: &Group) -> (Epoch, u64) {
    let head = group.head().await;
    (head.epoch, head.seq)
}

pub async fn an_area_with_time_left_stays(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    group.vote("Ann", "thai").await;
    let swept = group.store.sweep(0).await.unwrap();
    assert_eq!(swept.cleared, 0);
    assert_eq!(group.votes().await, "Ann thai");
    // What has at least so much left stays too.
    assert_eq!(group.store.sweep(LONG.lifetime / 2).await.unwrap().cleared, 0);
    assert_eq!(group.votes().await, "Ann thai");
    group.assert_view_is_the_store().await;
}

pub async fn an_area_whose_time_is_over_is_cleared_once(ground: &dyn Ground) {
    let group = Group::meet(ground, lasting(SHORT)).await;
    group.join("Ann").await;
    let voted = group.vote("Ann", "thai").await;
    group.until(voted.at + SHORT).await;
    let swept = group.store.sweep(0).await.unwrap();
    assert_eq!(swept.cleared, 1);
    assert!(swept.looked_at >= 1);
    assert_eq!(group.store.sweep(0).await.unwrap().cleared, 0);
    let changes = group.ears.until_seq(&group.area, &voted.epoch, voted.seq + 2).await;
    let tail: Vec<_> = changes.iter().map(|change| change.seq).collect();
    assert_eq!(tail, [1, 2, 3, 4], "she leaves, then the area is cleared, and that is its last");
    assert_eq!(cleared(&changes[3..]), 1);
    assert!(group.view().users.is_empty() && group.view().venues.is_empty());
    assert_eq!(group.state().await, AreaState::default());
    assert_eq!(head(&group).await, (Epoch::default(), 0));
}

pub async fn min_ttl_clears_what_has_less_time_left(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    let voted = group.vote("Ann", "thai").await;
    assert_eq!(group.store.sweep(LONG.lifetime).await.unwrap().cleared, 1);
    let changes = group.ears.until_seq(&group.area, &voted.epoch, voted.seq + 1).await;
    assert_eq!((changes.len(), cleared(&changes)), (3, 1));
    assert_eq!(group.me("Ann").await, None);
    assert_eq!(group.state().await, AreaState::default());
}

pub async fn a_new_life_follows_cleared_without_a_gap(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    let before = group.join("Ann").await;
    group.store.sweep(LONG.lifetime).await.unwrap();
    let after = group.join("Ann").await;
    assert_eq!(after.seq, 1);
    assert_ne!(after.epoch, before.epoch);
    group.vote("Ann", "thai").await;
    let state = group.assert_view_is_the_store().await;
    assert_eq!((state.epoch, state.seq), (after.epoch, 2));
}

pub async fn the_sweep_takes_only_what_is_over(ground: &dyn Ground) {
    let over = Group::meet(ground, lasting(LONGER)).await;
    let alive = Group::meet(ground, lasting(LONGER)).await;
    let joined = over.join("Ann").await;
    over.until(joined.at + LONGER / 2).await;
    alive.join("Ann").await;
    let voted = alive.vote("Ann", "thai").await;
    over.until(joined.at + LONGER).await;
    assert!(over.now().await < voted.at + LONGER, "this machine is too slow to tell");
    over.store.sweep(0).await.unwrap();
    assert_eq!(over.state().await, AreaState::default());
    assert_eq!(cleared(&alive.ears.changes(&alive.area)), 0);
    assert_ne!(head(&alive).await.0, Epoch::default());
}

pub async fn the_sweep_sends_who_is_over_from_an_area_that_lives(ground: &dyn Ground) {
    let group = Group::meet(ground, lasting(LONGER)).await;
    let ann = group.join("Ann").await;
    group.until(ann.at + LONGER / 2).await;
    let bob = group.join("Bob").await;
    group.until(ann.at + LONGER).await;
    assert_eq!(group.store.sweep(0).await.unwrap().cleared, 0);
    let changes = group.ears.until_seq(&group.area, &bob.epoch, bob.seq + 1).await;
    assert!(matches!(&changes[2].event, Event::UserLeft { username, .. } if username.as_str() == "Ann"));
    assert_eq!(cleared(&changes), 0);
}

pub async fn a_swept_area_forgets_everything(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.act_n("Ann", 9, join("Ann")).await.unwrap();
    group.vote("Ann", "thai").await;
    group.store.sweep(LONG.lifetime).await.unwrap();
    group.act_n("other", 1, join("Ann")).await.expect("nobody holds the name");
    let done = group.act_n("Ann", 1, join("Ann 2")).await.unwrap();
    assert!(done.me.is_some(), "n counts anew in a new life");
    let state = group.assert_view_is_the_store().await;
    assert_eq!((state.users.len(), state.venues.len()), (2, 0));
}

pub async fn only_one_server_sweeps(ground: &dyn Ground) {
    let one = Group::meet(ground, LONG).await;
    let two = one.elsewhere(ground).await;
    let (a, b) = (ServerId("a".into()), ServerId("b".into()));
    let (first, second) = tokio::join!(one.store.sweep_lease(&a), two.store.sweep_lease(&b));
    assert_ne!(first.unwrap(), second.unwrap(), "one of two that ask at once");
    assert!(!one.store.sweep_lease(&ServerId("c".into())).await.unwrap());
}

pub async fn the_lease_ends_with_its_period(ground: &dyn Ground) {
    let group = Group::meet(ground, Rules { sweep_period: 100, ..LONG }).await;
    assert!(group.store.sweep_lease(&ServerId("a".into())).await.unwrap());
    eventually("another server gets its turn", async || group.store.sweep_lease(&ServerId("b".into())).await.unwrap())
        .await;
}
