//! What must not grow: the cost of a delivery and of a connection with the number of people or areas, and memory with what came and
//! went. Each course has servers of its own.

use std::time::{Duration, Instant};

use super::crowd::Crowd;
use super::http;
use super::joining::As;
use super::machine::resident_kib;
use super::process::{Served, Side, pause};
use super::turnover::Turnover;
use super::voting::{self, Pace, Plan};
use super::workloads::{Measured, Setup};

const KIB_A_MIB: f64 = 1024.0;
/// Votes a second, offered: so few that hardly two meet in one area, or else the areas that have more of them would gain by joining.
const RATE: f64 = 500.0;
const PACE: Plan = Plan {
    first: 0,
    areas: 0,
    each: 0,
    watchers: 0,
    pace: Pace::EachSecond(RATE),
    each_first: true,
    nap: true,
    warm: Duration::from_millis(500),
    measured: Duration::from_secs(8),
};
/// The count of who is there changes each five seconds at most, and takes some three to go round; the store writes the names of all who came.
/// Else the first deliveries would seem dearer.
const SETTLED: Duration = Duration::from_secs(7);
/// As long as it takes to ping everybody once: the kernel tells CPU in steps of 10 ms.
const UPKEEP: Duration = Duration::from_secs(25);

/// 1,000 and 10,000 people, ten in each area.
pub fn people(setup: &Setup, side: Side) -> Result<Measured, String> {
    let mut measured = Measured::default();
    let few = course(setup, side, &Plan { areas: 100, each: 10, ..PACE }, &mut measured)?;
    let many = course(setup, side, &Plan { areas: 1000, each: 10, ..PACE }, &mut measured)?;
    measured.figure("CPU a delivery, 1,000 connections, µs", few.cpu);
    measured.figure("CPU a delivery, 10,000 connections, µs", many.cpu);
    measured.figure("CPU a delivery, 10,000 by 1,000 connections", many.cpu / few.cpu);
    measured.figure("CPU a delivery without the upkeep, 10,000 by 1,000", many.without_upkeep / few.without_upkeep);
    measured.figure("CPU while nobody votes, 1,000 connections, ms a second", few.upkeep);
    measured.figure("CPU while nobody votes, 10,000 connections, ms a second", many.upkeep);
    measured.figure("memory a connection, 1,000 connections, KiB", few.memory);
    measured.figure("memory a connection, 10,000 connections, KiB", many.memory);
    measured.figure("memory a connection, 10,000 by 1,000 connections", many.memory / few.memory);
    Ok(measured)
}

/// CPU: of 10,000 people, ten areas of two and one of all others, who only look; or 5,000 areas of two. So the same votes reach the same
/// number of people. Memory: 500 or 5,000 areas of two, and beside them ten areas of a thousand, which tells what an area itself takes.
pub fn areas(setup: &Setup, side: Side) -> Result<Measured, String> {
    let mut measured = Measured::default();
    let few = course(setup, side, &Plan { areas: 10, each: 2, watchers: 9980, ..PACE }, &mut measured)?;
    let many = course(setup, side, &Plan { areas: 5000, each: 2, ..PACE }, &mut measured)?;
    let memory = |areas, each| Ok::<_, String>(gathered(&warm(setup, side)?, &Plan { areas, each, ..PACE })?.memory);
    let (crowded, fewer) = (memory(10, 1000)?, memory(500, 2)?);
    measured.figure("CPU a delivery, 10 areas, µs", few.cpu);
    measured.figure("CPU a delivery, 5,000 areas, µs", many.cpu);
    measured.figure("CPU a delivery, 5,000 by 10 areas", many.cpu / few.cpu);
    measured.figure("CPU a delivery without the upkeep, 5,000 by 10", many.without_upkeep / few.without_upkeep);
    measured.figure("CPU while nobody votes, 10 areas, ms a second", few.upkeep);
    measured.figure("CPU while nobody votes, 5,000 areas, ms a second", many.upkeep);
    measured.figure("memory a connection, 500 areas of two, KiB", fewer);
    measured.figure("memory a connection, 5,000 areas of two, KiB", many.memory);
    measured.figure("memory a connection, 5,000 by 500 areas of two", many.memory / fewer);
    measured.figure("memory a connection, 10 areas of 1,000, KiB", crowded);
    // 4,990 areas more, and 10,000 people either way.
    measured.figure("memory of an area beside its people, KiB", (many.memory - crowded) * 10_000.0 / 4_990.0);
    Ok(measured)
}

struct Cost {
    /// Microseconds a delivery.
    cpu: f64,
    /// The same without what the upkeep takes in that time.
    without_upkeep: f64,
    /// Of all connections and areas: milliseconds of CPU a second when nobody votes.
    upkeep: f64,
    /// KiB a connection.
    memory: f64,
}

fn course(setup: &Setup, side: Side, plan: &Plan, measured: &mut Measured) -> Result<Cost, String> {
    let served = warm(setup, side)?;
    let Gathered { mut crowd, memory } = gathered(&served, plan)?;
    voting::idle(&mut crowd, SETTLED)?;
    let upkeep = voting::upkeep(&served, &mut crowd, UPKEEP)?;
    let outcome = voting::run(&served, &mut crowd, plan)?;
    measured.check_outcome(&outcome);
    let cpu = outcome.cpu_us_a_delivery;
    let share = upkeep / 1000.0 * outcome.spent.wall / outcome.spent.server;
    Ok(Cost { cpu, without_upkeep: cpu * (1.0 - share), upkeep, memory })
}

/// A server that has served before: what is made once, by the first who come, is nobody's of those who are measured.
fn warm(setup: &Setup, side: Side) -> Result<Served, String> {
    // Other areas: the names of those who are measured are their own.
    const FIRST: Plan = Plan { first: 20_000, areas: 10, each: 10, measured: Duration::from_secs(1), ..PACE };
    let served = setup.start(side)?;
    let mut crowd = voting::gather(&served, &FIRST)?;
    voting::run(&served, &mut crowd, &FIRST)?;
    drop(crowd);
    pause(GONE);
    Ok(served)
}

struct Gathered {
    crowd: Crowd,
    /// What the server needs for each of them, KiB.
    memory: f64,
}

fn gathered(served: &Served, plan: &Plan) -> Result<Gathered, String> {
    let before = resident_kib(served.pid());
    let mut crowd = voting::gather(served, plan)?;
    voting::idle(&mut crowd, Duration::from_secs(1))?;
    let memory = (resident_kib(served.pid()) - before) / plan.people() as f64;
    Ok(Gathered { crowd, memory })
}

/// 10,000 people come, vote as fast as it goes, and close their pages.
pub fn burst(setup: &Setup, side: Side) -> Result<Measured, String> {
    const BURST: Plan = Plan {
        areas: 1000,
        each: 10,
        pace: Pace::UnderWay(1000),
        each_first: false,
        warm: Duration::ZERO,
        measured: Duration::from_secs(2),
        ..PACE
    };
    let served = warm(setup, side)?;
    let before = resident_kib(served.pid());
    let mut crowd = voting::gather(&served, &BURST)?;
    let mut measured = Measured::default();
    measured.check_outcome(&voting::run(&served, &mut crowd, &BURST)?);
    let height = resident_kib(served.pid());
    drop(crowd);
    calm_down(&served, &mut Crowd::new(&served, 1)?, before, 0)?;
    let after = resident_kib(served.pid());
    let words = ["at its height, MiB", "after the burst, MiB", "after the burst, by before"];
    tell_memory(&mut measured, words, [before, height, after], live_areas(&served));
    Ok(measured)
}

/// 100,000 areas are opened, voted in and left, in two halves: what areas leave behind would be twice as much after the second.
pub fn turnover(setup: &Setup, side: Side) -> Result<Measured, String> {
    /// Before anything is measured as many are there at once as later on. What is made once, and what the allocator does not give back
    /// after so many (pages of which something is still in use), is no area's: it would be the same after ten times as many.
    const BEFORE: u32 = 35_000;
    const HALF: u32 = 50_000;
    const PEOPLE: usize = 200;
    // Two hours would be a long time to wait for the areas' end. And a day's areas within minutes are more at once than a process is
    // meant to have: each is kept for half a minute after its last follower went.
    let short = [
        ("WTE__AREA__LIFETIME_SECS", "10"),
        ("WTE__SWEEP__EVERY_SECS", "5"),
        ("WTE__LIMITS__AREAS", "0"),
        // On again: what is remembered of who took a name where is to go, too.
        ("WTE__LIMITS__NAMES_PER_ADDRESS", "1000"),
    ];
    let served = setup.start_with(side, &short, None)?;
    let mut crowd = Crowd::new(&served, PEOPLE)?;
    crowd.open_all(PEOPLE, 0, PEOPLE, As::User)?;
    let mut tour = Turnover::default();
    let first = resident_kib(served.pid());
    tour.go_on(&mut crowd, BEFORE)?;
    calm_down(&served, &mut crowd, 0.0, PEOPLE)?;
    let before = resident_kib(served.pid());
    let began = Instant::now();
    tour.go_on(&mut crowd, HALF)?;
    let took = began.elapsed().as_secs_f64();
    calm_down(&served, &mut crowd, 0.0, PEOPLE)?;
    let between = resident_kib(served.pid());
    tour.go_on(&mut crowd, HALF)?;
    let height = resident_kib(served.pid());
    calm_down(&served, &mut crowd, 0.0, PEOPLE)?;
    let after = resident_kib(served.pid());
    let mut measured = Measured::default();
    measured.figure("areas a second", f64::from(HALF) / took);
    measured.figure("answers that said \"not now\"", tour.not_now() as f64);
    measured.figure("memory before the first area, MiB", first / KIB_A_MIB);
    measured.figure("memory after the first 50,000, MiB", between / KIB_A_MIB);
    let words = ["right after the last, MiB", "when all are over, MiB", "when all are over, by before"];
    tell_memory(&mut measured, words, [before, height, after], live_areas(&served));
    Ok(measured)
}

/// KiB before, at the height and after; `words` are for the height, the end, and the end as a multiple of before.
fn tell_memory(measured: &mut Measured, words: [&'static str; 3], [before, height, after]: [f64; 3], live_areas: f64) {
    let [at_its_height, in_the_end, by_before] = words;
    measured.figure("memory before, MiB", before / KIB_A_MIB);
    measured.figure(at_its_height, height / KIB_A_MIB);
    measured.figure(in_the_end, after / KIB_A_MIB);
    measured.figure("live areas by then", live_areas);
    measured.figure(by_before, after / before);
}

/// Those that the server still holds in its memory: whether what did not come back is the areas', or the allocator's.
fn live_areas(served: &Served) -> f64 {
    http::told(served.address, "wte_areas_live").unwrap_or(f64::NAN)
}

/// Who closed a page has no seat any more, and the allocator has given back what that took.
const GONE: Duration = Duration::from_secs(6);
/// How much more than before still counts as the same.
const FLAT: f64 = 1.1;
/// A live area stays for half a minute after its last follower went.
const CALM_DOWN: Duration = Duration::from_secs(75);
/// The allocator gives pages back from a second on, some at a time: 1.5 MiB between the third second and the sixth, hardly any later.
const GIVEN_BACK: Duration = Duration::from_secs(6);

/// Waits until the memory is down to that again, or no area is left that could give some back: so many are still followed by the crowd.
fn calm_down(served: &Served, crowd: &mut Crowd, to: f64, stay: usize) -> Result<(), String> {
    let until = Instant::now() + CALM_DOWN;
    while Instant::now() < until && resident_kib(served.pid()) > to * FLAT && live_areas(served) > stay as f64 {
        voting::idle(crowd, Duration::from_millis(500))?;
    }
    voting::idle(crowd, GIVEN_BACK)
}
