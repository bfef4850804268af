//! How often a connection, or a session that calls REST, may ask for something. Has no clock of its own.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::limits::reached;
use crate::domain::counted::make_room;
use crate::protocol::error::Problem;

/// Sessions, or addresses, whose calls are counted, at most: some hundred bytes each.
const COUNTED_MAX: usize = 10_000;

/// So many at once, and so many a second in the long run.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    /// None: no limit.
    pub per_second: Option<u32>,
    /// None: any number, so there is no limit either.
    pub burst: Option<u32>,
}

impl Rate {
    /// So many a second, and so many at most; none: no limit.
    fn limit(self) -> Option<(f64, f64)> {
        Some((f64::from(self.per_second?), f64::from(self.burst?)))
    }
}

/// What is left of a rate, which whoever has many of these has once.
#[derive(Debug, Clone)]
pub struct Bucket {
    left: f64,
    filled: Instant,
}

impl Bucket {
    /// A full one.
    pub fn new(rate: Rate, now: Instant) -> Self {
        Self { left: rate.burst.map_or(0.0, f64::from), filled: now }
    }

    /// Takes one; else the problem says how long to wait for it.
    pub fn take(&mut self, rate: Rate, now: Instant) -> Result<(), Problem> {
        let Some((per_second, most)) = rate.limit() else { return Ok(()) };
        self.fill(per_second, most, now);
        if self.left >= 1.0 {
            self.left -= 1.0;
            return Ok(());
        }
        let wait = Duration::from_secs_f64((1.0 - self.left) / per_second);
        // Rounded up: who comes back a hair too early is refused again.
        let ms = u64::try_from(wait.as_micros().div_ceil(1000)).unwrap_or(u64::MAX).max(1);
        Err(Problem::rate_limited("Too many messages at once. Wait a moment.", ms))
    }

    fn fill(&mut self, per_second: f64, most: f64, now: Instant) {
        let grown = now.saturating_duration_since(self.filled).as_secs_f64() * per_second;
        self.left = (self.left + grown).min(most);
        self.filled = now;
    }

    fn is_full(&mut self, rate: Rate, now: Instant) -> bool {
        rate.limit().is_none_or(|(per_second, most)| {
            self.fill(per_second, most, now);
            self.left >= most
        })
    }
}

/// A rate for each session, or for each address.
pub struct Rates<K> {
    /// Its setting's name, for the figures.
    limit: &'static str,
    rate: Rate,
    buckets: Mutex<HashMap<K, Bucket>>,
}

impl<K: Eq + Hash + Clone> Rates<K> {
    pub fn new(limit: &'static str, rate: Rate) -> Self {
        Self { limit, rate, buckets: Mutex::default() }
    }

    pub fn take(&self, who: &K, now: Instant) -> Result<(), Problem> {
        let mut buckets = self.buckets.lock().expect("a short lock");
        // Who has all of it left is forgotten first.
        make_room(&mut buckets, who, COUNTED_MAX, |bucket| !bucket.is_full(self.rate, now));
        let bucket = buckets.entry(who.clone()).or_insert_with(|| Bucket::new(self.rate, now));
        bucket.take(self.rate, now).inspect_err(|_| reached(self.limit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::owner::Owner;

    #[test]
    fn a_bucket_gives_a_burst_and_then_its_rate() {
        let start = Instant::now();
        let rate = Rate { per_second: Some(10), burst: Some(3) };
        let mut bucket = Bucket::new(rate, start);
        assert!((0..3).all(|_| bucket.take(rate, start).is_ok()));
        assert_eq!(bucket.take(rate, start).map_err(|problem| problem.retry_in_ms), Err(Some(100)));
        assert!(bucket.take(rate, start + Duration::from_millis(101)).is_ok());
        for endless in [Rate { per_second: None, burst: Some(1) }, Rate { per_second: Some(1), burst: None }] {
            let mut bucket = Bucket::new(endless, start);
            assert!((0..10_000).all(|_| bucket.take(endless, start).is_ok()));
        }
    }

    #[test]
    fn each_session_has_a_rate_of_its_own_and_few_are_remembered() {
        let start = Instant::now();
        let rates = Rates::new("events_per_second", Rate { per_second: Some(1), burst: Some(1) });
        let (ann, bob) = (Owner::of("ann"), Owner::of("bob"));
        assert!(rates.take(&ann, start).is_ok() && rates.take(&bob, start).is_ok());
        assert!(rates.take(&ann, start).is_err());
        for number in 0..COUNTED_MAX + 10 {
            assert!(rates.take(&Owner::of(&number.to_string()), start).is_ok());
        }
        assert!(rates.buckets.lock().unwrap().len() <= COUNTED_MAX);
    }
}
