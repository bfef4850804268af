//! Of the figures that are counted, the few that the live view of the servers shows, at hand without rendering all of them. So what is
//! counted is counted at one place for both. Knows not what is done with them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use metrics::{Counter, CounterFn, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};

static EVENTS_IN: AtomicU64 = AtomicU64::new(0);
static EVENTS_OUT: AtomicU64 = AtomicU64::new(0);

/// The counters whose sum over all labels is kept here.
static TALLIED: [(&str, &AtomicU64); 2] =
    [("wte_client_events_total", &EVENTS_IN), ("wte_events_delivered_total", &EVENTS_OUT)];

/// Events that clients sent, since the process began.
pub fn events_in() -> u64 {
    EVENTS_IN.load(Ordering::Relaxed)
}

/// Frames of events written to clients, since the process began.
pub fn events_out() -> u64 {
    EVENTS_OUT.load(Ordering::Relaxed)
}

/// Hands everything on to the recorder, and counts along.
pub(super) struct Tallied<R>(pub R);

impl<R: Recorder> Recorder for Tallied<R> {
    fn describe_counter(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        self.0.describe_counter(name, unit, description);
    }

    fn describe_gauge(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        self.0.describe_gauge(name, unit, description);
    }

    fn describe_histogram(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        self.0.describe_histogram(name, unit, description);
    }

    fn register_counter(&self, key: &Key, metadata: &Metadata<'_>) -> Counter {
        let counter = self.0.register_counter(key, metadata);
        match TALLIED.iter().find(|(name, _)| *name == key.name()) {
            Some((_, tally)) => Counter::from_arc(Arc::new(Both { counter, tally })),
            None => counter,
        }
    }

    fn register_gauge(&self, key: &Key, metadata: &Metadata<'_>) -> Gauge {
        self.0.register_gauge(key, metadata)
    }

    fn register_histogram(&self, key: &Key, metadata: &Metadata<'_>) -> Histogram {
        self.0.register_histogram(key, metadata)
    }
}

struct Both {
    counter: Counter,
    tally: &'static AtomicU64,
}

impl CounterFn for Both {
    fn increment(&self, value: u64) {
        self.counter.increment(value);
        self.tally.fetch_add(value, Ordering::Relaxed);
    }

    fn absolute(&self, value: u64) {
        self.counter.absolute(value);
        self.tally.fetch_max(value, Ordering::Relaxed);
    }
}
