//! Rooms and messages on the wire: what clients ask, and what they are answered.

use serde::Serialize;

use super::client::{Fields, bad, optional, read, whole_number};
use super::error::Problem;
use crate::domain::change::Refused;
use crate::domain::name::Username;
use crate::domain::talk::{ChatText, Message, MessageId, NewRoom, Page, RoomId, RoomName, RoomView, Said};
use crate::domain::{Invalid, Millis};

/// Messages of a page where nobody says how many, and at most.
const LIMIT_DEFAULT: u64 = 50;
const LIMIT_MAX: u64 = 100;

#[derive(Debug, PartialEq)]
pub enum TalkEvent {
    GetRooms,
    AddRoom(NewRoom),
    GetChat(Page),
    AddChat { room: RoomId, text: ChatText },
}

impl TalkEvent {
    /// As it is on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::GetRooms => "getRooms",
            Self::AddRoom(_) => "addRoom",
            Self::GetChat(_) => "getChat",
            Self::AddChat { .. } => "addChat",
        }
    }

    /// None if it is no event of talk.
    pub fn parse(name: &str, fields: &Fields) -> Result<Option<Self>, Problem> {
        Ok(Some(match name {
            "getRooms" => Self::GetRooms,
            "addRoom" => Self::add_room(fields)?,
            "getChat" => {
                let (before, limit) = (optional(fields.before, "before")?, whole_number(fields.limit, "limit")?);
                Self::get_chat(&room(fields)?, before, limit)?
            }
            "addChat" => Self::add_chat(&room(fields)?, fields)?,
            _ => return Ok(None),
        }))
    }

    pub fn add_room(fields: &Fields) -> Result<Self, Problem> {
        Ok(Self::AddRoom(match (fields.name, fields.with) {
            (Some(_), None) => NewRoom::Named(RoomName::parse(&read::<String>(fields.name).ok_or(Invalid::RoomName)?)?),
            (None, Some(_)) => NewRoom::With(Username::parse(&read::<String>(fields.with).ok_or(Invalid::Name)?)?),
            _ => return Err(bad("A room has either a name, or somebody to be alone with.")),
        }))
    }

    pub fn get_chat(room: &str, before: Option<String>, limit: Option<u64>) -> Result<Self, Problem> {
        let no_message = || bad("before is the id of a message.");
        let before = before.map(|id| MessageId::parse(&id).ok_or_else(no_message)).transpose()?;
        let limit = limit.unwrap_or(LIMIT_DEFAULT);
        if !(1..=LIMIT_MAX).contains(&limit) {
            return Err(bad("limit is a number from 1 to 100."));
        }
        Ok(Self::GetChat(Page { room: room_id(room)?, before, limit: limit as usize }))
    }

    pub fn add_chat(room: &str, fields: &Fields) -> Result<Self, Problem> {
        let text = ChatText::parse(&read::<String>(fields.text).ok_or(Invalid::Text)?)?;
        Ok(Self::AddChat { room: room_id(room)?, text })
    }
}

fn room(fields: &Fields) -> Result<String, Problem> {
    optional(fields.room, "room")?.ok_or_else(|| bad("room is missing."))
}

/// What can be no room's id is answered as a room that is not there.
fn room_id(text: &str) -> Result<RoomId, Problem> {
    RoomId::parse(text).ok_or_else(|| Refused::NoSuchRoom.into())
}

/// The data of an answer.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum TalkAnswer {
    Rooms { rooms: Vec<RoomView> },
    Room(RoomView),
    Messages { messages: Vec<Message> },
    Said(SaidData),
}

/// The ack of `addChat`.
#[derive(Debug, Serialize)]
pub struct SaidData {
    /// Null where a later change of the same count was there first, and the room has no message that came with this `n`: then it was
    /// not said, and may be sent anew.
    pub id: Option<MessageId>,
    pub at: Millis,
}

impl From<&Said> for SaidData {
    fn from(said: &Said) -> Self {
        Self { id: said.id, at: said.id.map_or(said.done.at, |id| id.at) }
    }
}

#[cfg(test)]
mod tests {
    use crate::protocol::client::Request;
    use crate::protocol::error::Code;

    fn code(text: &str) -> Code {
        Request::decode(text).expect_err(text).problem.code
    }

    #[test]
    fn each_wrong_field_of_talk_has_its_own_code() {
        let long = "x".repeat(501);
        for (event, data, expected) in [
            ("addRoom", "{}", Code::BadMessage),
            ("addRoom", r#"{"name":"a","with":"b"}"#, Code::BadMessage),
            ("addRoom", r#"{"name":""}"#, Code::BadName),
            ("addRoom", r#"{"name":7}"#, Code::BadName),
            ("addRoom", r#"{"with":["Ann"]}"#, Code::BadName),
            ("getChat", "{}", Code::BadMessage),
            ("getChat", r#"{"room":7}"#, Code::BadMessage),
            ("getChat", r#"{"room":"__proto__"}"#, Code::NoSuchRoom),
            ("getChat", r#"{"room":"talk"}"#, Code::NoSuchRoom),
            ("getChat", r#"{"room":"general","limit":0}"#, Code::BadMessage),
            ("getChat", r#"{"room":"general","limit":101}"#, Code::BadMessage),
            ("getChat", r#"{"room":"general","before":"x"}"#, Code::BadMessage),
            ("addChat", r#"{"room":"general"}"#, Code::BadText),
            ("addChat", r#"{"room":"general","text":" "}"#, Code::BadText),
            ("addChat", r#"{"room":"general","text":{"a":1}}"#, Code::BadText),
            ("addChat", r#"{"room":"general","text":"a\u0000"}"#, Code::BadText),
            ("addChat", r#"{"room":"general","text":"\ud800"}"#, Code::BadText),
            ("addChat", &format!(r#"{{"room":"general","text":"{long}"}}"#), Code::BadText),
            ("addChat", r#"{"room":"a}b","text":"a"}"#, Code::NoSuchRoom),
        ] {
            assert_eq!(code(&format!(r#"{{"event":"{event}","data":{data}}}"#)), expected, "{event} {data}");
        }
        let whole = format!(r#"{{"event":"addChat","data":{{"room":"general","text":"{}"}}}}"#, "x".repeat(500));
        assert!(Request::decode(&whole).is_ok());
        assert!(Request::decode(r#"{"event":"getChat","data":{"room":"general","limit":100}}"#).is_ok());
    }
}
