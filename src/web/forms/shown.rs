//! What the forms of an area's page show beside their labels: who one is, what was typed, and what was wrong with it.

use super::post::Fields;
use crate::lang::Texts;
use crate::protocol::error::{Code, Problem};

/// Where on the page an error is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    Name,
    /// Above the standings, for the buttons in them.
    Vote,
    /// At the field to write a place in.
    Place,
}

/// `templates/forms/` says what each of these is. Empty is none.
#[derive(Debug, Default, PartialEq)]
pub struct Forms {
    pub username: String,
    pub name_error: String,
    pub free: String,
    pub waiting_id: String,
    pub waiting_place: String,
    pub vote_error: String,
    pub place: String,
    pub place_error: String,
}

impl Forms {
    /// After something that did not work: what was typed is kept, and the error stands where the eye is.
    pub fn again(t: &Texts, at: At, problem: Problem, sent: Fields) -> Self {
        let error = match problem.code {
            // Scripts try again by themselves, and the sentence for them says so.
            Code::StoreUnavailable => t.say("notSaved").to_string(),
            code => t.error(code.as_str()).to_owned(),
        };
        match at {
            At::Name => Self {
                username: sent.username,
                name_error: error,
                free: problem.free.map(|free| free.to_string()).unwrap_or_default(),
                waiting_id: sent.id,
                waiting_place: sent.place,
                ..Self::default()
            },
            At::Vote => Self { vote_error: error, ..Self::default() },
            At::Place => Self { place: sent.place, place_error: error, ..Self::default() },
        }
    }

    pub fn is_wrong(&self) -> bool {
        [&self.name_error, &self.vote_error, &self.place_error].iter().any(|error| !error.is_empty())
    }

    /// A vote is cast as soon as there is a name.
    pub fn waits(&self) -> bool {
        !self.waiting_id.is_empty() || !self.waiting_place.is_empty()
    }
}
