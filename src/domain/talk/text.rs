//! What people type into a chat: its texts, and the names of rooms. Knows no rooms.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::domain::Invalid;
use crate::domain::name::{compared, is_hidden, is_joiner, parsed_on_reading, shown_as_text, visible_text};

/// Characters of a message, at most: a few sentences.
const TEXT_MAX: usize = 500;
/// Characters of a room's name, at most: it has to fit a tab.
const ROOM_NAME_MAX: usize = 32;

/// A message's text.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct ChatText(Arc<str>);

impl ChatText {
    /// 1 to 500 characters after NFC and trimming, in one line or more. What a reader cannot see, or what turns the direction of the
    /// text around it, is refused as in names; joiners and variation selectors may stand inside. A tab is a space.
    pub fn parse(raw: &str) -> Result<Self, Invalid> {
        // Each character of the normal form stems from at most 18.
        if raw.len() > TEXT_MAX * 4 * 18 {
            return Err(Invalid::Text);
        }
        let text: String = raw.replace("\r\n", "\n").replace(['\r'], "\n").replace('\t', " ").nfc().collect();
        let text = text.trim();
        let fits = (1..=TEXT_MAX).contains(&text.chars().count());
        let clean = text.chars().all(|c| c == '\n' || is_joiner(c) || !is_hidden(c));
        let seen = text.chars().any(|c| !is_joiner(c) && !c.is_whitespace());
        if fits && clean && seen { Ok(Self(text.into())) } else { Err(Invalid::Text) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A room's name as it is shown.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct RoomName(Arc<str>);

impl RoomName {
    /// As a user's name: 1 to 32 characters that can be seen.
    pub fn parse(raw: &str) -> Result<Self, Invalid> {
        visible_text(raw, ROOM_NAME_MAX).map(|name| Self(name.into())).ok_or(Invalid::RoomName)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What decides whether two names are the same.
    pub fn key(&self) -> String {
        compared(&self.0)
    }
}

shown_as_text!(ChatText, RoomName);
parsed_on_reading!(ChatText, RoomName);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_trimmed_and_keeps_its_lines() {
        assert_eq!(ChatText::parse(" \n Thai?\r\n\tat noon \n").unwrap().as_str(), "Thai?\n at noon");
        assert_eq!(ChatText::parse("👩‍🍳 \"<b>\\").unwrap().as_str(), "👩‍🍳 \"<b>\\");
        assert_eq!(ChatText::parse("Cafe\u{301}").unwrap().as_str(), "Café");
    }

    #[test]
    fn a_text_has_one_to_five_hundred_characters() {
        assert!(ChatText::parse(&"ä".repeat(500)).is_ok());
        assert!(ChatText::parse(&format!(" {} ", "🍜".repeat(500))).is_ok());
        for bad in ["", " \n\t ", &"x".repeat(501), &"x".repeat(1_000_000)] {
            assert!(ChatText::parse(bad).is_err(), "{} bytes", bad.len());
        }
    }

    #[test]
    fn a_text_holds_nothing_that_cannot_be_seen() {
        for bad in ["a\0b", "a\u{7}", "a\u{202E}b", "a\u{2066}b", "a\u{200B}b", "\u{200D}", "a\u{2028}b", "a\u{85}b"] {
            assert!(ChatText::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn rooms_are_the_same_without_case_and_form() {
        let key = |name: &str| RoomName::parse(name).unwrap().key();
        assert_eq!(key(" Veggie  TABLE "), key("veggie table"));
        assert_ne!(key("veggie table"), key("veggie tables"));
        assert!(RoomName::parse(&"x".repeat(32)).is_ok() && RoomName::parse(&"x".repeat(33)).is_err());
        assert!(RoomName::parse("a\nb").is_ok());
        assert!(RoomName::parse("\u{202E}").is_err() && RoomName::parse("").is_err());
    }
}
