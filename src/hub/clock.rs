//! The store's time, as this process knows it: what the store said last, and how long ago that was. Not by the machine's clock, which
//! may be wrong, and may be set while the server runs.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Instant;

use chrono::Utc;

use crate::domain::Millis;

/// Milliseconds by which the machine's clock may part from what measures time: clocks are set right in small steps all the time.
const PARTED: i64 = 1_000;

/// Servers' clocks do not matter: what is shown and what is waited for goes by the store's.
#[derive(Debug)]
pub struct StoreClock {
    begun: Instant,
    /// The store's time when this process began, in ms; the machine's until the store has said one.
    store: AtomicI64,
    /// The machine's time when this process began, by what its clock said when the store's was heard.
    machine: AtomicI64,
    /// One more than the ms that the slowest change took until it was heard here, since that was last asked; 0: none was heard.
    slowest: AtomicU64,
}

impl Default for StoreClock {
    fn default() -> Self {
        let now = Utc::now().timestamp_millis();
        Self {
            begun: Instant::now(),
            store: AtomicI64::new(now),
            machine: AtomicI64::new(now),
            slowest: AtomicU64::default(),
        }
    }
}

impl StoreClock {
    /// The store said that it is `at` now.
    pub fn set(&self, at: Millis) {
        let passed = self.passed();
        self.store.store(i64::try_from(at).unwrap_or(i64::MAX).saturating_sub(passed), Ordering::Relaxed);
        self.machine.store(Utc::now().timestamp_millis() - passed, Ordering::Relaxed);
    }

    pub fn now(&self) -> Millis {
        u64::try_from(self.store.load(Ordering::Relaxed).saturating_add(self.passed())).unwrap_or_default()
    }

    /// Whether the machine's clock was set, or the machine slept, since the store was heard. The embedded store goes by that clock,
    /// and sleep is time that nothing here has measured: so the store has to be asked again.
    pub fn is_doubtful(&self) -> bool {
        let machine = Utc::now().timestamp_millis() - self.passed();
        (machine - self.machine.load(Ordering::Relaxed)).abs() > PARTED
    }

    /// A change of that time was heard now.
    pub fn heard(&self, at: Millis) {
        self.slowest.fetch_max(self.now().saturating_sub(at) + 1, Ordering::Relaxed);
    }

    /// The ms that the slowest change took until it was heard here, of those since this was last asked; none if there was none. As
    /// exact as the answers by which the store's time is known: some ms.
    pub fn take_slowest(&self) -> Option<Millis> {
        self.slowest.swap(0, Ordering::Relaxed).checked_sub(1)
    }

    /// Milliseconds since this process began.
    fn passed(&self) -> i64 {
        i64::try_from(self.begun.elapsed().as_millis()).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stores_time_goes_on_from_what_it_said() {
        let clock = StoreClock::default();
        clock.set(5_000);
        assert!((5_000..60_000).contains(&clock.now()));
        assert!(!clock.is_doubtful());
    }

    #[test]
    fn a_machine_whose_clock_was_set_makes_the_time_doubtful_until_the_store_says_it() {
        let clock = StoreClock::default();
        for step in [-90_000, 90_000] {
            clock.machine.fetch_add(step, Ordering::Relaxed);
            assert!(clock.is_doubtful());
            clock.set(5_000);
            assert!(!clock.is_doubtful());
        }
    }
}
