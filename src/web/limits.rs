//! How much one address may have. Counted in this process alone: addresses are never stored.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actix_web::HttpRequest;
use tokio::time::{MissedTickBehavior, interval};

use super::Web;
use super::origin::{self, Address};
use crate::domain::counted::{shrink, take_out};
use crate::domain::name::AreaName;
use crate::domain::owner::Owner;
use crate::protocol::error::Problem;

/// Counts that one of the settings' limits was reached; `limit` is its name there.
pub fn reached(limit: &'static str) {
    metrics::counter!("wte_limits_reached_total", "limit" => limit).increment(1);
}

/// Ended names are looked for so many times within a name's lifetime: so no more than a quarter more are remembered than may last.
const LOOKS_IN_A_LIFETIME: u32 = 4;
/// However short that is.
const LOOK_EVERY_MIN: Duration = Duration::from_secs(1);

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
        let of_an_address = self.of_an_address.is_some_and(|most| count >= most);
        if of_an_address || self.of_all.is_some_and(|most| *all >= most) {
            reached(if of_an_address { "connections_per_address" } else { "connections" });
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

impl Connection {
    pub fn address(&self) -> Address {
        self.address
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
                take_out(open, &self.address);
            }
        }
    }
}

/// Counts a look at an area, which may cost the store a call; a problem if its address makes too many.
pub fn look(request: &HttpRequest, web: &Web) -> Result<(), Problem> {
    let looked = web.looks.take(&origin::address(request, web), Instant::now());
    let message = "Too many people of your network are looking at once. Wait a moment, then try again.";
    looked.map_err(|problem| Problem { message: message.to_owned(), ..problem })
}

/// Names that an address has taken in an area, for as long as they may last.
pub struct Names {
    /// Who took a name there, and until when it may last.
    taken: Mutex<HashMap<(AreaName, Address), HashMap<Owner, Instant>>>,
    most: Option<usize>,
    lifetime: Duration,
}

impl Names {
    /// Forgets what has ended from now on, as time goes: after a crowd nobody may come for hours whose name would be a reason to look.
    /// Has to be called within a runtime; it lives as long as that.
    pub fn start(most: Option<usize>, lifetime: Duration) -> Arc<Self> {
        let names = Arc::new(Self { taken: Mutex::default(), most, lifetime });
        tokio::spawn(names.clone().forget_in_time());
        names
    }

    async fn forget_in_time(self: Arc<Self>) {
        let mut ticks = interval((self.lifetime / LOOKS_IN_A_LIFETIME).max(LOOK_EVERY_MIN));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            self.forget_ended(ticks.tick().await.into_std());
        }
    }

    fn forget_ended(&self, now: Instant) {
        let mut taken = self.taken.lock().expect("a short lock");
        taken.retain(|_, owners| owners.values().any(|until| *until > now));
        shrink(&mut taken);
    }

    /// Counts the owner among those who take a name there, from that address; not if there are too many already. Who has one
    /// may always take another.
    pub fn take(&self, area: &AreaName, address: Address, owner: &Owner, now: Instant) -> Place {
        let Some(most) = self.most else { return Place::Kept };
        let mut taken = self.taken.lock().expect("a short lock");
        let owners = taken.entry((area.clone(), address)).or_default();
        if owners.len() >= most {
            owners.retain(|_, until| *until > now);
        }
        let kept = owners.contains_key(owner);
        if !kept && owners.len() >= most {
            return Place::None;
        }
        owners.insert(owner.clone(), now + self.lifetime);
        if kept { Place::Kept } else { Place::New }
    }

    /// The owner holds no name there any more.
    pub fn give_back(&self, area: &AreaName, address: Address, owner: &Owner) {
        let mut taken = self.taken.lock().expect("a short lock");
        let place = (area.clone(), address);
        if let Some(owners) = taken.get_mut(&place) {
            owners.remove(owner);
            if owners.is_empty() {
                take_out(&mut taken, &place);
            }
        }
    }
}

/// Whether an owner may take a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// There are too many from that address.
    None,
    /// It did not count before.
    New,
    Kept,
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

    #[tokio::test(start_paused = true)]
    async fn who_took_a_name_where_is_forgotten_when_that_has_ended_though_nobody_comes_any_more() {
        let lifetime = Duration::from_secs(10);
        let names = Names::start(Some(10), lifetime);
        let (ann, now) = (Owner::of("ann"), tokio::time::Instant::now().into_std());
        for number in 0..10_000 {
            let area = AreaName::parse(&format!("area-{number}")).unwrap();
            assert_eq!(names.take(&area, address(1), &ann, now), Place::New);
        }
        let lunch = AreaName::parse("lunch").unwrap();
        assert_eq!(names.take(&lunch, address(1), &ann, now + lifetime), Place::New);
        // The clock stands still but for this.
        tokio::time::sleep(lifetime * 3 / 2).await;
        let taken = names.taken.lock().unwrap();
        assert_eq!(taken.len(), 1, "the one whose time is not over");
        assert!(taken.capacity() < 10_000, "room for {}", taken.capacity());
    }

    #[tokio::test]
    async fn names_are_counted_by_owner_and_end_with_their_time() {
        let names = Names::start(Some(1), Duration::from_secs(10));
        let (area, now) = (AreaName::parse("lunch").unwrap(), Instant::now());
        let (ann, bob) = (Owner::of("ann"), Owner::of("bob"));
        assert_eq!(names.take(&area, address(1), &ann, now), Place::New);
        assert_eq!(names.take(&area, address(1), &ann, now), Place::Kept);
        assert_eq!(names.take(&area, address(1), &bob, now), Place::None);
        assert_eq!(names.take(&area, address(2), &bob, now), Place::New);
        let later = now + Duration::from_secs(11);
        assert_eq!(names.take(&area, address(1), &bob, later), Place::New);
        assert_eq!(names.take(&area, address(1), &ann, later), Place::None);
        names.give_back(&area, address(1), &bob);
        assert_eq!(names.take(&area, address(1), &ann, later), Place::New);
    }
}
