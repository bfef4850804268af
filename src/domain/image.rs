//! A user's picture: none, an https address, or one emoji.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use unicode_properties::UnicodeEmoji;
use unicode_segmentation::UnicodeSegmentation;
use url::Url;

use super::Invalid;
use super::name::{parsed_on_reading, shown_as_text};

/// Characters of a picture's address, at most.
const MAX: usize = 512;

/// Empty, `https://…`, or `emoji:` and one emoji.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub struct Image(Arc<str>);

impl Image {
    /// An empty text is no picture. An address is kept as a browser would write it, so that a page can put it
    /// into its HTML as it is.
    pub fn parse(raw: &str) -> Result<Self, Invalid> {
        if raw.is_empty() {
            return Ok(Self::default());
        }
        if let Some(emoji) = raw.strip_prefix("emoji:") {
            return if is_one_emoji(emoji) { Ok(Self(raw.into())) } else { Err(Invalid::Image) };
        }
        let url = web_address(raw, MAX, &["https"]).ok_or(Invalid::Image)?;
        Ok(Self(url.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The normal form of an address with one of these schemes, a host and no credentials; none if it is something else
/// or longer than `max` characters, before or after.
pub(super) fn web_address(raw: &str, max: usize, schemes: &[&str]) -> Option<String> {
    if raw.chars().count() > max || raw.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return None;
    }
    let url = Url::parse(raw).ok()?;
    let allowed =
        schemes.contains(&url.scheme()) && url.has_host() && url.username().is_empty() && url.password().is_none();
    (allowed && url.as_str().len() <= max).then(|| url.into())
}

fn is_one_emoji(text: &str) -> bool {
    let mut graphemes = text.graphemes(true);
    // A digit counts as an emoji character in Unicode's tables, but is none by itself.
    let emoji = text.chars().any(|c| c.is_emoji_char() && !c.is_ascii());
    let keycap = text.ends_with('\u{20E3}');
    text.len() <= 64 && graphemes.next().is_some() && graphemes.next().is_none() && (emoji || keycap)
}

shown_as_text!(Image);
parsed_on_reading!(Image);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_https_or_one_emoji() {
        for good in ["", "https://example.org/a.png", "emoji:🍜", "emoji:👩‍🍳", "emoji:🇩🇪", "emoji:❤️", "emoji:1️⃣"]
        {
            assert!(Image::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://example.org/a.png",
            "javascript:alert(1)",
            "data:image/png;base64,AAAA",
            "https://ann:secret@example.org/",
            "https://",
            "https://example.org/a b",
            "emoji:",
            "emoji:ab",
            "emoji:7",
            "emoji:🍜🍜",
            "ftp://example.org",
        ] {
            assert_eq!(Image::parse(bad), Err(Invalid::Image), "{bad}");
        }
        assert!(Image::parse(&format!("https://example.org/{}", "a".repeat(500))).is_err());
    }
}
