//! What a search found: as one source tells it, and as the page gets it. Knows nothing of where it comes from.

use std::borrow::Cow;

use serde::Serialize;

use super::question::Point;
use crate::domain::venue::{Location, Venue};

/// The mean one, in metres.
const EARTH_RADIUS: f64 = 6_371_000.0;

/// The body of `GET /api/venues`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// Who answered, separated by commas: `file`, `foursquare`, `openstreetmap`; `none` where nobody is asked.
    pub source: String,
    /// Whom to credit beside the results, as the sources' terms ask; of several their texts in one, and no address.
    pub attribution: Option<Attribution>,
    /// The same one by one, each with its address.
    pub attributions: Vec<Attribution>,
    pub venues: Vec<Found>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attribution {
    pub text: Cow<'static, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<&'static str>,
}

/// What one source says. Without `Debug`, for where people are never goes to a log.
#[derive(Clone, PartialEq)]
pub struct Told {
    pub attribution: Option<Attribution>,
    /// Where the place is that the question names; none where it names none, or the source does not say.
    pub at: Option<Point>,
    /// As the source ranks them.
    pub venues: Vec<Found>,
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

impl Attribution {
    pub(super) const fn linked(text: &'static str, url: &'static str) -> Self {
        Self { text: Cow::Borrowed(text), url: Some(url) }
    }

    pub(super) fn plain(text: String) -> Self {
        Self { text: Cow::Owned(text), url: None }
    }
}

impl Found {
    /// With the distance that the source tells, else with the one from `from`.
    pub(super) fn new(venue: Venue, told: Option<u32>, from: Option<Point>) -> Self {
        let distance = told.or_else(|| metres(from?, venue.location.as_ref()?));
        Self { venue, distance }
    }
}

/// How far a place is from a point, in metres; none without coordinates.
pub(super) fn metres(from: Point, to: &Location) -> Option<u32> {
    Some(apart((from.lat(), from.lng()), (to.lat?, to.lng?)))
}

/// How far two places are from each other, in metres; none without coordinates.
pub(super) fn metres_between(one: &Location, other: &Location) -> Option<u32> {
    Some(apart((one.lat?, one.lng?), (other.lat?, other.lng?)))
}

/// Along the great circle (haversine), in metres, from and to latitude and longitude in degrees.
fn apart(from: (f64, f64), to: (f64, f64)) -> u32 {
    let half = |difference: f64| (difference.to_radians() / 2.0).sin().powi(2);
    let across = from.0.to_radians().cos() * to.0.to_radians().cos();
    let chord = half(to.0 - from.0) + across * half(to.1 - from.1);
    let way = 2.0 * EARTH_RADIUS * chord.min(1.0).sqrt().asin();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "half the globe is 20 million metres")]
    {
        way.round() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::venue::RawVenue;

    fn at(lat: f64, lng: f64) -> Location {
        Location { lat: Some(lat), lng: Some(lng), address: None }
    }

    #[test]
    fn distances_are_those_of_the_globe() {
        let berlin = Point::rounded(52.517, 13.389).unwrap();
        let munich = metres(berlin, &at(48.137, 11.575)).unwrap();
        assert!((503_000..506_000).contains(&munich), "{munich}");
        assert_eq!(metres(berlin, &at(52.517, 13.389)), Some(0));
        let antipode = metres(Point::rounded(0.0, 0.0).unwrap(), &at(0.0, 180.0)).unwrap();
        assert!((20_015_000..20_016_000).contains(&antipode), "{antipode}");
        let over_the_date_line = metres_between(&at(0.0, 179.999), &at(0.0, -179.999)).unwrap();
        assert!((220..225).contains(&over_the_date_line), "{over_the_date_line}");
        assert_eq!(metres(berlin, &Location { lat: None, lng: None, address: None }), None);
    }

    #[test]
    fn the_distance_stands_beside_the_venues_own_fields() {
        let raw = RawVenue { id: Some("a".into()), name: Some("a".into()), ..RawVenue::default() };
        let found = Found { venue: Venue::parse(raw).unwrap(), distance: Some(7) };
        assert_eq!(serde_json::to_value(found).unwrap(), serde_json::json!({"id": "a", "name": "a", "distance": 7}));
    }
}
