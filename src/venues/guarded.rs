//! One source behind its guards: it answers in time or not at all, equal questions reach it once, and it is left alone for as
//! long as it asks. Knows neither its protocol nor the other sources.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tracing::warn;

use super::VenueSource;
use super::answer::Told;
use super::asked::Asked;
use super::error::VenueError;
use super::question::Question;

pub struct Guarded {
    source: Arc<dyn VenueSource>,
    /// For one search, from its first connection to the last byte.
    timeout: Duration,
    rest: Arc<Rest>,
    answers: Asked<Question, Arc<Told>>,
}

impl Guarded {
    /// `under_way` is how many different questions it may be asked at once; none: no limit.
    pub fn new(source: Arc<dyn VenueSource>, timeout: Duration, under_way: Option<usize>) -> Self {
        let answers = Asked::new(source.keeps(), under_way);
        Self { source, timeout, rest: Arc::default(), answers }
    }

    pub fn name(&self) -> &'static str {
        self.source.name()
    }

    pub fn finds_named_places(&self) -> bool {
        self.source.finds_named_places()
    }

    /// What the source says, or why it says nothing, within the timeout.
    pub async fn ask(&self, question: &Question) -> Result<Arc<Told>, VenueError> {
        let now = Instant::now();
        let (source, timeout, rest, asked) =
            (Arc::clone(&self.source), self.timeout, Arc::clone(&self.rest), question.clone());
        let ask = || async move {
            rest.over(now)?;
            let name = source.name();
            let Ok(told) = tokio::time::timeout(timeout, source.search(&asked)).await else {
                warn!(source = name, limit_ms = timeout.as_millis(), "the venue source took too long");
                return Err(VenueError::TimedOut);
            };
            metrics::histogram!("wte_venue_seconds", "source" => name).record(now.elapsed().as_secs_f64());
            rest.heed(&told, Instant::now());
            told.map(Arc::new)
        };
        let told = self.answers.get(question.clone(), now, ask).await;
        let outcome = match &told {
            Ok(_) => "answered",
            // The source works: it is the question that leads nowhere.
            Err(VenueError::Question(_) | VenueError::UnknownPlace) => "asked_back",
            Err(_) => "failed",
        };
        metrics::counter!("wte_venue_answers_total", "source" => self.name(), "outcome" => outcome).increment(1);
        told
    }
}

/// Until when a source wants to be left alone. Has no clock of its own.
#[derive(Default)]
struct Rest(Mutex<Option<Instant>>);

impl Rest {
    /// Whether the source may be asked; if not, for how long not yet.
    fn over(&self, now: Instant) -> Result<(), VenueError> {
        let until = *self.0.lock().expect("nothing panics while it holds this lock");
        match until.map(|until| until.saturating_duration_since(now)) {
            Some(left) if !left.is_zero() => Err(VenueError::OverQuota { retry_after: Some(left) }),
            _ => Ok(()),
        }
    }

    /// Remembers for how long the source asked to be left alone, if it did.
    fn heed<T>(&self, told: &Result<T, VenueError>, now: Instant) {
        if let Err(VenueError::OverQuota { retry_after: Some(wait) }) = told {
            *self.0.lock().expect("nothing panics while it holds this lock") = Some(now + *wait);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn over_quota(wait: Option<Duration>) -> Result<(), VenueError> {
        Err(VenueError::OverQuota { retry_after: wait })
    }

    #[test]
    fn a_source_rests_for_as_long_as_it_asks_and_no_longer() {
        let (rest, now) = (Rest::default(), Instant::now());
        rest.heed(&over_quota(Some(30 * SECOND)), now);
        assert_eq!(rest.over(now + 10 * SECOND), over_quota(Some(20 * SECOND)));
        assert_eq!(rest.over(now + 30 * SECOND), Ok(()));
    }

    #[test]
    fn no_other_failure_makes_a_source_rest() {
        let (rest, now) = (Rest::default(), Instant::now());
        for told in [Ok(()), over_quota(None), Err(VenueError::TimedOut), Err(VenueError::Unreachable)] {
            rest.heed(&told, now);
            assert_eq!(rest.over(now), Ok(()), "after {told:?}");
        }
    }
}
