//! The one thread that writes: takes what has gathered, does it, and answers once it is on the disk. Knows nothing of
//! what a call does.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::Receiver;

use super::desk::Desk;
use crate::store::Result;

/// A call: does its part, and gives back how to answer once it is known whether the batch was kept.
pub type Job = Box<dyn FnOnce(&mut Desk) -> Answer + Send>;
pub type Answer = Box<dyn FnOnce(Result<()>) + Send>;

/// How long a batch may gather while more keeps coming. Writing to the disk takes a few milliseconds and costs much the
/// same for one vote as for a hundred; this makes hundreds of them out of a rush, and nobody notices the wait.
const GATHER: Duration = Duration::from_millis(3);
/// A queue that is still empty after so long has nothing more on its way.
const LULL: Duration = Duration::from_micros(200);
/// Calls in a batch, at most: in the largest areas they take some ten milliseconds, and those that wait behind them
/// have two seconds.
const BATCH: usize = 1024;

/// Works until the queue's other end is gone and all in it is done, or until a call has closed the desk.
pub fn run(mut desk: Desk, mut queue: Receiver<Job>) {
    while !desk.is_closed()
        && let Some(first) = queue.blocking_recv()
    {
        let batch = gather(first, &mut queue);
        if catch_unwind(AssertUnwindSafe(|| work(&mut desk, batch))).is_err() {
            // Those that wait hear that it is not known; what is in memory may be half of something.
            tracing::error!("a call to the embedded store panicked; going on with what is on the disk");
            desk.start_over();
        }
    }
}

/// One call alone is not kept waiting; two or more at once are the beginning of a rush.
fn gather(first: Job, queue: &mut Receiver<Job>) -> Vec<Job> {
    let since = Instant::now();
    let mut batch = vec![first];
    let mut before = 1;
    loop {
        while batch.len() < BATCH
            && let Ok(job) = queue.try_recv()
        {
            batch.push(job);
        }
        if batch.len() == before || batch.len() == BATCH || since.elapsed() >= GATHER {
            return batch;
        }
        before = batch.len();
        #[expect(
            clippy::disallowed_methods,
            reason = "this thread serves nobody meanwhile: it waits for a rush to gather"
        )]
        thread::sleep(LULL);
    }
}

fn work(desk: &mut Desk, batch: Vec<Job>) {
    let answers: Vec<Answer> = batch.into_iter().map(|job| job(desk)).collect();
    let kept = desk.keep();
    for answer in answers {
        answer(kept.clone());
    }
}
