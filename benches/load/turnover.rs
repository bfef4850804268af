//! Areas that come and go: everybody takes a name in a fresh area, votes there, leaves it, and goes on to the next.

use std::time::Duration;

use memchr::memmem::find;

use super::crowd::{Crowd, Hears};

/// Nobody gets on for that long: nobody will.
const PATIENCE: Duration = Duration::from_secs(10);
/// The requests of one area; the last one's answer leads to the next area.
const REQUESTS: i32 = 3;

/// So many areas, shared among all who are connected.
pub fn turn_over(crowd: &mut Crowd, areas: u32) -> Result<(), String> {
    let mut tour = Tour { done: Vec::new(), finished: 0, last: crowd.now(), refused: None };
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
    Ok(())
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
    refused: Option<String>,
}

impl Hears for Tour {
    fn frame(&mut self, person: usize, frame: &[u8], now: u64) {
        let last_answer = br#"{"event":"ack","id":3"#;
        if find(frame, last_answer).is_some() {
            self.done.push(person);
            self.finished += 1;
            self.last = now;
        } else if find(frame, br#""event":"serverError""#).is_some() {
            self.refused = Some(String::from_utf8_lossy(frame).into_owned());
        }
    }
}
