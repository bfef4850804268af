//! People who vote, as fast or as often as a plan says, while every delivery is checked. Knows the crowd and the ledger, not what its
//! figures are for.

use std::time::{Duration, Instant};

use super::crowd::{Crowd, Hears};
use super::joining::As;
use super::ledger::{Ledger, Wrong};
use super::machine::{Meter, Spent};
use super::process::Served;
use super::process::Side;
use super::votes::{self, Seeker};

/// When nothing has come for so long, nothing comes any more: what is missing is lost. A server that missed something itself, and finds
/// that out by its pulse, has told the whole area by then.
const PATIENCE: Duration = Duration::from_secs(8);
/// How long a crowd that has just joined gets to calm down.
const QUIET: Duration = Duration::from_millis(300);
const CALM_DOWN: Duration = Duration::from_secs(10);
/// See `Crowd::nap`: short beside the milliseconds that a vote takes where many are under way.
const NAP: Duration = Duration::from_micros(250);

#[derive(Clone, Copy, PartialEq)]
pub enum Pace {
    /// Never fewer than so many under way, nor more.
    UnderWay(usize),
    /// Votes a second, each at its time whatever became of those before (an open loop).
    EachSecond(f64),
}

/// Who votes, and how.
#[derive(Clone, Copy)]
pub struct Plan {
    /// The number of the first area.
    pub first: u32,
    pub areas: usize,
    /// People with a name in each of them.
    pub each: usize,
    /// Others beside, in an area of their own, without a name: nobody votes there.
    pub watchers: usize,
    pub pace: Pace,
    /// Whether everybody with a name votes once before the warming: a person's first vote has more to do, and an area's.
    pub each_first: bool,
    /// Whether CPU is measured rather than time.
    pub nap: bool,
    pub warm: Duration,
    pub measured: Duration,
}

impl Plan {
    pub fn people(&self) -> usize {
        self.areas * self.each + self.watchers
    }
}

/// What came of it.
pub struct Outcome {
    pub votes_a_second: f64,
    pub cpu_us_a_delivery: f64,
    pub store_us_a_delivery: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub spent: Spent,
    pub wrong: Wrong,
    /// Deliveries that came with the whole area instead of an event.
    pub by_state: u64,
    /// Whom the server let go, and what it refused first.
    pub gone: usize,
    pub refused: Option<String>,
}

/// The people of a plan, all joined and calm.
pub fn gather(served: &Served, plan: &Plan) -> Result<Crowd, String> {
    let mut crowd = Crowd::new(served, plan.each)?;
    crowd.open_all(plan.areas * plan.each, plan.first, plan.each, As::User)?;
    if plan.watchers > 0 {
        crowd.open_all(plan.watchers, plan.first + plan.areas as u32, plan.watchers, As::Watcher)?;
    }
    crowd.settle(QUIET, CALM_DOWN)?;
    Ok(crowd)
}

/// They vote.
pub fn run(served: &Served, crowd: &mut Crowd, plan: &Plan) -> Result<Outcome, String> {
    let is_floor = served.side == Side::Floor;
    let mut voting = Voting::new(&crowd.areas(), is_floor);
    crowd.nap = plan.nap.then_some(NAP);
    let voters = plan.areas * plan.each;
    if plan.each_first {
        voting.each_once(crowd, voters)?;
    }
    voting.go_on(crowd, plan.pace, voters, plan.warm)?;
    voting.ledger.measure_from_here();
    let (delivered, votes) = (voting.ledger.delivered(), voting.ledger.votes());
    let meter = Meter::start(served.pid(), served.redis_pid());
    voting.go_on(crowd, plan.pace, voters, plan.measured)?;
    voting.drain(crowd)?;
    let spent = meter.stop();
    crowd.nap = None;
    let delivered = (voting.ledger.delivered() - delivered).max(1) as f64;
    Ok(Outcome {
        votes_a_second: (voting.ledger.votes() - votes) as f64 / spent.wall,
        cpu_us_a_delivery: spent.server * 1e6 / delivered,
        store_us_a_delivery: spent.store * 1e6 / delivered,
        p50_ms: voting.ledger.within_ms(0.5),
        p99_ms: voting.ledger.within_ms(0.99),
        wrong: voting.ledger.wrong(),
        by_state: voting.ledger.by_state(),
        gone: crowd.gone,
        refused: voting.refused,
        spent,
    })
}

/// Everybody of `people` casts one vote, and all have come; for what has votes to show.
pub fn each_votes_once(served: &Served, crowd: &mut Crowd, people: usize) -> Result<(), String> {
    let mut voting = Voting::new(&crowd.areas(), served.side == Side::Floor);
    voting.each_once(crowd, people)?;
    match voting.ledger.wrong() {
        wrong if wrong.is_nothing() => Ok(()),
        wrong => Err(format!("The votes to begin with did not arrive: {wrong:?}, {:?}.", voting.refused)),
    }
}

struct Voting {
    ledger: Ledger,
    seeker: Seeker,
    is_floor: bool,
    refused: Option<String>,
    last_came: u64,
    dice: u64,
}

impl Voting {
    fn new(areas: &[u32], is_floor: bool) -> Self {
        let dice = 0x9e37_79b9_7f4a_7c15;
        Self { ledger: Ledger::new(areas), seeker: Seeker::new(), is_floor, refused: None, last_came: 0, dice }
    }

    fn cast(&mut self, crowd: &mut Crowd, person: usize, due: u64) {
        let number = self.ledger.cast(person, due);
        let text = if self.is_floor { votes::event(person, number) } else { votes::cast(number) };
        crowd.send(person, &text);
    }

    /// The first `people` cast one vote each, 64 under way at most, and all come.
    fn each_once(&mut self, crowd: &mut Crowd, people: usize) -> Result<(), String> {
        self.last_came = crowd.now();
        for person in 0..people {
            let now = crowd.now();
            self.cast(crowd, person, now);
            while self.ledger.under_way() >= crowd.len().min(64) {
                self.take(crowd, Duration::from_millis(20))?;
                if self.nothing_comes(crowd.now()) {
                    break;
                }
            }
        }
        self.drain(crowd)
    }

    /// Votes at this pace for so long; what is under way then stays so.
    fn go_on(&mut self, crowd: &mut Crowd, pace: Pace, voters: usize, time: Duration) -> Result<(), String> {
        let (began, first) = (crowd.now(), self.ledger.votes());
        let end = began + time.as_nanos() as u64;
        self.last_came = began;
        loop {
            let now = crowd.now();
            if now >= end || crowd.gone > 0 {
                return Ok(());
            }
            let mut wait = end - now;
            match pace {
                Pace::UnderWay(most) => {
                    while self.ledger.under_way() < most {
                        let (person, now) = (self.pick(voters), crowd.now());
                        self.cast(crowd, person, now);
                    }
                    if self.nothing_comes(now) {
                        return Ok(());
                    }
                }
                Pace::EachSecond(rate) => loop {
                    let due = began + ((self.ledger.votes() - first) as f64 * 1e9 / rate) as u64;
                    let now = crowd.now();
                    if due > now {
                        wait = wait.min(due - now);
                        break;
                    }
                    let person = self.pick(voters);
                    self.cast(crowd, person, due);
                },
            }
            self.take(crowd, Duration::from_nanos(wait))?;
        }
    }

    /// Reads until all has come, or nothing comes any more.
    fn drain(&mut self, crowd: &mut Crowd) -> Result<(), String> {
        self.last_came = crowd.now();
        while self.ledger.under_way() > 0 && !self.nothing_comes(crowd.now()) {
            self.take(crowd, Duration::from_millis(20))?;
        }
        Ok(())
    }

    fn take(&mut self, crowd: &mut Crowd, wait: Duration) -> Result<(), String> {
        crowd.poll(wait.min(Duration::from_millis(100)), self)
    }

    fn nothing_comes(&self, now: u64) -> bool {
        now.saturating_sub(self.last_came) > PATIENCE.as_nanos() as u64
    }

    /// Who votes next, by xorshift: the same people in every run.
    fn pick(&mut self, voters: usize) -> usize {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        (self.dice % voters as u64) as usize
    }
}

impl Hears for Voting {
    fn frame(&mut self, person: usize, frame: &[u8], now: u64) {
        let Self { ledger, seeker, last_came, refused, .. } = self;
        let mut any = false;
        seeker.events(frame, |number| {
            ledger.got(person, number, now);
            any = true;
        });
        seeker.places(frame, |number| {
            ledger.told(person, number);
            any = true;
        });
        if any {
            *last_came = now;
        } else if refused.is_none() && memchr::memmem::find(frame, br#""serverError""#).is_some() {
            *refused = Some(String::from_utf8_lossy(frame).into_owned());
        }
    }
}

/// What the server's upkeep of so many takes when nobody votes: milliseconds of its CPU a second, over so long.
pub fn upkeep(served: &Served, crowd: &mut Crowd, time: Duration) -> Result<f64, String> {
    crowd.nap = Some(NAP);
    let meter = Meter::start(served.pid(), served.redis_pid());
    idle(crowd, time)?;
    let spent = meter.stop();
    crowd.nap = None;
    Ok(spent.server * 1000.0 / spent.wall)
}

/// Waits so long, answering what has to be answered.
pub fn idle(crowd: &mut Crowd, time: Duration) -> Result<(), String> {
    let until = Instant::now() + time;
    while Instant::now() < until {
        crowd.poll(Duration::from_millis(50), &mut super::crowd::Nobody)?;
    }
    Ok(())
}
