//! One event stream's task: it waits until the client has taken what was written, then for what the client is to be told.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use super::message::{self, HEARTBEAT};
use super::outlet::{Outlet, Stalled};
use crate::hub::Follower;
use crate::protocol::client::Since;
use crate::web::feed::{Feed, Told};
use crate::web::limits::Connection;
use crate::web::session::Session;
use crate::web::{Web, random_below};

/// Routers end a connection after 55 s without traffic, and a page doubts one after 20 s of silence.
const HEARTBEAT_EVERY: Duration = Duration::from_secs(15);
/// Who loses the stream comes back in 1 to 3 s: all views are to be equal 5 s after a fault, and not all come in one moment.
const RETRY_MS: u64 = 1000;
const RETRY_SPREAD_MS: u64 = 2000;

pub struct Stream {
    feed: Feed,
    /// Nothing new is read from the area before what was written is taken.
    outlet: Outlet,
    place: Place,
    _connection: Connection,
}

/// Where in the order of the area the client is.
#[derive(Default)]
struct Place {
    /// By the last id that it got.
    told: Option<Since>,
    /// When the store was last asked who this is.
    asked: Option<Since>,
}

impl Stream {
    pub fn new(web: &Web, session: &Session, outlet: Outlet, connection: Connection) -> Self {
        Self { feed: Feed::new(web, session), outlet, place: Place::default(), _connection: connection }
    }

    /// Runs until either side ends it; with it goes the seat in the area. `ack` is what a `watch` of the same would be answered.
    pub async fn run(mut self, ack: String, follower: Option<Follower>) {
        let end = self.serve(&ack, follower).await;
        if let Err(Stalled) = end {
            self.outlet.hang_up();
        }
    }

    async fn serve(&mut self, ack: &str, follower: Option<Follower>) -> Result<(), Stalled> {
        let mut first = message::retry(RETRY_MS + random_below(RETRY_SPREAD_MS)) + &message::message(ack, None);
        first.extend(self.feed.switch(follower).map(|told| self.place.text_of(&told)));
        self.outlet.write(first).await?;
        let mut ticks = interval(HEARTBEAT_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.reset();
        loop {
            self.outlet.room().await?;
            tokio::select! {
                told = self.feed.next() => {
                    let text = self.place.text_of(&told);
                    self.outlet.write(text).await?;
                    if let Told::Bye(_) | Told::SignedOut = told {
                        return Ok(());
                    }
                }
                _ = ticks.tick() => {
                    self.outlet.write(HEARTBEAT.to_owned()).await?;
                    self.place.ask_for_name(&self.feed).await;
                }
                () = self.outlet.gone() => return Ok(()),
            }
        }
    }
}

impl Place {
    fn text_of(&mut self, told: &Told) -> String {
        let frame = told.text();
        match told {
            Told::Area(new) if self.told.as_ref() != Some(&new.since) => {
                self.told = Some(new.since.clone());
                message::message(&frame, Some(&new.since))
            }
            Told::Area(_) | Told::All(_) | Told::SignedOut => message::message(&frame, None),
            // A browser comes back by itself, after what it was last told to wait.
            Told::Bye(ms) => message::retry(*ms) + &message::message(&frame, None),
        }
    }

    /// A name that this session took by way of another server is no news here: so the store is asked, if the area has
    /// changed since it last was.
    async fn ask_for_name(&mut self, feed: &Feed) {
        let nameless = feed.follower().filter(|follower| follower.name().is_none());
        if let Some(follower) = nameless.filter(|_| self.asked != self.told) {
            match follower.recall().await {
                Ok(()) => self.asked = self.told.clone(),
                Err(error) => tracing::debug!(%error, "still without a name"),
            }
        }
    }
}
