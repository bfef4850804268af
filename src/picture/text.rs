//! Text as the one shipped font has it: what of it can be drawn, how wide it gets, where it is cut. Knows nothing of pictures.

use std::sync::LazyLock;

use harfrust::{FontRef, GlyphBuffer, ShapeOptions, ShaperData, UnicodeBuffer};
use unicode_properties::{GeneralCategoryGroup as Group, UnicodeGeneralCategory};
use unicode_segmentation::UnicodeSegmentation;

/// Fira Sans SemiBold 4.203, unchanged; its licence lies beside it. Latin, Cyrillic and Greek with all their extensions, and
/// nothing that is written from right to left.
pub const FONT: &[u8] = include_bytes!("../../fonts/FiraSans-SemiBold.ttf");
/// Its name in an SVG.
pub const FAMILY: &str = "Fira Sans";

/// Characters of what is read as one, at most: a letter and two marks. More of them climb out of their line.
const STACKED_MAX: usize = 3;
const ELLIPSIS: char = '…';

struct Face {
    font: FontRef<'static>,
    data: ShaperData,
}

static FACE: LazyLock<Face> = LazyLock::new(|| {
    let font = FontRef::new(FONT).expect("the font is part of the program, and a test reads it");
    let data = ShaperData::new(&font);
    Face { font, data }
});

/// What the font can draw of a text: all of it but the symbols that it lacks, emoji above all, which are ornament. None where
/// it lacks anything else: half a name would be another name.
pub fn drawable(text: &str) -> Option<String> {
    let mut kept = String::new();
    for cluster in text.graphemes(true) {
        if cluster.chars().count() <= STACKED_MAX && has(cluster) {
            kept.push_str(cluster);
        } else if !cluster.chars().any(|c| c.general_category_group() == Group::Symbol) {
            return None;
        }
    }
    let kept = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    (kept.chars().any(char::is_alphanumeric) && has(&kept)).then_some(kept)
}

/// Whether the font has every glyph of this.
fn has(text: &str) -> bool {
    shaped(text).glyph_infos().iter().all(|glyph| glyph.glyph_id != 0)
}

/// How wide the text is at this size, in pixels.
pub fn width(text: &str, size: f32) -> f32 {
    let units: i32 = shaped(text).glyph_positions().iter().map(|glyph| glyph.x_advance).sum();
    let per_em = FACE.data.shaper(&FACE.font).build().units_per_em();
    size * units as f32 / per_em as f32
}

/// The text, or as much of its beginning as fits with an ellipsis into so many pixels.
pub fn fitted(text: &str, size: f32, most: f32) -> String {
    if width(text, size) <= most {
        return text.to_owned();
    }
    let cut = |end: usize| format!("{}{ELLIPSIS}", text[..end].trim_end());
    let ends: Vec<usize> = text.grapheme_indices(true).map(|(start, _)| start).collect();
    let fit = ends.partition_point(|end| width(&cut(*end), size) <= most);
    cut(ends[fit.saturating_sub(1)])
}

fn shaped(text: &str) -> GlyphBuffer {
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(text);
    buffer.guess_segment_properties();
    FACE.data.shaper(&FACE.font).build().shape(buffer, ShapeOptions::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_font_has_is_drawn_as_it_is() {
        for text in
            ["Ramen", "Čevabdžinica Željo", "Ñandú & Söhne", "Кафе «Пушкинъ»", "Ταβέρνα", "Đặc biệt 1½", "Қазақ"]
        {
            assert_eq!(drawable(text).as_deref(), Some(text));
        }
    }

    #[test]
    fn emoji_are_left_out_and_the_name_stays() {
        for (text, left) in [
            ("🍜 Ramen", "Ramen"),
            ("Ramen 🍜", "Ramen"),
            ("Bob's 🚚 Truck", "Bob's Truck"),
            ("👩‍🍳 Ann", "Ann"),
            ("I ❤\u{FE0F} Pho 👍🏽", "I Pho"),
            ("★ Café ★", "Café"),
        ] {
            assert_eq!(drawable(text).as_deref(), Some(left));
        }
    }

    #[test]
    fn a_name_that_the_font_has_in_part_is_not_drawn() {
        for text in ["麻婆豆腐", "Ramen 拉麺", "مطعم", "שווארמה", "ร้าน", "रामेन", "🍜", "🍜 & 🍣", "", "Cafe\u{E000}"]
        {
            assert_eq!(drawable(text), None, "{text}");
        }
    }

    #[test]
    fn marks_do_not_climb_out_of_the_line() {
        assert!(drawable("x\u{323}\u{301}").is_some());
        assert_eq!(drawable(&format!("x{}", "\u{301}".repeat(3))), None);
    }

    #[test]
    fn text_is_as_wide_as_its_letters_and_its_size() {
        assert!(width("WW", 40.0) > width("ii", 40.0));
        assert!((width("Ramen", 80.0) - 2.0 * width("Ramen", 40.0)).abs() < 0.01);
        assert!(width("", 40.0).abs() < 0.01);
        assert!(width("AV", 40.0) < width("A", 40.0) + width("V", 40.0), "letters are kerned");
    }

    #[test]
    fn what_fits_is_not_cut() {
        let whole = width("Ramen Takumi", 40.0);
        assert_eq!(fitted("Ramen Takumi", 40.0, whole), "Ramen Takumi");
        assert!(fitted("Ramen Takumi", 40.0, whole - 1.0).ends_with('…'));
    }

    #[test]
    fn long_text_is_cut_as_late_as_it_can_be() {
        let name = "Café Größenwahn, Kastanienallee, Prenzlauer Berg";
        let room = 500.0;
        let cut = fitted(name, 40.0, room);
        let kept = cut.strip_suffix('…').unwrap();
        assert!(name.starts_with(kept) && width(&cut, 40.0) <= room);
        let next: String = name.chars().take(kept.chars().count() + 2).collect();
        assert!(width(&format!("{next}…"), 40.0) > room);
    }

    #[test]
    fn no_cut_goes_through_a_letter_or_leaves_a_space() {
        let dotted = "x\u{323}".repeat(50);
        for room in (0..400).step_by(9) {
            let cut = fitted(&dotted, 40.0, room as f32);
            let kept = cut.strip_suffix(ELLIPSIS).unwrap();
            assert!(kept.is_empty() || kept.ends_with('\u{323}'), "{cut}");
            assert!(!fitted("a a a a a a a a a a a a a a a a a a a a a a", 40.0, room as f32).ends_with(" …"));
        }
    }
}
