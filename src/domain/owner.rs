//! Who holds a name: an owner, known to the stores by a digest only.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A digest of a session's lasting id (later: of an account), 32 hexadecimal digits: a reader of the store learns
/// from it who holds what, but cannot become anybody by it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Owner(Arc<str>);

impl Owner {
    pub fn of(lasting_id: &str) -> Self {
        Self(hex_digest("owner", lasting_id).into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The first 128 bits of SHA-256 over `purpose` and `text`, so that digests for two purposes never meet.
pub(crate) fn hex_digest(purpose: &str, text: &str) -> String {
    let digest = Sha256::new().chain_update(purpose).chain_update([0]).chain_update(text).finalize();
    let digits = digest[..16].iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}
