//! What one connection is told, whichever way it came: what is new in its area, how many are deciding, whether the store is
//! there, and that the server ends. Knows neither sockets nor HTTP.

use bytestring::ByteString;
use tokio::sync::watch;

use super::{Draining, Web};
use crate::hub::{Follower, New, News};
use crate::protocol::server::{self, Bye, Count, SinceData};

/// What one connection is told: its area, and what everyone is told.
pub struct Feed {
    /// The area that this connection follows.
    follower: Option<Follower>,
    tidings: Tidings,
}

/// What everyone is told, and how much of it one connection was told.
pub struct Tidings {
    /// None before it follows anything.
    told: Option<News>,
    news: watch::Receiver<News>,
    draining: watch::Receiver<Draining>,
}

/// One frame, and what it means to who sends it.
pub enum Told {
    /// What is new in the area.
    Area(New),
    /// What everyone is told.
    All(ByteString),
    /// The last frame of all: come back in so many ms.
    Bye(u64),
}

impl Told {
    pub fn text(&self) -> ByteString {
        match self {
            Self::Area(new) => new.text.clone(),
            Self::All(text) => text.clone(),
            Self::Bye(ms) => server::event("bye", &Bye { retry_in_ms: *ms }).into(),
        }
    }
}

impl Feed {
    pub fn new(web: &Web) -> Self {
        Self { follower: None, tidings: Tidings::new(web) }
    }

    pub fn follower(&self) -> Option<&Follower> {
        self.follower.as_ref()
    }

    /// From now on this connection follows `next`. Answers what it is to be told first: the area, then what everyone knows.
    pub fn switch(&mut self, next: Option<Follower>) -> impl Iterator<Item = Told> + use<> {
        if let Some(before) = std::mem::replace(&mut self.follower, next) {
            before.leave();
        }
        [self.area(), self.tidings.begin()].into_iter().flatten()
    }

    /// Waits for something to tell. Safe to cancel: nothing is taken that is not told.
    pub async fn next(&mut self) -> Told {
        loop {
            let told = tokio::select! {
                () = changed(&mut self.follower) => self.area(),
                told = self.tidings.next() => Some(told),
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
}

impl Tidings {
    pub fn new(web: &Web) -> Self {
        let mut draining = web.draining.subscribe();
        // Who comes while the process ends is told at once.
        draining.mark_changed();
        Self { told: None, news: web.hub.news(), draining }
    }

    /// What is to be told to who has just begun to follow an area, or all of them.
    pub fn begin(&mut self) -> Option<Told> {
        // The count is new to who has just come, whatever it is; and so is that the store is away.
        self.told.get_or_insert_with(News::none);
        self.news()
    }

    /// Waits for something to tell. Safe to cancel.
    pub async fn next(&mut self) -> Told {
        loop {
            let told = tokio::select! {
                Ok(()) = self.news.changed() => self.news(),
                Ok(()) = self.draining.changed() => self.draining.borrow_and_update().bye().map(Told::Bye),
            };
            if let Some(told) = told {
                return told;
            }
        }
    }

    /// What there is to tell by now.
    pub fn at_hand(&mut self) -> Option<Told> {
        if self.draining.has_changed().unwrap_or_default()
            && let Some(ms) = self.draining.borrow_and_update().bye()
        {
            return Some(Told::Bye(ms));
        }
        if self.news.has_changed().unwrap_or_default() { self.news() } else { None }
    }

    /// The live count, and whether the store is there; nothing before the client follows anything.
    fn news(&mut self) -> Option<Told> {
        let news = *self.news.borrow_and_update();
        let told = std::mem::replace(self.told.as_mut()?, news);
        let count = (news.live != told.live).then(|| server::event("count", &Count { live: news.live }));
        let store = match (told.stale_since, news.stale_since) {
            (None, Some(since)) => Some(server::event("stale", &SinceData { since })),
            (Some(_), None) => Some(server::event("current", &SinceData { since: news.current_since })),
            _ => None,
        };
        let events: Vec<String> = count.into_iter().chain(store).collect();
        (!events.is_empty()).then(|| Told::All(server::joined(events.iter().map(String::as_str)).into()))
    }
}

/// Waits until there may be something new in the area; for ever without one.
async fn changed(follower: &mut Option<Follower>) {
    match follower {
        Some(follower) => follower.changed().await,
        None => std::future::pending().await,
    }
}
