//! The search for places to eat: which source answers, how often a session may ask, and what is asked only once.
//! Knows nothing of HTTP servers, areas or settings files.

use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;

mod answer;
#[cfg(test)]
mod arbitrary_answers;
mod asked;
mod error;
mod fetch;
mod foursquare;
mod guarded;
mod limit;
mod photon;
mod question;
mod read;
mod write_ins;

pub use answer::{Answer, Attribution, Found};
pub use error::{SetupError, VenueError};
pub use question::{BadQuestion, Place, Point, Question, RawQuestion};

use foursquare::Foursquare;
use guarded::Guarded;
use limit::Allowance;
use photon::Photon;
use write_ins::WriteInsOnly;

/// Somebody who knows places to eat.
#[async_trait]
pub trait VenueSource: Send + Sync {
    /// What it is called on the wire, in the log and in the figures.
    fn name(&self) -> &'static str;

    /// How long its terms let us keep an answer; none: not at all.
    fn keeps(&self) -> Option<Duration>;

    /// The places that fit, as it ranks them. Waits as long as it takes: who calls sets the limit, and may drop the
    /// call at any time.
    async fn search(&self, question: &Question) -> Result<Answer, VenueError>;
}

/// Who is to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Foursquare where there is a key for it, else OpenStreetMap.
    Auto,
    Foursquare,
    OpenStreetMap,
    /// Nobody: people write places in.
    None,
}

impl FromStr for Choice {
    type Err = SetupError;

    fn from_str(name: &str) -> Result<Self, SetupError> {
        match name {
            "auto" => Ok(Self::Auto),
            "foursquare" => Ok(Self::Foursquare),
            "openstreetmap" => Ok(Self::OpenStreetMap),
            "none" => Ok(Self::None),
            other => Err(SetupError::Source(other.to_owned())),
        }
    }
}

/// How the search is set up. Without `Debug`, for it holds the key.
pub struct VenuesOptions {
    pub source: Choice,
    /// The address of the host, such as `https://places-api.foursquare.com`.
    pub foursquare_url: String,
    /// Blank is none.
    pub foursquare_key: Option<String>,
    /// The address of the host, such as `https://photon.komoot.io`.
    pub photon_url: String,
    /// This server's own address: it tells a source whom to ask about too many questions.
    pub public_url: Option<String>,
    /// Latitude and longitude in degrees, for who says nothing of where.
    pub center: Option<(f64, f64)>,
    /// For a whole search, from its first connection to the last byte.
    pub timeout: Duration,
    /// Searches a minute and session; 0 is no limit.
    pub per_minute: u32,
    /// Different searches under way at once; none: no limit.
    pub under_way: Option<usize>,
}

pub struct Venues {
    source: Guarded,
    center: Option<Point>,
    allowance: Allowance,
}

impl Venues {
    /// Asks nobody yet, so a source that is away does not hinder a start.
    pub fn new(options: VenuesOptions) -> Result<Self, SetupError> {
        let center = options.center.map(|(lat, lng)| Point::rounded(lat, lng).ok_or(SetupError::Center)).transpose()?;
        let source = Guarded::new(source(&options)?, options.timeout, options.under_way);
        Ok(Self { source, center, allowance: Allowance::new(options.per_minute) })
    }

    /// What there is to eat. `session` is any text that stands for one browser. The answer comes within the timeout,
    /// as an error if need be.
    pub async fn search(&self, session: &str, question: Question) -> Result<Arc<Answer>, VenueError> {
        self.allowance.take(session, Instant::now())?;
        let question = question.around(self.center);
        if question.query.is_none() && question.place == Place::Nowhere {
            return Err(BadQuestion::NoPlace.into());
        }
        let answer = self.source.ask(&question).await;
        let outcome = if answer.is_ok() { "found" } else { "failed" };
        metrics::counter!("wte_venue_questions_total", "outcome" => outcome).increment(1);
        answer
    }
}

fn source(options: &VenuesOptions) -> Result<Arc<dyn VenueSource>, SetupError> {
    let key = options.foursquare_key.as_deref().filter(|key| !key.trim().is_empty());
    let client = || fetch::client(options.public_url.as_deref());
    Ok(match (options.source, key) {
        (Choice::Auto | Choice::Foursquare, Some(key)) => {
            Arc::new(Foursquare::new(client()?, &options.foursquare_url, key)?)
        }
        (Choice::Foursquare, None) => return Err(SetupError::NoKey),
        (Choice::Auto | Choice::OpenStreetMap, _) => {
            Arc::new(Photon::new(client()?, &options.photon_url, options.under_way)?)
        }
        (Choice::None, _) => Arc::new(WriteInsOnly),
    })
}
