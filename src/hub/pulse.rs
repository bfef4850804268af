//! What this process does every few seconds: says that it lives, counts who decides, and asks the store where the areas
//! that it follows are. So whatever was missed is found, and a store that is away is noticed.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::join;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use super::Hub;
use super::area::LiveArea;
use crate::store::{Alive, Head, Result, StoreError};

/// How often a server renews its life of fifteen seconds, and looks whether it has missed something.
const PULSE: Duration = Duration::from_secs(5);
/// While any part of the store is away it is asked more often, so that all is current soon after its return.
const STALE_PULSE: Duration = Duration::from_secs(1);
/// However much points to the store being away, it is not asked more often than this.
const PAUSE: Duration = Duration::from_millis(200);
/// An event may be on its way when the store is asked: only who is still behind after this long has missed it.
const IN_FLIGHT: Duration = Duration::from_millis(250);
/// Areas asked for in one round trip: a millisecond of the store's, and no vote has to wait for more.
const CHUNK: usize = 100;
/// One round trip waits for the one before it, for so long altogether: thousands of areas are asked for between votes, not before them; and
/// a part of the store that is away, or far, holds up no other.
const IN_TURN: Duration = Duration::from_secs(1);

/// Runs for as long as the process.
pub(super) async fn beat(hub: Arc<Hub>) {
    let mut troubled = false;
    let mut last = Instant::now();
    loop {
        let next = Instant::now() + if troubled { STALE_PULSE } else { PULSE };
        let trouble = once(&hub).await;
        let stale = hub.stale_areas();
        metrics::gauge!("wte_store_up").set(u8::from(trouble.is_none()));
        metrics::gauge!("wte_areas_stale").set(u32::try_from(stale).unwrap_or(u32::MAX));
        let passed = std::mem::replace(&mut last, Instant::now()).elapsed();
        if stale > 0 {
            metrics::counter!("wte_stale_ms_total").increment(u64::try_from(passed.as_millis()).unwrap_or(u64::MAX));
        }
        match trouble {
            Some(error) if !troubled => {
                tracing::error!(%error, stale, "the store, or a part of it, is away; its areas are shown as not current");
                troubled = true;
            }
            None if troubled && stale == 0 => {
                tracing::info!("the store is back, and all areas have caught up");
                troubled = false;
            }
            _ => {}
        }
        tokio::select! {
            () = sleep_until(next) => {}
            () = hub.hurry.notified() => sleep(PAUSE).await,
        }
    }
}

/// Every area whose view is where the store says is current; one that the store says nothing of is stale. Answers why, if anything
/// is away.
async fn once(hub: &Hub) -> Option<StoreError> {
    let areas = hub.areas();
    if hub.clock.is_doubtful()
        && let Some(area) = areas.first()
    {
        // A snapshot tells the store's time, and one is enough.
        area.needs_snapshot();
    }
    let (alive, heads) = join!(hub.store.heartbeat(&hub.server, hub.following()), heads(hub, &areas));
    // Where that cannot be told, whoever lived goes on to count as alive.
    if let Ok(alive) = &alive {
        hub.set_alive(alive);
    }
    let mut trouble = alive.err();
    hub.set_away(trouble.is_some() && heads.iter().all(Result::is_err));
    let mut suspects = compare(hub, &areas, heads, &mut trouble);
    if !suspects.is_empty() {
        sleep(IN_FLIGHT).await;
        let heads = self::heads(hub, &suspects).await;
        suspects = compare(hub, &suspects, heads, &mut trouble);
    }
    for area in &suspects {
        metrics::counter!("wte_areas_behind_total").increment(1);
        tracing::info!("an area is behind the store; taking a new snapshot");
        area.needs_snapshot();
    }
    trouble
}

/// Where the store says that the areas are.
async fn heads(hub: &Hub, areas: &[Arc<LiveArea>]) -> Vec<Result<Head>> {
    let names: Vec<_> = areas.iter().map(|area| area.name.clone()).collect();
    in_turn(&names, |some| hub.store.heads(some)).await
}

/// Asks for some at a time; the answers to all, in their order.
async fn in_turn<'a, T, A, F>(all: &'a [T], ask: impl Fn(&'a [T]) -> F) -> Vec<A>
where
    F: Future<Output = Vec<A>>,
{
    let (turn, until) = (&Semaphore::new(1), Instant::now() + IN_TURN);
    let asked = all.chunks(CHUNK).map(|some| {
        let asking = ask(some);
        async move {
            let _turn = timeout_at(until, turn.acquire()).await;
            asking.await
        }
    });
    join_all(asked).await.into_iter().flatten().collect()
}

/// The areas whose view is not where the store says.
fn compare(
    hub: &Hub,
    areas: &[Arc<LiveArea>],
    heads: Vec<Result<Head>>,
    trouble: &mut Option<StoreError>,
) -> Vec<Arc<LiveArea>> {
    let (now, mut behind) = (hub.clock.now(), Vec::new());
    for (area, head) in areas.iter().zip(heads) {
        match head {
            Ok(head) if area.differs(&head, |server| hub.lives(server)) => behind.push(area.clone()),
            Ok(_) => area.set_current(now),
            Err(error) => {
                area.set_stale(now);
                trouble.get_or_insert(error);
            }
        }
    }
    behind
}

impl Hub {
    /// People who follow any area on all servers, as everyone is told.
    pub fn live_count(&self) -> u64 {
        self.news.borrow().live
    }

    fn set_alive(&self, alive: &[Alive]) {
        let servers: HashSet<_> = alive.iter().map(|alive| alive.server.clone()).collect();
        metrics::gauge!("wte_servers").set(u32::try_from(servers.len()).unwrap_or(u32::MAX));
        *self.alive.lock().expect("a short lock") = Some(servers);
        for area in self.areas() {
            area.keep_servers(|server| self.lives(server));
        }
        let live = alive.iter().map(|alive| alive.following).sum();
        metrics::gauge!("wte_following").set(u32::try_from(live).unwrap_or(u32::MAX));
        self.news.send_if_modified(|news| {
            // A pulse may come early; the count goes to everyone connected, so it does not.
            let changed = news.live != live && news.counted.is_none_or(|counted| counted.elapsed() >= PULSE);
            if changed {
                (news.live, news.counted) = (live, Some(std::time::Instant::now()));
            }
            changed
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Answers each of 2,000 with itself; every question takes so long, or for ever. How many were asked for at the same time at most.
    async fn asked(took: impl Fn(usize) -> Duration) -> (Duration, usize) {
        let all: Vec<usize> = (0..2000).collect();
        let (began, now, most) = (Instant::now(), AtomicUsize::new(0), AtomicUsize::new(0));
        let ask = async |some: &[usize]| {
            most.fetch_max(now.fetch_add(some.len(), Ordering::Relaxed) + some.len(), Ordering::Relaxed);
            sleep(took(some[0])).await;
            now.fetch_sub(some.len(), Ordering::Relaxed);
            some.to_vec()
        };
        assert_eq!(in_turn(&all, ask).await, all);
        (began.elapsed(), most.load(Ordering::Relaxed))
    }

    #[tokio::test(start_paused = true)]
    async fn thousands_of_areas_are_asked_for_some_at_a_time() {
        let (took, at_once) = asked(|_| Duration::from_millis(10)).await;
        assert_eq!((took, at_once), (Duration::from_millis(200), CHUNK));
    }

    #[tokio::test(start_paused = true)]
    async fn a_part_of_the_store_that_hangs_holds_up_the_rest_for_a_second_alone() {
        let hangs = Duration::from_secs(2);
        let (took, at_once) = asked(|first| if first == 500 { hangs } else { Duration::from_millis(10) }).await;
        assert_eq!((took, at_once), (Duration::from_millis(50) + hangs, 2000 - 500));
    }
}
