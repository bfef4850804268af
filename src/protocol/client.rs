//! What clients send. Everything is bounded and checked here; deeper code never sees a raw string.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::INTEGER_MAX;
use super::error::{Code, Problem};
use super::talk::TalkEvent;
use crate::domain::Invalid;
use crate::domain::event::Epoch;
use crate::domain::image::Image;
use crate::domain::name::{AreaName, Username};
use crate::domain::state::AreaState;
use crate::domain::takeover;
use crate::domain::venue::{Pick, VENUE_MAX_BYTES};

/// One frame from a client, parsed.
#[derive(Debug, PartialEq)]
pub struct Request {
    /// With an id there is exactly one answer.
    pub id: Option<i64>,
    pub n: Option<u64>,
    pub event: ClientEvent,
}

#[derive(Debug, PartialEq)]
pub enum ClientEvent {
    /// Without an area: the live count alone.
    Watch {
        area: Option<AreaName>,
        since: Option<Since>,
    },
    Add {
        area: AreaName,
        username: Username,
        img: Image,
        since: Option<Since>,
    },
    AddVote(Pick),
    RemoveVote,
    GetVotes,
    GetUsers,
    GetMe,
    Leave,
    Talk(TalkEvent),
}

/// The state that a client has already.
#[derive(Debug, Clone, PartialEq)]
pub struct Since {
    pub epoch: Epoch,
    pub seq: u64,
}

impl From<&AreaState> for Since {
    fn from(state: &AreaState) -> Self {
        Self { epoch: state.epoch.clone(), seq: state.seq }
    }
}

/// A frame that is no request, with its id where one could be read.
#[derive(Debug, PartialEq)]
pub struct BadRequest {
    pub id: Option<i64>,
    pub problem: Problem,
}

/// The outside of a frame; what is inside is read once its event is known, so that each field has its own error.
#[derive(Deserialize)]
struct Frame<'a> {
    #[serde(borrow)]
    event: Option<&'a RawValue>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    n: Option<&'a RawValue>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

/// The fields of all events and REST bodies, unread. Unknown ones are dropped, doubled ones refused.
#[derive(Default, Deserialize)]
pub struct Fields<'a> {
    #[serde(borrow)]
    area: Option<&'a RawValue>,
    #[serde(borrow)]
    username: Option<&'a RawValue>,
    #[serde(borrow)]
    img: Option<&'a RawValue>,
    #[serde(borrow)]
    fs: Option<&'a RawValue>,
    #[serde(borrow)]
    epoch: Option<&'a RawValue>,
    #[serde(borrow)]
    seq: Option<&'a RawValue>,
    #[serde(borrow)]
    n: Option<&'a RawValue>,
    #[serde(borrow)]
    code: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) name: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) with: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) room: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) before: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) limit: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) text: Option<&'a RawValue>,
}

impl Request {
    pub fn decode(text: &str) -> Result<Self, BadRequest> {
        let no_id = |problem| BadRequest { id: None, problem };
        let frame: Frame = serde_json::from_str(text).map_err(|_| no_id(bad("A message is one JSON object.")))?;
        let id = optional::<i64>(frame.id, "id").map_err(no_id)?;
        if id.is_some_and(|id| id.unsigned_abs() > INTEGER_MAX) {
            return Err(no_id(bad("id is an integer of at most 53 bits.")));
        }
        let with_id = |problem| BadRequest { id, problem };
        let n = whole_number(frame.n, "n").map_err(with_id)?;
        let name: String = read(frame.event).ok_or_else(|| with_id(bad("event is missing.")))?;
        let fields = frame.data.map_or(Ok(Fields::default()), |data| Fields::read(data.get())).map_err(with_id)?;
        let event = ClientEvent::parse(&name, &fields).map_err(with_id)?;
        Ok(Self { id, n, event })
    }
}

impl ClientEvent {
    /// As it is on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Watch { .. } => "watch",
            Self::Add { .. } => "add",
            Self::AddVote(_) => "addVote",
            Self::RemoveVote => "removeVote",
            Self::GetVotes => "getVotes",
            Self::GetUsers => "getUsers",
            Self::GetMe => "getMe",
            Self::Leave => "leave",
            Self::Talk(asked) => asked.name(),
        }
    }

    fn parse(name: &str, fields: &Fields) -> Result<Self, Problem> {
        Ok(match name {
            "watch" => {
                let area = fields.area.is_some().then(|| fields.area()).transpose()?;
                Self::Watch { area, since: fields.since()? }
            }
            "add" => {
                let (username, img) = fields.who()?;
                Self::Add { area: fields.area()?, username, img, since: fields.since()? }
            }
            "addVote" => Self::AddVote(fields.pick()?),
            "removeVote" => Self::RemoveVote,
            "getVotes" => Self::GetVotes,
            "getUsers" => Self::GetUsers,
            "getMe" => Self::GetMe,
            "leave" => Self::Leave,
            _ => match TalkEvent::parse(name, fields)? {
                Some(asked) => Self::Talk(asked),
                None => return Err(Problem::new(Code::UnknownEvent, "There is no such event.")),
            },
        })
    }
}

impl<'a> Fields<'a> {
    /// An empty text is no fields.
    pub fn read(json: &'a str) -> Result<Self, Problem> {
        if json.trim().is_empty() {
            return Ok(Self::default());
        }
        serde_json::from_str(json).map_err(|_| bad("data is one JSON object, each field once."))
    }

    pub fn who(&self) -> Result<(Username, Image), Problem> {
        let username = read::<String>(self.username).ok_or(Invalid::Name)?;
        let img = match self.img {
            Some(_) => read::<String>(self.img).ok_or(Invalid::Image)?,
            None => String::new(),
        };
        Ok((Username::parse(&username)?, Image::parse(&img)?))
    }

    pub fn pick(&self) -> Result<Pick, Problem> {
        if self.fs.is_some_and(|fs| fs.get().len() > VENUE_MAX_BYTES) {
            return Err(Invalid::Venue("A place takes at most 4 KiB.").into());
        }
        let raw = read(self.fs).ok_or(Invalid::Venue("fs is a place: an object with an id and a name."))?;
        Ok(Pick::parse(raw)?)
    }

    pub fn n(&self) -> Result<Option<u64>, Problem> {
        whole_number(self.n, "n")
    }

    /// A one-time code; what can be none is as wrong as one that is over.
    pub fn code(&self) -> Result<takeover::Code, Problem> {
        let typed: Option<String> = read(self.code);
        typed.and_then(|typed| takeover::Code::parse(&typed)).ok_or_else(Problem::no_such_code)
    }

    pub fn area(&self) -> Result<AreaName, Problem> {
        Ok(AreaName::parse(&read::<String>(self.area).ok_or(Invalid::Area)?)?)
    }

    fn since(&self) -> Result<Option<Since>, Problem> {
        let epoch = optional::<String>(self.epoch, "epoch")?;
        let seq = whole_number(self.seq, "seq")?;
        Ok(epoch.zip(seq).map(|(epoch, seq)| Since { epoch: Epoch::from_text(&epoch), seq }))
    }
}

pub(super) fn whole_number(raw: Option<&RawValue>, field: &str) -> Result<Option<u64>, Problem> {
    match optional::<u64>(raw, field)? {
        Some(n) if n > INTEGER_MAX => Err(bad(&format!("{field} is a whole number of at most 53 bits."))),
        n => Ok(n),
    }
}

/// Absent is none; present, it has to be of the right type.
pub(super) fn optional<T: DeserializeOwned>(raw: Option<&RawValue>, field: &str) -> Result<Option<T>, Problem> {
    match raw {
        None => Ok(None),
        Some(_) => read(raw).map(Some).ok_or_else(|| bad(&format!("{field} is of the wrong type."))),
    }
}

pub(super) fn read<T: DeserializeOwned>(raw: Option<&RawValue>) -> Option<T> {
    serde_json::from_str(raw?.get()).ok()
}

pub(super) fn bad(message: &str) -> Problem {
    Problem::new(Code::BadMessage, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Code {
        Request::decode(text).expect_err(text).problem.code
    }

    #[test]
    fn golden_client_frames_are_understood() {
        for line in include_str!("../../tests/golden/client.jsonl").lines() {
            let request = Request::decode(line).unwrap_or_else(|bad| panic!("{line}: {bad:?}"));
            assert!(request.id.is_some(), "{line}");
        }
    }

    #[test]
    fn each_wrong_field_has_its_own_code() {
        for (text, expected) in [
            ("", Code::BadMessage),
            ("[]", Code::BadMessage),
            ("{}", Code::BadMessage),
            (r#"{"event":7}"#, Code::BadMessage),
            (r#"{"event":"watch","event":"watch"}"#, Code::BadMessage),
            (r#"{"event":"watch","id":1.5}"#, Code::BadMessage),
            (r#"{"event":"watch","id":1e99}"#, Code::BadMessage),
            (r#"{"event":"leave","n":-1}"#, Code::BadMessage),
            (r#"{"event":"leave","n":9007199254740993}"#, Code::BadMessage),
            (r#"{"event":"leave","data":[]}"#, Code::BadMessage),
            (r#"{"event":"__proto__"}"#, Code::UnknownEvent),
            (r#"{"event":"watch","data":{"area":"a b"}}"#, Code::BadArea),
            (r#"{"event":"watch","data":{"area":["a"]}}"#, Code::BadArea),
            (r#"{"event":"watch","data":{"area":"{x}"}}"#, Code::BadArea),
            (r#"{"event":"watch","data":{"area":"a","area":"b"}}"#, Code::BadMessage),
            (r#"{"event":"add","data":{"area":"a"}}"#, Code::BadName),
            (r#"{"event":"add","data":{"area":"a","username":{"x":1}}}"#, Code::BadName),
            (r#"{"event":"add","data":{"area":"a","username":"\ud800"}}"#, Code::BadName),
            (r#"{"event":"add","data":{"area":"a","username":"a\u0000"}}"#, Code::BadName),
            (r#"{"event":"add","data":{"area":"a","username":"a","img":"javascript:x"}}"#, Code::BadImage),
            (r#"{"event":"addVote"}"#, Code::BadVenue),
            (r#"{"event":"addVote","data":{"fs":"x"}}"#, Code::BadVenue),
            (r#"{"event":"addVote","data":{"fs":{"id":"a","id":"b","name":"c"}}}"#, Code::BadVenue),
            (
                r#"{"event":"addVote","data":{"fs":{"id":"a","name":"c","location":{"lat":1e400,"lng":1}}}}"#,
                Code::BadVenue,
            ),
        ] {
            assert_eq!(code(text), expected, "{text}");
        }
        let deep = format!(r#"{{"event":"addVote","data":{{"fs":{}}}}}"#, "[".repeat(8000));
        assert!(matches!(code(&deep), Code::BadMessage | Code::BadVenue));
        let long =
            format!(r#"{{"event":"addVote","data":{{"fs":{{"id":"a","name":"b","x":"{}"}}}}}}"#, "x".repeat(4096));
        assert_eq!(code(&long), Code::BadVenue);
    }

    #[test]
    fn the_id_is_answered_where_it_can_be_read() {
        let bad = Request::decode(r#"{"event":"add","id":7,"data":{}}"#).unwrap_err();
        assert_eq!(bad.id, Some(7));
    }
}
