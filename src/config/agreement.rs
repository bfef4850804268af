//! Which settings have to agree: what none of them can tell by itself. Knows nothing of texts, nor of ranges.

use super::ConfigError;
use super::settings::{Redis, Settings};

impl Settings {
    /// An error is a sentence that names the settings.
    pub(super) fn agree(&self) -> Result<(), ConfigError> {
        self.redis.agree()?;
        if self.redis.address().is_some() && self.session.secret.is_none() {
            return Err(ConfigError(
                "With Redis (REDIS_URL, redis.url, redis.nodes) the setting session.secret is needed, so that all processes know the same \
                 sessions: set SESSION_SECRET to what `openssl rand -base64 48` prints, the same for each process."
                    .to_owned(),
            ));
        }
        let (ping, silent) = (self.server.ping.as_secs(), self.server.silent.as_secs());
        if silent <= ping {
            return Err(ConfigError(format!(
                "The setting server.silent_secs is {silent}: it has to be more than server.ping_secs, which is {ping}, else clients \
                 are closed before they were asked whether they are there."
            )));
        }
        let (min_ttl, lifetime) = (self.sweep.min_ttl.as_secs(), self.area.lifetime.as_secs());
        if min_ttl >= lifetime {
            return Err(ConfigError(format!(
                "The setting sweep.min_ttl_secs is {min_ttl}: it has to be less than area.lifetime_secs, which is {lifetime}, \
                 else the sweep clears areas that have just begun."
            )));
        }
        Ok(())
    }
}

impl Redis {
    fn agree(&self) -> Result<(), ConfigError> {
        let wrong = |what: &str| Err(ConfigError(what.to_owned()));
        if self.cluster && self.address().is_none() {
            return wrong(
                "The setting redis.cluster is true, and nothing says where the cluster is: set redis.nodes to some of its nodes, as \
                 HOST:PORT,HOST:PORT, or redis.url (REDIS_URL) to one of them.",
            );
        }
        if !self.cluster && !self.nodes.is_empty() {
            return wrong(
                "The setting redis.nodes names nodes of a Redis Cluster, and redis.cluster is false: set redis.cluster to true, or for a \
                 single Redis set redis.url (REDIS_URL) instead.",
            );
        }
        if self.wait_replicas > 0 && self.address().is_none() {
            return wrong(
                "The setting redis.wait_replicas needs a Redis that has replicas: set redis.url (REDIS_URL) or redis.nodes, or set \
                 redis.wait_replicas to 0 for the embedded store.",
            );
        }
        Ok(())
    }
}
