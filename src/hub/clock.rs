//! The store's time, as this process knows it: its own clock and how far that is off.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use chrono::Utc;

use crate::domain::Millis;

/// Servers' clocks do not matter: what is shown and what is waited for goes by the store's.
#[derive(Debug, Default)]
pub struct StoreClock {
    /// Store minus own, in ms.
    ahead: AtomicI64,
    /// One more than the ms that the slowest change took until it was heard here, since that was last asked; 0: none was heard.
    slowest: AtomicU64,
}

impl StoreClock {
    /// The store said that it is `at` now.
    pub fn set(&self, at: Millis) {
        let at = i64::try_from(at).unwrap_or(i64::MAX);
        self.ahead.store(at - Utc::now().timestamp_millis(), Ordering::Relaxed);
    }

    pub fn now(&self) -> Millis {
        let now = Utc::now().timestamp_millis() + self.ahead.load(Ordering::Relaxed);
        u64::try_from(now).unwrap_or_default()
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
}
