//! A file of own places: wrong in words, or places that keep a venue's rules, each under an id of its own, and what is odd by its number.

use std::collections::HashSet;

use serde_json::Value;

use super::rules;
use crate::venues::answer::Found;
use crate::venues::file::{SOURCE, fitting, geojson};
use crate::venues::question::{Point, Question, RawQuestion};

pub fn check(data: &[u8]) {
    let Ok(collection) = serde_json::from_slice::<Value>(data) else { return };
    let contents = match geojson::contents(&collection) {
        Ok(contents) => contents,
        Err(wrong) => return assert!(!wrong.is_empty(), "it is said what is wrong"),
    };
    let features = collection["features"].as_array().map_or(0, Vec::len);
    assert_eq!(contents.entries.len() + contents.odd.len(), features, "each is a place or odd");
    let ids: HashSet<_> = contents.entries.iter().map(|entry| &entry.venue.id).collect();
    assert_eq!(ids.len(), contents.entries.len(), "an id of its own");
    let here = Question::parse(RawQuestion { limit: Some("50".to_owned()), ..RawQuestion::default() })
        .expect("a question of our own")
        .around(Point::rounded(52.5, 13.4));
    let nearby: Vec<Found> = fitting::search(&contents.entries, &here);
    assert!(nearby.len() <= 50);
    rules::measured(&nearby, SOURCE);
    // Each is found by its own name, if by nothing else.
    for entry in contents.entries.iter().take(3) {
        rules::venue(&entry.venue);
        let named = Question { query: Some(entry.venue.name.clone()), ..here.clone() };
        rules::measured(&fitting::search(&contents.entries, &named), SOURCE);
    }
}
