//! An answer of Photon: no answer at all, or places that keep a venue's rules.

use serde_json::Value;

use super::rules;
use crate::venues::photon::{SOURCE, places};
use crate::venues::question::Point;

pub fn check(data: &[u8]) {
    let Ok(answer) = serde_json::from_slice::<Value>(data) else { return };
    if let Ok(found) = places::venues(&answer, Point::rounded(52.5, 13.4)) {
        rules::measured(&found, SOURCE);
    }
    if let Ok(Some(point)) = places::first_point(&answer) {
        assert!(point.lat().abs() <= 90.0 && point.lng().abs() <= 180.0, "off the globe");
    }
}
