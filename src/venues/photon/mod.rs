//! OpenStreetMap through Photon. Needs no key; its public host is for reasonable use.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use reqwest::{Client, Url};

use super::answer::{Attribution, Told};
use super::asked::Asked;
use super::error::{SetupError, VenueError};
use super::question::{Place, Point, Question};
use super::{VenueSource, fetch};

pub(super) mod places;

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
            places::first_point(&answer)
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
        Ok(Told { attribution: Some(ATTRIBUTION), at: from, venues: places::venues(&answer, from)? })
    }
}
