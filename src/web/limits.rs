//! How much one address, and one connection, may ask for. Counted in this process alone: addresses are never stored.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::origin::Address;
use crate::domain::name::AreaName;
use crate::domain::owner::Owner;
use crate::protocol::error::Problem;

/// Old entries are looked for when there are twice as many as after the last look, and at least so many.
const LOOK_AT: usize = 1024;

/// Connections, by address.
pub struct Connections {
    /// By address, and all together.
    open: Mutex<(HashMap<Address, usize>, usize)>,
    /// None: no limit.
    of_an_address: Option<usize>,
    of_all: Option<usize>,
}

/// An open connection; counted until it is dropped.
pub struct Connection {
    connections: Arc<Connections>,
    address: Address,
}

impl Connections {
    pub fn new(of_an_address: Option<usize>, of_all: Option<usize>) -> Arc<Self> {
        Arc::new(Self { open: Mutex::default(), of_an_address, of_all })
    }

    /// All that are open now.
    pub fn count(&self) -> usize {
        self.open.lock().expect("a short lock").1
    }

    /// A problem if there are too many already.
    pub fn open(self: &Arc<Self>, address: Address) -> Result<Connection, Problem> {
        let mut guard = self.open.lock().expect("a short lock");
        let (open, all) = &mut *guard;
        let count = open.get(&address).copied().unwrap_or_default();
        if self.of_an_address.is_some_and(|most| count >= most) || self.of_all.is_some_and(|most| *all >= most) {
            metrics::counter!("wte_connections_total", "outcome" => "overCapacity").increment(1);
            let message = "There are too many connections from your network, or in all. Try again later.";
            return Err(Problem::over_capacity(message));
        }
        open.insert(address, count + 1);
        *all += 1;
        metrics::counter!("wte_connections_total", "outcome" => "opened").increment(1);
        metrics::gauge!("wte_connections").increment(1);
        Ok(Connection { connections: self.clone(), address })
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let mut guard = self.connections.open.lock().expect("a short lock");
        let (open, all) = &mut *guard;
        *all -= 1;
        metrics::gauge!("wte_connections").decrement(1);
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

/// Names that an address has taken in an area, for as long as they may last.
pub struct Names {
    taken: Mutex<Taken>,
    most: Option<usize>,
    lifetime: Duration,
}

struct Taken {
    /// Who took a name there, and until when it may last.
    by_place: HashMap<(AreaName, Address), HashMap<Owner, Instant>>,
    /// The size at which ended entries are looked for.
    look_at: usize,
}

impl Names {
    pub fn new(most: Option<usize>, lifetime: Duration) -> Self {
        Self { taken: Mutex::new(Taken { by_place: HashMap::new(), look_at: LOOK_AT }), most, lifetime }
    }

    /// Whether one more owner may take a name there, from that address. Who has one may always take another.
    pub fn allow(&self, area: &AreaName, address: Address, owner: &Owner, now: Instant) -> bool {
        let Some(most) = self.most else { return true };
        let mut guard = self.taken.lock().expect("a short lock");
        let Taken { by_place, look_at } = &mut *guard;
        if by_place.len() >= *look_at {
            by_place.retain(|_, owners| owners.values().any(|until| *until > now));
            *look_at = (by_place.len() * 2).max(LOOK_AT);
        }
        let owners = by_place.entry((area.clone(), address)).or_default();
        if owners.len() >= most {
            owners.retain(|_, until| *until > now);
        }
        let allowed = owners.len() < most || owners.contains_key(owner);
        if allowed {
            owners.insert(owner.clone(), now + self.lifetime);
        }
        allowed
    }
}

/// How many events a connection may send: so many at once, and so many a second in the long run.
#[derive(Debug, Clone)]
pub struct Bucket {
    /// None: no limit.
    per_second: Option<f64>,
    most: f64,
    left: f64,
    filled: Instant,
}

impl Bucket {
    pub fn new(per_second: Option<u32>, burst: Option<u32>, now: Instant) -> Self {
        let most = f64::from(burst.or(per_second).unwrap_or(1).max(1));
        Self { per_second: per_second.map(f64::from), most, left: most, filled: now }
    }

    /// Takes one; else how long to wait for it.
    pub fn take(&mut self, now: Instant) -> Result<(), Duration> {
        let Some(per_second) = self.per_second else { return Ok(()) };
        let grown = now.saturating_duration_since(self.filled).as_secs_f64() * per_second;
        self.left = (self.left + grown).min(self.most);
        self.filled = now;
        if self.left >= 1.0 {
            self.left -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64((1.0 - self.left) / per_second))
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;

    fn address(last: u8) -> Address {
        IpAddr::V4(Ipv4Addr::new(192, 0, 2, last)).into()
    }

    #[test]
    fn connections_are_counted_until_they_close() {
        let connections = Connections::new(Some(2), Some(3));
        let first = connections.open(address(1));
        let second = connections.open(address(1));
        assert!(first.is_ok() && second.is_ok());
        assert!(connections.open(address(1)).is_err());
        let other = connections.open(address(2));
        assert!(other.is_ok());
        drop(first);
        assert!(connections.open(address(1)).is_ok());
    }

    #[test]
    fn names_are_counted_by_owner_and_end_with_their_time() {
        let names = Names::new(Some(1), Duration::from_secs(10));
        let (area, now) = (AreaName::parse("lunch").unwrap(), Instant::now());
        let (ann, bob) = (Owner::of("ann"), Owner::of("bob"));
        assert!(names.allow(&area, address(1), &ann, now));
        assert!(names.allow(&area, address(1), &ann, now));
        assert!(!names.allow(&area, address(1), &bob, now));
        assert!(names.allow(&area, address(2), &bob, now));
        assert!(names.allow(&area, address(1), &bob, now + Duration::from_secs(11)));
    }

    #[test]
    fn a_bucket_gives_a_burst_and_then_its_rate() {
        let start = Instant::now();
        let mut bucket = Bucket::new(Some(10), Some(3), start);
        assert!((0..3).all(|_| bucket.take(start).is_ok()));
        assert_eq!(bucket.take(start), Err(Duration::from_millis(100)));
        assert!(bucket.take(start + Duration::from_millis(101)).is_ok());
        let mut endless = Bucket::new(None, None, start);
        assert!((0..10_000).all(|_| endless.take(start).is_ok()));
    }
}
