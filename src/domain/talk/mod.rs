//! Talk in an area: what rooms and messages are, as everyone sees them, and what may be asked. Knows no rules of who may (`rooms`),
//! no store and no clock.

mod acts;
mod index;
mod rooms;
mod text;

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use self::acts::{Made, Saying};
pub use self::rooms::{Changed, Kind, Marks, Private, Room, Rooms};
pub use self::text::{ChatText, RoomName};
use super::Millis;
use super::change::Done;
use super::image::Image;
use super::name::{AreaName, Username};
use super::owner::Owner;

/// The room that every area has, and the name it goes by.
pub const GENERAL: &str = "general";
/// Digits of a room's id: 128 random bits, so that nobody guesses one.
const ROOM_ID_DIGITS: usize = 32;
/// Digits of the two parts of a message's id: a time of 2286 still fits, and so many messages no room has.
const TIME_DIGITS: usize = 13;
const NUMBER_DIGITS: usize = 10;

/// What a room goes by: `general`, or random; never made of names.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct RoomId(Arc<str>);

impl RoomId {
    pub fn general() -> Self {
        Self(GENERAL.into())
    }

    /// The id of these random bytes.
    pub fn of(random: [u8; ROOM_ID_DIGITS / 2]) -> Self {
        Self(random.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into())
    }

    /// None if no room can have it.
    pub fn parse(text: &str) -> Option<Self> {
        let random = text.len() == ROOM_ID_DIGITS && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        (random || text == GENERAL).then(|| Self(text.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_general(&self) -> bool {
        &*self.0 == GENERAL
    }
}

/// What a message goes by in its room: the texts of ids sort as the messages were kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MessageId {
    /// Never less than that of the message before.
    pub at: Millis,
    /// Which message of the room it is, from 1.
    pub number: u64,
}

impl MessageId {
    /// None if no message can have it.
    pub fn parse(text: &str) -> Option<Self> {
        let (at, number) = text.split_once('-')?;
        let read = |part: &str, digits: usize| {
            let plain = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| part.parse().ok()).flatten()
        };
        Some(Self { at: read(at, TIME_DIGITS)?, number: read(number, NUMBER_DIGITS)? })
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0TIME_DIGITS$}-{:0NUMBER_DIGITS$}", self.at, self.number)
    }
}

impl Serialize for MessageId {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// What somebody said, with the name of then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    pub room: RoomId,
    pub id: MessageId,
    pub username: Username,
    pub img: Image,
    pub text: ChatText,
    /// The store's time; the same as in the id.
    pub at: Millis,
}

/// A room, as a member sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoomView {
    pub id: RoomId,
    /// The room's one name; of a private room its two users, who opened it first.
    pub names: Vec<String>,
    /// Messages of others that the asking owner has not read; only `getRooms` tells.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unread: Option<u64>,
}

/// What members are told of talk. Not numbered as changes are: who comes back, or gets the whole area, asks for the messages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", content = "data", rename_all = "camelCase")]
pub enum Told {
    Chat(Message),
    /// There is such a room.
    Room(RoomView),
}

impl Told {
    /// `{"event":…,"data":…}`, the text that clients get.
    pub fn encode(&self) -> String {
        serde_json::to_string(self).expect("it holds only texts and numbers")
    }
}

/// A room to be opened, or found if it is there.
#[derive(Debug, Clone, PartialEq)]
pub enum NewRoom {
    Named(RoomName),
    /// The private one with whoever holds that name now.
    With(Username),
}

/// A wish to say something.
#[derive(Debug, Clone, PartialEq)]
pub struct Chat {
    pub area: AreaName,
    pub owner: Owner,
    /// The name that the owner is believed to hold: a hint that may save a store a look, never a claim.
    pub held: Option<Username>,
    /// The same count as of changes.
    pub n: Option<u64>,
    pub room: RoomId,
    pub text: ChatText,
}

/// The message is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    pub done: Done,
    /// None: by its `n` it came too late, and the room has no message that came with it.
    pub id: Option<MessageId>,
}

/// Some messages of a room.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub room: RoomId,
    /// Older than this one; none: the newest, and then they count as read.
    pub before: Option<MessageId>,
    /// At most.
    pub limit: usize,
}

macro_rules! read_by_parsing {
    ($($name:ident),*) => {$(
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let raw = std::borrow::Cow::<str>::deserialize(from)?;
                Self::parse(&raw).ok_or_else(|| serde::de::Error::custom("no id"))
            }
        }
    )*};
}
read_by_parsing!(RoomId, MessageId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_messages_sort_as_texts_as_they_were_kept() {
        let ids = [(9, 10_000), (1_795_340_000_123, 2), (1_795_340_000_123, 10), (1_795_340_000_124, 3)];
        let ids = ids.map(|(at, number)| MessageId { at, number });
        let texts: Vec<String> = ids.iter().map(ToString::to_string).collect();
        assert!(ids.is_sorted() && texts.is_sorted(), "{texts:?}");
        assert_eq!(texts[1], "1795340000123-0000000002");
        assert!(ids.iter().zip(&texts).all(|(id, text)| MessageId::parse(text) == Some(*id)));
    }

    #[test]
    fn what_is_no_id_is_none() {
        for text in ["", "-", "1795340000123-2", "1795340000123", "+795340000123-0000000002", "general"] {
            assert_eq!(MessageId::parse(text), None, "{text}");
        }
        for text in ["", "General", "talk", "named", "of:x", &"g".repeat(32), &"A".repeat(32), &"a".repeat(33)] {
            assert_eq!(RoomId::parse(text), None, "{text}");
        }
        assert_eq!(RoomId::parse(RoomId::of([0xa5; 16]).as_str()), Some(RoomId::of([0xa5; 16])));
        assert!(RoomId::parse("general").is_some_and(|room| room.is_general()));
    }
}
