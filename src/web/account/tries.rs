//! How often somebody at one address tries passphrases, or makes accounts. Counted in this process alone: addresses are never stored.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::domain::counted::make_room;
use crate::protocol::error::Problem;
use crate::web::limits::reached;
use crate::web::origin::Address;

/// Addresses counted, at most: some hundred bytes each.
const COUNTED: usize = 10_000;

/// So many tries of an address within a window; those that were right do not count.
pub struct Tries {
    /// The setting that says how many.
    limit: &'static str,
    most: u32,
    window: Duration,
    /// How many, and until when they count.
    counted: Mutex<HashMap<Address, (u32, Instant)>>,
}

impl Tries {
    pub fn new(limit: &'static str, most: u32, window: Duration) -> Self {
        Self { limit, most, window, counted: Mutex::default() }
    }

    /// Counts a try before it is made, so that many at once are no way around.
    pub fn take(&self, address: Address, now: Instant) -> Result<(), Problem> {
        let mut counted = self.counted.lock().expect("a short lock");
        make_room(&mut counted, &address, COUNTED, |(_, until)| *until > now);
        let (count, until) = counted.entry(address).or_insert((0, now + self.window));
        if *until <= now {
            (*count, *until) = (0, now + self.window);
        }
        if *count >= self.most {
            return Err(too_many(self.limit, until.saturating_duration_since(now)));
        }
        *count += 1;
        Ok(())
    }

    /// It was right, or came to nothing.
    pub fn give_back(&self, address: Address) {
        if let Some((count, _)) = self.counted.lock().expect("a short lock").get_mut(&address) {
            *count = count.saturating_sub(1);
        }
    }
}

/// The same sentence whether an address or a name was tried too often; `limit` is the setting that says so.
pub fn too_many(limit: &'static str, wait: Duration) -> Problem {
    reached(limit);
    let ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1);
    Problem::rate_limited("That was tried too often. Wait a while, then try again.", ms)
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;

    fn address(last: u8) -> Address {
        IpAddr::V4(Ipv4Addr::new(192, 0, 2, last)).into()
    }

    #[test]
    fn an_address_has_so_many_wrong_tries_in_a_window() {
        let (tries, start) = (Tries::new("tries_per_address", 2, Duration::from_secs(60)), Instant::now());
        assert!(tries.take(address(1), start).is_ok() && tries.take(address(1), start).is_ok());
        let refused = tries.take(address(1), start + Duration::from_secs(10)).unwrap_err();
        assert_eq!(refused.retry_in_ms, Some(50_000));
        assert!(tries.take(address(2), start).is_ok(), "another address has its own");
        tries.give_back(address(1));
        assert!(tries.take(address(1), start).is_ok(), "a right one does not count");
        assert!(tries.take(address(1), start).is_err());
        assert!(tries.take(address(1), start + Duration::from_secs(60)).is_ok(), "the window is over");
    }
}
