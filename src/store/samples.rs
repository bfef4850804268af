//! What servers say of themselves, kept for a while by the store that they share, so that any of them can show all. Knows nothing of
//! areas.

use async_trait::async_trait;

use super::Result;
use crate::domain::Millis;
use crate::domain::presence::ServerId;
use crate::domain::sample::{Measured, Sample};

/// What was sampled, up to when by the store's clock.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sampled {
    pub at: Millis,
    /// Of each server in the order of their times.
    pub samples: Vec<Sample>,
}

/// The servers' samples. Each call ends within two seconds.
#[async_trait]
pub trait Samples: Send + Sync {
    /// Keeps one sample more of a server, stamped with the store's time, and forgets those of it that are older than `lasts` ms. With
    /// no sample for so long, all of the server is forgotten. One round trip.
    async fn keep_sample(&self, server: &ServerId, measured: &Measured, lasts: Millis) -> Result<()>;

    /// The samples of all servers from `since` on, by the store's clock; what cannot be read is left out.
    async fn samples(&self, since: Millis) -> Result<Sampled>;
}
