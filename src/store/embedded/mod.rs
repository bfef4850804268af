//! Areas in one file of this machine: the store that needs no server. Knows how calls reach the one writer and come
//! back; not what a change does (`domain::record`), nor how it lies on the disk (`disk`).

mod accounts;
mod area;
mod audience;
mod clock;
mod codes;
mod desk;
mod disk;
#[cfg(test)]
mod faults;
mod messages;
mod open;
mod rows;
mod samples;
mod servers;
mod sessions;
mod shelf;
mod tables;
mod talk;
mod tries;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;

use self::audience::Audience;
use self::desk::Desk;
use self::disk::Disk;
use self::shelf::Shelf;
use self::writer::Job;
use super::{Alive, Head, Listener, Result, Snapshot, Store, StoreError, Swept};
use crate::domain::Millis;
use crate::domain::change::{Change, Done, Rules};
use crate::domain::name::AreaName;
use crate::domain::owner::Owner;
use crate::domain::presence::{Claim, ClaimChange, ServerId};
use crate::domain::takeover::CodeDigest;

pub use self::open::OpenError;

/// The trait's promise: nobody waits longer for an answer, whatever the disk does.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// Calls that may wait for the writer. A batch of them takes some ten milliseconds, so whoever finds the queue full waits
/// for a moment, within the same two seconds.
const QUEUE: usize = 1024;
/// What was queued is on the disk by then, or the disk hangs; a process that has to end has 10 s for all it does.
const CLOSED_WITHIN: Duration = Duration::from_secs(5);

/// Areas in one file, written by one thread. Only one process can have the file.
pub struct Embedded {
    queue: mpsc::Sender<Job>,
    audience: Arc<Audience>,
    secret: Vec<u8>,
    /// Closes when the writer has given back the file.
    ended: watch::Receiver<()>,
}

impl Embedded {
    /// Opens the file, or makes it and the folders on the way; `:memory:` is none, and lasts as long as the process. No
    /// area is loaded, whatever the number of them; after a crash the file is read through once, to check it.
    pub fn open(path: &str, rules: Rules) -> std::result::Result<Arc<Self>, OpenError> {
        let path = PathBuf::from(path);
        let in_memory = path.as_os_str() == ":memory:";
        let open = move || if in_memory { open::in_memory() } else { open::in_file(&path) };
        Self::start(Disk::open(Box::new(open))?, rules)
    }

    fn start(disk: Disk, rules: Rules) -> std::result::Result<Arc<Self>, OpenError> {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let (end, ended) = watch::channel(());
        let audience = Arc::new(Audience::default());
        let secret = disk.secret().to_vec();
        let desk = Desk::new(Shelf::new(disk), rules, audience.clone());
        std::thread::Builder::new()
            .name("embedded-store".to_owned())
            .spawn(move || {
                writer::run(desk, jobs);
                drop(end);
            })
            .map_err(OpenError::NoThread)?;
        Ok(Arc::new(Self { queue, audience, secret, ended }))
    }

    /// Has the writer do it in its turn; the answer comes once the batch that it was done in is on the disk.
    async fn ask<T: Send + 'static>(&self, call: impl FnOnce(&mut Desk) -> Result<T> + Send + 'static) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |desk| {
            let result = call(desk);
            Box::new(move |kept| {
                // Who asked may have gone away; it is done all the same.
                let _ = answer.send(kept.and(result));
            })
        });
        let asked = async {
            self.queue.send(job).await.map_err(|_| closed())?;
            answered.await.map_err(|_| closed())?
        };
        timeout(ANSWER_WITHIN, asked).await.unwrap_or_else(|_| Err(late("to write")))
    }
}

fn late(what: &str) -> StoreError {
    StoreError::Unavailable(format!("the disk took too long {what}"))
}

fn closed() -> StoreError {
    StoreError::Unavailable("the embedded store has been closed, or its writer failed".to_owned())
}

#[async_trait]
impl Store for Embedded {
    fn listen(&self, listener: Arc<dyn Listener>) {
        self.audience.seat(listener);
    }

    async fn change(&self, change: &Change) -> Result<Done> {
        let change = change.clone();
        self.ask(move |desk| desk.change(&change)).await
    }

    async fn snapshot(&self, area: &AreaName, begin: bool) -> Result<Snapshot> {
        let area = area.clone();
        self.ask(move |desk| desk.snapshot(&area, begin)).await
    }

    async fn me(&self, area: &AreaName, owner: &Owner) -> Result<Done> {
        let (area, owner) = (area.clone(), owner.clone());
        self.ask(move |desk| desk.me(&area, &owner)).await
    }

    async fn expire(&self, area: &AreaName) -> Result<Option<Millis>> {
        let area = area.clone();
        self.ask(move |desk| desk.expire(&area)).await
    }

    async fn heads(&self, areas: &[AreaName]) -> Vec<Result<Head>> {
        let (count, areas) = (areas.len(), areas.to_vec());
        let heads = self.ask(move |desk| Ok(areas.iter().map(|area| desk.head(area)).collect())).await;
        heads.unwrap_or_else(|error| vec![Err(error); count])
    }

    async fn follow(&self, area: &AreaName) -> Result<()> {
        self.audience.follow(area);
        Ok(())
    }

    async fn unfollow(&self, area: &AreaName) {
        self.audience.unfollow(area);
    }

    async fn report(&self, area: &AreaName, claim: &Claim, change: &ClaimChange) -> Result<()> {
        let (area, claim, change) = (area.clone(), claim.clone(), change.clone());
        self.ask(move |desk| {
            desk.report(&area, claim, change);
            Ok(())
        })
        .await
    }

    async fn heartbeat(&self, server: &ServerId, following: u64) -> Result<Vec<Alive>> {
        let server = server.clone();
        self.ask(move |desk| Ok(desk.heartbeat(server, following))).await
    }

    async fn retire(&self, server: &ServerId) -> Result<()> {
        let server = server.clone();
        self.ask(move |desk| {
            desk.retire(&server);
            Ok(())
        })
        .await
    }

    async fn sweep_lease(&self, server: &ServerId) -> Result<bool> {
        let server = server.clone();
        self.ask(move |desk| Ok(desk.sweep_lease(server))).await
    }

    /// In steps of some areas each, so that votes come in between; each step, not the whole, ends within two seconds.
    async fn sweep(&self, min_ttl: Millis) -> Result<Swept> {
        self.ask(Desk::forget_sessions).await?;
        let mut sweep = self.ask(move |desk| Ok(desk.begin_sweep(min_ttl))).await?;
        while !sweep.over {
            sweep = self.ask(move |desk| desk.sweep(sweep)).await?;
        }
        Ok(sweep.swept)
    }

    async fn ping(&self) -> Result<()> {
        self.ask(Desk::ping).await
    }

    async fn keep_code(&self, code: &CodeDigest, session: &str, lifetime: Millis) -> Result<bool> {
        let (code, session) = (code.clone(), session.to_owned());
        self.ask(move |desk| desk.keep_code(code, session, lifetime)).await
    }

    async fn read_code(&self, code: &CodeDigest) -> Result<Option<String>> {
        let code = code.clone();
        self.ask(move |desk| Ok(desk.read_code(&code))).await
    }

    async fn take_code(&self, code: &CodeDigest) -> Result<Option<String>> {
        let code = code.clone();
        self.ask(move |desk| Ok(desk.take_code(&code))).await
    }

    async fn session_secret(&self) -> Result<Option<Vec<u8>>> {
        Ok(Some(self.secret.clone()))
    }

    /// Waits until all that was asked before is on the disk and the file is free for another process. What is asked
    /// after is `Unavailable`.
    async fn close(&self) -> Result<()> {
        let mut ended = self.ended.clone();
        let closed = async {
            // The writer may have ended already: then there is nothing to wait for.
            let _ = self
                .ask(|desk| {
                    desk.close();
                    Ok(())
                })
                .await;
            while ended.changed().await.is_ok() {}
        };
        timeout(CLOSED_WITHIN, closed).await.map_err(|_| late("to close the file"))
    }
}
