//! How long to wait before trying again: longer each time, and never the same for all servers.

use std::time::Duration;

/// The first wait after a failure.
const FIRST: Duration = Duration::from_millis(50);
/// The longest: Redis is to be found again within a second or two of its return.
const LONGEST: Duration = Duration::from_secs(1);

/// Grows from attempt to attempt.
#[derive(Debug, Default)]
pub struct Delay {
    failures: u32,
}

impl Delay {
    /// All is well again: the next attempt comes at once.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// Waits before the next attempt: not at all at first, then up to a second.
    pub async fn wait(&mut self) {
        if self.failures > 0 {
            let longest = FIRST.saturating_mul(1 << (self.failures - 1).min(8)).min(LONGEST);
            // Many servers lose one Redis at the same moment; half of the wait is chance.
            let chance = getrandom::u32().map_or(1.0, |number| f64::from(number) / f64::from(u32::MAX));
            tokio::time::sleep(longest.mul_f64(0.5 + chance / 2.0)).await;
        }
        self.failures = self.failures.saturating_add(1);
    }
}
