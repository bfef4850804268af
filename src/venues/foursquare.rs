//! Foursquare's Places API, in its version of June 2025. Needs a key; a small free quota, then each call costs money.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Client, StatusCode, Url};
use serde_json::Value;
use tracing::warn;

use super::answer::{Attribution, Found, Told};
use super::error::{SetupError, VenueError};
use super::question::{BadQuestion, Place, Point, Question};
use super::{VenueSource, fetch, read};
use crate::domain::venue::{Category, Location, RawVenue, checked_url};

const SOURCE: &str = "foursquare";
const CALL: &str = "/places/search";
const VERSION: (&str, &str) = ("X-Places-Api-Version", "2025-06-17");
/// Restaurants of every kind, cafés, bakeries, bars, food trucks.
const CATEGORIES: &str = "4d4b7105d754a06374d81259,63be6904847c3692a84b9bb6,4bf58dd8d48988d16a941735,\
                          4bf58dd8d48988d116941735,4bf58dd8d48988d1cb941735";
/// Fields outside the free ones (hours, rating, price) make every call a dearer one. `website` is often empty and `link`
/// leads into the API, so neither is asked for: see [`page`].
const FIELDS: &str = "fsq_place_id,name,latitude,longitude,distance,categories,location,tel";
/// Foursquare keeps its icons in 32, 44, 64 and 88 pixels; the largest is sharp in a row of 44 on a phone.
const ICON_PIXELS: &str = "88";
const ATTRIBUTION: Attribution = Attribution::linked("Powered by Foursquare", "https://foursquare.com/");

pub struct Foursquare {
    client: Client,
    address: Url,
    authorization: HeaderValue,
}

impl Foursquare {
    pub fn new(client: Client, base: &str, key: &str) -> Result<Self, SetupError> {
        let mut authorization =
            HeaderValue::try_from(format!("Bearer {}", key.trim())).map_err(|_| SetupError::OddKey)?;
        authorization.set_sensitive(true);
        Ok(Self { client, address: fetch::address("venues.foursquare_url", base, CALL)?, authorization })
    }
}

#[async_trait]
impl VenueSource for Foursquare {
    fn name(&self) -> &'static str {
        SOURCE
    }

    /// The terms of pay-as-you-go allow keeping ids alone.
    fn keeps(&self) -> Option<Duration> {
        None
    }

    async fn search(&self, question: &Question) -> Result<Told, VenueError> {
        let request = self
            .client
            .get(self.address.clone())
            .header(AUTHORIZATION, self.authorization.clone())
            .header(VERSION.0, VERSION.1)
            .query(&parameters(question));
        let response = fetch::send(SOURCE, request).await?;
        if response.status() == StatusCode::BAD_REQUEST {
            // Everything else in the request is our own, so it is the place that it cannot find, or misses.
            match question.place {
                Place::Near(_) => return Err(VenueError::UnknownPlace),
                Place::Nowhere => return Err(BadQuestion::NoPlace.into()),
                Place::At(_) => {}
            }
        }
        let from = if let Place::At(point) = question.place { Some(point) } else { None };
        let answer = fetch::json(SOURCE, response).await?;
        let venues = venues(&answer, from).ok_or_else(|| {
            warn!(source = SOURCE, "the venue source's answer has no results");
            VenueError::BadAnswer
        })?;
        let at = if let Place::Near(_) = question.place { center(&answer) } else { None };
        Ok(Told { attribution: Some(ATTRIBUTION), at, venues })
    }
}

fn parameters(question: &Question) -> Vec<(&'static str, String)> {
    let mut parameters = vec![
        ("fsq_category_ids", CATEGORIES.to_owned()),
        ("fields", FIELDS.to_owned()),
        ("limit", question.limit.to_string()),
    ];
    match &question.place {
        Place::At(point) => parameters.push(("ll", format!("{},{}", point.lat(), point.lng()))),
        Place::Near(name) => parameters.push(("near", name.clone())),
        Place::Nowhere => {}
    }
    match &question.query {
        // The most fitting ones are picked by the source and put in order of distance by us.
        Some(query) => parameters.push(("query", query.clone())),
        // With nothing to fit, what is nearest is most welcome.
        None => parameters.push(("sort", "DISTANCE".to_owned())),
    }
    parameters
}

/// The places of an answer; none if it is no answer at all.
pub(super) fn venues(answer: &Value, from: Option<Point>) -> Option<Vec<Found>> {
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
fn center(answer: &Value) -> Option<Point> {
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
