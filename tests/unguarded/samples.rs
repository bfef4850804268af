//! What servers say of themselves: handed on as it is, for no protection of ours is about it.

use async_trait::async_trait;
use where_to_eat::domain::Millis;
use where_to_eat::domain::presence::ServerId;
use where_to_eat::domain::sample::Measured;
use where_to_eat::store::Result;
use where_to_eat::store::samples::{Sampled, Samples};

use crate::store::Unguarded;

#[async_trait]
impl Samples for Unguarded {
    async fn keep_sample(&self, server: &ServerId, measured: &Measured, lasts: Millis) -> Result<()> {
        self.inner.keep_sample(server, measured, lasts).await
    }

    async fn samples(&self, since: Millis) -> Result<Sampled> {
        self.inner.samples(since).await
    }
}
