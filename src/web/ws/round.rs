//! Tasks that go round the lines of one thread: one for each area that has followers there, which writes to them what is new; and one
//! for all, which calls them when there is something that everyone is to be told, or it is time for a ping. So an event wakes a thread
//! once, and not once for each client, and a client needs no timer. Knows no request.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use actix_web::rt;
use tokio::sync::watch;
use tokio::task::{AbortHandle, yield_now};
use tokio::time::{MissedTickBehavior, interval};

use super::line::{DELIVERED, Line};
use crate::domain::counted::take_out;
use crate::domain::name::AreaName;
use crate::hub::{Follower, Moved, News, Watch};
use crate::web::{Draining, Web};

/// Lines that are written to in one go, some 6 µs each: then others of this thread have their turn.
const AT_A_TIME: usize = 32;
/// Clients are called for their pings in as many parts as there are seconds from one ping to the next: one part each second.
const SECOND: Duration = Duration::from_secs(1);

thread_local! {
    static ROUNDS: RefCell<HashMap<Whose, Round>> = RefCell::default();
}

/// Whose lines a round goes to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Whose {
    Area(AreaName),
    All,
}

struct Round {
    lines: Lines,
    next: u64,
    task: AbortHandle,
}

/// By a number that only grows.
type Lines = Rc<RefCell<HashMap<u64, Rc<Line>>>>;

/// A line's place in a round; given up on drop.
pub struct Place {
    whose: Whose,
    number: u64,
}

impl Place {
    /// From now on the line gets what is new in the area. `follower` is its own.
    pub fn in_area(line: &Rc<Line>, follower: &Follower) -> Self {
        Self::take(line, Whose::Area(follower.area().clone()), |lines| rt::spawn(tell(lines, follower.watch())))
    }

    /// From now on the line's task is called for what everyone is told, and for pings.
    pub fn among_all(line: &Rc<Line>, web: &Web) -> Self {
        let pings = web.options.ping.as_secs().max(1);
        let begin = |lines| rt::spawn(call(lines, pings, web.hub.news(), web.hub.endings(), web.draining.subscribe()));
        Self::take(line, Whose::All, begin)
    }

    fn take(line: &Rc<Line>, whose: Whose, begin: impl FnOnce(Lines) -> rt::task::JoinHandle<()>) -> Self {
        ROUNDS.with_borrow_mut(|rounds| {
            let round = rounds.entry(whose.clone()).or_insert_with(|| {
                let lines = Lines::default();
                Round { lines: lines.clone(), next: 0, task: begin(lines).abort_handle() }
            });
            round.next += 1;
            round.lines.borrow_mut().insert(round.next, line.clone());
            Self { whose, number: round.next }
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // At the end of a thread its rounds may be gone already.
        let _ = ROUNDS.try_with(|rounds| {
            let mut rounds = rounds.borrow_mut();
            let Some(round) = rounds.get(&self.whose) else { return };
            take_out(&mut round.lines.borrow_mut(), &self.number);
            if round.lines.borrow().is_empty() {
                round.task.abort();
                take_out(&mut rounds, &self.whose);
            }
        });
    }
}

/// Goes round an area's lines whenever there is something new; calls them when the area becomes stale, or current.
async fn tell(lines: Lines, mut watch: Watch) {
    loop {
        // Boxed, what comes after the wait: of most areas a round only waits.
        match watch.moved().await {
            Moved::Turn => Box::pin(deliver(watch.area(), &lines)).await,
            Moved::Standing => {
                Box::pin(go(&lines, |_, _| true, |few| few.iter().for_each(|line| line.call()))).await;
            }
        }
    }
}

async fn deliver(area: &AreaName, lines: &Lines) {
    let mut last = None;
    let visit = |few: &[Rc<Line>]| {
        let told = few.iter().filter(|line| line.deliver(area, &mut last)).count();
        DELIVERED.increment(told as u64);
    };
    go(lines, |_, _| true, visit).await;
}

/// Goes round all lines when there is something to tell, those whose session has ended when one has, and each second round those whose time for a ping it is: each line's is
/// every `pings` seconds.
async fn call(
    lines: Lines,
    pings: u64,
    mut news: watch::Receiver<News>,
    mut endings: watch::Receiver<()>,
    mut draining: watch::Receiver<Draining>,
) {
    let mut seconds = interval(SECOND);
    seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // Its first one would be now: nobody is asked whether they are there who has just come.
    seconds.reset();
    let mut second = 0;
    loop {
        tokio::select! {
            Ok(()) = news.changed() => go(&lines, |_, _| true, |few| few.iter().for_each(|line| line.call())).await,
            Ok(()) = draining.changed() => go(&lines, |_, _| true, |few| few.iter().for_each(|line| line.call())).await,
            Ok(()) = endings.changed() => {
                go(&lines, |_, line| line.has_ended(), |few| few.iter().for_each(|line| line.call())).await;
            }
            _ = seconds.tick() => {
                second += 1;
                let due = |number, _: &Line| number % pings == second % pings;
                go(&lines, due, |few| few.iter().for_each(|line| line.call_for_ping())).await;
            }
        }
    }
}

/// Goes round the lines of these numbers, some at a time. Who comes or goes meanwhile changes the list, not this round.
async fn go(lines: &Lines, whom: impl Fn(u64, &Line) -> bool, mut visit: impl FnMut(&[Rc<Line>])) {
    let wanted = |(number, line): (&u64, &Rc<Line>)| whom(*number, line).then(|| line.clone());
    let lines: Vec<Rc<Line>> = lines.borrow().iter().filter_map(wanted).collect();
    for (index, few) in lines.chunks(AT_A_TIME).enumerate() {
        if index > 0 {
            yield_now().await;
        }
        visit(few);
    }
}
