//! What may stand in the settings of sessions and accounts; meanings and reasons stand in `config/default.toml`.

use super::layers::Layers;
use super::settings::{Account, Session};
use super::{ConfigError, Secret};

/// Bytes of the key that signs sessions, at least: as many as the signature's hash has.
const SESSION_SECRET_MIN: usize = 32;

impl Session {
    pub(super) fn take(from: &mut Layers) -> Result<Self, ConfigError> {
        let secret = format!("{SESSION_SECRET_MIN} bytes or more, such as `openssl rand -base64 48` prints");
        Ok(Self {
            secret: from
                .take("session.secret")
                .hidden(&secret, |text| (text.len() >= SESSION_SECRET_MIN).then(|| Secret::new(text)))?,
            lifetime: from.take("session.lifetime_days").days(1..=365)?,
            takeover: from.take("session.takeover_secs").secs(1..=600)?,
            takeover_tries: from.take("session.takeover_tries").whole(1..=1_000)?,
        })
    }
}

impl Account {
    pub(super) fn take(from: &mut Layers) -> Result<Self, ConfigError> {
        Ok(Self {
            hash_memory_kib: from.take("account.hash_memory_kib").whole(1_024..=1_048_576)?,
            hash_passes: from.take("account.hash_passes").whole(1..=20)?,
            hashes: from.take("account.hashes_at_once").whole(1..=64)?,
            tries: from.take("account.tries").whole(1..=1_000)?,
            tries_per_address: from.take("account.tries_per_address").whole(1..=100_000)?,
            window: from.take("account.try_window_secs").secs(1..=86_400)?,
            sessions: from.take("account.sessions").whole(1..=1_000)?,
            new_per_address: from.take("account.new_per_address").whole(1..=100_000)?,
            unused: from.take("account.unused_days").days(365..=3_650)?,
        })
    }
}
