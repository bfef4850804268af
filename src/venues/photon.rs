//! OpenStreetMap through Photon. Needs no key; its public host is for reasonable use.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use reqwest::{Client, Url};
use serde_json::Value;
use tracing::warn;

use super::answer::{Attribution, Found, Told};
use super::asked::Asked;
use super::error::{SetupError, VenueError};
use super::question::{Place, Point, Question};
use super::{VenueSource, fetch, read};
use crate::domain::venue::{Category, Location, RawVenue};

const SOURCE: &str = "openstreetmap";
const CALL: &str = "/api";
/// Where one can eat, commas meaning "or".
const PLACES_TO_EAT: &str = "osm.amenity.restaurant,osm.amenity.cafe,osm.amenity.fast_food,osm.amenity.pub,\
                             osm.amenity.bar,osm.amenity.food_court,osm.amenity.biergarten,osm.amenity.ice_cream,\
                             osm.shop.bakery,osm.shop.deli";
/// Places to eat come and go in months, and the licence allows keeping: an hour spares the public host the same
/// questions of one lunch.
const KEPT_FOR: Duration = Duration::from_secs(60 * 60);
const ATTRIBUTION: Attribution =
    Attribution::linked("© OpenStreetMap contributors", "https://www.openstreetmap.org/copyright");

pub struct Photon {
    client: Client,
    address: Url,
    /// Where the places are that people name; none where there is no such place.
    named: Asked<String, Option<Point>>,
}

impl Photon {
    pub fn new(client: Client, base: &str, under_way: Option<usize>) -> Result<Self, SetupError> {
        let address = fetch::address("venues.photon_url", base, CALL)?;
        Ok(Self { client, address, named: Asked::new(Some(KEPT_FOR), under_way) })
    }

    /// Photon searches around a point only: a name is looked up first, among places of every kind.
    async fn locate(&self, name: &str) -> Result<Point, VenueError> {
        let request = self.client.get(self.address.clone()).query(&[("q", name), ("limit", "1")]);
        let ask = || async move {
            let answer = fetch::json(SOURCE, fetch::send(SOURCE, request).await?).await?;
            Ok(features(&answer)?.iter().find_map(|feature| {
                let (lat, lng) = read::coordinates(feature)?;
                Point::rounded(lat, lng)
            }))
        };
        self.named.get(name.to_owned(), Instant::now(), ask).await?.ok_or(VenueError::UnknownPlace)
    }
}

#[async_trait]
impl VenueSource for Photon {
    fn name(&self) -> &'static str {
        SOURCE
    }

    fn keeps(&self) -> Option<Duration> {
        Some(KEPT_FOR)
    }

    async fn search(&self, question: &Question) -> Result<Told, VenueError> {
        let from = match &question.place {
            Place::At(point) => Some(*point),
            Place::Near(name) => Some(self.locate(name).await?),
            Place::Nowhere => None,
        };
        let mut request = self
            .client
            .get(self.address.clone())
            .query(&[("include", PLACES_TO_EAT)])
            .query(&[("limit", question.limit)]);
        if let Some(query) = &question.query {
            request = request.query(&[("q", query)]);
        }
        if let Some(point) = from {
            request = request.query(&[("lat", point.lat()), ("lon", point.lng())]);
        }
        let answer = fetch::json(SOURCE, fetch::send(SOURCE, request).await?).await?;
        Ok(Told { attribution: Some(ATTRIBUTION), at: from, venues: venues(&answer, from)? })
    }
}

/// The places of an answer; an error if it is no answer at all.
pub(super) fn venues(answer: &Value, from: Option<Point>) -> Result<Vec<Found>, VenueError> {
    Ok(features(answer)?.iter().filter_map(|feature| found(feature, from)).collect())
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
