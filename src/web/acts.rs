//! Changes, as both the socket and the REST calls ask for them: limits first, then the hub, then the figures.

use std::time::Instant;

use super::Web;
use super::origin::Address;
use crate::domain::change::{Act, Change, Done};
use crate::protocol::error::Problem;
use crate::store::StoreError;

/// Taking a name: an address may have so many in an area.
pub async fn join(web: &Web, wish: &Change, address: Address) -> Result<Done, Problem> {
    if !web.names.allow(&wish.area, address, &wish.owner, Instant::now()) {
        return Err(Problem::over_capacity(
            "Too many names were taken from your network in this group. Try again later.",
        ));
    }
    change(web, wish).await
}

pub async fn change(web: &Web, change: &Change) -> Result<Done, Problem> {
    let begun = Instant::now();
    let done = web.hub.change(change).await;
    let act = match change.act {
        Act::Join { .. } => "add",
        Act::Vote(_) => "addVote",
        Act::Withdraw => "removeVote",
        Act::Leave => "leave",
    };
    let outcome = match &done {
        Ok(_) => "done",
        Err(StoreError::Refused(_)) => "refused",
        Err(StoreError::Unavailable(_)) => "unavailable",
    };
    metrics::counter!("wte_changes_total", "act" => act, "outcome" => outcome).increment(1);
    metrics::histogram!("wte_store_seconds", "call" => "change").record(begun.elapsed().as_secs_f64());
    Ok(done?)
}
