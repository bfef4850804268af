//! The changes of an area, numbered, and as the texts that stores publish and clients get.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::Millis;
use super::image::Image;
use super::name::Username;
use super::owner::Owner;
use super::presence::ClaimChange;
use super::talk::Told;
use super::venue::Venue;

/// Which life of an area this is: an opaque text, compared and nothing else.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Epoch(Arc<str>);

impl Epoch {
    /// `RUN.MICROS`: the run of the store that began it, and when.
    pub fn new(run: &str, micros: u64) -> Self {
        Self(format!("{run}.{micros}").into())
    }

    /// What a store kept, or a client sent back; 64 bytes of it are more than any epoch has.
    pub fn from_text(text: &str) -> Self {
        Self(text.chars().take(64).collect::<String>().into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the dot: another run may have lost the tail of what was acknowledged.
    pub fn run(&self) -> &str {
        self.0.split('.').next().unwrap_or_default()
    }
}

/// One change of an area, as `protocol.md` names them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", content = "data", rename_all = "camelCase")]
pub enum Event {
    User { username: Username, img: Image },
    Renamed { from: Username, username: Username, img: Image },
    UserLeft { username: Username, reason: LeftReason },
    Vote { username: Username, img: Image, fs: Venue },
    VoteRemoved { username: Username },
    Cleared { reason: ClearedReason },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LeftReason {
    Left,
    Expired,
}

impl LeftReason {
    /// As it is on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Expired => "expired",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ClearedReason {
    Expired,
}

/// An event with its place in the order that everyone sees.
#[derive(Debug, Clone, PartialEq)]
pub struct Numbered {
    pub epoch: Epoch,
    /// From 1, without a gap within an epoch.
    pub seq: u64,
    pub at: Millis,
    pub event: Event,
}

impl Numbered {
    /// `{"event":…,"epoch":…,"seq":…,"at":…,"data":…}`, the text that clients get.
    pub fn encode(&self) -> String {
        // Serde writes the tag and the content of `Event` side by side; the number stands between them on the wire.
        let text = serde_json::to_string(&self.event).expect("an event holds only texts and finite numbers");
        let (head, data) = text.split_once(r#","data":"#).expect("every event has data");
        let epoch = serde_json::to_string(&self.epoch).expect("a text");
        format!(r#"{head},"epoch":{epoch},"seq":{},"at":{},"data":{data}"#, self.seq, self.at)
    }
}

/// What servers tell each other on an area's channel beside the changes; clients never get it as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "camelCase")]
pub enum Notice {
    /// People came to, or went from, a server.
    Here(ClaimChange),
    /// A user's two hours began anew without a change.
    Renewed { username: Username, due: Millis },
    /// What everyone in the area is told of its rooms. `number` only grows, and `after` is the last one before it (0: there was none),
    /// so that who missed something finds out.
    Talk { number: u64, after: u64, told: Told },
    /// What these owners alone are told; on the area's other channel, by the same numbers.
    Private { number: u64, after: u64, to: Vec<Owner>, told: Told },
}

impl Notice {
    pub fn encode(&self) -> String {
        serde_json::to_string(self).expect("a notice holds only texts and numbers")
    }
}

/// What a server hears on an area's channel.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// To be handed on to clients as it came.
    Change(Numbered),
    Notice(Notice),
}

impl Heard {
    /// Reads what `Numbered::encode` or `Notice::encode` (or a store's script, to the same effect) wrote.
    pub fn decode(text: &str) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Frame<'a> {
            #[serde(borrow)]
            event: &'a RawValue,
            epoch: Epoch,
            seq: u64,
            at: Millis,
            data: &'a RawValue,
        }
        if text.starts_with(r#"{"notice":"#) {
            return serde_json::from_str(text).map(Self::Notice);
        }
        let Frame { event, epoch, seq, at, data } = serde_json::from_str(text)?;
        // Side by side, tag and content are read as they come; apart, all would be taken to pieces first, and then put together.
        let event = serde_json::from_str(&format!(r#"{{"event":{event},"data":{data}}}"#))?;
        Ok(Self::Change(Numbered { epoch, seq, at, event }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::state::{Applied, AreaState};
    use super::*;

    /// What stands on a channel need not come from a server of ours.
    #[test]
    fn a_time_that_no_clock_tells_stops_nobody() {
        let text =
            r#"{"event":"user","epoch":"r.1","seq":1,"at":18446744073709551615,"data":{"username":"Ann","img":""}}"#;
        let Ok(Heard::Change(change)) = Heard::decode(text) else { panic!("it is an event") };
        let mut view = AreaState { epoch: change.epoch.clone(), ..AreaState::default() };
        assert_eq!(view.apply(&change, 7_200_000), Applied::Next);
        assert_eq!(view.next_due(), Some(Millis::MAX));
    }
}
