//! Claims about who looks and what is read for them, with the clock stopped and a store that counts its readings.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::{Instant, advance, sleep};

use super::*;
use crate::domain::presence::ServerId;
use crate::domain::sample::{Measured, SAMPLES_LAST};
use crate::store::{Result, StoreError};

/// One server that samples itself once a second, since long ago. Gives each sample twice, the newest first.
struct Fake {
    begun: Instant,
    readings: AtomicU64,
    away: AtomicBool,
}

/// When the fake store begins to count.
const START: Millis = 10_000_000;

#[async_trait]
impl Samples for Fake {
    async fn keep_sample(&self, _: &ServerId, _: &Measured, _: Millis) -> Result<()> {
        unreachable!("a board only reads")
    }

    async fn samples(&self, since: Millis) -> Result<Sampled> {
        self.readings.fetch_add(1, Ordering::Relaxed);
        if self.away.load(Ordering::Relaxed) {
            return Err(StoreError::Unavailable("it is away".to_owned()));
        }
        let at = START + u64::try_from(self.begun.elapsed().as_millis()).unwrap();
        let times = (0..=at).step_by(1000).filter(|time| *time >= since.max(at - SAMPLES_LAST));
        let mut samples: Vec<Sample> = times.flat_map(|time| [sample(time), sample(time)]).collect();
        samples.reverse();
        Ok(Sampled { at, samples })
    }
}

fn sample(at: Millis) -> Sample {
    let measured = serde_json::json!({"n": at, "name": "here:1", "version": "1", "up": 1, "connections": 0, "areas": 0,
        "eventsIn": 0, "eventsOut": 0, "lateMs": 0});
    Sample { server: ServerId("a".to_owned()), at, measured: serde_json::from_value(measured).unwrap() }
}

fn fake() -> Arc<Fake> {
    Arc::new(Fake { begun: Instant::now(), readings: AtomicU64::new(0), away: AtomicBool::new(false) })
}

async fn next(viewer: &mut Viewer) -> News {
    viewer.next().await.news.clone()
}

fn times(news: &News) -> Vec<Millis> {
    match news {
        News::Updates { samples, .. } | News::DUpdates { samples, .. } => {
            samples.iter().map(|it| it.at - START).collect()
        }
        News::Stale => Vec::new(),
    }
}

#[tokio::test(start_paused = true)]
async fn who_looks_gets_the_window_sorted_and_then_only_what_is_new() {
    let board = Board::start(fake());
    let mut viewer = board.view();
    let News::Updates { samples, at } = next(&mut viewer).await else { panic!("the window comes first") };
    assert_eq!(samples.len() as u64, SAMPLES_LAST / 1000 + 1);
    assert!(samples.is_sorted_by_key(|sample| sample.at) && samples.last().unwrap().at == at);
    for second in 1..=3 {
        let news = next(&mut viewer).await;
        assert!(matches!(news, News::DUpdates { .. }) && times(&news) == [second * 1000], "{news:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_comes_later_is_told_what_is_known_and_who_is_slow_misses_nothing() {
    let board = Board::start(fake());
    let mut first = board.view();
    first.next().await;
    advance(Duration::from_secs(1)).await;
    first.next().await;
    let mut second = board.view();
    let News::Updates { samples, .. } = next(&mut second).await else { panic!("the window comes first") };
    assert_eq!(samples.last().unwrap().at, START + 1000);
    sleep(Duration::from_millis(4500)).await;
    assert_eq!(times(&next(&mut first).await), [2000, 3000, 4000, 5000]);
    assert_eq!(times(&next(&mut second).await), [2000, 3000, 4000, 5000]);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_read_while_nobody_looks() {
    let store = fake();
    let board = Board::start(store.clone());
    sleep(Duration::from_secs(10)).await;
    assert_eq!(store.readings.load(Ordering::Relaxed), 0);
    let mut viewer = board.view();
    viewer.next().await;
    drop(viewer);
    sleep(Duration::from_secs(2)).await;
    let read = store.readings.load(Ordering::Relaxed);
    sleep(Duration::from_secs(10)).await;
    assert_eq!(store.readings.load(Ordering::Relaxed), read);
    let mut again = board.view();
    let News::Updates { samples, .. } = next(&mut again).await else { panic!("the window comes first") };
    assert_eq!(samples.len() as u64, SAMPLES_LAST / 1000 + 1, "all of it is read anew");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_away_is_told_and_nothing_is_lost_by_it() {
    let store = fake();
    let board = Board::start(store.clone());
    let mut viewer = board.view();
    viewer.next().await;
    store.away.store(true, Ordering::Relaxed);
    assert_eq!(next(&mut viewer).await, News::Stale);
    sleep(Duration::from_secs(2)).await;
    store.away.store(false, Ordering::Relaxed);
    let mut news = next(&mut viewer).await;
    while news == News::Stale {
        news = next(&mut viewer).await;
    }
    let News::DUpdates { samples, at } = news else { panic!("only what is new") };
    assert_eq!(samples.len() as u64, (at - START) / 1000);
}

#[tokio::test(start_paused = true)]
async fn what_is_told_at_one_position_is_made_and_encoded_once() {
    let board = Board::start(fake());
    let mut viewers = [board.view(), board.view(), board.view()];
    for _ in 0..2 {
        let mut encoded = 0;
        for viewer in &mut viewers {
            let told = viewer.next().await;
            told.text(|_| {
                encoded += 1;
                String::new()
            });
        }
        assert_eq!(encoded, 1);
    }
}
