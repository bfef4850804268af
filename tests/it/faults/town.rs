//! Where faults happen: servers on one store, a proxy in front, and voters; and what is left when all is over. Knows no fault.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{join_all, select_all};
use tokio::time::{Instant, timeout, timeout_at};
use where_to_eat::domain::name::AreaName;
use where_to_eat::domain::state::AreaState;
use where_to_eat::store::Store;
use where_to_eat::store::redis::{RedisOptions, RedisStore};

use super::haproxy::Haproxy;
use super::judge::{self, Damage, Truth};
use super::log::Log;
use super::measured::{self, Fault, Figure};
use super::voter::{AREA, Voter, Wish};
use crate::contract::group::{LONG, eventually};
use crate::server::{Browser, Server};

/// After this nothing comes any more that has not come, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(40);
/// In a companion nothing is expected to come: what a quiet machine needs, some times over.
const PATIENCE_UNGUARDED: Duration = Duration::from_secs(8);
/// Far more than a few voters cost a server, far less than a queue that grows would.
const MEMORY: u64 = 64 * 1024 * 1024;
const SECRET: (&str, &str) = ("SESSION_SECRET", "several servers share this secret of 48 characters");
/// A voter of these tests is quicker than a person, and votes for more places.
const LIMITS: [(&str, &str); 2] = [("WTE__LIMITS__EVENTS_PER_SECOND", "0"), ("WTE__LIMITS__VENUES_PER_AREA", "0")];

/// The name of the protection that a town's servers lack, as in `tests/unguarded/off.rs`; none: they are the product's own.
pub type Off = Option<&'static str>;

pub struct Town {
    pub servers: Vec<Server>,
    pub voters: Vec<Voter>,
    /// A protection is off here, and nothing need come that would come otherwise.
    pub companion: bool,
    /// Whether their pages cast again what was lost.
    pub recast: bool,
    /// Where voters come in.
    pub door: u16,
    /// In front of the servers; none with one server alone.
    _proxy: Option<Haproxy>,
    memory: Vec<u64>,
    fault: Fault,
}

/// How it ended.
pub struct End {
    pub logs: Vec<Log>,
    pub truth: Truth,
    pub damage: Vec<Damage>,
    figures: Vec<Figure>,
}

impl Town {
    /// So many servers with these settings, behind a proxy if they are several.
    pub async fn build(off: Off, servers: usize, settings: &[(&str, &str)]) -> Self {
        let settings = [settings, &LIMITS, &[SECRET]].concat();
        let servers = join_all((0..servers).map(|_| Server::start_without(off, &settings))).await;
        for server in &servers {
            eventually("it is ready", async || server.get("/readyz").await.status() == 200).await;
        }
        let ports: Vec<u16> = servers.iter().map(|server| server.port).collect();
        let proxy = if ports.len() > 1 { Some(Haproxy::before(&ports).await) } else { None };
        let door = proxy.as_ref().map_or(ports[0], Haproxy::port);
        let companion = off.is_some();
        let (voters, memory, fault) = (Vec::new(), Vec::new(), Fault::default());
        Self { servers, voters, companion, recast: true, door, _proxy: proxy, memory, fault }
    }

    /// People who come in, and begin to vote once all are there.
    pub async fn open(&mut self, voters: usize) {
        for number in 0..voters {
            let Browser { cookie, .. } = Browser::open(&self.servers[0]).await;
            let browser = Browser { base: format!("http://127.0.0.1:{}", self.door), cookie };
            self.voters.push(Voter::start(&format!("Voter{number}"), browser, self.recast));
        }
        let here: Vec<String> = (0..voters).map(|number| format!("Voter{number}")).collect();
        self.until("all are there", |log| log.view.as_ref().is_some_and(|view| view.users.iter().eq(&here))).await;
        self.memory = self.servers.iter().map(Server::memory).collect();
        self.wish(Wish::Vote);
    }

    /// Now something breaks; the first time counts.
    pub fn broken(&mut self) {
        self.fault.broken.get_or_insert_with(Instant::now);
    }

    /// Now it is whole again; the last time counts.
    pub fn mended(&mut self) {
        self.fault.mended = Some(Instant::now());
    }

    pub fn wish(&self, wish: Wish) {
        self.voters.iter().for_each(|voter| voter.wish(wish));
    }

    /// Waits until each voter's log is like this.
    pub async fn until(&self, what: &str, is_so: impl Fn(&Log) -> bool) {
        assert!(self.until_within(PATIENCE, &is_so).await, "it never came about that {what}: {:#?}", self.summary());
    }

    /// The same, but in a companion it may be that it never comes.
    pub async fn until_if_any(&self, what: &str, is_so: impl Fn(&Log) -> bool) {
        let come = self.until_within(self.patience(), &is_so).await;
        assert!(come || self.companion, "it never came about that {what}: {:#?}", self.summary());
    }

    async fn until_within(&self, patience: Duration, is_so: impl Fn(&Log) -> bool) -> bool {
        let deadline = Instant::now() + patience;
        for voter in &self.voters {
            let mut log = voter.log.clone();
            let come = timeout_at(deadline, log.wait_for(&is_so)).await;
            if come.is_err() {
                return false;
            }
        }
        true
    }

    /// Waits until each voter has so many more votes acknowledged than now.
    pub async fn votes(&self, more: usize) {
        assert!(self.votes_within(PATIENCE, more).await, "votes are not acknowledged: {:#?}", self.summary());
    }

    async fn votes_within(&self, patience: Duration, more: usize) -> bool {
        let goals: Vec<(String, usize)> =
            self.logs().iter().map(|log| (log.who.clone(), log.acks.len() + more)).collect();
        let goal = |log: &Log| goals.iter().find(|(who, _)| *who == log.who).map_or(0, |(_, goal)| *goal);
        self.until_within(patience, |log| log.acks.len() >= goal(log)).await
    }

    /// After the fault: in a companion it may be that there is no vote any more.
    pub async fn votes_if_any(&self, more: usize) {
        let done = self.votes_within(self.patience(), more).await;
        assert!(done || self.companion, "votes are not acknowledged: {:#?}", self.summary());
    }

    /// Waits until somebody's vote is on its way.
    pub async fn mid_vote(&self) {
        let sent = self.voters.iter().map(|voter| {
            let mut log = voter.log.clone();
            Box::pin(async move { log.wait_for(|log| log.pending.is_some()).await.is_ok() })
        });
        timeout(PATIENCE, select_all(sent)).await.expect("somebody votes");
    }

    pub fn logs(&self) -> Vec<Log> {
        self.voters.iter().map(|voter| voter.log.borrow().clone()).collect()
    }

    /// Of each voter, without all that was seen.
    fn summary(&self) -> Vec<Log> {
        self.logs().into_iter().map(Log::in_short).collect()
    }

    fn patience(&self) -> Duration {
        if self.companion { PATIENCE_UNGUARDED } else { PATIENCE }
    }

    /// All rest; when everyone sees what there is, or does not for long, what there is in the end. `since`: the run from which on
    /// the store has to have everything.
    pub async fn end(self, truth: impl AsyncFn() -> Truth, since: Option<&str>) -> End {
        self.wish(Wish::Rest);
        self.until_within(self.patience(), |log| log.pending.is_none()).await;
        let deadline = Instant::now() + self.patience();
        let mut stored = truth().await;
        while Instant::now() < deadline {
            let agreed = self.until_within(Duration::from_millis(500), |log| log.shows(&stored)).await;
            if agreed {
                break;
            }
            // Somebody may have cast again what was lost.
            stored = truth().await;
        }
        let agreed = Instant::now();
        let logs = self.logs();
        let mut damage = judge::damage(&logs, &stored, since);
        let grown =
            self.servers.iter().zip(&self.memory).map(|(server, before)| server.memory().saturating_sub(*before));
        let grown = grown.max().unwrap_or_default();
        damage.extend(judge::memory(grown, MEMORY));
        let figures = measured::figures(&logs, self.fault, agreed, grown);
        End { logs: logs.into_iter().map(Log::in_short).collect(), truth: stored, damage, figures }
    }

    /// The same, where a Redis or a cluster has what there is, and has to have all that was ever acked.
    pub async fn end_at(self, options: RedisOptions) -> End {
        self.end(async || stored_in(options.clone()).await, None).await
    }
}

impl End {
    /// Nothing was lost: writes down what was measured.
    pub fn assert_kept(&self, row: &str) {
        let Self { logs, truth, damage, .. } = self;
        let votes = &truth.votes;
        assert!(damage.is_empty(), "{row}: {damage:#?}\nstored {} {votes:?}\n{logs:#?}", truth.seq);
        measured::keep(row, &self.figures);
    }

    /// The companion's claim: the judge finds damage of this kind.
    pub fn assert_found(&self, like: impl Fn(&Damage) -> bool) {
        assert!(self.damage.iter().any(like), "found {:#?} alone\n{:#?}", self.damage, self.logs);
    }
}

/// What a Redis has, asked past all servers.
pub async fn stored_in(options: RedisOptions) -> Truth {
    let store = RedisStore::new(&options, LONG).expect("the URL is a good one");
    stored(store).await
}

pub async fn stored(store: Arc<dyn Store>) -> Truth {
    let area = AreaName::parse(AREA).expect("a name");
    let mut state = AreaState::default();
    eventually("the store answers", async || match timeout(PATIENCE, store.snapshot(&area, false)).await {
        Ok(Ok(snapshot)) => {
            state = snapshot.state;
            true
        }
        _ => false,
    })
    .await;
    let text = |name: &dyn std::fmt::Display| name.to_string();
    Truth {
        epoch: state.epoch.as_str().to_owned(),
        seq: state.seq,
        users: state.users.values().map(|user| text(&user.username)).collect::<BTreeSet<_>>(),
        votes: state
            .users
            .values()
            .filter_map(|user| Some((text(&user.username), user.vote.as_ref()?.id.as_str().to_owned())))
            .collect(),
        venues: state.venues.keys().map(|id| id.as_str().to_owned()).collect(),
    }
}
