//! What may stand in the settings of accounts; meanings and reasons stand in `config/default.toml`.

use super::ConfigError;
use super::layers::Layers;
use super::settings::Account;

impl Account {
    pub(super) fn take(from: &mut Layers) -> Result<Self, ConfigError> {
        Ok(Self {
            hash_memory_kib: from.take("account.hash_memory_kib").whole(1_024..=1_048_576)?,
            hash_passes: from.take("account.hash_passes").whole(1..=20)?,
            hashes: from.take("account.hashes_at_once").whole(1..=64)?,
            tries: from.take("account.tries").whole(1..=1_000)?,
            tries_per_address: from.take("account.tries_per_address").whole(1..=100_000)?,
            window: from.take("account.try_window_secs").secs(1..=86_400)?,
            sessions: from.take("account.sessions").limit()?,
        })
    }
}
