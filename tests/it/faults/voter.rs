//! Somebody at a page, who votes for another place again and again: comes back where a line is lost, goes on from where the view is,
//! sends what was not acknowledged once more with the same `n`, and casts again what another run of the store has lost. Keeps a log.

use std::convert::Infallible;
use std::time::Duration;

use serde_json::json;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep, sleep_until};

use super::judge::run_of;
use super::line::{Ended, Line};
use super::log::{Ack, Log, Pending};
use crate::server::Browser;

/// The area where all vote.
pub const AREA: &str = "lunch";
/// Between two votes, and before what failed is tried again; some less or more, so that not all act at once.
const PAUSE: Duration = Duration::from_millis(30);
const AGAIN: Duration = Duration::from_millis(300);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    Vote,
    /// Finishes what was begun, and looks on.
    Rest,
}

pub struct Voter {
    pub log: watch::Receiver<Log>,
    wish: watch::Sender<Wish>,
    task: AbortHandle,
}

impl Voter {
    /// Whether the page's rule holds that casts again what was lost is `recasts`.
    pub fn start(who: &str, browser: Browser, recasts: bool) -> Self {
        let (log, logged) = watch::channel(Log { who: who.to_owned(), ..Log::default() });
        let (wish, wished) = watch::channel(Wish::Rest);
        let page = Page {
            who: who.into(),
            browser,
            recasts,
            log,
            wish: wished,
            n: 0,
            ids: 0,
            sent: None,
            left: None,
            seen: None,
            held: None,
        };
        let task = tokio::spawn(page.live()).abort_handle();
        Self { log: logged, wish, task }
    }

    pub fn wish(&self, wish: Wish) {
        self.wish.send_replace(wish);
    }
}

impl Drop for Voter {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Why a line is left.
pub enum Over {
    Lost(Ended),
    /// The server says goodbye, and asks to come back after so long.
    Bye(Duration),
    /// This server does not know us: after so long another line may lead to one that does.
    Elsewhere(Duration),
}

impl From<Ended> for Over {
    fn from(ended: Ended) -> Self {
        Self::Lost(ended)
    }
}

pub struct Page {
    who: String,
    browser: Browser,
    recasts: bool,
    pub log: watch::Sender<Log>,
    pub wish: watch::Receiver<Wish>,
    n: u64,
    pub ids: i64,
    /// When the pending vote was sent first.
    sent: Option<Instant>,
    /// When the last line was over, until another one serves.
    left: Option<Instant>,
    /// The epoch of the view when the last vote was acknowledged: only a later one can show that it is lost.
    seen: Option<String>,
    /// The run of the store in which the name was last known to be ours.
    held: Option<String>,
}

impl Page {
    async fn live(mut self) {
        loop {
            // A new line is told anew.
            self.note(|log| log.is_stale = false);
            let Ok(mut line) = Line::open(&self.browser).await else {
                sleep(self.about(AGAIN)).await;
                continue;
            };
            let Err(over) = self.stay(&mut line).await;
            let now = Instant::now();
            self.left.get_or_insert(now);
            let again = match over {
                Over::Bye(delay) => {
                    let Ended(code) = line.end().await;
                    self.note(|log| *log.goodbyes.entry(code.unwrap_or(0)).or_default() += 1);
                    now + delay
                }
                Over::Lost(Ended(code)) => {
                    self.note(|log| *log.lost.entry(code.unwrap_or(0)).or_default() += 1);
                    now + self.about(AGAIN)
                }
                Over::Elsewhere(delay) => now + delay,
            };
            drop(line);
            sleep_until(again).await;
        }
    }

    /// Until the line is over.
    async fn stay(&mut self, line: &mut Line) -> Result<Infallible, Over> {
        self.follow(line).await?;
        self.find_name(line).await?;
        self.served();
        loop {
            self.join(line).await?;
            let pending = self.log.borrow().pending.clone();
            if let Some(pending) = pending {
                self.send(line, pending).await?;
            } else if let Some(place) = self.lost_vote() {
                self.note(|log| log.recast += 1);
                self.intend(place);
            } else if *self.wish.borrow_and_update() == Wish::Vote {
                let place = format!("{}-{}", self.who, self.n + 1);
                self.intend(place);
            } else {
                self.rest(line).await?;
            }
        }
    }

    /// Back, and current unless the server has said otherwise.
    fn served(&mut self) {
        let away = self.left.take().map_or(Duration::ZERO, |left| left.elapsed());
        self.note(|log| {
            log.longest_away = log.longest_away.max(away);
            if !log.is_stale {
                log.current.push(Instant::now());
            }
        });
    }

    fn intend(&mut self, place: String) {
        self.n += 1;
        let n = self.n;
        self.sent = None;
        self.note(|log| log.pending = Some(Pending { n, place }));
    }

    /// The place that was acked in another run of the store and that the area does not have as ours any more.
    fn lost_vote(&self) -> Option<String> {
        let log = self.log.borrow();
        let (ack, view) = (log.last()?, log.view.as_ref()?);
        let later = self.seen.as_ref() != Some(&view.epoch);
        let lost = later && run_of(&ack.epoch) != run_of(&view.epoch) && view.votes.get(&self.who) != Some(&ack.place);
        (self.recasts && lost).then(|| ack.place.clone())
    }

    async fn send(&mut self, line: &mut Line, Pending { n, place }: Pending) -> Result<(), Over> {
        match self.sent {
            Some(_) => self.note(|log| log.again += 1),
            None => self.sent = Some(Instant::now()),
        }
        let data = json!({"fs": {"id": place, "name": place}});
        let pause = match self.ask(line, "addVote", Some(n), data).await? {
            Ok(ack) => {
                let epoch = ack["epoch"].as_str().unwrap_or_default().to_owned();
                self.held = Some(run_of(&epoch).to_owned());
                self.seen = self.log.borrow().view.as_ref().map(|view| view.epoch.clone());
                let took = self.sent.map_or(Duration::ZERO, |sent| sent.elapsed());
                self.note(|log| {
                    log.acks.push(Ack { n, place, epoch });
                    log.pending = None;
                    log.longest = log.longest.max(took);
                });
                PAUSE
            }
            Err(_) => AGAIN,
        };
        self.listen(line, self.about(pause)).await
    }

    /// The area, from where the view is; until the store lets us.
    async fn follow(&mut self, line: &mut Line) -> Result<(), Over> {
        loop {
            let since = self.log.borrow().view.as_ref().map(|view| (view.epoch.clone(), view.seq));
            let data = match since {
                Some((epoch, seq)) => json!({"area": AREA, "epoch": epoch, "seq": seq}),
                None => json!({"area": AREA}),
            };
            if self.ask(line, "watch", None, data).await?.is_ok() {
                break;
            }
            self.listen(line, self.about(AGAIN)).await?;
        }
        self.until(line, |view| view.is_some()).await
    }

    /// A server that could not ask its store does not know us: it is asked again by another line.
    async fn find_name(&mut self, line: &mut Line) -> Result<(), Over> {
        let me = self.ask(line, "getMe", None, json!({})).await?.unwrap_or_default();
        let seen = self.log.borrow().view.as_ref().is_some_and(|view| view.users.contains(&self.who));
        if seen && me["username"].is_null() { Err(Over::Elsewhere(self.about(AGAIN))) } else { Ok(()) }
    }

    /// Takes the name where the area does not have it.
    async fn join(&mut self, line: &mut Line) -> Result<(), Over> {
        while let Some(run) = self.nameless_in() {
            if self.held.as_ref() == Some(&run) {
                self.note(|log| log.nameless += 1);
            }
            match self.ask(line, "add", None, json!({"area": AREA, "username": self.who})).await? {
                Ok(ack) => {
                    self.held = ack["epoch"].as_str().map(run_of).map(str::to_owned);
                    let who = self.who.clone();
                    self.until(line, |view| view.is_some_and(|view| view.users.contains(&who))).await?;
                }
                Err(_) => self.listen(line, self.about(AGAIN)).await?,
            }
        }
        Ok(())
    }

    /// The run of the area's epoch, if the view has not our name.
    fn nameless_in(&self) -> Option<String> {
        let log = self.log.borrow();
        let view = log.view.as_ref()?;
        (!view.users.contains(&self.who)).then(|| run_of(&view.epoch).to_owned())
    }
}
