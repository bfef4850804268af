//! Votes of one area that waited for the same change go in one call, which does once what they have in common. What a vote is told is what
//! it would be told alone; one that is not as usual, and one whose group was not answered, goes alone after that.

use super::RedisStore;
use super::answer::{me_in, read};
use super::changes::unexpected;
use super::keys::written;
use super::link::Again;
use super::script::{Call, VOTES};
use super::turns::{Given, Lead};
use crate::domain::change::{Act, Change, Done};
use crate::domain::event::Epoch;
use crate::domain::name::AreaName;
use crate::domain::owner::Owner;
use crate::domain::venue::{Pick, VenueId};
use crate::store::{Result, StoreError};

/// What a vote that was sent with others came to.
pub type Answer = Result<Done>;

/// The area's number after a vote, and the user's text.
type Told = (u64, Vec<u8>);

/// A vote as its script is given it, of somebody who is believed to hold a name.
pub struct Vote {
    owner: Owner,
    n: Option<u64>,
    /// The name, as it is written in keys.
    held: String,
    id: VenueId,
    /// As JSON; empty for one that the area has.
    place: String,
}

impl Vote {
    /// Whether it is one at all: a vote of somebody who is believed to hold a name.
    pub fn may_join(change: &Change) -> bool {
        matches!(change.act, Act::Vote(_)) && change.held.is_some()
    }

    pub fn of(change: &Change) -> Option<Self> {
        let Act::Vote(pick) = &change.act else { return None };
        Some(Self {
            owner: change.owner.clone(),
            n: change.n,
            held: written(&change.held.as_ref()?.key()),
            id: pick.id().clone(),
            place: place_of(pick),
        })
    }
}

/// What the scripts are given of a place.
pub fn place_of(pick: &Pick) -> String {
    match pick {
        Pick::Place(venue) => venue.to_json(),
        Pick::Known(_) => String::new(),
    }
}

impl RedisStore {
    /// Sends what the lead was given, and tells everyone of it; answers what is given to the lead itself. Goes on if the caller gives up: the
    /// others' votes are no less theirs for that.
    pub(super) async fn lead(&self, lead: Lead<Vote, Answer>) -> Given<Vote, Answer> {
        let Some(store) = self.own.upgrade() else { return Given::Turn(lead.turn) };
        let kept = tokio::spawn(async move { store.keep_together(lead).await }).await;
        kept.unwrap_or_else(|_| Given::Answer(Err(StoreError::Unavailable("the server ends".into()))))
    }

    async fn keep_together(&self, lead: Lead<Vote, Answer>) -> Given<Vote, Answer> {
        let Lead { turn, own, others } = lead;
        let votes: Vec<&Vote> = [&own].into_iter().chain(others.iter().map(|other| &other.with)).collect();
        metrics::counter!("wte_votes_together_total").increment(votes.len() as u64);
        let mut answers = self.ask_together(turn.area(), &votes).await.map(Vec::into_iter);
        let mut next = |vote: &Vote| {
            let answer = match &mut answers {
                Ok(answers) => answers.next().flatten().map(Ok),
                // It has no effect the second time, if the first one came about.
                Err(_) if vote.n.is_some() => None,
                Err(error) => Some(Err(error.clone())),
            };
            answer.map_or_else(|| Given::Turn(turn.another()), Given::Answer)
        };
        let given = next(&own);
        for other in others {
            let given = next(&other.with);
            other.tell(given);
        }
        given
    }

    /// What each vote came to; none for one that is not as usual.
    async fn ask_together(&self, area: &AreaName, votes: &[&Vote]) -> Result<Vec<Option<Done>>> {
        let again = if votes.iter().all(|vote| vote.n.is_some()) { Again::Safe } else { Again::Never };
        self.list_before(area).await;
        let answer = self.ask_to_keep(self.call_of_all(area, votes), again).await?;
        let (epoch, at, answers): (String, u64, Vec<Option<Told>>) = read(answer)?;
        if answers.len() != votes.len() {
            return unexpected();
        }
        let epoch = Epoch::from_text(&epoch);
        let done = |(seq, user): Told| Done { epoch: epoch.clone(), seq, at, me: me_in(&user) };
        let all: Vec<Option<Done>> = answers.into_iter().map(|answer| answer.map(done)).collect();
        if all.iter().any(Option::is_some) {
            self.list_after(area, &epoch).await;
        }
        Ok(all)
    }

    fn call_of_all(&self, area: &AreaName, votes: &[&Vote]) -> Call {
        let keys = self.keys(area);
        let call = self.call(&VOTES, area, None).arg(self.rules.venues.to_string());
        votes.iter().fold(call, |call, vote| {
            let call = keys.record(&vote.held).into_iter().fold(call, Call::key);
            let n = vote.n.map(|n| n.to_string()).unwrap_or_default();
            call.arg(vote.owner.digits().as_str()).arg(n).arg(&vote.held).arg(vote.id.as_str()).arg(&vote.place)
        })
    }
}
