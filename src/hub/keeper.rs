//! The task beside each live area: loads it, asks for expiry when somebody's time is over, tells who is here, and lets
//! the area go when nobody follows any more.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::{Instant as Timer, sleep_until, timeout_at};

use super::Hub;
use super::area::{LiveArea, Loaded};
use crate::store::StoreError;

/// Presence is told twice a second at most: people come in bursts, and each telling goes to everyone.
const PRESENCE_PAUSE: Duration = Duration::from_millis(500);
/// A store that did not answer is asked again after this long.
const RETRY: Duration = Duration::from_millis(500);
/// A store that says "not yet" is asked again after this long at the earliest.
const AHEAD: Duration = Duration::from_millis(20);
/// An area that nobody follows is kept this long, for the one who reloads.
const LINGER: Duration = Duration::from_secs(30);
/// A keeper looks around at least this often, whatever it was told.
const ROUND: Duration = Duration::from_secs(60);

/// Runs until the area is let go.
pub(super) async fn keep(hub: Arc<Hub>, area: Arc<LiveArea>) {
    let mut told = Instant::now().checked_sub(PRESENCE_PAUSE).unwrap_or_else(Instant::now);
    let mut followed = false;
    loop {
        let mut wake = Instant::now() + ROUND;
        if area.begin_load() {
            match load(&hub, &area, &mut followed).await {
                Ok(()) => continue,
                Err(error) => {
                    // The pulse says it once for all areas.
                    tracing::debug!(%error, "an area could not be loaded; trying again");
                    area.load_failed();
                    wake = Instant::now() + RETRY;
                }
            }
        } else if let Some(due) = area.next_due(hub.clock.now()) {
            let now = hub.clock.now();
            if due < now {
                expire(&hub, &area).await;
                continue;
            }
            // A millisecond after: by then it is over for the store too.
            wake = wake.min(Instant::now() + Duration::from_millis(due - now + 1));
        }
        if let Some(due) = area.clear_seats(Instant::now()) {
            wake = wake.min(due);
        }
        if area.is_stirred() {
            let next = told + PRESENCE_PAUSE;
            if next <= Instant::now() {
                told = Instant::now();
                tell(&hub, &area).await;
                continue;
            }
            wake = wake.min(next);
        }
        if area.is_idle(LINGER) {
            // While the area is still in the map: a new one of the same name would lose its ears by this.
            hub.store.unfollow(&area.name).await;
            if hub.let_go(&area) {
                return;
            }
            followed = false;
            area.stay();
            continue;
        }
        if let Some(since) = area.idle_since() {
            wake = wake.min(since + LINGER);
        }
        let rest = sleep_until(Timer::from_std(wake));
        tokio::select! {
            () = area.work.notified() => {}
            () = rest => {}
        }
    }
}

/// Follow first, take the snapshot then: what is published between the two is held back by the area, and dropped where
/// the snapshot holds it already.
async fn load(hub: &Hub, area: &LiveArea, followed: &mut bool) -> Result<(), StoreError> {
    if !*followed {
        hub.store.follow(&area.name).await?;
        *followed = true;
    }
    let snapshot = hub.store.snapshot(&area.name, true).await?;
    hub.clock.set(snapshot.at);
    area.load(snapshot, |server| hub.lives(server));
    metrics::counter!("wte_snapshots_total").increment(1);
    Ok(())
}

async fn expire(hub: &Hub, area: &LiveArea) {
    let later = hub.clock.now() + RETRY.as_millis() as u64;
    match hub.store.expire(&area.name).await {
        // The store decides when it is over. Where this clock is ahead of the store's, it is asked again a little later.
        Ok(Some(next)) => area.not_due_before(next.max(hub.clock.now() + AHEAD.as_millis() as u64)),
        // Nobody is there any more; the events that say so are on their way, or were missed.
        Ok(None) => area.not_due_before(later),
        Err(error) => {
            tracing::debug!(%error, "expiry could not be asked for; trying again");
            area.not_due_before(later);
        }
    }
}

async fn tell(hub: &Hub, area: &LiveArea) {
    let Some((claim, change)) = area.tell_presence() else { return };
    match hub.store.report(&area.name, &claim, &change).await {
        Ok(()) => area.said(claim.v),
        // The next pulse tells it again.
        Err(error) => tracing::debug!(%error, "who is here could not be reported"),
    }
}

/// Waits for the area's first state.
pub(super) async fn loaded(area: &LiveArea, limit: Duration) -> bool {
    let over = async {
        loop {
            // Before the look: what is over in between is told to it.
            let over = area.load_over.notified();
            match area.loaded() {
                Loaded::Not => over.await,
                known => return known == Loaded::Yes,
            }
        }
    };
    timeout_at(Timer::now() + limit, over).await.unwrap_or(false)
}
