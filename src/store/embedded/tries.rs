//! How often the passphrase of each name was tried lately. In memory alone: who restarts the process to try again is its owner. Knows
//! no clock.

use std::collections::HashMap;

use crate::domain::Millis;
use crate::domain::account::{AccountKey, Tried};

/// Names at once, some hundred bytes each. Each address may try far fewer.
const MOST: usize = 10_000;

#[derive(Debug, Default)]
pub struct Tries {
    /// How many, and until when they count.
    counted: HashMap<AccountKey, (u64, Millis)>,
}

impl Tries {
    pub fn count(&mut self, key: &AccountKey, window: Millis, now: Millis) -> Tried {
        if self.counted.len() >= MOST && !self.counted.contains_key(key) {
            self.counted.retain(|_, (_, until)| *until > now);
            // In a flood of names, the one whose tries end first is forgotten.
            let first = self.counted.iter().min_by_key(|(_, (_, until))| *until).map(|(key, _)| key.clone());
            if let Some(first) = first.filter(|_| self.counted.len() >= MOST) {
                self.counted.remove(&first);
            }
        }
        let (count, until) = self.counted.entry(key.clone()).or_insert((0, now.saturating_add(window)));
        if *until <= now {
            (*count, *until) = (0, now.saturating_add(window));
        }
        *count += 1;
        Tried { count: *count, over_in: *until - now }
    }

    pub fn forget(&mut self, key: &AccountKey) {
        self.counted.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::name::Username;

    #[test]
    fn there_are_so_many_names_at_once() {
        let mut tries = Tries::default();
        let key = |number: u32| AccountKey::of(&Username::parse(&number.to_string()).unwrap().key());
        for number in 0..10_050 {
            assert_eq!(tries.count(&key(number), 60, 0), Tried { count: 1, over_in: 60 });
        }
        assert!(tries.counted.len() <= MOST);
        assert_eq!(tries.count(&key(10_049), 60, 59), Tried { count: 2, over_in: 1 });
        assert_eq!(tries.count(&key(10_049), 60, 60), Tried { count: 1, over_in: 60 });
    }
}
