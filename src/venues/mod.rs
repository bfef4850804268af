//! The search for places to eat: which source answers, how often a session may ask, and what is asked only once.
//! Knows nothing of HTTP servers, areas or settings files.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;

mod answer;
#[cfg(test)]
mod arbitrary_answers;
mod asked;
mod error;
mod fetch;
mod file;
mod fold;
mod foursquare;
mod guarded;
mod joined;
mod limit;
mod photon;
mod question;
mod read;
mod together;

pub use answer::{Answer, Attribution, Found, Told};
pub use error::{SetupError, VenueError};
pub use question::{BadQuestion, Place, Point, Question, RawQuestion};

use file::PlacesFile;
use foursquare::Foursquare;
use guarded::Guarded;
use limit::Allowance;
use photon::Photon;
use together::Together;

/// Somebody who knows places to eat.
#[async_trait]
pub trait VenueSource: Send + Sync {
    /// What it is called on the wire, in the log and in the figures.
    fn name(&self) -> &'static str;

    /// How long its terms let us keep an answer; none: not at all.
    fn keeps(&self) -> Option<Duration>;

    /// Whether it can tell where a place is that somebody names, such as "Berlin Mitte". Who cannot is asked after those who can,
    /// and has to answer at once.
    fn finds_named_places(&self) -> bool {
        true
    }

    /// The places that fit, as it ranks them. Waits as long as it takes: who calls sets the limit, and may drop the
    /// call at any time.
    async fn search(&self, question: &Question) -> Result<Told, VenueError>;
}

/// Who can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The office's own places; needs the file.
    File,
    /// Needs a key.
    Foursquare,
    OpenStreetMap,
}

/// How the search is set up. Without `Debug`, for it holds the key.
pub struct VenuesOptions {
    /// Asked together. Without any, people write places in.
    pub sources: Vec<Choice>,
    /// A GeoJSON FeatureCollection of points.
    pub file: Option<PathBuf>,
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
    /// For a search in one source, from its first connection to the last byte.
    pub timeout: Duration,
    /// Searches a minute and session; 0 is no limit.
    pub per_minute: u32,
    /// Different searches under way at once in each source; none: no limit.
    pub under_way: Option<usize>,
}

pub struct Venues {
    sources: Together,
    center: Option<Point>,
    allowance: Allowance,
}

impl Venues {
    /// Reads the file of places, but asks nobody yet: a source that is away does not hinder a start.
    pub fn new(options: VenuesOptions) -> Result<Self, SetupError> {
        let center = options.center.map(|(lat, lng)| Point::rounded(lat, lng).ok_or(SetupError::Center)).transpose()?;
        let mut choices = options.sources.clone();
        // What the office knows itself goes before what others know of it.
        choices.sort_by_key(|choice| *choice != Choice::File);
        let guarded = |choice| Ok(Guarded::new(source(choice, &options)?, options.timeout, options.under_way));
        let sources = choices.into_iter().map(guarded).collect::<Result<_, SetupError>>()?;
        Ok(Self { sources: Together(sources), center, allowance: Allowance::new(options.per_minute) })
    }

    /// What there is to eat. `session` is any text that stands for one browser. The answer comes within the timeout, as an error if
    /// need be; a tenth of a second later where the disk hangs that has the file.
    pub async fn search(&self, session: &str, question: Question) -> Result<Answer, VenueError> {
        self.allowance.take(session, Instant::now())?;
        let question = question.around(self.center);
        if question.query.is_none() && question.place == Place::Nowhere {
            return Err(BadQuestion::NoPlace.into());
        }
        let answer = self.sources.ask(&question).await;
        let outcome = if answer.is_ok() { "found" } else { "failed" };
        metrics::counter!("wte_venue_questions_total", "outcome" => outcome).increment(1);
        answer
    }
}

fn source(choice: Choice, options: &VenuesOptions) -> Result<Arc<dyn VenueSource>, SetupError> {
    let client = || fetch::client(options.public_url.as_deref());
    Ok(match choice {
        Choice::File => Arc::new(PlacesFile::open(options.file.as_deref().ok_or(SetupError::NoFile)?)?),
        Choice::Foursquare => {
            let key = options.foursquare_key.as_deref().filter(|key| !key.trim().is_empty());
            Arc::new(Foursquare::new(client()?, &options.foursquare_url, key.ok_or(SetupError::NoKey)?)?)
        }
        Choice::OpenStreetMap => Arc::new(Photon::new(client()?, &options.photon_url, options.under_way)?),
    })
}
