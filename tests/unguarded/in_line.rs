//! A server that sends to one client after the other: everyone waits for the slowest one.

use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use where_to_eat::domain::account::SessionId;
use where_to_eat::domain::event::Heard;
use where_to_eat::domain::name::AreaName;
use where_to_eat::store::Listener;

/// What a client that hardly reads makes the others wait for each event: far more than one takes otherwise.
const WAIT: Duration = Duration::from_millis(50);

pub struct InLine(pub Arc<dyn Listener>);

impl Listener for InLine {
    fn heard(&self, area: &AreaName, heard: Heard, text: &str) {
        #[expect(clippy::disallowed_methods, reason = "this is the very thing that must not be")]
        sleep(WAIT);
        self.0.heard(area, heard, text);
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
