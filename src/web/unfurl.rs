//! What a link to a page shows where it is pasted: title, description, picture. Knows neither requests nor how a picture is drawn.

use super::pages;
use crate::domain::name::AreaName;
use crate::domain::state::{AreaState, Standing};
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
    pub fn of_product() -> Self {
        let description = "Name your group, share the link, vote. Everyone sees live where you are eating. No sign-up; all is \
                           gone after two hours.";
        Self::new("Where to eat: decide together, live", description, "", "", &Card::of_product())
    }

    /// A group whose standings are not known right now.
    pub fn of_group(name: &AreaName) -> Self {
        let title = format!("Where are we eating? · {name}");
        Self::new(&title, "Open the link and vote: where do we eat?", "", &pages::address(name), &Card::of_group(name))
    }

    pub fn of_area(name: &AreaName, standings: &[Standing<'_>], here: usize) -> Self {
        let outcome = outcome(standings);
        let card = Card::new(name, standings, here);
        if outcome.is_empty() {
            let description = "Nobody has voted yet. Open the link and vote: where do we eat?";
            return Self { description: description.to_owned(), ..Self::of_group(name) };
        }
        let here = if here == 0 { String::new() } else { format!(", {here} here") };
        let description = format!("{outcome}{here}. Open the link and vote: where do we eat?");
        Self::new(&format!("{outcome} · {name}"), &description, &outcome, &pages::address(name), &card)
    }

    /// The picture's address is `preview.png` below `path`, which does not end in a slash.
    fn new(title: &str, description: &str, outcome: &str, path: &str, card: &Card) -> Self {
        let alt = if outcome.is_empty() {
            "Where are we eating? Open the link and vote.".to_owned()
        } else {
            format!("{outcome}.")
        };
        Self {
            title: title.to_owned(),
            description: description.to_owned(),
            image: format!("{path}/preview.png?v={}", card.version()),
            alt,
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
pub fn outcome(standings: &[Standing<'_>]) -> String {
    let voted = standings.iter().filter(|standing| !standing.voters.is_empty());
    let named = voted.take(NAMED_MAX).map(|standing| format!("{} {}", standing.venue.name, standing.voters.len()));
    named.collect::<Vec<_>>().join(", ")
}
