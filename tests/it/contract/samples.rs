//! Claims about what servers say of themselves: each reads all, for a while.

use where_to_eat::domain::Millis;
use where_to_eat::domain::presence::ServerId;
use where_to_eat::domain::sample::Measured;

use super::Ground;
use super::group::{Group, LONG, eventually};

/// Longer than any test takes.
const MINUTES: Millis = 600_000;

fn server(id: &str) -> ServerId {
    ServerId(id.to_owned())
}

pub fn measured(n: u64) -> Measured {
    Measured {
        n,
        name: "küche:8080".to_owned(),
        version: "1.2.3".to_owned(),
        up: 77,
        cpu: Some(12.3),
        memory: None,
        connections: 3,
        areas: 2,
        events_in: 0.5,
        events_out: 40.0,
        store_ms: Some(0.7),
        feed_ms: None,
        late_ms: 0.1,
    }
}

async fn keep(group: &Group, id: &str, n: u64, lasts: Millis) {
    group.store.keep_sample(&server(id), &measured(n), lasts).await.expect("the store answers");
}

/// Server and number of each sample since then: `a1 a2 b1`.
async fn kept(group: &Group, since: Millis) -> String {
    let samples = group.store.samples(since).await.expect("the store answers").samples;
    let mut told: Vec<String> =
        samples.iter().map(|sample| format!("{}{}", sample.server.0, sample.measured.n)).collect();
    told.sort();
    told.join(" ")
}

pub async fn what_one_server_samples_another_reads(ground: &dyn Ground) {
    let one = Group::meet(ground, LONG).await;
    let two = one.elsewhere(ground).await;
    assert_eq!(kept(&one, 0).await, "");
    let begun = one.now().await;
    keep(&one, "a", 1, MINUTES).await;
    keep(&two, "b", 1, MINUTES).await;
    keep(&one, "a", 2, MINUTES).await;
    for group in [&one, &two] {
        let sampled = group.store.samples(0).await.unwrap();
        assert_eq!(kept(group, 0).await, "a1 a2 b1");
        for sample in &sampled.samples {
            assert!((begun..=sampled.at).contains(&sample.at), "by the store's clock: {sample:?}");
            assert_eq!(sample.measured, measured(sample.measured.n), "nothing is lost of it");
        }
        let of_a: Vec<Millis> = sampled.samples.iter().filter(|it| it.server == server("a")).map(|it| it.at).collect();
        assert!(of_a.is_sorted(), "{of_a:?}");
    }
}

pub async fn only_what_came_since_is_read(ground: &dyn Ground) {
    let one = Group::meet(ground, LONG).await;
    keep(&one, "a", 1, MINUTES).await;
    let at = one.store.samples(0).await.unwrap().samples[0].at;
    one.until(at + 2).await;
    keep(&one, "a", 2, MINUTES).await;
    assert_eq!(kept(&one, at).await, "a1 a2");
    assert_eq!(kept(&one, at + 1).await, "a2");
    assert_eq!(kept(&one, at + MINUTES).await, "");
}

pub async fn a_sample_goes_when_its_time_is_over(ground: &dyn Ground) {
    let one = Group::meet(ground, LONG).await;
    keep(&one, "a", 1, 200).await;
    keep(&one, "b", 1, MINUTES).await;
    one.until(one.now().await + 201).await;
    keep(&one, "a", 2, 200).await;
    keep(&one, "b", 2, MINUTES).await;
    let now = kept(&one, 0).await;
    assert!(!now.contains("a1") && now.contains("b1 b2"), "{now}");
}

pub async fn a_server_that_says_nothing_any_more_is_forgotten(ground: &dyn Ground) {
    let one = Group::meet(ground, LONG).await;
    keep(&one, "a", 1, 200).await;
    eventually("nothing is left of it", async || kept(&one, 0).await.is_empty()).await;
    keep(&one, "b", 1, MINUTES).await;
    assert_eq!(kept(&one, 0).await, "b1");
}
