//! A server that goes by its own clock: the times that the store tells are its own ones, in answers and in what is published.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use where_to_eat::domain::Millis;
use where_to_eat::domain::account::SessionId;
use where_to_eat::domain::event::Heard;
use where_to_eat::domain::name::AreaName;
use where_to_eat::store::Listener;

/// What this machine, or what stands in for its clock, says.
pub fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX)
}

/// Tells of changes as if they were of now.
pub struct OwnClock(pub Arc<dyn Listener>);

impl Listener for OwnClock {
    fn heard(&self, area: &AreaName, heard: Heard, text: &str) {
        match heard {
            Heard::Change(mut change) => {
                change.at = now();
                let text = change.encode();
                self.0.heard(area, Heard::Change(change), &text);
            }
            notice => self.0.heard(area, notice, text),
        }
    }

    fn missed(&self, area: Option<&AreaName>) {
        self.0.missed(area);
    }

    fn session_ended(&self, session: &SessionId) {
        self.0.session_ended(session);
    }

    fn sessions_missed(&self) {
        self.0.sessions_missed();
    }
}
