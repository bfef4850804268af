//! Who holds a name: an owner, known to the stores by a digest only.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::id::{Digits, Id};

/// A digest of a session's lasting id (later: of an account), 32 hexadecimal digits: a reader of the store learns
/// from it who holds what, but cannot become anybody by it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String")]
pub struct Owner(Id);

impl Owner {
    pub fn of(lasting_id: &str) -> Self {
        Self(digest("owner", lasting_id))
    }

    pub fn digits(&self) -> Digits {
        self.0.digits()
    }
}

/// From a store. A text of another form is somebody's whom nobody here is, and stays apart from everyone.
impl From<String> for Owner {
    fn from(text: String) -> Self {
        Self(Id::parse(&text).unwrap_or_else(|| digest("other owner", &text)))
    }
}

/// The same as text.
pub(crate) fn hex_digest(purpose: &str, text: &str) -> String {
    digest(purpose, text).digits().to_owned()
}

/// The first 128 bits of SHA-256 over `purpose` and `text`, so that digests for two purposes never meet.
fn digest(purpose: &str, text: &str) -> Id {
    let digest = Sha256::new().chain_update(purpose).chain_update([0]).chain_update(text).finalize();
    Id::of(*digest.first_chunk().expect("SHA-256 has twice as many bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_are_written_as_they_were_read_and_what_is_none_of_ours_stays_apart() {
        let ann = Owner::of("ann's browser");
        let read = |text: &str| serde_json::from_str::<Owner>(&format!("{text:?}")).unwrap();
        assert_eq!(read(&ann.digits()), ann);
        assert_eq!(serde_json::to_string(&ann).unwrap(), format!("\"{}\"", ann.digits().as_str()));
        assert_eq!(read("somebody"), read("somebody"));
        assert_ne!(read("somebody"), read("somebody else"));
        assert_ne!(read("ann's browser"), ann, "a lasting id is nobody's digest");
    }
}
