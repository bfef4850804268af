//! The connections for commands: kept open, shared by all calls, replaced when they break. Knows nothing of what is asked.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use deadpool_redis::{Connection, Manager, Pool, Runtime};
use futures_util::future::select_all;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, ConnectionInfo, RedisResult, Value};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep, timeout};

use super::answer::{is_gone, unavailable};
use super::delay::Delay;
use super::request::{Asking, Request};
use crate::store::{Result, StoreError};

/// A call ends within this, whatever happens: two seconds are promised to people, and the way to them takes its part.
pub const CALL_LIMIT: Duration = Duration::from_millis(1800);
/// How often an idle connection is tried: one whose other end is gone in silence is to be replaced before anyone needs it.
const TRY_EVERY: Duration = Duration::from_secs(2);
/// A connection that broke before this did not really stand: the next attempt waits longer.
pub const STANDS_AFTER: Duration = Duration::from_secs(1);

/// Ends a call in time, however often it has to ask.
pub async fn within_limit<T>(call: impl Future<Output = Result<T>>) -> Result<T> {
    let late = || StoreError::Unavailable("no answer from Redis within the limit of a call".into());
    timeout(CALL_LIMIT, call).await.unwrap_or_else(|_| Err(late()))
}

/// Whether a request may be sent a second time when a connection broke before its answer came: then it may have been
/// done already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// Done twice, it comes to the same.
    Safe,
    Never,
}

/// Connections to one Redis.
pub struct Link {
    lanes: Vec<Lane>,
    turn: AtomicUsize,
}

/// One connection at a time, and the task that replaces it.
struct Lane {
    live: watch::Receiver<Option<Live>>,
    /// The number of the last connection that was found broken.
    broken: watch::Sender<u64>,
    task: AbortHandle,
}

#[derive(Clone)]
struct Live {
    /// From 1, one more for each replacement.
    number: u64,
    connection: MultiplexedConnection,
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Link {
    /// Starts to connect in the background, and never gives up. Has to be called within a tokio runtime.
    pub fn open(server: ConnectionInfo, limits: AsyncConnectionConfig, connections: usize) -> RedisResult<Self> {
        let manager = Manager::new_with_config(server, limits)?;
        let connections = connections.max(1);
        let pool = Pool::builder(manager)
            .max_size(connections)
            .runtime(Runtime::Tokio1)
            .build()
            .expect("a pool without timeouts of its own needs nothing more");
        let lanes = (0..connections).map(|_| Lane::open(pool.clone())).collect();
        Ok(Self { lanes, turn: AtomicUsize::new(0) })
    }

    /// Sends a request and waits for its answer, within the limit of a call.
    pub async fn ask(&self, request: &Request, again: Again) -> Result<Value> {
        within_limit(self.ask_until_answered(request, again)).await
    }

    async fn ask_until_answered(&self, request: &Request, again: Again) -> Result<Value> {
        loop {
            match self.next().await.send(request, Asking::No).await {
                Err(error) if is_gone(&error) && again == Again::Safe => {}
                answer => return answer.map_err(|error| unavailable(&error)),
            }
        }
    }

    /// The next connection in turn; one that stands, if any does.
    pub async fn next(&self) -> Standing<'_> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let in_turn = || (0..self.lanes.len()).map(|i| &self.lanes[(turn + i) % self.lanes.len()]);
        if let Some(found) = in_turn().find_map(|lane| Some(Standing { lane, live: lane.live()? })) {
            return found;
        }
        let waiting = in_turn().map(|lane| Box::pin(async move { Standing { lane, live: lane.wait().await } }));
        select_all(waiting).await.0
    }
}

/// A connection that stood a moment ago. Nothing is sent yet.
pub struct Standing<'a> {
    lane: &'a Lane,
    live: Live,
}

impl Standing<'_> {
    /// Sends a request once. A connection that turns out to be of no use is replaced.
    pub async fn send(mut self, request: &Request, asking: Asking) -> RedisResult<Value> {
        let answer = request.send(&mut self.live.connection, asking).await;
        if answer.as_ref().is_err_and(is_gone) {
            self.lane.broken.send_if_modified(|last| {
                let newer = self.live.number > *last;
                *last = self.live.number.max(*last);
                newer
            });
        }
        answer
    }
}

impl Lane {
    fn open(pool: Pool) -> Self {
        let (live_sender, live) = watch::channel(None);
        let (broken, broken_receiver) = watch::channel(0);
        let task = tokio::spawn(keep(pool, live_sender, broken_receiver)).abort_handle();
        Self { live, broken, task }
    }

    fn stands(&self, live: &Option<Live>) -> bool {
        live.as_ref().is_some_and(|live| live.number > *self.broken.borrow())
    }

    fn live(&self) -> Option<Live> {
        let live = self.live.borrow();
        if self.stands(&live) { live.clone() } else { None }
    }

    async fn wait(&self) -> Live {
        let mut receiver = self.live.clone();
        match receiver.wait_for(|live| self.stands(live)).await.map(|live| live.clone()) {
            Ok(Some(live)) => live,
            // The task is over, which happens when the runtime ends: the limit of the call ends this.
            _ => std::future::pending().await,
        }
    }
}

/// Keeps one connection standing: one replacement at a time, with growing delays.
async fn keep(pool: Pool, live: watch::Sender<Option<Live>>, mut broken: watch::Receiver<u64>) {
    let mut delay = Delay::default();
    for number in 1.. {
        let connection = connect(&pool, &mut delay).await;
        let since = Instant::now();
        live.send_replace(Some(Live { number, connection: (*connection).clone() }));
        tokio::select! {
            _ = broken.wait_for(|last| *last >= number) => {}
            () = until_silent((*connection).clone()) => {}
        }
        live.send_replace(None);
        metrics::counter!("wte_redis_breaks_total", "use" => "commands").increment(1);
        // Taken out of the pool, which would try it once more before it opens another.
        drop(Connection::take(connection));
        if since.elapsed() > STANDS_AFTER {
            delay.reset();
        }
    }
}

async fn connect(pool: &Pool, delay: &mut Delay) -> Connection {
    let mut told = false;
    loop {
        delay.wait().await;
        match pool.get().await {
            Ok(connection) => {
                metrics::counter!("wte_redis_connections_total", "use" => "commands").increment(1);
                tracing::info!("connected to Redis");
                return connection;
            }
            Err(error) if !told => {
                told = true;
                tracing::warn!(%error, "Redis cannot be reached; trying again until it can");
            }
            Err(error) => tracing::debug!(%error, "Redis still cannot be reached"),
        }
    }
}

/// Returns when the connection does not answer any more. An error is an answer too.
pub async fn until_silent(mut connection: MultiplexedConnection) {
    loop {
        sleep(TRY_EVERY).await;
        let pong: RedisResult<Value> = redis::cmd("PING").query_async(&mut connection).await;
        if pong.is_err_and(|error| is_gone(&error)) {
            tracing::warn!("a connection to Redis went silent; it is replaced");
            return;
        }
    }
}
