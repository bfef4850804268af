//! The search for venues: the real clients, against stand-ins for the services that they ask.

use std::time::Duration;

use where_to_eat::venues::{Answer, Choice, Question, RawQuestion, VenueError, Venues, VenuesOptions};

mod failures;
mod file;
mod foursquare;
mod photon;
mod rules;
pub mod stand_in;
mod together;

use stand_in::{Reply, StandIn};

/// Longer than anything in here takes: a search that has not ended by then hangs.
const HANGS: Duration = Duration::from_secs(60);

/// All services at the same address: what is asked shows which one is meant.
fn with_sources(sources: &[Choice], service: &StandIn) -> VenuesOptions {
    VenuesOptions {
        sources: sources.to_vec(),
        file: None,
        foursquare_url: service.url(),
        foursquare_key: sources.contains(&Choice::Foursquare).then(|| "fsq-key".to_owned()),
        photon_url: service.url(),
        public_url: None,
        center: None,
        timeout: Duration::from_secs(4),
        per_minute: 0,
        under_way: Some(32),
    }
}

fn options(source: Choice, service: &StandIn) -> VenuesOptions {
    with_sources(&[source], service)
}

/// A service that is no good to whoever asks it.
async fn nobody() -> StandIn {
    StandIn::start(|_| Reply::status("500 Internal Server Error")).await
}

fn venues(source: Choice, service: &StandIn) -> Venues {
    Venues::new(options(source, service)).expect("the stand-in's address is a good one")
}

/// A question as the page would put it.
fn question(parameters: &str) -> Question {
    let pairs = url::form_urlencoded::parse(parameters.as_bytes());
    let mut raw = RawQuestion::default();
    for (name, value) in pairs {
        let field = match &*name {
            "ll" => &mut raw.ll,
            "query" => &mut raw.query,
            "near" => &mut raw.near,
            "limit" => &mut raw.limit,
            other => panic!("there is no parameter {other}"),
        };
        *field = Some(value.into_owned());
    }
    Question::parse(raw).expect("the test's own question is a good one")
}

async fn search(venues: &Venues, parameters: &str) -> Result<Answer, VenueError> {
    let searching = venues.search("a session", question(parameters));
    tokio::time::timeout(HANGS, searching).await.expect("a search ends by itself")
}

async fn found(venues: &Venues, parameters: &str) -> serde_json::Value {
    let answer = search(venues, parameters).await.expect("the stand-in answers well");
    serde_json::to_value(&answer).expect("an answer is JSON")
}

fn names(answer: &serde_json::Value) -> Vec<&str> {
    let venues = answer["venues"].as_array().expect("venues are a list");
    venues.iter().map(|venue| venue["name"].as_str().expect("a venue has a name")).collect()
}
