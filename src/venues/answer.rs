//! What a search found, as the page gets it. Knows nothing of where it comes from.

use std::collections::HashSet;

use serde::Serialize;

use super::question::{Place, Point, Question};
use crate::domain::venue::{Location, Venue};

/// The mean one, in metres.
const EARTH_RADIUS: f64 = 6_371_000.0;

/// The body of `GET /api/venues`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// Who answered: `foursquare`, `openstreetmap` or `none`.
    pub source: &'static str,
    /// Whom to credit beside the results, as the source's terms ask.
    pub attribution: Option<Attribution>,
    pub venues: Vec<Found>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Attribution {
    pub text: &'static str,
    pub url: &'static str,
}

/// A venue, and how far away it is; on the wire, `distance` stands beside the venue's own fields.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Found {
    #[serde(flatten)]
    pub venue: Venue,
    /// Metres from the place that was asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance: Option<u32>,
}

impl Found {
    /// With the distance that the source tells, else with the one from `from`.
    pub(super) fn new(venue: Venue, told: Option<u32>, from: Option<Point>) -> Self {
        let distance = told.or_else(|| metres(from?, venue.location.as_ref()?));
        Self { venue, distance }
    }
}

impl Answer {
    /// Each place once, no more than were asked for, nearest first; as the source ranks them where no place is known.
    pub(super) fn arranged(mut self, question: &Question) -> Self {
        let mut seen = HashSet::new();
        self.venues.retain(|found| seen.insert(found.venue.id.clone()));
        self.venues.truncate(usize::from(question.limit));
        if question.place != Place::Nowhere {
            self.venues.sort_by_key(|found| found.distance.unwrap_or(u32::MAX));
        }
        self
    }
}

/// Along the great circle (haversine), in metres; none without coordinates.
fn metres(from: Point, to: &Location) -> Option<u32> {
    let (lat, lng) = (to.lat?.to_radians(), to.lng?.to_radians());
    let (from_lat, from_lng) = (from.lat().to_radians(), from.lng().to_radians());
    let half = |difference: f64| (difference / 2.0).sin().powi(2);
    let chord = half(lat - from_lat) + from_lat.cos() * lat.cos() * half(lng - from_lng);
    let way = 2.0 * EARTH_RADIUS * chord.min(1.0).sqrt().asin();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "half the globe is 20 million metres")]
    Some(way.round() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::venue::RawVenue;

    fn at(lat: f64, lng: f64) -> Location {
        Location { lat: Some(lat), lng: Some(lng), address: None }
    }

    fn found(id: &str, distance: Option<u32>) -> Found {
        let raw = RawVenue { id: Some(id.into()), name: Some(id.into()), ..RawVenue::default() };
        Found { venue: Venue::parse(raw).unwrap(), distance }
    }

    fn ids(place: Place, limit: u8) -> Vec<String> {
        let venues = vec![found("far", Some(900)), found("unknown", None), found("near", Some(90)), found("far", None)];
        let answer = Answer { source: "none", attribution: None, venues };
        let arranged = answer.arranged(&Question { query: None, place, limit });
        arranged.venues.iter().map(|found| found.venue.id.as_str().to_owned()).collect()
    }

    #[test]
    fn distances_are_those_of_the_globe() {
        let berlin = Point::rounded(52.517, 13.389).unwrap();
        let munich = metres(berlin, &at(48.137, 11.575)).unwrap();
        assert!((503_000..506_000).contains(&munich), "{munich}");
        assert_eq!(metres(berlin, &at(52.517, 13.389)), Some(0));
        let antipode = metres(Point::rounded(0.0, 0.0).unwrap(), &at(0.0, 180.0)).unwrap();
        assert!((20_015_000..20_016_000).contains(&antipode), "{antipode}");
        let over_the_date_line = metres(Point::rounded(0.0, 179.999).unwrap(), &at(0.0, -179.999)).unwrap();
        assert!((220..225).contains(&over_the_date_line), "{over_the_date_line}");
    }

    #[test]
    fn the_nearest_comes_first_and_each_place_once() {
        assert_eq!(ids(Place::Near("Berlin".into()), 10), ["near", "far", "unknown"]);
        assert_eq!(ids(Place::Near("Berlin".into()), 2), ["far", "unknown"]);
    }

    #[test]
    fn without_a_place_the_source_ranks() {
        assert_eq!(ids(Place::Nowhere, 10), ["far", "unknown", "near"]);
    }

    #[test]
    fn the_distance_stands_beside_the_venues_own_fields() {
        let json = serde_json::to_value(found("a", Some(7))).unwrap();
        assert_eq!(json, serde_json::json!({"id": "a", "name": "a", "distance": 7}));
    }
}
