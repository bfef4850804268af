//! What an area's page shows of it: the standings as rows, and the outcome in words. Knows neither requests nor templates.

use chrono::DateTime;

use super::address;
use crate::domain::Millis;
use crate::domain::change::Me;
use crate::domain::name::{AreaName, UserKey};
use crate::domain::state::Standing;
use crate::lang::Texts;
use crate::web::forms::Forms;
use crate::web::unfurl;

/// `templates/page.html` says what each of these is.
pub struct AreaPage {
    pub name: String,
    pub known: bool,
    pub summary: String,
    pub here: usize,
    pub expires: String,
    pub rows: Vec<Row>,
    pub path: String,
    pub me: String,
    pub forms: Forms,
}

pub struct Row {
    pub id: String,
    pub name: String,
    pub mine: bool,
    pub votes: usize,
    pub share: usize,
    pub first: bool,
    pub voters: Vec<String>,
    pub category: String,
    pub address: String,
}

impl AreaPage {
    pub fn new(
        t: &Texts,
        name: &AreaName,
        standings: &[Standing<'_>],
        here: usize,
        expires_at: Millis,
        me: Option<&Me>,
    ) -> Self {
        let votes: usize = standings.iter().map(|standing| standing.voters.len()).sum();
        let most = standings.first().map_or(0, |standing| standing.voters.len());
        let key = me.map(|me| me.username.key());
        let rows = standings.iter().map(|standing| Row::new(standing, votes, most, key.as_ref())).collect();
        let outcome = || t.say("outcome").with("outcome", unfurl::outcome(t, standings)).to_string();
        let summary = if most == 0 { String::new() } else { outcome() };
        let expires = clock_time(expires_at);
        let me = me.map(|me| me.username.to_string()).unwrap_or_default();
        Self { known: true, summary, here, expires, rows, me, ..Self::unknown(name, String::new()) }
    }

    /// The link as people read it aloud: `eat.example/a/lunch`.
    pub fn link_in_words(&self, origin: &str) -> String {
        let host = origin.split_once("://").map_or(origin, |(_, host)| host);
        format!("{host}/a/{}", self.name)
    }

    /// As it was known before the store went away, and says so.
    pub fn stale(self, t: &Texts) -> Self {
        let note = t.say("oldOutcome");
        Self { summary: format!("{note} {}", self.summary).trim_end().to_owned(), ..self }
    }

    /// Where the standings could not be read: it says so, instead of showing none.
    pub fn unknown(name: &AreaName, why: String) -> Self {
        Self {
            name: name.to_string(),
            known: false,
            summary: why,
            here: 0,
            expires: String::new(),
            rows: Vec::new(),
            path: address(name),
            me: String::new(),
            forms: Forms::default(),
        }
    }
}

impl Row {
    fn new(standing: &Standing<'_>, all: usize, most: usize, me: Option<&UserKey>) -> Self {
        let votes = standing.voters.len();
        let venue = standing.venue;
        let location = venue.location.as_ref();
        Self {
            id: venue.id.as_str().to_owned(),
            name: venue.name.clone(),
            mine: standing.voters.iter().any(|voter| Some(&voter.username.key()) == me),
            votes,
            // To the nearest, as the page does.
            share: (votes * 200 + all).checked_div(all * 2).unwrap_or(0),
            first: votes > 0 && votes == most,
            voters: standing.voters.iter().map(|user| user.username.to_string()).collect(),
            category: venue.categories.first().map(|category| category.name.clone()).unwrap_or_default(),
            address: location.and_then(|location| location.address.clone()).unwrap_or_default(),
        }
    }
}

/// "14:05 UTC"; empty for a time that is none.
fn clock_time(at: Millis) -> String {
    let time = i64::try_from(at).ok().filter(|at| *at > 0).and_then(DateTime::from_timestamp_millis);
    time.map(|time| time.format("%H:%M UTC").to_string()).unwrap_or_default()
}
