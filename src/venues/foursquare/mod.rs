//! Foursquare's Places API, in its version of June 2025. Needs a key; a small free quota, then each call costs money.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Client, StatusCode, Url};
use tracing::warn;

use super::answer::{Attribution, Told};
use super::error::{SetupError, VenueError};
use super::question::{BadQuestion, Place, Question};
use super::{VenueSource, fetch};

pub(super) mod places;

const SOURCE: &str = "foursquare";
const CALL: &str = "/places/search";
const VERSION: (&str, &str) = ("X-Places-Api-Version", "2025-06-17");
/// Restaurants of every kind, cafés, bakeries, bars, food trucks.
const CATEGORIES: &str = "4d4b7105d754a06374d81259,63be6904847c3692a84b9bb6,4bf58dd8d48988d16a941735,\
                          4bf58dd8d48988d116941735,4bf58dd8d48988d1cb941735";
/// Fields outside the free ones (hours, rating, price) make every call a dearer one. `website` is often empty and `link`
/// leads into the API, so neither is asked for: see [`places`].
const FIELDS: &str = "fsq_place_id,name,latitude,longitude,distance,categories,location,tel";
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
        let venues = places::venues(&answer, from).ok_or_else(|| {
            warn!(source = SOURCE, "the venue source's answer has no results");
            VenueError::BadAnswer
        })?;
        let at = if let Place::Near(_) = question.place { places::center(&answer) } else { None };
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
