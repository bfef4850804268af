//! Tasks that go round the lines of one thread: one for each area that has followers there, which writes to them what is new; and one
//! for all, which writes to them how many are deciding, and calls them when it is time for a ping or for a goodbye. So an event wakes a
//! thread once, and not once for each client, and a client needs no timer. Knows no request.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::time::Duration;

use actix_web::rt;
use tokio::join;
use tokio::sync::watch;
use tokio::task::{AbortHandle, yield_now};
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::line::{DELIVERED, Line};
use super::outgoing::Piece;
use crate::domain::counted::take_out;
use crate::domain::name::AreaName;
use crate::hub::{Follower, Moved, News, Watch};
use crate::web::{Draining, Web, feed};

/// Lines that are written to in one go, some 6 µs each: then others of this thread have their turn.
const AT_A_TIME: usize = 32;
/// The live count is told to so many, and then to the next ones a little later: it is in no hurry, and votes go between.
const COUNTED_AT_A_TIME: usize = 8;
const COUNT_PAUSE: Duration = Duration::from_millis(2);
/// Where thousands are to be told it, to as many at a time as leave so many pauses, some two or three seconds.
const COUNT_PAUSES_MOST: usize = 1000;
/// Nobody is told it more often (the protocol's limit).
const COUNT_EVERY: Duration = Duration::from_secs(5);
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
type Lines = Rc<RefCell<BTreeMap<u64, Rc<Line>>>>;

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

    /// From now on the line gets the live count, and its task is called for pings and for goodbyes.
    pub fn among_all(line: &Rc<Line>, web: &Web) -> Self {
        let pings = web.options.ping.as_secs().max(1);
        let begin = |lines: Lines| {
            let (news, endings, draining) = (web.hub.news(), web.hub.endings(), web.draining.subscribe());
            rt::spawn(async move {
                join!(call(lines.clone(), pings, endings, draining), count(lines, news));
            })
        };
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
            round.lines.borrow_mut().remove(&self.number);
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
            Moved::Standing => Box::pin(call_where(&lines, |_, _| true)).await,
        }
    }
}

async fn deliver(area: &AreaName, lines: &Lines) {
    let mut last = None;
    go(lines, AT_A_TIME, yield_now, |_, line| {
        let told = line.deliver(area, &mut last);
        DELIVERED.increment(u64::from(told));
        told
    })
    .await;
}

/// Goes round all lines when the process ends, those whose session has ended when one has, and each second round those whose time for a
/// ping it is: each line's is every `pings` seconds.
async fn call(lines: Lines, pings: u64, mut endings: watch::Receiver<()>, mut draining: watch::Receiver<Draining>) {
    let mut seconds = interval(SECOND);
    seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // Its first one would be now: nobody is asked whether they are there who has just come.
    seconds.reset();
    let mut second = 0;
    loop {
        tokio::select! {
            Ok(()) = draining.changed() => call_where(&lines, |_, _| true).await,
            Ok(()) = endings.changed() => call_where(&lines, |_, line| line.has_ended()).await,
            _ = seconds.tick() => {
                second += 1;
                go(&lines, AT_A_TIME, yield_now, |number, line| {
                    let is_time = number % pings == second % pings;
                    if is_time {
                        line.call_for_ping();
                    }
                    is_time
                })
                .await;
            }
        }
    }
}

async fn call_where(lines: &Lines, wanted: impl Fn(u64, &Line) -> bool) {
    go(lines, AT_A_TIME, yield_now, |number, line| {
        let is_wanted = wanted(number, line);
        if is_wanted {
            line.call();
        }
        is_wanted
    })
    .await;
}

/// Tells all lines how many are deciding whenever that has changed, without haste.
async fn count(lines: Lines, mut news: watch::Receiver<News>) {
    while news.changed().await.is_ok() {
        let live = news.borrow_and_update().live;
        let piece = Piece::shared_text(feed::count(live));
        let at_a_time = COUNTED_AT_A_TIME.max(lines.borrow().len().div_ceil(COUNT_PAUSES_MOST));
        let mut is_news = false;
        go(
            &lines,
            at_a_time,
            || sleep(COUNT_PAUSE),
            |_, line| {
                let told = line.count(live, &piece);
                is_news |= told;
                told
            },
        )
        .await;
        if is_news {
            // Who was told it last is not told the next one sooner than that.
            sleep(COUNT_EVERY).await;
        }
    }
}

/// Goes round all and rests whenever `visit` had something to do for so many. Who comes meanwhile is left out, and who goes is kept by
/// nothing.
async fn go<T, R: Future<Output = ()>>(
    lines: &RefCell<BTreeMap<u64, Rc<T>>>,
    at_a_time: usize,
    rest: impl Fn() -> R,
    mut visit: impl FnMut(u64, &T) -> bool,
) {
    let end = lines.borrow().last_key_value().map_or(0, |(number, _)| number + 1);
    let mut next = 0;
    loop {
        let mut done = 0;
        for (number, line) in lines.borrow().range(next..end) {
            next = number + 1;
            done += usize::from(visit(*number, line));
            if done == at_a_time {
                break;
            }
        }
        if lines.borrow().range(next..end).next().is_none() {
            return;
        }
        rest().await;
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    fn lines_of(count: u64) -> RefCell<BTreeMap<u64, Rc<u64>>> {
        RefCell::new((1..=count).map(|number| (number, Rc::new(number))).collect())
    }

    #[tokio::test(start_paused = true)]
    async fn all_are_visited_once_and_in_order_a_few_at_a_time() {
        let (lines, began, visits) = (lines_of(10), Instant::now(), RefCell::new(Vec::new()));
        // Nothing is to be done for every second one.
        let visit = |number: u64, _: &u64| {
            visits.borrow_mut().push((number, began.elapsed().as_secs()));
            number.is_multiple_of(2)
        };
        go(&lines, 2, || sleep(SECOND), visit).await;
        let expected: Vec<_> = (1..=10).map(|number| (number, (number - 1) / 4)).collect();
        assert_eq!(visits.take(), expected);
        assert_eq!(began.elapsed(), 2 * SECOND, "no rest after the last");
    }

    #[tokio::test(start_paused = true)]
    async fn who_goes_meanwhile_is_kept_by_nothing_and_who_comes_is_left_out() {
        let (lines, visits) = (lines_of(5), RefCell::new(Vec::new()));
        let gone = Rc::downgrade(&lines.borrow()[&3]);
        let change = async || {
            lines.borrow_mut().extend([(6, Rc::new(6))]);
            lines.borrow_mut().remove(&3);
            assert!(gone.upgrade().is_none());
        };
        let visit = |number, _: &u64| {
            visits.borrow_mut().push(number);
            true
        };
        go(&lines, 2, change, visit).await;
        assert_eq!(visits.take(), [1, 2, 4, 5]);
    }
}
