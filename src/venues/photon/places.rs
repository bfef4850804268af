//! Reads the places out of Photon's answers. Knows nothing of how they are asked for.

use serde_json::Value;
use tracing::warn;

use super::super::answer::Found;
use super::super::error::VenueError;
use super::super::question::Point;
use super::super::read;
use super::SOURCE;
use crate::domain::venue::{Category, Location, RawVenue};

/// The places of an answer; an error if it is no answer at all.
pub fn venues(answer: &Value, from: Option<Point>) -> Result<Vec<Found>, VenueError> {
    Ok(features(answer)?.iter().filter_map(|feature| found(feature, from)).collect())
}

/// Where the place is that was asked for by name; none if there is no such place.
pub fn first_point(answer: &Value) -> Result<Option<Point>, VenueError> {
    Ok(features(answer)?.iter().find_map(|feature| {
        let (lat, lng) = read::coordinates(feature)?;
        Point::rounded(lat, lng)
    }))
}

fn features(answer: &Value) -> Result<&[Value], VenueError> {
    answer.get("features").and_then(Value::as_array).map(Vec::as_slice).ok_or_else(|| {
        warn!(source = SOURCE, "the venue source's answer has no features");
        VenueError::BadAnswer
    })
}

fn found(feature: &Value, from: Option<Point>) -> Option<Found> {
    let properties = feature.get("properties")?;
    let id = id(properties)?;
    let (lat, lng) = read::coordinates(feature).unzip();
    let venue = read::venue(RawVenue {
        // It tells more than we show, and is where a mistake in the data can be mended.
        url: Some(format!("https://www.openstreetmap.org/{id}")),
        id: Some(id),
        name: read::text(properties, "name"),
        location: Some(Location { lat, lng, address: address(properties) }),
        categories: read::text(properties, "osm_value")
            .map(|kind| vec![Category { name: kind_in_words(&kind), icon: None }]),
        source: Some(SOURCE.to_owned()),
        tel: None,
    })?;
    Some(Found::new(venue, None, from))
}

/// As OpenStreetMap itself writes it in its addresses: `node/123`.
fn id(properties: &Value) -> Option<String> {
    let kind = match properties.get("osm_type")?.as_str()? {
        "N" => "node",
        "W" => "way",
        "R" => "relation",
        _ => return None,
    };
    Some(format!("{kind}/{}", properties.get("osm_id")?.as_u64()?))
}

fn address(properties: &Value) -> Option<String> {
    let part = |field| read::text(properties, field);
    let street = part("street").and_then(|street| read::joined([Some(street), part("housenumber")], " "));
    read::joined([street, part("city")], ", ")
}

/// A tag's value as a person would say it.
fn kind_in_words(kind: &str) -> String {
    match kind {
        "cafe" => "Café".to_owned(),
        "biergarten" => "Beer garden".to_owned(),
        "deli" => "Delicatessen".to_owned(),
        other => read::in_words(other),
    }
}
