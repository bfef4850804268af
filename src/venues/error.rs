//! Why a search found nothing out, in sentences for the person who asked. Causes go to the log, not in here.

use std::path::PathBuf;
use std::time::Duration;

use super::question::BadQuestion;

/// What always works, whatever the search does.
const WRITE_IN: &str = "You can still add any place by its name.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VenueError {
    #[error(transparent)]
    Question(#[from] BadQuestion),
    #[error("There seems to be no place of that name to search around. Try another one. {WRITE_IN}")]
    UnknownPlace,
    /// This session has asked too often.
    #[error("These were many searches in a short time: wait a moment. {WRITE_IN}")]
    RateLimited { retry_after: Duration },
    /// This server asks the source too much at once already.
    #[error("Many people are searching right now: try again in a moment. {WRITE_IN}")]
    Busy,
    #[error("The search for places took too long. Try again in a moment. {WRITE_IN}")]
    TimedOut,
    #[error("The search for places does not work right now. Try again in a while. {WRITE_IN}")]
    Unreachable,
    /// The source has had enough of this server, for as long as it says, if it says.
    #[error("The search for places is used up for now{}. {WRITE_IN}", again(*.retry_after))]
    OverQuota { retry_after: Option<Duration> },
    #[error("The search for places turns this server away: who runs it has to look at its key. {WRITE_IN}")]
    BadKey,
    #[error("The search for places gave an answer that makes no sense. Try again in a while. {WRITE_IN}")]
    BadAnswer,
}

/// When the search can be used again, to go on with a sentence.
fn again(retry_after: Option<Duration>) -> String {
    match retry_after.map(|wait| wait.as_secs_f64().ceil()) {
        None => String::new(),
        Some(seconds) if seconds < 2.0 => "; try again in a moment".to_owned(),
        Some(seconds) if seconds < 120.0 => format!("; try again in {seconds} seconds"),
        Some(seconds) => format!("; try again in {} minutes", (seconds / 60.0).ceil()),
    }
}

/// Why the search cannot be set up; said at start, to who runs the server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// What is `wrong` ends a sentence.
    #[error("The setting venues.file names {}, which {wrong}.", .path.display())]
    File { path: PathBuf, wrong: String },
    #[error("venues.source has the source file, which needs one: set venues.file.")]
    NoFile,
    #[error("{0} is an address that starts with https:// or http://.")]
    Address(&'static str),
    #[error("venues.source has the source foursquare, which needs a key: set FOURSQUARE_API_KEY.")]
    NoKey,
    #[error("FOURSQUARE_API_KEY has characters that no key has.")]
    OddKey,
    #[error("venues.center is a latitude from -90 to 90 and a longitude from -180 to 180.")]
    Center,
    #[error("The client for venue searches cannot be built: {0}")]
    Client(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_used_up_search_says_when_to_come_back_if_it_knows() {
        for (wait, says) in [
            (None, "used up for now. You"),
            (Some(1), "used up for now; try again in a moment. You"),
            (Some(119), "in 119 seconds."),
            (Some(121), "in 3 minutes."),
            (Some(600), "in 10 minutes."),
        ] {
            let sentence = VenueError::OverQuota { retry_after: wait.map(Duration::from_secs) }.to_string();
            assert!(sentence.contains(says), "{sentence}");
        }
    }
}
