//! Asks all sources at the same time, and waits for them together. Knows what one has to know before another can be asked, and
//! leaves it to `joined` what becomes of their answers.

use futures_util::future::join_all;

use super::answer::Answer;
use super::error::VenueError;
use super::guarded::Guarded;
use super::joined::{Said, joined};
use super::question::{Place, Question};

/// The sources, in the order in which they take turns.
pub struct Together(pub Vec<Guarded>);

impl Together {
    /// What they know between them. Takes as long as the slowest, which its own limit ends.
    pub async fn ask(&self, question: &Question) -> Result<Answer, VenueError> {
        let names_a_place = matches!(question.place, Place::Near(_));
        let (first, later): (Vec<_>, Vec<_>) =
            self.0.iter().partition(|source| !names_a_place || source.finds_named_places());
        let mut said = each(&first, question).await;
        // Who cannot tell where "Berlin Mitte" is, is told by those who could. That one has its places at hand.
        let at = said.iter().find_map(|(_, told)| told.as_ref().ok()?.at);
        let question = at.map_or_else(|| question.clone(), |at| question.clone().at(at));
        said.extend(each(&later, &question).await);
        said.sort_by_key(|(name, _)| self.0.iter().position(|source| source.name() == *name));
        joined(&question, &said)
    }
}

async fn each(sources: &[&Guarded], question: &Question) -> Vec<Said> {
    join_all(sources.iter().map(async |source| (source.name(), source.ask(question).await))).await
}
