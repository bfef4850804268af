//! What the live view of the servers is told of this process: the counts of the other rooms.

use std::sync::Arc;

use crate::config::{Secret, Settings};
use crate::hub::Hub;
use crate::ops::{Board, Counts};
use crate::store::Store;
use crate::telemetry::{process, tally};
use crate::web::{Connections, Operators, Ops};

pub fn of(settings: &Settings, store: Arc<dyn Store>, secret: &[u8]) -> Ops {
    let token = settings.server.ops_token.as_ref().map(Secret::expose).map(str::to_owned);
    Ops { board: Board::start(store), operators: Operators::new(secret, token) }
}

/// What operators know the process by that listens on `port`.
pub fn name(port: u16) -> String {
    format!("{}:{port}", process::machine())
}

pub fn counts(hub: Arc<Hub>, connections: Arc<Connections>) -> impl Fn() -> Counts + Send + 'static {
    move || Counts {
        connections: connections.count() as u64,
        areas: hub.live_areas() as u64,
        memory: process::memory(),
        cpu_ms: process::cpu(),
        events_in: tally::events_in(),
        events_out: tally::events_out(),
        feed_ms: hub.clock.take_slowest(),
    }
}
