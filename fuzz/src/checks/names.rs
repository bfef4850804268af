//! Texts that name something: an area, a user, a picture, a venue, a one-time code. Refused, or kept in a form that is read as the same,
//! compared as the same, and reaches no other key.

use super::rules;
use crate::domain::image::Image;
use crate::domain::name::{AreaName, UserKey, Username};
use crate::domain::takeover::Code;
use crate::domain::venue::{RawVenue, Venue, VenueId};
use crate::store::redis::keys::{Layout, slot, written};

pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(area) = AreaName::parse(text) {
        rules::area(&area);
        has_keys_of_its_own(&area);
    }
    if let Ok(name) = Username::parse(text) {
        rules::username(&name);
        is_written_as_a_part_of_a_key(&name.key());
        let second = name.free(|key| *key == name.key());
        rules::username(&second);
        assert_ne!(second.key(), name.key(), "what is offered is free");
    }
    if let Ok(img) = Image::parse(text) {
        rules::image(&img);
    }
    if let Ok(id) = VenueId::parse(text) {
        rules::venue_id(&id);
    }
    if let Ok(venue) = Venue::parse(RawVenue { name: Some(text.to_owned()), ..RawVenue::default() }) {
        rules::venue(&venue);
    }
    if let Some(code) = Code::parse(text) {
        assert_eq!(Code::parse(&code.to_string()), Some(code), "what is shown can be typed");
    }
}

fn has_keys_of_its_own(area: &AreaName) {
    for layout in [Layout::One, Layout::Cluster] {
        let keys = layout.area(area);
        let (_, members) = keys.listing();
        assert!(members.iter().all(|member| layout.area_of(member).as_ref() == Some(area)), "the sweep finds it");
        let mut own = keys.given().map(|parts| parts.concat()).filter(|key| key != "expireKeys");
        assert!(layout == Layout::One || own.all(|key| slot(&key) == slot(area.as_str())), "one slot");
    }
}

fn is_written_as_a_part_of_a_key(key: &UserKey) {
    let part = written(key);
    assert!(!part.contains(':') && part != "timer", "{part:?}");
    let read = if part == "%74imer" { "timer".to_owned() } else { part.replace("%3A", ":").replace("%25", "%") };
    assert_eq!(read, key.as_str(), "no two names are written alike");
}
