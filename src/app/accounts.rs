//! From the settings of accounts to what the web holds them by. Knows nothing of how it gets there.

use super::{StartError, millis};
use crate::config::Settings;
use crate::web::account::{AccountBounds, Accounts, Cost, Hashing};

/// An error where argon2 does not take the cost.
pub fn accounts(settings: &Settings) -> Result<Accounts, StartError> {
    let account = &settings.account;
    let cost = Cost { memory_kib: account.hash_memory_kib, passes: account.hash_passes, at_once: account.hashes };
    let bounds = AccountBounds {
        tries: account.tries,
        tries_per_address: account.tries_per_address,
        window: account.window,
        sessions: account.sessions,
        new_per_address: account.new_per_address,
        lifetime: millis(settings.session.lifetime),
    };
    Ok(Accounts::new(Hashing::new(cost).ok_or(StartError::Hashing)?, bounds))
}
