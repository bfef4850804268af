//! The rules for values of `protocol.md`, as what is accepted has to keep them.

use crate::domain::image::Image;
use crate::domain::name::{AreaName, Username};
use crate::domain::talk::{ChatText, Message, RoomName};
use crate::domain::venue::{Pick, RawVenue, VENUE_MAX_BYTES, Venue, VenueId};
use crate::venues::answer::Found;

/// Metres to the other side of the globe, and some more for an Earth that is no ball.
const FARTHEST: u32 = 20_100_000;

pub fn area(area: &AreaName) {
    assert!((1..=64).contains(&area.as_str().chars().count()), "{area:?}");
    // None that parts a key, an address or a cluster's tag.
    assert!(!area.as_str().contains([':', '{', '}', '/', '%', '?', '#', ' ']), "{area:?}");
    assert_eq!(AreaName::parse(area.as_str()).as_ref(), Ok(area), "what is stored is read as the same");
}

pub fn username(name: &Username) {
    assert!((1..=32).contains(&name.as_str().chars().count()), "{name:?}");
    assert!(!name.as_str().chars().any(char::is_control), "{name:?}");
    assert_eq!(Username::parse(name.as_str()).as_ref(), Ok(name), "what is stored is read as the same");
    let key = name.key();
    assert!(!key.as_str().is_empty(), "{name:?}");
    // Lower-casing can make a name longer than a name may be; as long as it is one, it is the same name.
    if let Ok(lower) = Username::parse(key.as_str()) {
        assert_eq!(lower.key(), key, "what is compared is compared as the same");
    }
}

pub fn image(img: &Image) {
    let text = img.as_str();
    assert!(text.chars().count() <= 512, "{img:?}");
    assert!(text.is_empty() || text.starts_with("https://") || text.starts_with("emoji:"), "{img:?}");
    assert!(!text.chars().any(|c| c.is_control() || c.is_whitespace()), "{img:?}");
    assert_eq!(Image::parse(text).as_ref(), Ok(img), "what is stored is read as the same");
}

pub fn venue_id(id: &VenueId) {
    assert!((1..=64).contains(&id.as_str().chars().count()), "{id:?}");
    assert_eq!(VenueId::parse(id.as_str()).as_ref(), Ok(id), "what is stored is read as the same");
}

pub fn venue(venue: &Venue) {
    venue_id(&venue.id);
    assert!((1..=100).contains(&venue.name.chars().count()), "{venue:?}");
    assert!(venue.categories.len() <= 5, "{venue:?}");
    let icons = venue.categories.iter().filter_map(|category| category.icon.as_deref());
    for url in venue.url.as_deref().into_iter().chain(icons) {
        assert!(url.starts_with("https://") || url.starts_with("http://"), "{url:?}");
    }
    if let Some(location) = &venue.location {
        assert_eq!(location.lat.is_some(), location.lng.is_some(), "{venue:?}");
        assert!(location.lat.is_none_or(|lat| lat.abs() <= 90.0), "{venue:?}");
        assert!(location.lng.is_none_or(|lng| lng.abs() <= 180.0), "{venue:?}");
    }
    let json = venue.to_json();
    assert!(json.len() <= VENUE_MAX_BYTES, "{} bytes", json.len());
    let raw: RawVenue = serde_json::from_str(&json).expect("a venue is a raw venue");
    assert_eq!(Venue::parse(raw).as_ref(), Ok(venue), "what is sent is read as the same");
    let stored: Venue = serde_json::from_str(&json).expect("what is stored can be read");
    assert_eq!(&stored, venue, "what is stored is read as the same");
}

pub fn chat_text(text: &ChatText) {
    assert!((1..=500).contains(&text.as_str().chars().count()), "{text:?}");
    assert!(!text.as_str().chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
    assert_eq!(ChatText::parse(text.as_str()).as_ref(), Ok(text), "what is stored is read as the same");
}

pub fn room_name(name: &RoomName) {
    assert!((1..=32).contains(&name.as_str().chars().count()), "{name:?}");
    assert!(!name.as_str().chars().any(char::is_control), "{name:?}");
    assert_eq!(RoomName::parse(name.as_str()).as_ref(), Ok(name), "what is stored is read as the same");
}

pub fn message(message: &Message) {
    username(&message.username);
    image(&message.img);
    chat_text(&message.text);
    let text = serde_json::to_string(message).expect("it can be told");
    assert_eq!(
        serde_json::from_str::<Message>(&text).as_ref().ok(),
        Some(message),
        "what is stored is read as the same"
    );
}

pub fn pick(pick: &Pick) {
    match pick {
        Pick::Place(place) => venue(place),
        Pick::Known(id) => venue_id(id),
    }
}

/// What a source's answer became.
pub fn found(found: &[Found], source: &str) {
    for Found { venue: place, .. } in found {
        venue(place);
        assert_eq!(place.source.as_deref(), Some(source), "nobody else's place");
        assert!(!place.id.as_str().starts_with("write-in:"), "nor anybody's own");
        assert!(place.categories.len() <= 3, "{place:?}");
    }
    serde_json::to_string(found).expect("it can be told to a page");
}

/// As `found`, where the distances are our own.
pub fn measured(places: &[Found], source: &str) {
    found(places, source);
    assert!(places.iter().all(|place| place.distance.is_none_or(|metres| metres <= FARTHEST)), "beyond the globe");
}
