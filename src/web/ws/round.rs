//! One task for each area on each thread that has followers of it: it goes round their lines and writes what is new. So an event wakes a
//! thread once, and not once for each client. Knows no request.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::LazyLock;

use actix_web::rt;
use metrics::Counter;
use tokio::sync::watch;
use tokio::task::{AbortHandle, yield_now};

use super::line::Line;
use crate::domain::name::AreaName;
use crate::hub::Follower;

/// Lines that are written to in one go, some 6 µs each: then others of this thread have their turn.
const AT_A_TIME: usize = 32;

/// Looked up by name once, and not with each delivery.
static DELIVERED: LazyLock<Counter> = LazyLock::new(|| metrics::counter!("wte_events_delivered_total"));

thread_local! {
    static ROUNDS: RefCell<HashMap<AreaName, Round>> = RefCell::default();
}

struct Round {
    lines: Lines,
    next: u64,
    task: AbortHandle,
}

type Lines = Rc<RefCell<HashMap<u64, Rc<Line>>>>;

/// A line's place in the round of its area; given up on drop.
pub struct Place {
    area: AreaName,
    number: u64,
}

impl Place {
    /// From now on the line gets what is new. `follower` is its own.
    pub fn take(line: &Rc<Line>, follower: &Follower) -> Self {
        let area = follower.area().clone();
        ROUNDS.with_borrow_mut(|rounds| {
            let round = rounds.entry(area.clone()).or_insert_with(|| Round::begin(follower.turned()));
            round.next += 1;
            round.lines.borrow_mut().insert(round.next, line.clone());
            Self { area, number: round.next }
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // At the end of a thread its rounds may be gone already.
        let _ = ROUNDS.try_with(|rounds| {
            let mut rounds = rounds.borrow_mut();
            let Some(round) = rounds.get(&self.area) else { return };
            round.lines.borrow_mut().remove(&self.number);
            if round.lines.borrow().is_empty() {
                round.task.abort();
                rounds.remove(&self.area);
            }
        });
    }
}

impl Round {
    fn begin(turned: watch::Receiver<u64>) -> Self {
        let lines = Lines::default();
        let task = rt::spawn(go(lines.clone(), turned)).abort_handle();
        Self { lines, next: 0, task }
    }
}

async fn go(lines: Lines, mut turned: watch::Receiver<u64>) {
    while turned.changed().await.is_ok() {
        // Who comes or goes meanwhile changes the list, not this round.
        let lines: Vec<Rc<Line>> = lines.borrow().values().cloned().collect();
        let mut last = None;
        for (index, few) in lines.chunks(AT_A_TIME).enumerate() {
            if index > 0 {
                yield_now().await;
            }
            let told = few.iter().filter(|line| line.deliver(&mut last)).count();
            DELIVERED.increment(told as u64);
        }
    }
}
