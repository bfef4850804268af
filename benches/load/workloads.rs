//! What is measured: every workload by its name. Knows how each is set up and what its figures are called; not how often it is run.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::crowd::Crowd;
use super::ledger::Wrong;
use super::machine;
use super::process::{Served, Side, Start};
use super::voting::{self, Outcome, Pace, Plan};
use super::{growth, joins, pages, start};

/// One measurement's figures, and what was wrong with it.
#[derive(Default)]
pub struct Measured {
    /// By what they are called, unit included.
    pub figures: Vec<(&'static str, f64)>,
    /// Each makes the whole run fail.
    pub faults: Vec<String>,
    /// Cores that others kept busy meanwhile, and the part of a core that this program took.
    pub others: f64,
    pub generator: f64,
}

impl Measured {
    pub fn figure(&mut self, what: &'static str, value: f64) {
        self.figures.push((what, value));
    }

    pub fn check(&mut self, wrong: Wrong) {
        if !wrong.is_nothing() {
            let Wrong { lost, doubled, misrouted, invented } = wrong;
            self.faults.push(format!(
                "{lost} deliveries lost, {doubled} doubled, {misrouted} misrouted, {invented} of votes that nobody cast"
            ));
        }
    }

    /// What every course of voting is checked for.
    pub fn check_outcome(&mut self, outcome: &Outcome) {
        self.check(outcome.wrong);
        if outcome.gone > 0 {
            self.faults.push(format!("{} people were let go", outcome.gone));
        }
        self.faults.extend(outcome.refused.clone());
        self.others = self.others.max(outcome.spent.others);
        self.generator = self.generator.max(outcome.spent.generator);
    }
}

/// How our server is started.
pub struct Setup {
    pub program: PathBuf,
}

impl Setup {
    pub fn start(&self, side: Side) -> Result<Served, String> {
        self.start_with(side, &[], None)
    }

    pub fn start_with(&self, side: Side, settings: &[(&str, &str)], file: Option<&Path>) -> Result<Served, String> {
        Start { program: &self.program, side, settings, file: file.map(Path::to_owned) }.run()
    }
}

pub struct Workload {
    pub name: &'static str,
    pub about: &'static str,
    /// Against whom: our server's stores.
    pub stores: &'static [Side],
    /// Whether the floor can do it too.
    pub has_floor: bool,
    /// With the first of the stores that are there alone, for it takes long: a live area stays for half a minute when all have gone.
    pub is_long: bool,
    pub run: fn(&Setup, Side) -> Result<Measured, String>,
}

const BOTH: &[Side] = &[Side::Redis, Side::Embedded];

pub const ALL: [Workload; 12] = [
    Workload {
        name: "rooms-64",
        about: "200 areas of 10 people, 64 votes under way",
        stores: BOTH,
        has_floor: true,
        is_long: false,
        run: |setup, side| rooms(setup, side, Pace::UnderWay(64)),
    },
    Workload {
        name: "rooms-1000",
        about: "200 areas of 10 people, 1,000 votes under way",
        stores: BOTH,
        has_floor: true,
        is_long: false,
        run: |setup, side| rooms(setup, side, Pace::UnderWay(1000)),
    },
    Workload {
        name: "rooms-rate",
        about: "200 areas of 10 people, 1,000 votes/s offered",
        stores: BOTH,
        has_floor: true,
        is_long: false,
        run: |setup, side| rooms(setup, side, Pace::EachSecond(1000.0)),
    },
    Workload {
        name: "fanout",
        about: "one area of 5,000 people, 10 votes/s",
        stores: BOTH,
        has_floor: true,
        is_long: false,
        run: fanout,
    },
    Workload {
        name: "joins",
        about: "2,000 people open the link at once, 50 votes to show",
        stores: BOTH,
        has_floor: true,
        is_long: false,
        run: joins::run,
    },
    Workload {
        name: "idle",
        about: "10,000 people with names in 1,000 areas, who do nothing",
        stores: BOTH,
        has_floor: true,
        is_long: false,
        run: idle,
    },
    Workload {
        name: "start",
        about: "start to first page served, 1,000 areas in the embedded store",
        stores: &[Side::Embedded],
        has_floor: true,
        is_long: false,
        run: start::run,
    },
    Workload {
        name: "page",
        about: "`/a/AREA` with 50 votes, over 64 kept connections",
        stores: BOTH,
        has_floor: true,
        is_long: false,
        run: pages::run,
    },
    Workload {
        name: "growth-people",
        about: "1,000 and 10,000 people, ten in each area, 500 votes/s",
        stores: BOTH,
        has_floor: true,
        is_long: false,
        run: growth::people,
    },
    Workload {
        name: "growth-areas",
        about: "10 and 5,000 areas among 10,000 people, 500 votes/s",
        stores: BOTH,
        has_floor: true,
        is_long: false,
        run: growth::areas,
    },
    Workload {
        name: "growth-burst",
        about: "10,000 people come, vote as fast as it goes, and go",
        stores: BOTH,
        has_floor: false,
        is_long: true,
        run: growth::burst,
    },
    Workload {
        name: "growth-turnover",
        about: "100,000 areas opened, voted in and left",
        stores: BOTH,
        has_floor: false,
        is_long: true,
        run: growth::turnover,
    },
];

pub const CPU: &str = "server's CPU a delivery, µs";

fn rooms(setup: &Setup, side: Side, pace: Pace) -> Result<Measured, String> {
    let nap = pace != Pace::EachSecond(1000.0);
    let (warm, measured) = (Duration::from_secs(1), Duration::from_secs(4));
    let plan = Plan { first: 0, areas: 200, each: 10, watchers: 0, pace, each_first: false, nap, warm, measured };
    vote(setup, side, &plan)
}

fn fanout(setup: &Setup, side: Side) -> Result<Measured, String> {
    let (warm, measured, pace) = (Duration::from_secs(1), Duration::from_secs(5), Pace::EachSecond(10.0));
    let plan = Plan { first: 0, areas: 1, each: 5000, watchers: 0, pace, each_first: false, nap: true, warm, measured };
    vote(setup, side, &plan)
}

fn vote(setup: &Setup, side: Side, plan: &Plan) -> Result<Measured, String> {
    let served = setup.start(side)?;
    let mut crowd = voting::gather(&served, plan)?;
    let outcome = voting::run(&served, &mut crowd, plan)?;
    let mut measured = Measured::default();
    if matches!(plan.pace, Pace::UnderWay(_)) {
        measured.figure("votes/s", outcome.votes_a_second);
    }
    measured.figure(CPU, outcome.cpu_us_a_delivery);
    if side == Side::Redis {
        measured.figure("Redis's CPU a delivery, µs", outcome.store_us_a_delivery);
    }
    measured.figure("from vote to seen, p50, ms", outcome.p50_ms);
    measured.figure("from vote to seen, p99, ms", outcome.p99_ms);
    if outcome.by_state > 0 {
        measured.figure("deliveries with the whole area instead of an event", outcome.by_state as f64);
    }
    measured.check_outcome(&outcome);
    Ok(measured)
}

fn idle(setup: &Setup, side: Side) -> Result<Measured, String> {
    const PEOPLE: usize = 10_000;
    const EACH: usize = 10;
    let served = setup.start(side)?;
    let mut crowd = Crowd::new(&served, EACH)?;
    let before = machine::resident_kib(served.pid());
    crowd.open_all(PEOPLE, 0, EACH, super::joining::As::User)?;
    voting::idle(&mut crowd, Duration::from_secs(2))?;
    let mut measured = Measured::default();
    measured.figure("memory each, KiB", (machine::resident_kib(served.pid()) - before) / PEOPLE as f64);
    if crowd.gone > 0 {
        measured.faults.push(format!("{} of {PEOPLE} were let go", crowd.gone));
    }
    Ok(measured)
}
