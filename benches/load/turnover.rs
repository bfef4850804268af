//! Areas that come and go: everybody takes a name in a fresh area, votes there, leaves it, and goes on to the next.

use std::time::Duration;

use memchr::memmem::find;

use super::crowd::{Crowd, Hears};

/// Nobody gets on for that long: nobody will.
const PATIENCE: Duration = Duration::from_secs(10);
/// The requests of one area; the last one's answer leads to the next area.
const REQUESTS: i32 = 3;

/// Areas begun each second, however fast those before them were: so a store that is slow for a moment has fewer under way, not more. All
/// of a day's come within two minutes.
const A_SECOND: f64 = 1000.0;

/// Areas come and go, one after the other: no name comes twice.
#[derive(Default)]
pub struct Turnover {
    next: u32,
    not_now: u64,
}

impl Turnover {
    /// So many further areas, shared among all who are connected; each of them has one under way at most. Returns when all were left.
    pub fn go_on(&mut self, crowd: &mut Crowd, areas: u32) -> Result<(), String> {
        let mut tour =
            Tour { free: (0..crowd.len()).collect(), finished: 0, last: crowd.now(), not_now: 0, refused: None };
        let (first, began, mut begun) = (self.next, crowd.now(), 0);
        while tour.finished < areas {
            let due = (crowd.now() - began) as f64 / 1e9 * A_SECOND;
            while begun < areas
                && f64::from(begun) < due
                && let Some(person) = tour.free.pop()
            {
                visit(crowd, person, first + begun);
                begun += 1;
            }
            crowd.poll(Duration::from_millis(1), &mut tour)?;
            if let Some(refused) = &tour.refused {
                return Err(format!("In area {begun} of {areas}: {refused}"));
            }
            if crowd.now() - tour.last > PATIENCE.as_nanos() as u64 {
                return Err(format!("Only {} of {areas} areas were opened, voted in and left.", tour.finished));
            }
        }
        self.next += areas;
        self.not_now += tour.not_now;
        Ok(())
    }

    /// How many answers were "not now": whoever got one went on without its request.
    pub fn not_now(&self) -> u64 {
        self.not_now
    }
}

fn visit(crowd: &mut Crowd, person: usize, area: u32) {
    crowd.send(person, &format!(r#"{{"event":"add","id":1,"data":{{"area":"tour-{area}","username":"Ann"}}}}"#));
    crowd.send(person, r#"{"event":"addVote","id":2,"data":{"fs":{"id":"thai","name":"Thai Palace"}}}"#);
    crowd.send(person, &format!(r#"{{"event":"leave","id":{REQUESTS}}}"#));
}

struct Tour {
    /// Who is in no area.
    free: Vec<usize>,
    finished: u32,
    last: u64,
    not_now: u64,
    refused: Option<String>,
}

impl Hears for Tour {
    fn frame(&mut self, person: usize, frame: &[u8], now: u64) {
        let has = |text: &[u8]| find(frame, text).is_some();
        if has(br#""code":"storeUnavailable""#) {
            self.not_now += 1;
        } else if has(br#""event":"serverError""#) && !has(br#""code":"notJoined""#) {
            self.refused = Some(String::from_utf8_lossy(frame).into_owned());
        }
        // Whatever the last answer is, it ends the visit.
        if has(br#""event":"ack","id":3"#) || has(br#""event":"serverError","id":3"#) {
            self.free.push(person);
            self.finished += 1;
            self.last = now;
        }
    }
}
