//! The sweep: every so often one server looks for areas whose time is over, and makes room. Nobody has to wait for it to
//! be true: the next change or look at an area says so first.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::{MissedTickBehavior, interval};

use crate::domain::Millis;
use crate::domain::presence::ServerId;
use crate::store::{Result, Store};

/// Runs for as long as the process.
pub async fn run(store: Arc<dyn Store>, server: ServerId, every: Duration, min_ttl: Millis) {
    for outcome in ["done", "failed"] {
        // From 0, so that a server that never sweeps is seen, too.
        sweeps(outcome).increment(0);
    }
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = once(&*store, &server, min_ttl).await {
            tracing::warn!(%error, "the sweep did not get through; the next one does what is left");
        }
    }
}

fn sweeps(outcome: &'static str) -> metrics::Counter {
    metrics::counter!("wte_sweeps_total", "outcome" => outcome)
}

async fn once(store: &dyn Store, server: &ServerId, min_ttl: Millis) -> Result<()> {
    if !store.sweep_lease(server).await? {
        return Ok(());
    }
    let begun = Instant::now();
    let swept = store.sweep(min_ttl).await;
    let outcome = if swept.is_ok() { "done" } else { "failed" };
    sweeps(outcome).increment(1);
    metrics::histogram!("wte_sweep_seconds").record(begun.elapsed());
    let swept = swept?;
    metrics::counter!("wte_sweep_cleared_total").increment(swept.cleared);
    tracing::info!(looked_at = swept.looked_at, cleared = swept.cleared, "swept");
    Ok(())
}
