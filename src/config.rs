//! Settings: `config/default.toml`, then the file that `WTE_CONFIG` names, then the environment. Read and checked once, at the
//! start. Knows nothing of the parts that they are for.

use std::collections::BTreeMap;

mod agreement;
mod checks;
mod layers;
mod map;
mod redis;
mod secret;
mod session;
mod settings;
#[cfg(test)]
mod tests;
mod venues;

use layers::{Layers, Ranges};
pub use secret::Secret;
pub use settings::*;

/// Every setting with its default, unit, meaning and reason.
pub const DEFAULTS: &str = include_str!("../config/default.toml");

/// The environment's variables. Handed in, so that tests need not change the one of their process.
pub type Environment = BTreeMap<String, String>;

/// One sentence for who starts the server: which setting is wrong, where it stands, and what it may be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

impl Settings {
    /// Reads all layers. An unknown setting, a value of the wrong type, or one out of its range is an error: a server that
    /// starts has the settings that were meant.
    pub fn read(env: &Environment) -> Result<Self, ConfigError> {
        Self::take(&mut Layers::read(DEFAULTS, env, Ranges::Held)?)
    }

    /// Reads all layers, with the environment of this process.
    pub fn load() -> Result<Self, ConfigError> {
        Self::read(&environment())
    }

    /// The same without holding numbers to their ranges, so that a program of the tests can show what a range protects from. No
    /// promise of the product holds with such settings.
    pub fn load_beyond_ranges() -> Result<Self, ConfigError> {
        Self::take(&mut Layers::read(DEFAULTS, &environment(), Ranges::Lifted)?)
    }
}

/// Variables that are not UTF-8 are none of ours; one of ours with such a value is refused like any wrong value.
fn environment() -> Environment {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
        .collect()
}
