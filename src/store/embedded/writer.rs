//! The one thread that writes: takes what has gathered, does it, and answers once it is on the disk. Knows nothing of
//! what a call does.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use tokio::sync::mpsc::Receiver;

use super::desk::Desk;
use crate::store::Result;

/// A call: does its part, and gives back how to answer once it is known whether the batch was kept.
pub type Job = Box<dyn FnOnce(&mut Desk) -> Answer + Send>;
pub type Answer = Box<dyn FnOnce(Result<()>) + Send>;

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
            // What panicked may have been the listener, and it is told of this too.
            let _ = catch_unwind(AssertUnwindSafe(|| desk.start_over()));
        }
    }
}

/// All that has come while the last batch was written, which takes some milliseconds: so one write serves hundreds in a
/// rush, and a lone vote waits for nobody. (To wait for more on purpose, up to 3 ms, was tried: it made nothing faster.)
fn gather(first: Job, queue: &mut Receiver<Job>) -> Vec<Job> {
    let mut batch = vec![first];
    while batch.len() < BATCH
        && let Ok(job) = queue.try_recv()
    {
        batch.push(job);
    }
    batch
}

fn work(desk: &mut Desk, batch: Vec<Job>) {
    let begun = Instant::now();
    metrics::counter!("wte_batch_calls_total").increment(batch.len() as u64);
    let answers: Vec<Answer> = batch.into_iter().map(|job| job(desk)).collect();
    let kept = desk.keep();
    metrics::histogram!("wte_batch_seconds").record(begun.elapsed());
    for answer in answers {
        answer(kept.clone());
    }
}
