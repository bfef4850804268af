//! What every picture has to be, whatever its group and places are called.

use resvg::usvg::{Group, Node, Text};

use super::*;

/// What link previews take, in bytes.
const PNG_MAX: usize = 300_000;

fn card(group: &str, places: &[(&str, usize)], here: usize) -> Card {
    let places: Vec<Place> =
        places.iter().map(|(name, votes)| Place { name: (*name).to_owned(), votes: *votes }).collect();
    Card { group: Some(group.to_owned()), votes: places.iter().map(|place| place.votes).sum(), places, here }
}

fn pixels(card: &Card) -> Pixmap {
    Pixmap::decode_png(&card.draw().unwrap()).unwrap()
}

/// All text that is drawn, as it was laid out.
fn texts(group: &Group) -> Vec<&Text> {
    let mut found = Vec::new();
    for node in group.children() {
        match node {
            Node::Group(group) => found.extend(texts(group)),
            Node::Text(text) => found.push(&**text),
            _ => {}
        }
    }
    found
}

fn words(tree: &Tree) -> Vec<String> {
    let chunks = |text: &&Text| text.chunks().iter().map(|chunk| chunk.text().to_owned()).collect::<String>();
    texts(tree.root()).iter().map(chunks).collect()
}

fn has_every_glyph(tree: &Tree) -> bool {
    let glyphs =
        |text: &&Text| text.layouted().iter().flat_map(|span| span.positioned_glyphs.clone()).collect::<Vec<_>>();
    texts(tree.root()).iter().flat_map(glyphs).all(|glyph| glyph.id.0 != 0)
}

/// Cards that are hard to draw: long, wide, many, foreign, hostile.
fn hard() -> Vec<Card> {
    let (wide, long) = ("W".repeat(64), "Wm".repeat(50));
    let stacked = format!("a{}", "\u{301}\u{323}".repeat(15));
    vec![
        Card::of_product(),
        card("lunch", &[], 0),
        card(&wide, &[], 0),
        card(&wide, &[(&long, 5000), (&long, 4999), (&long, 1), (&long, 0)], 10_000),
        card("lunch", &[(&long, 10_000)], 10_000),
        card("午饭", &[("麻婆豆腐", 3), ("🍜🍣", 2), ("مطعم", 1), ("שווארמה", 1)], 7),
        card(&stacked, &[(&stacked, 1), ("e\u{301}\u{308}", 1), ("👩‍🍳 Ann's 👍🏽", 1)], 3),
        card("обед-μεσημέρι", &[("<svg/onload=\"x\">&amp;", 2), ("]]>{{ 7 }}", 1), ("Đặc biệt Ñandú Žeļ", 1)], 3),
    ]
}

#[test]
fn a_picture_has_its_size_and_weighs_little() {
    for card in hard() {
        let png = card.draw().unwrap();
        let pixels = Pixmap::decode_png(&png).unwrap();
        assert_eq!((pixels.width(), pixels.height()), (WIDTH, HEIGHT));
        assert!(png.len() < PNG_MAX, "{} bytes: {card:?}", png.len());
    }
}

#[test]
fn every_glyph_that_is_drawn_is_in_the_font() {
    for card in hard() {
        assert!(has_every_glyph(&card.tree().unwrap()), "{card:?}");
    }
    let svg = format!("<svg xmlns='http://www.w3.org/2000/svg'><text font-family='{}'>a午</text></svg>", text::FAMILY);
    let options = Options { fontdb: FONTS.clone(), ..Options::default() };
    assert!(!has_every_glyph(&Tree::from_str(&svg, &options).unwrap()), "a missing glyph is found");
}

#[test]
fn no_text_leaves_the_picture() {
    for card in hard() {
        let tree = card.tree().unwrap();
        for text in texts(tree.root()) {
            let place = text.abs_bounding_box();
            assert!(place.left() >= 0.0 && place.right() <= WIDTH as f32, "{place:?} in {card:?}");
            assert!(place.top() >= 0.0 && place.bottom() <= HEIGHT as f32, "{place:?} in {card:?}");
        }
    }
}

#[test]
fn no_two_texts_touch() {
    for card in hard() {
        let tree = card.tree().unwrap();
        let places: Vec<_> = texts(tree.root()).iter().map(|text| text.abs_bounding_box()).collect();
        for (index, a) in places.iter().enumerate() {
            let apart = |b: &resvg::tiny_skia::Rect| {
                a.right() < b.left() || b.right() < a.left() || {
                    // Boxes of text are as high as the font's highest letter and lowest tail; these are a line apart.
                    let (a, b) = (a.top() + a.height() / 2.0, b.top() + b.height() / 2.0);
                    (a - b).abs() > 40.0
                }
            };
            assert!(places[index + 1..].iter().all(apart), "{places:?} in {card:?}");
        }
    }
}

#[test]
fn what_is_measured_is_what_is_drawn() {
    for name in ["Ramen Takumi", "AVAVAV To Tacos", "Žižkov", "Кафе «Пушкинъ»", "fi ffi", "Đặc biệt"]
    {
        let tree = card("lunch", &[(name, 1), ("B", 1), ("C", 1), ("D", 1)], 1).tree().unwrap();
        let (words, texts) = (words(&tree), texts(tree.root()));
        let at = words.iter().position(|text| text == name).unwrap();
        let drawn = texts[at].bounding_box().width();
        let size = texts[at].chunks()[0].spans()[0].font_size().get();
        let measured = text::width(name, size);
        assert!((drawn - measured).abs() < 1.0, "{name}: {measured} measured, {drawn} drawn");
    }
}

#[test]
fn an_empty_areas_picture_asks_and_invites() {
    let words = words(&card("team-berlin", &[], 0).tree().unwrap());
    assert_eq!(words, ["team-berlin", "Where are", "we eating?", "Open the link and vote"]);
}

#[test]
fn standings_show_places_counts_and_who_is_here() {
    let card = card("lunch", &[("Ramen", 4), ("Tacos", 3), ("Salt & Pepper", 1), ("Pho", 0)], 9);
    let words = words(&card.tree().unwrap());
    assert_eq!(words, ["lunch", "9 here", "Ramen", "4", "Tacos", "3", "Salt & Pepper", "1", "Pho", "0"]);
}

#[test]
fn what_the_font_lacks_is_left_out_line_by_line() {
    let drawn = words(&card("午饭", &[("麻婆豆腐", 2), ("Ramen", 1), ("🍣", 1), ("🌮 Tacos", 1)], 4).tree().unwrap());
    assert_eq!(drawn, ["Where to eat", "4 here", "2", "Ramen", "1", "1", "Tacos", "1"]);
    assert_eq!(words(&card("午饭", &[], 0).tree().unwrap())[0], "Where to eat");
}

#[test]
fn a_bar_is_as_long_as_its_share() {
    let bars = |first, second| {
        let card = card("lunch", &[("A", first), ("B", second), ("C", 1), ("D", 1)], 1);
        let pixels = pixels(&card);
        // Where a row is white, above its text, the bar has ended.
        let end =
            |y| (100..1130).find(|x| pixels.pixel(*x, y).is_some_and(|pixel| pixel.blue() == 255)).unwrap_or(1130);
        [end(192), end(296)]
    };
    let [first, second] = bars(4, 4);
    assert_eq!(first, second);
    let [more, less] = bars(8, 4);
    assert!(more > first && less < second, "{more} after {first}, {less} after {second}");
}

#[test]
fn the_version_tells_pictures_apart() {
    let base = card("lunch", &[("Ramen", 4), ("Tacos", 3)], 9);
    assert_eq!(base.version(), base.clone().version());
    assert_eq!(base.version().len(), 2 * VERSION_BYTES);
    let others = [
        card("dinner", &[("Ramen", 4), ("Tacos", 3)], 9),
        card("lunch", &[("Ramen", 5), ("Tacos", 3)], 9),
        card("lunch", &[("Tacos", 4), ("Ramen", 3)], 9),
        card("lunch", &[("Ramen", 4), ("Tacos", 3)], 10),
        card("lunch", &[("Ramen", 4)], 9),
        card("lunch", &[], 9),
        Card::of_product(),
    ];
    for (index, other) in others.iter().enumerate() {
        assert_ne!(other.version(), base.version(), "{other:?}");
        assert!(others[index + 1..].iter().all(|another| another.version() != other.version()), "{other:?}");
    }
}
