//! What a server process says of itself each second, for the live view of the servers. Knows not how it is measured, nor who looks.

use serde::{Deserialize, Serialize};

use super::Millis;
use super::assembler::{Item, Window};
use super::presence::ServerId;

/// Five minutes: enough to see what led up to what one sees, and some 300 samples of 250 bytes a server.
pub const SAMPLES_LAST: Millis = 300_000;
/// Samples of all servers that a view holds: those of some sixty servers, or 5 MB.
const SAMPLES_MOST: usize = 20_000;

/// What the live view holds.
pub const SAMPLES_WINDOW: Window = Window { lasts: SAMPLES_LAST, most: SAMPLES_MOST };

/// One look of a server at itself. What cannot be known on a machine is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Measured {
    /// Counted by the server, from 1: no two of its samples are alike.
    pub n: u64,
    /// What operators know the server by, as `HOST:PORT`.
    pub name: String,
    pub version: String,
    /// Seconds since the process began.
    pub up: u64,
    /// Per cent of one core, since the sample before.
    pub cpu: Option<f64>,
    /// Bytes in memory.
    pub memory: Option<u64>,
    /// WebSockets and event streams.
    pub connections: u64,
    /// Areas that somebody follows there.
    pub areas: u64,
    /// Events that clients sent, a second.
    pub events_in: f64,
    /// Frames of events written to clients, a second.
    pub events_out: f64,
    /// Ms that the store took to keep the sample before; none if it did not.
    pub store_ms: Option<f64>,
    /// Ms from the change to when it was heard here: of the slowest event since the sample before, none if there was none.
    pub feed_ms: Option<u64>,
    /// Ms that the process was late to begin this sample: what is queued before a task that could run.
    pub late_ms: f64,
}

/// One sample, as stores give it back.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sample {
    pub server: ServerId,
    /// By the store's clock.
    pub at: Millis,
    #[serde(flatten)]
    pub measured: Measured,
}

impl Item for Sample {
    type Id = (ServerId, u64);

    fn at(&self) -> Millis {
        self.at
    }

    fn id(&self) -> Self::Id {
        (self.server.clone(), self.measured.n)
    }
}
