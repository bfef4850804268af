//! Each second one look of this process at itself, kept in the store. A sample that the store does not take is a gap in a chart and
//! nothing else.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};

use super::EVERY;
use crate::domain::presence::ServerId;
use crate::domain::sample::{Measured, SAMPLES_LAST};
use crate::store::samples::Samples;

/// Seconds: in less, the system's steps of 10 ms are too much of a processor's time to say anything.
const SHORTEST: f64 = 0.1;

/// What the other parts of the process count.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    pub connections: u64,
    /// Areas that somebody follows.
    pub areas: u64,
    /// Bytes in memory, and ms of a core since the process began; none where the system does not tell.
    pub memory: Option<u64>,
    pub cpu_ms: Option<u64>,
    /// Events that clients sent, and frames written to them, since the process began.
    pub events_in: u64,
    pub events_out: u64,
    /// Ms that the slowest change took until it was heard here, since that was last asked.
    pub feed_ms: Option<u64>,
}

pub struct Sampler {
    samples: Arc<dyn Samples>,
    server: ServerId,
    name: String,
    counts: Box<dyn Fn() -> Counts + Send>,
    begun: Instant,
    /// How many samples there were, when the last one was begun, and what was counted then.
    n: u64,
    last: (Instant, Counts),
    /// How long the store took to keep it; none if it did not.
    kept_in: Option<Duration>,
}

impl Sampler {
    /// Of this process; `name` is what operators know it by, as `HOST:PORT`.
    pub fn new(
        samples: Arc<dyn Samples>,
        server: ServerId,
        name: String,
        counts: impl Fn() -> Counts + Send + 'static,
    ) -> Self {
        let begun = Instant::now();
        let last = (begun, counts());
        Self { samples, server, name, counts: Box::new(counts), begun, n: 0, last, kept_in: None }
    }

    /// Runs for as long as the process; the first sample comes at once.
    pub async fn run(mut self) {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let due = ticks.tick().await;
            let measured = self.measure(due.elapsed());
            let begun = Instant::now();
            let kept = self.samples.keep_sample(&self.server, &measured, SAMPLES_LAST).await;
            self.kept_in = kept.is_ok().then(|| begun.elapsed());
            if let Err(error) = kept {
                tracing::debug!(%error, "a sample of this server was not kept");
            }
        }
    }

    fn measure(&mut self, late: Duration) -> Measured {
        let now = (Instant::now(), (self.counts)());
        let (begun, before) = std::mem::replace(&mut self.last, now);
        let (begun_now, counts) = now;
        let passed = (begun_now - begun).as_secs_f64().max(f64::EPSILON);
        let first = self.n == 0;
        #[expect(clippy::cast_precision_loss, reason = "a second has fewer events than a float has digits")]
        let rate = |now: u64, before: u64| if first { 0.0 } else { tenths(now.saturating_sub(before) as f64 / passed) };
        let cpu = counts.cpu_ms.zip(before.cpu_ms).filter(|_| passed >= SHORTEST);
        self.n += 1;
        Measured {
            n: self.n,
            name: self.name.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            up: self.begun.elapsed().as_secs(),
            // A thousand ms of a core in a second are all of it.
            cpu: cpu.map(|(now, before)| rate(now, before) / 10.0).map(tenths),
            memory: counts.memory,
            connections: counts.connections,
            areas: counts.areas,
            events_in: rate(counts.events_in, before.events_in),
            events_out: rate(counts.events_out, before.events_out),
            store_ms: self.kept_in.map(millis),
            feed_ms: counts.feed_ms,
            late_ms: millis(late),
        }
    }
}

fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 100_000.0).round() / 100.0
}

/// More digits would only be noise to keep.
fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
