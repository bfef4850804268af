//! Claims about who is said to be where, which servers live, and what a store keeps beside areas.

use where_to_eat::domain::event::Notice;
use where_to_eat::domain::presence::{Claim, ClaimChange, ServerId};
use where_to_eat::store::{Alive, Store};

use super::Ground;
use super::group::{Group, LONG, name};

fn server(id: &str) -> ServerId {
    ServerId(id.to_owned())
}

fn claim(v: u64, names: &[&str], watching: u64) -> Claim {
    Claim { v, names: names.iter().map(|text| name(text)).collect(), watching }
}

fn step(id: &str, v: u64, here: &[&str], gone: &[&str], watching: u64) -> ClaimChange {
    let names = |texts: &[&str]| texts.iter().map(|text| name(text)).collect();
    ClaimChange { server: server(id), v, here: names(here), gone: names(gone), watching }
}

/// The claims on the area, by server; the snapshot and the head must say the same.
async fn claims(group: &Group) -> Vec<(ServerId, Claim)> {
    let mut of_snapshot = group.store.snapshot(&group.area, false).await.unwrap().claims;
    let mut of_head = group.head().await.claims;
    of_snapshot.sort_by_key(|(server, _)| server.clone());
    of_head.sort_by_key(|(server, _)| server.clone());
    assert_eq!(of_snapshot, of_head);
    of_snapshot
}

pub async fn a_claim_is_seen_until_it_is_empty(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    assert_eq!(claims(&group).await, []);
    let (first, other) = (claim(1, &["Ann", "josh:vote", "\"q\""], 4), claim(1, &[], 1));
    let report = async |claim: &Claim, step: ClaimChange| group.store.report(&group.area, claim, &step).await.unwrap();
    report(&first, step("a", 1, &["Ann", "josh:vote", "\"q\""], &[], 4)).await;
    report(&other, step("b", 1, &[], &[], 1)).await;
    assert_eq!(claims(&group).await, [(server("a"), first), (server("b"), other.clone())]);
    let second = claim(2, &["Ann"], 1);
    report(&second, step("a", 2, &[], &["josh:vote", "\"q\""], 1)).await;
    assert_eq!(claims(&group).await, [(server("a"), second), (server("b"), other.clone())]);
    report(&claim(3, &[], 0), step("a", 3, &[], &["Ann"], 0)).await;
    assert_eq!(claims(&group).await, [(server("b"), other)]);
}

pub async fn a_step_of_a_claim_is_heard(ground: &dyn Ground) {
    let one = Group::meet(ground, LONG).await;
    let two = one.elsewhere(ground).await;
    let step = step("a", 1, &["Ann", "{x}", "\\"], &[], 2);
    one.store.report(&one.area, &claim(1, &["Ann", "{x}", "\\"], 2), &step).await.unwrap();
    for group in [&one, &two] {
        group.ears.until_notice(&group.area, "who came", |notice| *notice == Notice::Here(step.clone())).await;
    }
}

pub async fn servers_live_until_they_retire(ground: &dyn Ground) {
    let one = Group::meet(ground, LONG).await;
    let two = one.elsewhere(ground).await;
    let alive = async |store: &dyn Store, id: &str, following: u64| {
        let mut alive = store.heartbeat(&server(id), following).await.unwrap();
        alive.sort_by_key(|alive| alive.server.clone());
        alive
    };
    let says = |id: &str, following| Alive { server: server(id), following };
    assert_eq!(alive(&*one.store, "a", 3).await, [says("a", 3)]);
    assert_eq!(alive(&*two.store, "b", 5).await, [says("a", 3), says("b", 5)]);
    assert_eq!(alive(&*one.store, "a", 0).await, [says("a", 0), says("b", 5)]);
    two.store.retire(&server("b")).await.unwrap();
    assert_eq!(alive(&*one.store, "a", 1).await, [says("a", 1)]);
}

pub async fn the_store_answers_and_keeps_its_secret(ground: &dyn Ground) {
    let one = Group::meet(ground, LONG).await;
    let two = one.elsewhere(ground).await;
    assert_eq!(one.store.ping().await, Ok(()));
    let secret = one.store.session_secret().await.unwrap();
    assert!(secret.as_ref().is_none_or(|secret| secret.len() >= 64));
    assert_eq!(two.store.session_secret().await.unwrap(), secret);
}
