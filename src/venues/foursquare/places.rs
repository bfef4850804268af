//! Reads the places out of Foursquare's answers. Knows nothing of how they are asked for.

use serde_json::Value;
use url::Url;

use super::super::answer::Found;
use super::super::question::Point;
use super::super::read;
use super::SOURCE;
use crate::domain::venue::{Category, Location, RawVenue, checked_url};

/// Foursquare keeps its icons in 32, 44, 64 and 88 pixels; the largest is sharp in a row of 44 on a phone.
const ICON_PIXELS: &str = "88";

/// The places of an answer; none if it is no answer at all.
pub fn venues(answer: &Value, from: Option<Point>) -> Option<Vec<Found>> {
    Some(answer.get("results")?.as_array()?.iter().filter_map(|result| found(result, from)).collect())
}

fn found(result: &Value, from: Option<Point>) -> Option<Found> {
    let id = read::text(result, "fsq_place_id")?;
    let degrees = |field| result.get(field).and_then(Value::as_f64);
    let venue = read::venue(RawVenue {
        url: page(&id),
        id: Some(id),
        name: read::text(result, "name"),
        location: Some(Location { lat: degrees("latitude"), lng: degrees("longitude"), address: address(result) }),
        categories: result
            .get("categories")
            .and_then(Value::as_array)
            .map(|all| all.iter().filter_map(category).collect()),
        tel: read::text(result, "tel"),
        source: Some(SOURCE.to_owned()),
    })?;
    let told = result.get("distance").and_then(Value::as_u64).and_then(|metres| u32::try_from(metres).ok());
    Some(Found::new(venue, told, from))
}

/// Where it searched, for a place that the question names: its distances count from there.
pub fn center(answer: &Value) -> Option<Point> {
    let center = answer.pointer("/context/geo_bounds/circle/center")?;
    Point::rounded(center.get("latitude")?.as_f64()?, center.get("longitude")?.as_f64()?)
}

/// The place's page at Foursquare: a link to it wherever the place is shown is the attribution that Foursquare asks for.
fn page(id: &str) -> Option<String> {
    let mut url = Url::parse("https://foursquare.com/v").ok()?;
    url.path_segments_mut().ok()?.push(id);
    Some(url.into())
}

fn address(result: &Value) -> Option<String> {
    let location = result.get("location")?;
    let street = read::text(location, "address");
    let short = street.and_then(|street| read::joined([Some(street), read::text(location, "locality")], ", "));
    short.or_else(|| read::text(location, "formatted_address")).or_else(|| read::text(location, "locality"))
}

fn category(raw: &Value) -> Option<Category> {
    let name = read::text(raw, "name").or_else(|| read::text(raw, "short_name"))?;
    let icon = raw.get("icon").and_then(|icon| {
        let (prefix, suffix) = (read::text(icon, "prefix")?, read::text(icon, "suffix")?);
        // An icon with an odd address must not take the category's name with it.
        checked_url(&format!("{prefix}{ICON_PIXELS}{suffix}"))
    });
    Some(Category { name, icon })
}
