//! Who has to get which vote, who got it, and when. Finds what was lost, doubled or led astray; knows no socket.

/// All votes of one measurement, from when each was due to its last delivery. Times are nanoseconds of one clock.
pub struct Ledger {
    /// The area that each person follows, and the person's place among those who follow it.
    seats: Vec<Seat>,
    /// How many follow each area.
    sizes: Vec<u32>,
    votes: Vec<Vote>,
    /// A bit for each delivery that has to come: each person's own, so that two wrongs never make a right.
    got: Vec<u64>,
    wrong: Wrong,
    delivered: u64,
    by_state: u64,
    under_way: usize,
    measured_from: usize,
    latencies: Vec<u32>,
}

#[derive(Clone, Copy)]
struct Seat {
    area: u32,
    place: u32,
}

struct Vote {
    area: u32,
    due: u64,
    first_word: usize,
    missing: u32,
}

/// What must never happen. The lost ones are known when nothing comes any more.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Wrong {
    pub lost: u64,
    pub doubled: u64,
    /// Came to somebody who follows another area.
    pub misrouted: u64,
    /// Nobody cast such a vote.
    pub invented: u64,
}

impl Wrong {
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

impl Ledger {
    /// The area of each person, counted from 0.
    pub fn new(areas: &[u32]) -> Self {
        let mut sizes = vec![0; areas.iter().max().map_or(0, |last| *last as usize + 1)];
        let mut take = |area: u32| {
            let size = &mut sizes[area as usize];
            *size += 1;
            Seat { area, place: *size - 1 }
        };
        let seats = areas.iter().map(|area| take(*area)).collect();
        Self {
            seats,
            sizes,
            votes: Vec::new(),
            got: Vec::new(),
            wrong: Wrong::default(),
            delivered: 0,
            by_state: 0,
            under_way: 0,
            measured_from: 0,
            latencies: Vec::new(),
        }
    }

    /// A vote is on its way; its number. Its latency counts from `due`, whenever it was sent.
    pub fn cast(&mut self, person: usize, due: u64) -> u32 {
        let area = self.seats[person].area;
        let missing = self.sizes[area as usize];
        self.votes.push(Vote { area, due, first_word: self.got.len(), missing });
        self.got.resize(self.got.len() + missing.div_ceil(64) as usize, 0);
        self.under_way += 1;
        u32::try_from(self.votes.len() - 1).expect("a measurement of some seconds has no 4,000 million votes")
    }

    /// A person got a vote's event.
    pub fn got(&mut self, person: usize, number: u32, now: u64) {
        match self.mark(person, number) {
            Some(true) if number as usize >= self.measured_from => {
                let taken = now.saturating_sub(self.votes[number as usize].due);
                self.latencies.push(u32::try_from(taken).unwrap_or(u32::MAX));
            }
            Some(false) => self.wrong.doubled += 1,
            _ => {}
        }
    }

    /// A person got the whole area, and this vote's place in it: so a server may tell who fell behind (an event of it after that would
    /// be one too many). It is no loss, and no latency.
    pub fn told(&mut self, person: usize, number: u32) {
        if self.mark(person, number) == Some(true) {
            self.by_state += 1;
        }
    }

    /// Whether it is news to that person; none where it must not have come at all.
    fn mark(&mut self, person: usize, number: u32) -> Option<bool> {
        let seat = self.seats[person];
        let Some(vote) = self.votes.get_mut(number as usize) else {
            self.wrong.invented += 1;
            return None;
        };
        if vote.area != seat.area {
            self.wrong.misrouted += 1;
            return None;
        }
        let word = &mut self.got[vote.first_word + seat.place as usize / 64];
        let bit = 1 << (seat.place % 64);
        if *word & bit != 0 {
            return Some(false);
        }
        *word |= bit;
        vote.missing -= 1;
        self.delivered += 1;
        if vote.missing == 0 {
            self.under_way -= 1;
        }
        Some(true)
    }

    /// What was cast before is not measured (but checked all the same).
    pub fn measure_from_here(&mut self) {
        self.measured_from = self.votes.len();
        self.latencies.clear();
    }

    /// Votes that somebody has not got yet.
    pub fn under_way(&self) -> usize {
        self.under_way
    }

    /// Deliveries so far, each person's of each vote once.
    pub fn delivered(&self) -> u64 {
        self.delivered
    }

    /// Of these, how many came with the whole area instead of an event.
    pub fn by_state(&self) -> u64 {
        self.by_state
    }

    pub fn votes(&self) -> usize {
        self.votes.len()
    }

    /// What went wrong so far; what is still under way counts as lost.
    pub fn wrong(&self) -> Wrong {
        Wrong { lost: self.votes.iter().map(|vote| u64::from(vote.missing)).sum(), ..self.wrong }
    }

    /// The time, in milliseconds, that this part of the measured deliveries (0 to 1) took at most; 0 without any.
    pub fn within_ms(&mut self, part: f64) -> f64 {
        let Some(last) = self.latencies.len().checked_sub(1) else { return 0.0 };
        let at = (last as f64 * part) as usize;
        let (_, nanos, _) = self.latencies.select_nth_unstable(at);
        f64::from(*nanos) / 1e6
    }
}
