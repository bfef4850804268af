//! What a link to a page shows where it is pasted: title, description, picture. Knows neither requests nor how a picture is drawn.

use super::pages;
use crate::domain::name::AreaName;
use crate::domain::state::{AreaState, Standing};
use crate::lang::{Said, Texts};
use crate::picture::{self, Card};
use crate::protocol::server::Online;

/// Places that a title names: more of it is cut off in a chat.
const NAMED_MAX: usize = 3;

/// `templates/unfurl.html` says what each of these is.
pub struct Unfurl {
    pub title: String,
    pub description: String,
    pub image: String,
    pub alt: String,
    pub width: u32,
    pub height: u32,
}

impl Unfurl {
    pub fn of_product(t: &Texts) -> Self {
        Self::new(t, t.say("linkProduct"), t.say("linkProductText"), "", "", &Card::of_product())
    }

    /// A group whose standings are not known right now.
    pub fn of_group(t: &Texts, name: &AreaName) -> Self {
        let title = t.say("linkGroup").with("area", name);
        Self::new(t, title, t.say("linkUnknown"), "", &pages::address(name), &Card::of_group(name))
    }

    pub fn of_area(t: &Texts, name: &AreaName, standings: &[Standing<'_>], here: usize) -> Self {
        let outcome = outcome(t, standings);
        let card = Card::new(name, standings, here);
        if outcome.is_empty() {
            return Self { description: t.say("linkEmpty").to_string(), ..Self::of_group(t, name) };
        }
        let title = t.say("linkOutcome").with("outcome", &outcome).with("area", name);
        let description = match here {
            0 => t.say("linkOutcomeText").with("outcome", &outcome),
            here => t.say("linkOutcomeHere").with("outcome", &outcome).n(here),
        };
        Self::new(t, title, description, &outcome, &pages::address(name), &card)
    }

    /// The picture's address is `preview.png` below `path`, which does not end in a slash.
    fn new(t: &Texts, title: Said<'_>, description: Said<'_>, outcome: &str, path: &str, card: &Card) -> Self {
        let alt = if outcome.is_empty() { t.say("linkPicture") } else { t.say("outcome").with("outcome", outcome) };
        Self {
            title: title.to_string(),
            description: description.to_string(),
            image: format!("{path}/preview.png?v={}", card.version()),
            alt: alt.to_string(),
            width: picture::WIDTH,
            height: picture::HEIGHT,
        }
    }
}

/// Users of the area that are online.
pub fn here(state: &AreaState, online: &Online) -> usize {
    state.users.keys().filter(|key| online.contains_key(key)).count()
}

/// "Ramen 4, Tacos 3": the first three places that have votes; empty if none has.
pub fn outcome(t: &Texts, standings: &[Standing<'_>]) -> String {
    let voted = standings.iter().filter(|standing| !standing.voters.is_empty());
    let named = voted.take(NAMED_MAX).map(|standing| format!("{} {}", standing.venue.name, standing.voters.len()));
    named.collect::<Vec<_>>().join(&t.say("outcomeJoin").to_string())
}
