//! What one connection is told, whichever way it came: what is new in its area and whether that is current, how many are deciding,
//! and that the server ends. Knows neither sockets nor HTTP.

use bytestring::ByteString;
use tokio::sync::watch;

use super::session::Session;
use super::{Draining, Web};
use crate::hub::{Attending, Follower, New, News, Standing};
use crate::protocol::error::Problem;
use crate::protocol::server::{self, Bye, Count, SinceData};

/// What one connection is told: its area, and what everyone is told.
pub struct Feed {
    /// The area that this connection follows.
    follower: Option<Follower>,
    tidings: Tidings,
    /// Of who is signed in, or a guest that may sign in.
    attending: Attending,
    news: watch::Receiver<News>,
    draining: watch::Receiver<Draining>,
}

/// How much one connection was told of what everyone is told.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tidings {
    /// The count that it was told; none before it follows anything.
    told: Option<u64>,
    /// The count moved while who tells it was at something else.
    owed: bool,
    /// Whether it was last told that what it sees is not current.
    stale: bool,
}

/// One frame, and what it means to who sends it.
pub enum Told {
    /// What is new in the area.
    Area(New),
    /// What everyone is told.
    All(ByteString),
    /// The last frame of all: come back in so many ms.
    Bye(u64),
    /// The last frame, too: the session was ended.
    SignedOut,
}

impl Told {
    pub fn text(&self) -> ByteString {
        match self {
            Self::Area(new) => new.in_one(),
            Self::All(text) => text.clone(),
            Self::Bye(ms) => server::event("bye", &Bye { retry_in_ms: *ms }).into(),
            Self::SignedOut => server::server_error(None, &Problem::signed_out()).into(),
        }
    }
}

impl Feed {
    pub fn new(web: &Web, session: &Session) -> Self {
        let attending = web.hub.attend(session.id(), session.account().is_some());
        let mut draining = web.draining.subscribe();
        // Who comes while the process ends is told at once.
        draining.mark_changed();
        Self { follower: None, tidings: Tidings::default(), attending, news: web.hub.news(), draining }
    }

    pub fn follower(&self) -> Option<&Follower> {
        self.follower.as_ref()
    }

    /// From now on this connection follows `next`. Answers what it is to be told first: the area, then what everyone knows.
    pub fn switch(&mut self, next: Option<Follower>) -> impl Iterator<Item = Told> + use<> {
        if let Some(before) = std::mem::replace(&mut self.follower, next) {
            before.leave();
        }
        let standing = self.follower.as_ref().map(Follower::standing);
        let area = self.area();
        let standing = standing.and_then(|standing| self.tidings.standing(standing));
        let live = self.news.borrow_and_update().live;
        [area, self.tidings.begin(live), standing].into_iter().flatten()
    }

    /// Waits for something to tell. Safe to cancel: nothing is taken that is not told.
    pub async fn next(&mut self) -> Told {
        loop {
            let told = tokio::select! {
                // The area first: nobody is told that it is current before the state that is.
                () = changed(self.follower.as_ref(), self.tidings.stale) => self.area().or_else(|| self.standing()),
                () = self.attending.ended() => Some(Told::SignedOut),
                Ok(()) = self.news.changed() => {
                    let live = self.news.borrow_and_update().live;
                    self.tidings.count(live)
                }
                Ok(()) = self.draining.changed() => self.draining.borrow_and_update().bye().map(Told::Bye),
            };
            if let Some(told) = told {
                return told;
            }
        }
    }

    /// All that is new in the area, in one frame.
    fn area(&mut self) -> Option<Told> {
        let new = self.follower.as_mut()?.read()?;
        metrics::counter!("wte_events_delivered_total").increment(1);
        Some(Told::Area(new))
    }

    fn standing(&mut self) -> Option<Told> {
        let standing = self.follower.as_ref()?.standing();
        self.tidings.standing(standing)
    }
}

impl Tidings {
    /// The count, to who has just begun to follow an area, or all of them.
    pub fn begin(&mut self, live: u64) -> Option<Told> {
        // It is new to who has just come, whatever it is.
        self.told.get_or_insert(u64::MAX);
        self.count(live)
    }

    /// The count, if it is news.
    pub fn count(&mut self, live: u64) -> Option<Told> {
        self.takes_count(live).then(|| Told::All(count(live)))
    }

    /// There may be a new count, to be asked for by `is_owed`.
    pub fn owe_count(&mut self) {
        self.owed = true;
    }

    /// Whether there may be a new count; not again until there is the next one.
    pub fn is_owed(&mut self) -> bool {
        std::mem::take(&mut self.owed)
    }

    /// Whether the count is news, which it is not after this; never before the client follows anything.
    pub fn takes_count(&mut self, live: u64) -> bool {
        self.told.as_mut().is_some_and(|told| std::mem::replace(told, live) != live)
    }

    /// Whether what the client sees of the area is current, if that is news to it. Asked for before the state that is told first.
    pub fn standing(&mut self, standing: Standing) -> Option<Told> {
        let was_stale = std::mem::replace(&mut self.stale, standing.stale_since.is_some());
        let text = match standing.stale_since {
            Some(since) if !was_stale => server::event("stale", &SinceData { since }),
            None if was_stale => server::event("current", &SinceData { since: standing.current_since }),
            _ => return None,
        };
        Some(Told::All(text.into()))
    }
}

/// The frame that tells how many are deciding.
pub fn count(live: u64) -> ByteString {
    server::event("count", &Count { live }).into()
}

/// Waits until there may be something new in the area; for ever without one.
async fn changed(follower: Option<&Follower>, was_stale: bool) {
    match follower {
        Some(follower) => follower.changed(was_stale).await,
        None => std::future::pending().await,
    }
}
