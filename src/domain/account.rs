//! Accounts and the sessions that are signed in to them, as the stores keep them. Knows neither hashing nor cookies.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::id::{Digits, Id};
use super::name::{UserKey, Username};
use super::owner::{Owner, hex_digest};
use super::{Invalid, Millis};

/// Characters of a passphrase, at least: shorter ones are guessed from a stolen hash.
const PASSPHRASE_MIN: usize = 10;
/// Characters of a passphrase, at most: a long sentence; hashing more would only cost time.
const PASSPHRASE_MAX: usize = 200;

macro_rules! random_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(Id);

        impl $name {
            /// The id of these random bytes.
            pub fn of(random: [u8; 16]) -> Self {
                Self(Id::of(random))
            }

            /// None if it can be no id.
            pub fn parse(text: &str) -> Option<Self> {
                Id::parse(text).map(Self)
            }

            pub fn digits(&self) -> Digits {
                self.0.digits()
            }
        }

        impl TryFrom<String> for $name {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text).ok_or("no id")
            }
        }

        /// A log never shows it: it makes one somebody.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    };
}

random_id! {
    /// An account's own lasting id: its owner is the owner of the names that the account holds.
    AccountId
}

random_id! {
    /// A session's lasting id.
    SessionId
}

impl AccountId {
    pub fn owner(&self) -> Owner {
        Owner::of(&self.digits())
    }
}

impl SessionId {
    /// What tells a session from the account's others where a page lists them: nobody becomes it by that.
    pub fn shown(&self) -> String {
        hex_digest("session", &self.digits())
    }
}

/// By what stores find an account: a digest of the compared name, so that no name can reach another key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AccountKey(String);

impl AccountKey {
    pub fn of(name: &UserKey) -> Self {
        Self(hex_digest("account", name.as_str()))
    }

    /// Where the tries of who is signed in are counted, apart from those of the name: anybody can use those up.
    pub fn of_tries(session: &SessionId) -> Self {
        Self(hex_digest("tries", &session.digits()))
    }

    /// 32 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What only the person knows. Its memory is wiped when it is dropped.
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// 10 to 200 characters after NFC, blanks among them; no control characters, for nobody can type them everywhere.
    pub fn parse(raw: &str) -> Result<Self, Invalid> {
        // No character of the normal form stems from more than 18.
        if raw.len() > PASSPHRASE_MAX * 4 * 18 {
            return Err(Invalid::Passphrase);
        }
        let text: Zeroizing<String> = Zeroizing::new(raw.nfc().collect());
        let fits = (PASSPHRASE_MIN..=PASSPHRASE_MAX).contains(&text.chars().count());
        (fits && !text.chars().any(char::is_control)).then_some(Self(text)).ok_or(Invalid::Passphrase)
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// A log never shows one.
impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase")
    }
}

/// An argon2id hash in its usual text form (PHC), with its parameters and salt.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassphraseHash(String);

impl PassphraseHash {
    pub fn from_phc(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn as_phc(&self) -> &str {
        &self.0
    }
}

/// A log never shows one.
impl fmt::Debug for PassphraseHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PassphraseHash")
    }
}

/// A name that is kept for one person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Account {
    pub id: AccountId,
    /// As it is shown; no other account has one that is compared alike.
    pub username: Username,
    pub hash: PassphraseHash,
}

impl Account {
    pub fn key(&self) -> AccountKey {
        AccountKey::of(&self.username.key())
    }
}

/// A session that is signed in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SignedIn {
    pub account: AccountId,
    pub username: Username,
    /// The browser, in a few words for its owner.
    pub label: String,
    /// When it signed in, by the store's clock.
    pub created: Millis,
    /// When it was last used, within the hour.
    pub used: Millis,
}

/// What is remembered of a session.
#[derive(Debug, Clone, PartialEq)]
pub enum SessionState {
    /// Nothing: it never signed in, or that is too long ago.
    Unknown,
    /// It was ended: remembered, so that who comes with it is told.
    Revoked,
    SignedIn(SignedIn),
}

/// How often the passphrase of a name was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tried {
    /// Since the first try that still counts, the latest one included.
    pub count: u64,
    /// In so many ms none of them counts any more.
    pub over_in: Millis,
}

/// The browser and its system in a few words, from the header that browsers send; nothing of it is taken over but known words.
pub fn label(user_agent: &str) -> String {
    let first = |known: &[(&str, &str)]| {
        known.iter().find(|(part, _)| user_agent.contains(part)).map(|(_, name)| (*name).to_owned())
    };
    // Each browser also names those that it is like, so the most particular word comes first.
    let browser = first(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS", "Firefox"),
        ("CriOS", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passphrase_has_ten_to_two_hundred_characters_of_any_script() {
        for good in ["correct horse", "0123456789", "äöüäöüäöüä", &"x".repeat(200), "          "] {
            assert!(Passphrase::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "012345678", "a\u{301}a\u{301}a\u{301}a\u{301}a\u{301}", "0123456789\0", &"x".repeat(201)] {
            assert!(Passphrase::parse(bad).is_err(), "{bad:?}");
        }
        assert!(Passphrase::parse(&"x".repeat(10_000_000)).is_err());
    }

    #[test]
    fn the_same_passphrase_typed_on_another_system_is_the_same() {
        let (one, two) = (Passphrase::parse("caf\u{e9} at noon"), Passphrase::parse("cafe\u{301} at noon"));
        assert_eq!(one.unwrap().expose(), two.unwrap().expose());
    }

    #[test]
    fn a_log_shows_neither_passphrase_nor_hash_nor_id() {
        let account = Account {
            id: AccountId::of([7; 16]),
            username: Username::parse("Ann").unwrap(),
            hash: PassphraseHash::from_phc("$argon2id$secret"),
        };
        let shown = format!("{:?} {account:?}", Passphrase::parse("correct horse").unwrap());
        assert!(["correct", "argon", "0707"].iter().all(|secret| !shown.contains(secret)), "{shown}");
    }

    #[test]
    fn accounts_are_found_by_the_compared_name() {
        let key = |name: &str| AccountKey::of(&Username::parse(name).unwrap().key());
        assert_eq!(key("Ann"), key("A\u{200D}NN"));
        assert_ne!(key("Ann"), key("Anne"));
    }

    #[test]
    fn a_label_is_made_of_known_words_alone() {
        let pixel =
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36";
        assert_eq!(label(pixel), "Chrome, Android");
        assert_eq!(label("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) Version/18 Safari/605.1"), "Safari, macOS");
        assert_eq!(label("<script>alert(1)</script>"), "");
    }

    #[test]
    fn what_is_no_id_is_none() {
        assert_eq!(SessionId::parse(&"a".repeat(32)).unwrap().digits().as_str(), "a".repeat(32));
        for bad in ["", "x", &"g".repeat(32), &"A".repeat(32), &"a".repeat(33)] {
            assert!(AccountId::parse(bad).is_none(), "{bad}");
        }
    }
}
