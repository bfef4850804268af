//! An answer of Foursquare: no answer at all, or places that keep a venue's rules.

use serde_json::Value;

use super::rules;
use crate::venues::foursquare::{SOURCE, places};
use crate::venues::question::Point;

pub fn check(data: &[u8]) {
    let Ok(answer) = serde_json::from_slice::<Value>(data) else { return };
    // Its own distances are told as they are.
    rules::found(&places::venues(&answer, Point::rounded(52.5, 13.4)).unwrap_or_default(), SOURCE);
    if let Some(point) = places::center(&answer) {
        assert!(point.lat().abs() <= 90.0 && point.lng().abs() <= 180.0, "off the globe");
    }
}
