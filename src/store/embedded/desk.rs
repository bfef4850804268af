//! What the writer has before it: how each call of the store is done, and what of a batch is to be published. Knows
//! nothing of threads and queues, nor of files, nor of what a change does.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::audience::Audience;
use super::clock::Clock;
use super::codes::{Codes, Full};
use super::samples::Kept;
use super::servers::Servers;
use super::shelf::Shelf;
use super::tries::Tries;
use crate::domain::Millis;
use crate::domain::change::{Change, Done, Rules};
use crate::domain::event::{Heard, Notice};
use crate::domain::name::AreaName;
use crate::domain::owner::Owner;
use crate::domain::presence::{Claim, ClaimChange, ServerId};
use crate::domain::record::{Moment, Record, Step};
use crate::domain::sample::Measured;
use crate::domain::takeover::CodeDigest;
use crate::store::samples::Sampled;
use crate::store::{Alive, Head, Result, Snapshot, StoreError, Swept};

/// Areas that one step of the sweep looks at: a vote that comes in between waits some ten milliseconds.
const SWEEP_STEP: usize = 64;

pub struct Desk {
    pub(super) shelf: Shelf,
    pub(super) rules: Rules,
    pub(super) clock: Clock,
    servers: Servers,
    codes: Codes,
    samples: Kept,
    pub(super) tries: Tries,
    pub(super) audience: Arc<Audience>,
    /// To be published once it is kept, in this order.
    unpublished: Vec<(AreaName, Heard)>,
    closed: bool,
}

/// How far a sweep has come.
#[derive(Debug)]
pub struct Sweep {
    min_ttl: Millis,
    /// What ends later is left alone.
    until: Millis,
    /// The entry of the index of ends that was looked at last.
    after: (Millis, String),
    pub over: bool,
    pub swept: Swept,
}

impl Desk {
    pub fn new(shelf: Shelf, rules: Rules, audience: Arc<Audience>) -> Self {
        let (clock, servers) = (Clock::default(), Servers::default());
        let (codes, samples, tries) = (Codes::default(), Kept::default(), Tries::default());
        Self { shelf, rules, clock, servers, codes, samples, tries, audience, unpublished: Vec::new(), closed: false }
    }

    pub fn change(&mut self, change: &Change) -> Result<Done> {
        let done = self.step(&change.area, |record, now, rules, step| record.change(change, now, rules, step))?;
        done.map_err(StoreError::Refused)
    }

    pub fn snapshot(&mut self, area: &AreaName, begin: bool) -> Result<Snapshot> {
        let (state, at, talked) = self.step(area, |record, now, rules, step| {
            record.expire(now, rules, step);
            if begin {
                record.begin(now);
            }
            (record.state.clone(), now.millis(), record.talk.talked)
        })?;
        Ok(Snapshot { state, at, claims: self.servers.claims(area), talked })
    }

    pub fn me(&mut self, area: &AreaName, owner: &Owner) -> Result<Done> {
        self.step(area, |record, now, rules, step| {
            record.expire(now, rules, step);
            record.done(owner, now)
        })
    }

    pub fn expire(&mut self, area: &AreaName) -> Result<Option<Millis>> {
        self.step(area, |record, now, rules, step| {
            record.expire(now, rules, step);
            record.state.next_due()
        })
    }

    pub fn head(&mut self, area: &AreaName) -> Result<Head> {
        let (epoch, seq, talked) = self.shelf.head(area)?;
        Ok(Head { epoch, seq, claims: self.servers.claims(area), talked })
    }

    pub fn report(&mut self, area: &AreaName, claim: Claim, change: ClaimChange) {
        self.servers.claim(area, &change.server, claim);
        self.unpublished.push((area.clone(), Heard::Notice(Notice::Here(change))));
    }

    pub fn heartbeat(&mut self, server: ServerId, following: u64) -> Vec<Alive> {
        let now = self.clock.millis();
        self.servers.beat(server, following, now)
    }

    pub fn retire(&mut self, server: &ServerId) {
        self.servers.retire(server);
    }

    pub fn sweep_lease(&mut self, server: ServerId) -> bool {
        let now = self.clock.millis();
        self.servers.lease(server, now, self.rules.sweep_period)
    }

    pub fn keep_code(&mut self, code: CodeDigest, session: String, lifetime: Millis) -> Result<bool> {
        let now = self.clock.millis();
        let kept = self.codes.keep(code, session, now.saturating_add(lifetime), now);
        kept.map_err(|Full| StoreError::Unavailable("as many one-time codes are good as may be at once".to_owned()))
    }

    pub fn read_code(&mut self, code: &CodeDigest) -> Option<String> {
        let now = self.clock.millis();
        self.codes.read(code, now)
    }

    pub fn take_code(&mut self, code: &CodeDigest) -> Option<String> {
        let now = self.clock.millis();
        self.codes.take(code, now)
    }

    pub fn keep_sample(&mut self, server: ServerId, measured: Measured, lasts: Millis) {
        let now = self.clock.millis();
        self.samples.keep(server, measured, lasts, now);
    }

    pub fn samples(&mut self, since: Millis) -> Sampled {
        let now = self.clock.millis();
        self.samples.since(since, now)
    }

    pub fn begin_sweep(&mut self, min_ttl: Millis) -> Sweep {
        let until = self.clock.millis().saturating_add(min_ttl);
        Sweep { min_ttl, until, after: (0, String::new()), over: false, swept: Swept::default() }
    }

    /// Looks at some more areas where an end is due, the area's own or a user's.
    pub fn sweep(&mut self, mut sweep: Sweep) -> Result<Sweep> {
        let ends = self.shelf.ends(&sweep.after, sweep.until, SWEEP_STEP)?;
        sweep.over = ends.len() < SWEEP_STEP;
        for (due, name) in ends {
            if let Ok(area) = AreaName::parse(&name) {
                sweep.swept.looked_at += 1;
                sweep.swept.cleared += u64::from(self.sweep_area(&area, sweep.min_ttl)?);
            }
            self.shelf.found(due, &name);
            sweep.after = (due, name);
        }
        Ok(sweep)
    }

    /// Whether there was something to clear.
    fn sweep_area(&mut self, area: &AreaName, min_ttl: Millis) -> Result<bool> {
        self.step(area, |record, now, rules, step| {
            let lived = record.state.seq > 0;
            let gone = record.sweep(now, min_ttl, rules, step);
            if gone {
                *record = Record::default();
            }
            lived && gone
        })
    }

    pub fn ping(&mut self) -> Result<()> {
        self.shelf.check()
    }

    /// The batch that this is called in is the last one.
    pub fn close(&mut self) {
        self.closed = true;
    }

    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// One step of an area, after which `keep` has it kept and published, or neither.
    pub(super) fn step<T>(
        &mut self,
        name: &AreaName,
        act: impl FnOnce(&mut Record, Moment<'_>, &Rules, &mut Step) -> T,
    ) -> Result<T> {
        let mut step = Step::default();
        let (area, now) = self.shelf.area(name, self.clock.micros())?;
        let before = area.head();
        let result = act(&mut area.record, now, &self.rules, &mut step);
        metrics::counter!("wte_changes_repeated_total").increment(u64::from(step.known));
        let events = step.events.drain(..).map(Heard::Change);
        let heard = events.chain(step.notices.drain(..).map(Heard::Notice));
        self.unpublished.extend(heard.map(|heard| (name.clone(), heard)));
        area.note(&before, step);
        self.shelf.changed(name);
        Ok(result)
    }

    /// Ends a batch: all of it is on the disk when this returns, and published in the order of the changes. On an error
    /// nothing is published; as a rule nothing is on the disk, but only looking there tells.
    pub fn keep(&mut self) -> Result<()> {
        let now = self.clock.millis();
        let kept = self.shelf.keep(now + self.rules.lifetime);
        let unpublished = std::mem::take(&mut self.unpublished);
        if kept.is_ok() {
            for (area, heard) in unpublished {
                self.audience.tell(&area, heard);
            }
        } else {
            let areas: BTreeSet<_> = unpublished.into_iter().map(|(area, _)| area).collect();
            areas.iter().for_each(|area| self.audience.missed(Some(area)));
        }
        self.shelf.let_go(now, |area| self.audience.follows(area));
        kept
    }

    /// Forgets what is in memory of areas, as after a failure halfway through something.
    pub fn start_over(&mut self) {
        self.unpublished.clear();
        self.shelf.start_over();
        self.audience.missed(None);
    }
}
