//! Where everything on a preview picture stands. Knows sizes and the font, not what becomes of the SVG.

use askama::Template;

use super::text::{self, FAMILY};
use super::{Card, Place};

/// The group's name has this much room beside how many are here, in pixels.
const GROUP_WIDTH: f32 = 690.0;
/// The same where nothing is beside it but the bowl.
const GROUP_WIDTH_EMPTY: f32 = 560.0;
/// Rows begin here, end where the picture's margin does, and are as wide as the picture without its margins.
const ROWS_TOP: u32 = 180;
const ROW_WIDTH: u32 = 1072;
/// Between a row's edge and its text, and between its name and its count.
const ROW_PADDING: f32 = 32.0;
/// A bar is not narrower than its round ends.
const BAR_MIN: u32 = 44;

#[derive(Template)]
#[template(path = "picture.svg")]
pub struct Svg {
    family: &'static str,
    group: Option<String>,
    here: Option<String>,
    rows: Vec<Row>,
    invite: Option<u32>,
}

struct Row {
    y: u32,
    height: u32,
    middle: u32,
    size: u32,
    fill: u32,
    first: bool,
    name: Option<String>,
    votes: usize,
}

impl Svg {
    pub fn new(card: &Card) -> Self {
        let empty = card.places.is_empty();
        let (size, most) = if empty { (44.0, GROUP_WIDTH_EMPTY) } else { (54.0, GROUP_WIDTH) };
        let group = card.group.as_deref().and_then(text::drawable);
        Self {
            family: FAMILY,
            group: group.map(|group| text::fitted(&group, size, most)),
            here: (card.here > 0).then(|| format!("{} here", card.here)),
            rows: rows(card),
            invite: if empty { Some(466) } else { (card.places.len() < 4).then_some(474) },
        }
    }
}

fn rows(card: &Card) -> Vec<Row> {
    // Few rows are large ones; up to three leave room for the button below.
    let (height, gap, size) = match card.places.len() {
        0 | 1 => (268, 0, 96),
        2 => (124, 20, 60),
        3 => (80, 14, 44),
        _ => (90, 14, 46),
    };
    let most = card.places.first().map_or(0, |place| place.votes);
    let row = |(index, place): (u32, &Place)| {
        let y = ROWS_TOP + index * (height + gap);
        let count = text::width(&place.votes.to_string(), size as f32);
        let room = ROW_WIDTH as f32 - count - 3.0 * ROW_PADDING;
        Row {
            y,
            height,
            middle: y + height / 2 + size * 35 / 100,
            size,
            fill: bar(place.votes, card.votes),
            first: place.votes > 0 && place.votes == most,
            name: text::drawable(&place.name).map(|name| text::fitted(&name, size as f32, room)),
            votes: place.votes,
        }
    };
    (0..).zip(&card.places).map(row).collect()
}

/// How wide the bar of so many votes is: its share of all, as on the page.
fn bar(votes: usize, all: usize) -> u32 {
    let width = (votes * ROW_WIDTH as usize).checked_div(all).unwrap_or(0);
    let width = u32::try_from(width).unwrap_or(ROW_WIDTH).min(ROW_WIDTH);
    if votes == 0 { 0 } else { width.max(BAR_MIN) }
}
