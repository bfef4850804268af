//! Two thousand people open a link at once, and each wants to see the fifty votes that are there: from connecting to having them all.

use std::time::Duration;

use super::crowd::{Crowd, Hears, WINDOW};
use super::floor::WELCOME;
use super::joining::As;
use super::machine::{Meter, Spent};
use super::process::{Served, Side};
use super::votes::{self, Seeker};
use super::voting;
use super::workloads::{Measured, Setup};

const VOTES: usize = 50;
const NEWCOMERS: usize = 2000;
/// A round that is not measured: buffers have their size then, and code its place in the caches.
const WARM: usize = 500;
/// Nobody is served for that long: nobody will be.
const PATIENCE: Duration = Duration::from_secs(10);

pub fn run(setup: &Setup, side: Side) -> Result<Measured, String> {
    let served = setup.start(side)?;
    let mut crowd = Crowd::new(&served, VOTES + WARM + NEWCOMERS)?;
    crowd.open_all(VOTES, 0, VOTES, As::User)?;
    if side == Side::Floor {
        crowd.send(0, &format!("{WELCOME}{}", votes::updates(VOTES as u32)));
    }
    voting::each_votes_once(&served, &mut crowd, VOTES)?;
    burst(&served, &mut crowd, WARM)?;
    crowd.settle(Duration::from_millis(300), Duration::from_secs(5))?;
    let (newcomers, spent) = burst(&served, &mut crowd, NEWCOMERS)?;
    let mut measured = Measured::default();
    measured.figure("server's CPU a join, µs", spent.server * 1e6 / NEWCOMERS as f64);
    if side == Side::Redis {
        measured.figure("Redis's CPU a join, µs", spent.store * 1e6 / NEWCOMERS as f64);
    }
    measured.figure("all served, s", spent.wall);
    let unserved = NEWCOMERS - newcomers.served;
    if unserved > 0 || crowd.gone > 0 {
        measured.faults.push(format!(
            "{unserved} of {NEWCOMERS} newcomers did not get the {VOTES} votes, {} were let go",
            crowd.gone
        ));
    }
    (measured.others, measured.generator) = (spent.others, spent.generator);
    Ok(measured)
}

/// So many newcomers, as many at once as a listener's queue takes, until all have all votes.
fn burst(served: &Served, crowd: &mut Crowd, count: usize) -> Result<(Newcomers, Spent), String> {
    let first = crowd.len();
    let mut newcomers =
        Newcomers { first, have: Vec::with_capacity(count), served: 0, last: crowd.now(), seeker: Seeker::new() };
    let meter = Meter::start(served.pid(), served.redis_pid());
    while newcomers.served < count && crowd.now() - newcomers.last < PATIENCE.as_nanos() as u64 {
        while newcomers.have.len() < count && newcomers.have.len() - newcomers.served < WINDOW {
            newcomers.have.push(0);
            crowd.open(0, As::User)?;
        }
        crowd.poll(Duration::from_millis(20), &mut newcomers)?;
    }
    Ok((newcomers, meter.stop()))
}

struct Newcomers {
    /// The crowd has others, from before.
    first: usize,
    /// A bit for each vote.
    have: Vec<u64>,
    served: usize,
    last: u64,
    seeker: Seeker,
}

impl Hears for Newcomers {
    fn frame(&mut self, person: usize, frame: &[u8], now: u64) {
        const ALL: u64 = (1 << VOTES) - 1;
        let Some(have) = person.checked_sub(self.first).and_then(|newcomer| self.have.get_mut(newcomer)) else {
            return;
        };
        if *have == ALL {
            return;
        }
        self.seeker.listed(frame, |number| {
            if (number as usize) < VOTES {
                *have |= 1 << number;
            }
        });
        if *have == ALL {
            self.served += 1;
            self.last = now;
        }
    }
}
