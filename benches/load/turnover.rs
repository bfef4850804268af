//! Areas that come and go: everybody takes a name in a fresh area, votes there, leaves it, and goes on to the next.

use std::time::Duration;

use memchr::memmem::find;

use super::crowd::{Crowd, Hears};

/// Nobody gets on for that long: nobody will.
const PATIENCE: Duration = Duration::from_secs(10);
/// The requests of one area; the last one's answer leads to the next area.
const REQUESTS: i32 = 3;

/// So many areas, shared among all who are connected. How many answers were "not now": whoever got one went on without its request.
pub fn turn_over(crowd: &mut Crowd, areas: u32) -> Result<u64, String> {
    let mut tour = Tour { done: Vec::new(), finished: 0, last: crowd.now(), not_now: 0, refused: None };
    let mut next = 0;
    for person in 0..crowd.len() {
        visit(crowd, person, &mut next, areas);
    }
    while tour.finished < areas {
        crowd.poll(Duration::from_millis(20), &mut tour)?;
        for person in std::mem::take(&mut tour.done) {
            visit(crowd, person, &mut next, areas);
        }
        if let Some(refused) = &tour.refused {
            return Err(format!("In area {next} of {areas}: {refused}"));
        }
        if crowd.now() - tour.last > PATIENCE.as_nanos() as u64 {
            return Err(format!("Only {} of {areas} areas were opened, voted in and left.", tour.finished));
        }
    }
    Ok(tour.not_now)
}

fn visit(crowd: &mut Crowd, person: usize, next: &mut u32, areas: u32) {
    if *next >= areas {
        return;
    }
    let area = *next;
    *next += 1;
    crowd.send(person, &format!(r#"{{"event":"add","id":1,"data":{{"area":"tour-{area}","username":"Ann"}}}}"#));
    crowd.send(person, r#"{"event":"addVote","id":2,"data":{"fs":{"id":"thai","name":"Thai Palace"}}}"#);
    crowd.send(person, &format!(r#"{{"event":"leave","id":{REQUESTS}}}"#));
}

struct Tour {
    /// Who has left an area and not begun the next.
    done: Vec<usize>,
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
            self.done.push(person);
            self.finished += 1;
            self.last = now;
        }
    }
}
