//! Changes, as both the socket and the REST calls ask for them: limits first, then the hub, then the figures.

use std::time::Instant;

use super::account::names;
use super::limits::Place;
use super::origin::Address;
use super::{Web, limits};
use crate::domain::change::{Act, Change, Done, Refused};
use crate::protocol::error::Problem;
use crate::store::{Result as StoreResult, StoreError};

/// One change, from that address: it may hold so many names in an area.
pub async fn change(web: &Web, change: &Change, address: Address) -> Result<Done, Problem> {
    let username = match &change.act {
        // The store sees to it otherwise.
        Act::Join { username, .. } if !web.store.guards_names() => username,
        _ => return step(web, change, address).await,
    };
    let before = names::check(web, change, username).await?;
    let done = step(web, change, address).await?;
    if before == names::Before::Free && names::was_lost(web, change, username).await {
        let leave = Change { held: None, n: None, act: Act::Leave, ..change.clone() };
        step(web, &leave, address).await?;
        return Err(names::taken(web, &change.area, username).await);
    }
    Ok(done)
}

async fn step(web: &Web, change: &Change, address: Address) -> Result<Done, Problem> {
    let begun = Instant::now();
    let place = match change.act {
        Act::Join { .. } => web.names.take(&change.area, address, &change.owner, begun),
        _ => Place::Kept,
    };
    if place == Place::None {
        limits::reached("names_per_address");
        let message = "Too many names were taken from your network in this group. Try again later.";
        return Err(Problem::over_capacity(message));
    }
    let done = web.hub.change(change).await;
    let not_taken = place == Place::New && matches!(done, Err(StoreError::Refused(_)));
    let left =
        matches!(change.act, Act::Leave | Act::HandOver { .. }) && done.as_ref().is_ok_and(|done| done.me.is_none());
    if not_taken || left {
        web.names.give_back(&change.area, address, &change.owner);
    }
    count(change, &done, begun);
    match done {
        Ok(done) => Ok(done),
        Err(error) => Err(names::refused(web, change, error).await),
    }
}

fn count(change: &Change, done: &StoreResult<Done>, begun: Instant) {
    let act = match change.act {
        Act::Join { .. } => "add",
        Act::Vote(_) => "addVote",
        Act::Withdraw => "removeVote",
        Act::Leave => "leave",
        Act::HandOver { .. } => "handOver",
    };
    match done {
        Err(StoreError::Refused(Refused::UsersFull)) => limits::reached("users_per_area"),
        Err(StoreError::Refused(Refused::VenuesFull)) => limits::reached("venues_per_area"),
        _ => {}
    }
    let outcome = match done {
        Ok(_) => "done",
        Err(StoreError::Refused(_)) => "refused",
        Err(StoreError::Unavailable(_)) => "unavailable",
    };
    metrics::counter!("wte_changes_total", "act" => act, "outcome" => outcome).increment(1);
    metrics::histogram!("wte_store_seconds", "call" => "change").record(begun.elapsed().as_secs_f64());
}
