//! The live view of the servers: each process samples itself into the store that all share, and whoever looks is shown the samples of
//! all. Knows neither areas nor HTTP.

mod board;
mod sampler;

use std::time::Duration;

pub use board::{Board, News, Viewer};
pub use sampler::{Counts, Sampler};

/// How often a server samples itself, and a view is brought up to date: a server that comes or goes is to be seen within three
/// seconds.
const EVERY: Duration = Duration::from_secs(1);
