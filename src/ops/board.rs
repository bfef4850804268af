//! What everyone who looks at the servers is shown: read from the store once a second for all of them, and not at all while nobody
//! looks. Each viewer holds a cursor, so a slow one costs nothing.

use std::sync::{Arc, Mutex, OnceLock};

use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use super::EVERY;
use crate::domain::Millis;
use crate::domain::assembler::{Assembler, Cursor};
use crate::domain::sample::{SAMPLES_WINDOW, Sample};
use crate::store::samples::{Sampled, Samples};

/// Ms that are read again each time: a store's clock may be set back a little, and what comes twice is told apart.
const OVERLAP: Millis = 2_000;

/// Positions whose news are kept until the next look: those of who comes, and of who is a look or a few behind.
const TOLD_MOST: usize = 8;

pub struct Board {
    samples: Arc<dyn Samples>,
    shown: Mutex<Shown>,
    /// Moves with each look at the store.
    turned: watch::Sender<()>,
    viewers: watch::Sender<usize>,
}

/// What viewers at one position are told: the same for all of them, and so is the text that it is sent as.
#[derive(Debug)]
pub struct Told {
    pub news: News,
    text: OnceLock<String>,
}

struct Shown {
    assembler: Assembler<Sample>,
    /// The store's time at the last look; 0: there was none yet.
    at: Millis,
    /// The last look failed.
    stale: bool,
    /// What was told since the last look, to who was at which cursor.
    told: Vec<(Option<Cursor>, Arc<Told>)>,
}

/// What a viewer is told.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// The window as it is, at the store's time.
    Updates { at: Millis, samples: Vec<Sample> },
    /// Only what is new; it may be nothing but that time passes.
    DUpdates { at: Millis, samples: Vec<Sample> },
    /// The store does not answer.
    Stale,
}

/// One who looks; nobody any more once it is dropped.
pub struct Viewer {
    board: Arc<Board>,
    turned: watch::Receiver<()>,
    /// None before the window was told.
    cursor: Option<Cursor>,
}

impl Board {
    /// Has to be called within a runtime; it lives as long as that.
    pub fn start(samples: Arc<dyn Samples>) -> Arc<Self> {
        let shown = Shown { assembler: Assembler::new(SAMPLES_WINDOW), at: 0, stale: false, told: Vec::new() };
        let (turned, viewers) = (watch::Sender::new(()), watch::Sender::new(0));
        let board = Arc::new(Self { samples, shown: Mutex::new(shown), turned, viewers });
        tokio::spawn(board.clone().keep());
        board
    }

    pub fn view(self: &Arc<Self>) -> Viewer {
        self.viewers.send_modify(|viewers| *viewers += 1);
        let mut turned = self.turned.subscribe();
        // What is shown already need not be waited for.
        turned.mark_changed();
        Viewer { board: self.clone(), turned, cursor: None }
    }

    async fn keep(self: Arc<Self>) {
        let mut viewers = self.viewers.subscribe();
        loop {
            // The sender lives as long as `self`.
            drop(viewers.wait_for(|viewers| *viewers > 0).await);
            let mut ticks = interval(EVERY);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            while *viewers.borrow() > 0 {
                ticks.tick().await;
                self.look().await;
            }
            let mut shown = self.shown();
            shown.assembler.clear();
            (shown.at, shown.stale) = (0, false);
            shown.told.clear();
        }
    }

    async fn look(&self) {
        let since = self.shown().at.saturating_sub(OVERLAP);
        let sampled = self.samples.samples(since).await;
        {
            let mut shown = self.shown();
            shown.stale = sampled.is_err();
            shown.told.clear();
            match sampled {
                Ok(sampled) => shown.take(sampled),
                Err(error) => tracing::debug!(%error, "the servers' samples could not be read"),
            }
        }
        self.turned.send_replace(());
    }

    fn shown(&self) -> std::sync::MutexGuard<'_, Shown> {
        self.shown.lock().expect("no code panics while it holds what is shown")
    }
}

impl Shown {
    fn take(&mut self, mut sampled: Sampled) {
        self.at = sampled.at;
        self.assembler.advance(sampled.at);
        // They come server by server: an assembler takes in no time what comes in the order of time.
        sampled.samples.sort_by_key(|sample| sample.at);
        for sample in sampled.samples {
            self.assembler.take(sample);
        }
    }
}

impl Shown {
    /// The news after that cursor; made once for all who are there.
    fn tell(&mut self, after: Option<Cursor>) -> Arc<Told> {
        if let Some((_, told)) = self.told.iter().find(|(cursor, _)| *cursor == after) {
            return told.clone();
        }
        let at = self.at;
        let told = Arc::new(Told::new(match after {
            None => News::Updates { at, samples: self.assembler.updates().cloned().collect() },
            Some(cursor) => News::DUpdates { at, samples: self.assembler.d_updates(cursor).cloned().collect() },
        }));
        // Slow ones stand each at a place of their own.
        if self.told.len() < TOLD_MOST {
            self.told.push((after, told.clone()));
        }
        told
    }
}

impl Told {
    fn new(news: News) -> Self {
        Self { news, text: OnceLock::new() }
    }

    /// The text that `encode` makes of it for the first who asks.
    pub fn text(&self, encode: impl FnOnce(&News) -> String) -> &str {
        self.text.get_or_init(|| encode(&self.news))
    }
}

impl Viewer {
    /// Waits for the next look at the store; first for the window. Safe to cancel.
    pub async fn next(&mut self) -> Arc<Told> {
        loop {
            // The board outlives its viewers, so the sender is there.
            let _ = self.turned.changed().await;
            if let Some(news) = self.news() {
                return news;
            }
        }
    }

    /// Nothing before the first look.
    fn news(&mut self) -> Option<Arc<Told>> {
        let mut shown = self.board.shown();
        if shown.stale {
            return Some(Arc::new(Told::new(News::Stale)));
        }
        if shown.at == 0 {
            return None;
        }
        let after = self.cursor.replace(shown.assembler.cursor());
        Some(shown.tell(after))
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        self.board.viewers.send_modify(|viewers| *viewers -= 1);
    }
}

#[cfg(test)]
mod tests;
