//! Who holds a name: an owner, known to the stores by a digest only.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::id::{Digits, Id};

/// A digest of a session's lasting id, or of an account, written as 32 hexadecimal digits: a reader of the store learns from it who holds
/// what, but cannot become anybody by it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Owner(Id);

impl Owner {
    pub fn of(lasting_id: &str) -> Self {
        Self(digest("owner", lasting_id))
    }

    pub fn digits(&self) -> Digits {
        self.0.digits()
    }
}

impl TryFrom<String> for Owner {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Id::parse(&text).map(Self).ok_or("no owner")
    }
}

/// The first 128 bits of SHA-256 over `purpose` and `text`, so that digests for two purposes never meet.
fn digest(purpose: &str, text: &str) -> Id {
    let digest = Sha256::new().chain_update(purpose).chain_update([0]).chain_update(text).finalize();
    Id::of(*digest.first_chunk().expect("SHA-256 has twice as many bytes"))
}

/// The same, as 32 hexadecimal digits.
pub(crate) fn hex_digest(purpose: &str, text: &str) -> String {
    digest(purpose, text).digits().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_are_written_as_they_were_read_and_what_is_none_is_read_as_none() {
        let ann = Owner::of("ann's browser");
        let read = |text: &str| serde_json::from_str::<Owner>(&format!("{text:?}")).ok();
        assert_eq!(read(&ann.digits()), Some(ann.clone()));
        assert_eq!(serde_json::to_string(&ann).unwrap(), format!("\"{}\"", ann.digits().as_str()));
        assert_eq!(read("ann's browser"), None, "a lasting id is nobody's digest");
    }
}
