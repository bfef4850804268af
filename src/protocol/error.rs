//! Errors as clients get them: a code for the page, a sentence for a person.

use serde::Serialize;

use crate::domain::Invalid;
use crate::domain::change::Refused;
use crate::domain::name::Username;

/// The error codes of the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    BadMessage,
    UnknownEvent,
    BadArea,
    BadName,
    BadImage,
    BadVenue,
    BadText,
    NameTaken,
    NoSuchVenue,
    NotJoined,
    NotWatching,
    NoSuchRoom,
    RateLimited,
    AreaFull,
    OverCapacity,
    StoreUnavailable,
    Internal,
    // Of HTTP alone.
    NoSession,
    SignedOut,
    BadPassphrase,
    WrongPassphrase,
    NoAccount,
    NoSuchSession,
    ForeignOrigin,
    NotFound,
    NoSuchCode,
    TooLarge,
    VenuesUnavailable,
}

impl Code {
    /// As it is on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BadMessage => "badMessage",
            Self::UnknownEvent => "unknownEvent",
            Self::BadArea => "badArea",
            Self::BadName => "badName",
            Self::BadImage => "badImage",
            Self::BadVenue => "badVenue",
            Self::BadText => "badText",
            Self::NameTaken => "nameTaken",
            Self::NoSuchVenue => "noSuchVenue",
            Self::NotJoined => "notJoined",
            Self::NotWatching => "notWatching",
            Self::NoSuchRoom => "noSuchRoom",
            Self::RateLimited => "rateLimited",
            Self::AreaFull => "areaFull",
            Self::OverCapacity => "overCapacity",
            Self::StoreUnavailable => "storeUnavailable",
            Self::Internal => "internal",
            Self::NoSession => "noSession",
            Self::SignedOut => "signedOut",
            Self::BadPassphrase => "badPassphrase",
            Self::WrongPassphrase => "wrongPassphrase",
            Self::NoAccount => "noAccount",
            Self::NoSuchSession => "noSuchSession",
            Self::ForeignOrigin => "foreignOrigin",
            Self::NotFound => "notFound",
            Self::NoSuchCode => "noSuchCode",
            Self::TooLarge => "tooLarge",
            Self::VenuesUnavailable => "venuesUnavailable",
        }
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

/// What went wrong, for whoever sent the request.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    pub code: Code,
    pub message: String,
    /// With `nameTaken`: a name that nobody has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub free: Option<Username>,
    /// With `rateLimited`: when to try again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_in_ms: Option<u64>,
}

impl Problem {
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), free: None, retry_in_ms: None }
    }

    pub fn rate_limited(message: &str, retry_in_ms: u64) -> Self {
        Self { retry_in_ms: Some(retry_in_ms), ..Self::new(Code::RateLimited, message) }
    }

    pub fn store_unavailable() -> Self {
        Self::new(Code::StoreUnavailable, "The votes cannot be reached right now. Nothing is lost: it is tried again.")
    }

    pub fn over_capacity(message: &str) -> Self {
        Self::new(Code::OverCapacity, message)
    }

    pub fn no_such_code() -> Self {
        let message = "That code is wrong, was used already, or is over: each is good once, for a short while. Ask for a new one \
                       on the other device.";
        Self::new(Code::NoSuchCode, message)
    }

    pub fn signed_out() -> Self {
        Self::new(Code::SignedOut, "This browser was signed out of its account. Sign in again, or go on as a guest.")
    }

    /// The same whether or not there is such an account.
    pub fn wrong_passphrase() -> Self {
        Self::new(Code::WrongPassphrase, "The name or the passphrase is not right.")
    }

    pub fn no_account() -> Self {
        Self::new(Code::NoAccount, "This browser is not signed in to an account.")
    }

    pub fn no_such_session() -> Self {
        Self::new(Code::NoSuchSession, "Your account has no such session.")
    }

    pub fn not_watching() -> Self {
        Self::new(Code::NotWatching, "Follow a group first.")
    }
}

impl From<Invalid> for Problem {
    fn from(invalid: Invalid) -> Self {
        let code = match invalid {
            Invalid::Area => Code::BadArea,
            Invalid::Name => Code::BadName,
            Invalid::Image => Code::BadImage,
            Invalid::Venue(_) => Code::BadVenue,
            Invalid::Text => Code::BadText,
            Invalid::Passphrase => Code::BadPassphrase,
            Invalid::RoomName => Code::BadName,
        };
        Self::new(code, invalid.to_string())
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let message = refused.to_string();
        match refused {
            Refused::NameTaken { free } => Self { free: Some(free), ..Self::new(Code::NameTaken, message) },
            Refused::NoSuchVenue => Self::new(Code::NoSuchVenue, message),
            Refused::NotJoined => Self::new(Code::NotJoined, message),
            Refused::NoSuchRoom | Refused::NobodyThere => Self::new(Code::NoSuchRoom, message),
            Refused::UsersFull | Refused::VenuesFull | Refused::RoomsFull | Refused::PrivateRoomsFull => {
                Self::new(Code::AreaFull, message)
            }
        }
    }
}
