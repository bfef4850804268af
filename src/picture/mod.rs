//! The picture that goes with a link: standings in, PNG out. Knows nothing of HTTP, and asks nobody for anything.

use std::sync::{Arc, LazyLock};

use askama::Template;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::{Database, Source};
use resvg::usvg::{Options, Tree};
use sha2::{Digest, Sha256};

use crate::domain::name::AreaName;
use crate::domain::state::Standing;

mod layout;
mod text;

#[cfg(test)]
mod tests;

/// Pixels: what link previews ask for.
pub const WIDTH: u32 = 1200;
pub const HEIGHT: u32 = 630;
/// The first of the standings that a picture has; more would be too small to be read in a chat.
const PLACES_MAX: usize = 4;
/// Bytes of a version: 64 bits tell any two pictures apart that one link ever had.
const VERSION_BYTES: usize = 8;
/// How cards are drawn: another way is another picture of the same card.
const DESIGN: &str = concat!(env!("CARGO_PKG_VERSION"), include_str!("../../templates/picture.svg"));

static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_font_source(Source::Binary(Arc::new(text::FONT)));
    Arc::new(fonts)
});

/// What a picture shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// None: of the product, not of a group.
    group: Option<String>,
    /// None while nobody has voted: that is the picture that chats keep.
    places: Vec<Place>,
    /// All votes of the area, those for other places too.
    votes: usize,
    /// Users that are online; 0 while nobody has voted.
    here: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    name: String,
    votes: usize,
}

/// Why there is no picture. A fault of this program: no card is such that it cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    #[error("the SVG could not be written: {0}")]
    Written(#[from] askama::Error),
    #[error("the SVG could not be read: {0}")]
    Read(#[from] resvg::usvg::Error),
    #[error("the picture could not be packed: {0}")]
    Packed(String),
}

impl Card {
    pub fn of_product() -> Self {
        Self { group: None, places: Vec::new(), votes: 0, here: 0 }
    }

    /// A group of which nothing else is known.
    pub fn of_group(name: &AreaName) -> Self {
        Self { group: Some(name.to_string()), ..Self::of_product() }
    }

    /// A group with its standings, and how many of its users are online.
    pub fn new(name: &AreaName, standings: &[Standing<'_>], here: usize) -> Self {
        let votes = standings.iter().map(|standing| standing.voters.len()).sum();
        if votes == 0 {
            return Self::of_group(name);
        }
        let place = |s: &Standing<'_>| Place { name: s.venue.name.clone(), votes: s.voters.len() };
        let places = standings.iter().take(PLACES_MAX).map(place).collect();
        Self { group: Some(name.to_string()), places, votes, here }
    }

    /// Names what is drawn: equal for equal cards, another one after any change. 16 hexadecimal digits.
    pub fn version(&self) -> String {
        // Debug quotes every text, so no two cards read the same.
        let digest = Sha256::digest(format!("{DESIGN}{self:?}"));
        digest.iter().take(VERSION_BYTES).map(|byte| format!("{byte:02x}")).collect()
    }

    /// A PNG of 1200×630 pixels. Some 30 ms of a core's work: not for a thread that others wait for.
    pub fn draw(&self) -> Result<Vec<u8>, PictureError> {
        let mut pixels = Pixmap::new(WIDTH, HEIGHT).expect("a size that is not zero");
        resvg::render(&self.tree()?, Transform::identity(), &mut pixels.as_mut());
        pixels.encode_png().map_err(|error| PictureError::Packed(error.to_string()))
    }

    fn tree(&self) -> Result<Tree, PictureError> {
        let svg = layout::Svg::new(self).render()?;
        let options = Options { fontdb: FONTS.clone(), ..Options::default() };
        Ok(Tree::from_str(&svg, &options)?)
    }
}
