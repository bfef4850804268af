//! What this process does every few seconds: says that it lives, counts who decides, and asks the store where the areas
//! that it follows are. So whatever was missed is found, and a store that is away is noticed.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

use super::Hub;
use super::area::LiveArea;
use crate::store::{Alive, Result};

/// How often a server renews its life of fifteen seconds, and looks whether it has missed something.
const PULSE: Duration = Duration::from_secs(5);
/// While the store is away it is asked more often, so that all is current soon after its return.
const STALE_PULSE: Duration = Duration::from_secs(1);
/// However much points to the store being away, it is not asked more often than this.
const PAUSE: Duration = Duration::from_millis(200);
/// An event may be on its way when the store is asked: only who is still behind after this long has missed it.
const IN_FLIGHT: Duration = Duration::from_millis(250);
/// Areas asked for in one round trip.
const CHUNK: usize = 500;

/// Runs for as long as the process.
pub(super) async fn beat(hub: Arc<Hub>) {
    loop {
        let stale = hub.news.borrow().stale_since.is_some();
        let next = Instant::now() + if stale { STALE_PULSE } else { PULSE };
        let beat = once(&hub).await;
        metrics::gauge!("wte_store_up").set(u8::from(beat.is_ok()));
        match beat {
            Ok(true) => hub.set_current(),
            Ok(false) => {}
            Err(error) => hub.set_stale(&error),
        }
        tokio::select! {
            () = sleep_until(next) => {}
            () = hub.hurry.notified() => sleep(PAUSE).await,
        }
    }
}

/// True if every area is where the store says.
async fn once(hub: &Hub) -> Result<bool> {
    let alive = hub.store.heartbeat(&hub.server, hub.following()).await?;
    hub.set_alive(&alive);
    let areas = hub.areas();
    if hub.clock.is_doubtful()
        && let Some(area) = areas.first()
    {
        // A snapshot tells the store's time, and one is enough.
        area.needs_snapshot();
    }
    let mut suspects = behind(hub, &areas).await?;
    if !suspects.is_empty() {
        sleep(IN_FLIGHT).await;
        suspects = behind(hub, &suspects).await?;
    }
    for area in &suspects {
        tracing::info!("an area is behind the store; taking a new snapshot");
        area.needs_snapshot();
    }
    Ok(suspects.is_empty())
}

/// The areas whose view is not where the store says.
async fn behind(hub: &Hub, areas: &[Arc<LiveArea>]) -> Result<Vec<Arc<LiveArea>>> {
    let mut behind = Vec::new();
    for chunk in areas.chunks(CHUNK) {
        let names: Vec<_> = chunk.iter().map(|area| area.name.clone()).collect();
        let heads = hub.store.heads(&names).await?;
        behind.extend(
            chunk
                .iter()
                .zip(heads)
                .filter(|(area, head)| area.differs(head, |server| hub.lives(server)))
                .map(|(area, _)| area.clone()),
        );
    }
    Ok(behind)
}

impl Hub {
    fn set_alive(&self, alive: &[Alive]) {
        let servers: HashSet<_> = alive.iter().map(|alive| alive.server.clone()).collect();
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
