//! Names of areas and of users: how they are written, and when two of them are the same.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory as Category, GeneralCategoryGroup as Group, UnicodeGeneralCategory};

use super::Invalid;

/// Characters of an area's name, at most: it has to fit a link that a person reads out.
const AREA_MAX: usize = 64;
/// Characters of a user's name, at most: it has to fit a row on a phone.
const USERNAME_MAX: usize = 32;

/// The name of an area: the URL hash of the page, compared after NFC and lower-casing.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct AreaName(Arc<str>);

impl AreaName {
    /// Letters, marks and digits of any script, `-` and `_`; 1 to 64 of them once normalized.
    pub fn parse(raw: &str) -> Result<Self, Invalid> {
        // Each character of the normal form stems from at most 18 (NFKD's worst case is the bound of all forms).
        if raw.len() > AREA_MAX * 4 * 18 {
            return Err(Invalid::Area);
        }
        let name = folded(raw);
        let fits = (1..=AREA_MAX).contains(&name.chars().count());
        if fits && name.chars().all(in_area_name) { Ok(Self(name.into())) } else { Err(Invalid::Area) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn in_area_name(c: char) -> bool {
    matches!(c, '-' | '_' | '0'..='9' | 'A'..='Z' | 'a'..='z')
        || matches!(c.general_category_group(), Group::Letter | Group::Mark)
        || c.general_category() == Category::DecimalNumber
}

/// A user's name as it is shown.
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Username(Arc<str>);

impl Username {
    /// 1 to 32 characters after NFC and trimming, inner white space made one space. Refused are control,
    /// direction-changing and invisible characters; joiners and variation selectors may stand inside, for emoji
    /// and several scripts need them, but not alone.
    pub fn parse(raw: &str) -> Result<Self, Invalid> {
        visible_text(raw, USERNAME_MAX).map(|name| Self(name.into())).ok_or(Invalid::Name)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What decides whether two names are the same: `Ann`, `ANN` and a fancy spelling of it are one.
    pub fn key(&self) -> UserKey {
        // In ASCII only case is left to fold: what is written as it is compared is the same memory.
        if self.0.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
            return UserKey(self.0.clone());
        }
        UserKey(compared(&self.0).into())
    }

    /// A name close to this one that `taken` does not hold, to offer to who comes second: `Ann 2`.
    pub fn free(&self, taken: impl Fn(&UserKey) -> bool) -> Self {
        for count in 2_u32.. {
            let tail = format!(" {count}");
            let kept: String = self.0.chars().take(USERNAME_MAX - tail.len()).collect();
            if let Ok(name) = Self::parse(&format!("{kept}{tail}"))
                && !taken(&name.key())
            {
                return name;
            }
        }
        unreachable!("an area holds fewer names than a u32 can count")
    }
}

/// A user's name as it is compared.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UserKey(Arc<str>);

impl UserKey {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For the stores, which keep what `Username::key` made.
    pub fn from_stored(key: &str) -> Self {
        Self(key.into())
    }
}

/// One line of 1 to `max` characters that a person can see: NFC, trimmed, inner white space made one space; none if it
/// is empty, too long, or holds what cannot be seen.
pub(crate) fn visible_text(raw: &str, max: usize) -> Option<String> {
    // No character of the normal form stems from more than 18; so nothing longer can fit, and need not be looked at.
    if raw.len() > max * 4 * 18 {
        return None;
    }
    let spaced = spaced_once(raw);
    // Most texts, and each vote holds some: in ASCII there is nothing to compose, and what cannot be seen are the control characters.
    if spaced.is_ascii() {
        let fits = (1..=max).contains(&spaced.len()) && !spaced.bytes().any(|byte| byte.is_ascii_control());
        return fits.then(|| spaced.into_owned());
    }
    visible_beyond_ascii(&spaced, max)
}

fn visible_beyond_ascii(spaced: &str, max: usize) -> Option<String> {
    let text: String = spaced.nfc().collect();
    let fits = (1..=max).contains(&text.chars().count());
    let clean = text.chars().all(|c| is_joiner(c) || !is_hidden(c));
    let seen = text.chars().any(|c| !is_joiner(c) && c != ' ' && c.general_category_group() != Group::Mark);
    (fits && clean && seen).then_some(text)
}

/// What decides whether two texts are the same to a person: folded, without joiners and variation selectors, and without the
/// white space that they held apart.
pub(in crate::domain) fn compared(text: &str) -> String {
    // Most are in ASCII, which has no joiners, and each vote is looked up by some of them.
    if text.is_ascii() {
        return folded(&spaced_once(text));
    }
    let seen = text.chars().filter(|c| !is_joiner(*c)).collect::<String>();
    folded(&spaced_once(&seen))
}

/// Trimmed, and inner white space made one space. Nearly every text is that already.
fn spaced_once(text: &str) -> Cow<'_, str> {
    let is_so = text.trim().len() == text.len()
        && !text.contains("  ")
        && !text.contains(|c: char| c != ' ' && c.is_whitespace());
    if is_so { text.into() } else { text.split_whitespace().collect::<Vec<_>>().join(" ").into() }
}

/// NFC, lower-casing, NFC again: lower-casing can leave a form that composes.
fn folded(raw: &str) -> String {
    if raw.is_ascii() {
        return raw.to_ascii_lowercase();
    }
    folded_beyond_ascii(raw)
}

fn folded_beyond_ascii(raw: &str) -> String {
    let lower = raw.nfc().collect::<String>().to_lowercase();
    lower.nfc().collect()
}

/// Zero-width joiner and non-joiner, and variation selectors.
pub(in crate::domain) fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// What a reader cannot see, or what changes the direction of the text around it.
pub(in crate::domain) fn is_hidden(c: char) -> bool {
    let unseen_letters = matches!(
        c,
        '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{2800}' | '\u{3164}' | '\u{FFA0}'
    ) || matches!(c, '\u{180B}'..='\u{180F}');
    unseen_letters
        || matches!(
            c.general_category(),
            Category::Control
                | Category::Format
                | Category::PrivateUse
                | Category::LineSeparator
                | Category::ParagraphSeparator
        )
}

macro_rules! shown_as_text {
    ($($name:ty),*) => {$(
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(&self.0, f)
            }
        }
    )*};
}
pub(in crate::domain) use shown_as_text;
shown_as_text!(AreaName, Username, UserKey);

macro_rules! parsed_on_reading {
    ($($name:ty),*) => {$(
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let raw = std::borrow::Cow::<str>::deserialize(from)?;
                Self::parse(&raw).map_err(serde::de::Error::custom)
            }
        }
    )*};
}
pub(in crate::domain) use parsed_on_reading;
parsed_on_reading!(AreaName, Username);

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        Username::parse(a).unwrap().key() == Username::parse(b).unwrap().key()
    }

    #[test]
    fn the_short_way_of_ascii_leads_where_the_long_one_does() {
        for c in (0..128_u8).map(char::from) {
            let text = format!("a{c}B");
            assert_eq!(folded(&text), folded_beyond_ascii(&text), "{c:?}");
            let (spaced, alone) = (text.split_whitespace().collect::<Vec<_>>().join(" "), c.to_string());
            for (raw, spaced) in [(&text, spaced.as_str()), (&alone, alone.trim())] {
                assert_eq!(visible_text(raw, 3), visible_beyond_ascii(spaced, 3), "{raw:?}");
            }
            let by_kind = matches!(c, '-' | '_')
                || matches!(c.general_category_group(), Group::Letter | Group::Mark)
                || c.general_category() == Category::DecimalNumber;
            assert_eq!(in_area_name(c), by_kind, "{c:?}");
        }
    }

    #[test]
    fn areas_are_lower_cased_and_composed() {
        assert_eq!(AreaName::parse("LUNCH-Berlin_7").unwrap().as_str(), "lunch-berlin_7");
        assert_eq!(AreaName::parse("Cafe\u{301}").unwrap().as_str(), "café");
        assert_eq!(AreaName::parse("午饭").unwrap().as_str(), "午饭");
    }

    #[test]
    fn areas_refuse_what_is_no_letter_mark_or_digit() {
        for bad in ["", "a b", "a:b", "{x}", "a}b", "a/b", "a.b", "\0", "lunch\u{202E}", "½", "🍜", "a%b"] {
            assert_eq!(AreaName::parse(bad), Err(Invalid::Area), "{bad:?}");
        }
        assert!(AreaName::parse(&"ä".repeat(64)).is_ok());
        assert!(AreaName::parse(&"ä".repeat(65)).is_err());
        assert!(AreaName::parse(&"x".repeat(1_000_000)).is_err());
    }

    #[test]
    fn names_are_trimmed_and_spaced_once() {
        assert_eq!(Username::parse("  Ann \t\u{2003} Lee ").unwrap().as_str(), "Ann Lee");
        assert_eq!(Username::parse("josh:vote").unwrap().as_str(), "josh:vote");
        assert_eq!(Username::parse("👩‍🍳").unwrap().as_str(), "👩‍🍳");
    }

    #[test]
    fn names_refuse_what_cannot_be_seen() {
        for bad in [
            "",
            "  ",
            "a\u{202E}b",
            "a\u{200B}b",
            "\u{200D}",
            "\u{FE0F}",
            "a\0b",
            "\u{3164}",
            "\u{301}",
            "a\u{2066}b",
            "\u{feff}x",
        ] {
            assert_eq!(Username::parse(bad), Err(Invalid::Name), "{bad:?}");
        }
        assert!(Username::parse(&"é".repeat(32)).is_ok());
        assert!(Username::parse(&"é".repeat(33)).is_err());
    }

    #[test]
    fn the_same_name_in_another_spelling_is_the_same_name() {
        assert!(same("Ann", "ANN"));
        assert!(same("Cafe\u{301}", "CAFÉ"));
        assert!(same("A\u{200D}nn", "ann"));
        assert!(same("❤\u{FE0F}", "❤"));
        assert!(!same("Ann", "Anne"));
    }

    /// Found by fuzzing: a joiner that holds white space apart made another name that looks the same.
    #[test]
    fn white_space_around_a_joiner_makes_no_other_name() {
        for lookalike in ["Ann \u{200D} Lee", "\u{200D} Ann Lee", "Ann Lee \u{FE0F}"] {
            assert!(same(lookalike, "Ann Lee"), "{lookalike:?}");
        }
    }

    #[test]
    fn a_free_name_is_near_and_not_taken() {
        let ann = Username::parse("Ann").unwrap();
        let second = Username::parse("ANN 2").unwrap().key();
        assert_eq!(ann.free(|key| *key == second).as_str(), "Ann 3");
        let long = Username::parse(&"x".repeat(32)).unwrap();
        assert_eq!(long.free(|_| false).as_str(), format!("{} 2", "x".repeat(30)));
    }
}
