//! The store's clock. Knows nothing of areas.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::Millis;

/// The machine's clock, kept from going back: the order of the numbers is the order of the times, and no two epochs
/// of one run are equal. When somebody sets the machine's clock back, this one stands until it has caught up.
#[derive(Debug, Default)]
pub struct Clock {
    last: u64,
}

impl Clock {
    /// Microseconds since 1970, another number each time.
    pub fn micros(&mut self) -> u64 {
        // A machine whose clock is before 1970 counts on from there.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.tick(u64::try_from(since.as_micros()).unwrap_or(u64::MAX))
    }

    pub fn millis(&mut self) -> Millis {
        self.micros() / 1000
    }

    fn tick(&mut self, machine: u64) -> u64 {
        self.last = machine.max(self.last.saturating_add(1));
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_never_goes_back_nor_stands() {
        let mut clock = Clock::default();
        assert_eq!([5, 5, 3, 9].map(|machine| clock.tick(machine)), [5, 6, 7, 9]);
    }
}
