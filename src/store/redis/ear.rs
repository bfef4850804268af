//! Hears what is published on the two channels of the areas that are followed, over a connection of its own. Knows nothing
//! of commands.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, ConnectionInfo, PushInfo, PushKind, RedisResult};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::AbortHandle;
use tokio::time::{Instant, timeout};

use super::delay::Delay;
use super::following::{Following, Named};
use super::keys::{Layout, SESSIONS};
use super::link::{CALL_LIMIT, STANDS_AFTER, until_silent};
use super::options::with_push;
use super::subscribing::{subscribe, unsubscribe};
use crate::domain::name::AreaName;
use crate::store::{Result, StoreError};

/// Wishes that wait for the connection; each caller waits for its own, so more than this is a crowd that may wait too. All that wait are one
/// round trip.
const WISHES: usize = 256;

/// A wish to the task that holds the connection.
enum Wish {
    /// `confirmed` is dropped where a break came between, and told of a node that would not.
    Follow { area: AreaName, confirmed: oneshot::Sender<Confirmed> },
    /// To look for what nobody wants any more.
    Unfollow,
}

/// What Redis says to a wish to follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmed {
    Follows,
    /// Another node has the area's slot, or none has.
    Elsewhere,
}

/// The subscriptions of this process at one node.
pub struct Ear {
    following: Arc<Following>,
    wishes: mpsc::Sender<Wish>,
    /// What its task needs, until there is one.
    begin: Mutex<Option<Beginning>>,
    task: OnceLock<AbortHandle>,
}

struct Beginning {
    client: Client,
    limits: AsyncConnectionConfig,
    wishes: mpsc::Receiver<Wish>,
}

impl Drop for Ear {
    fn drop(&mut self) {
        if let Some(task) = self.task.get() {
            task.abort();
        }
    }
}

impl Ear {
    /// Connects with the first wish to hear something, and never gives up from then on.
    pub fn open(
        server: ConnectionInfo,
        limits: AsyncConnectionConfig,
        layout: Layout,
        listener: Named,
        strayed: Arc<Notify>,
    ) -> RedisResult<Self> {
        let client = Client::open(with_push(server))?;
        let following = Arc::new(Following::new(layout, listener, strayed));
        let (wishes, received) = mpsc::channel(WISHES);
        let begin = Mutex::new(Some(Beginning { client, limits, wishes: received }));
        Ok(Self { following, wishes, begin, task: OnceLock::new() })
    }

    /// From now on it hears which sessions are ended, too. On the thread of who wishes it first, for what is heard goes to those who are
    /// served there: where one thread serves, an event wakes no other one.
    pub fn begin(&self) {
        let begin = self.begin.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Beginning { client, limits, wishes }) = begin {
            let task = tokio::spawn(listen(client, limits, self.following.clone(), wishes)).abort_handle();
            // Taken once, so set once.
            let _ = self.task.set(task);
        }
    }

    /// Returns once Redis has confirmed the subscription. Has to be called within a tokio runtime.
    pub async fn follow(&self, area: &AreaName) -> Result<Confirmed> {
        self.begin();
        timeout(CALL_LIMIT, self.follow_until_confirmed(area)).await.map_err(|_| {
            let channels = self.following.channels_of(area);
            if self.following.is_unconfirmed(&channels[0]) {
                self.forget(channels);
            }
            StoreError::Unavailable("Redis did not confirm the subscription in time".into())
        })
    }

    async fn follow_until_confirmed(&self, area: &AreaName) -> Confirmed {
        loop {
            let (confirmed, confirmation) = oneshot::channel();
            if self.wishes.send(Wish::Follow { area: area.clone(), confirmed }).await.is_err() {
                // The task is over, which happens when its runtime ends: the limit of the call ends this.
                std::future::pending::<()>().await;
            }
            if let Ok(said) = confirmation.await {
                return said;
            }
        }
    }

    pub fn unfollow(&self, area: &AreaName) {
        self.forget(self.following.channels_of(area));
    }

    /// Whether it is followed here, or is wished to be, and Redis has not said otherwise.
    pub fn knows(&self, area: &AreaName) -> bool {
        self.following.channels_of(area).iter().all(|channel| self.following.has(channel))
    }

    fn forget(&self, channels: [String; 2]) {
        channels.into_iter().for_each(|channel| self.following.remove(channel));
        // Where there is no room for the wish, there are others, and after these it is looked for all the same.
        let _ = self.wishes.try_send(Wish::Unfollow);
    }
}

/// Holds the connection, replaces it when it breaks, and subscribes anew to all that is followed.
async fn listen(
    client: Client,
    limits: AsyncConnectionConfig,
    following: Arc<Following>,
    mut wishes: mpsc::Receiver<Wish>,
) {
    let mut delay = Delay::default();
    loop {
        delay.wait().await;
        let ended = Arc::new(Notify::new());
        let mut connection = match connect(&client, limits.clone(), &following, &ended).await {
            Ok(connection) => connection,
            Err(error) => {
                tracing::debug!(%error, "Redis cannot be reached for pub/sub");
                continue;
            }
        };
        metrics::counter!("wte_redis_connections_total", "use" => "pubsub").increment(1);
        let since = Instant::now();
        // They went with the last connection.
        drop(following.take_left());
        let channels = following.channels();
        match subscribe(&mut connection, following.layout, &channels).await {
            Ok(elsewhere) => elsewhere.iter().for_each(|channel| following.stray(channel)),
            Err(_) => continue,
        }
        following.missed_sessions();
        if !channels.is_empty() {
            tracing::info!("listening to Redis again");
            // Only now: what is read from here on misses nothing that comes after it.
            following.missed_everything();
        }
        tokio::select! {
            () = ended.notified() => tracing::warn!("the pub/sub connection to Redis broke; events may be missing"),
            () = until_silent(connection.clone()) => {}
            over = serve(&mut connection, &following, &mut wishes) => if over { return },
        }
        metrics::counter!("wte_redis_breaks_total", "use" => "pubsub").increment(1);
        if since.elapsed() > STANDS_AFTER {
            delay.reset();
        }
    }
}

async fn connect(
    client: &Client,
    limits: AsyncConnectionConfig,
    following: &Arc<Following>,
    ended: &Arc<Notify>,
) -> RedisResult<MultiplexedConnection> {
    let (following, ended) = (following.clone(), ended.clone());
    let limits = limits.set_push_sender(move |push: PushInfo| {
        match push.kind {
            PushKind::Message | PushKind::SMessage => following.take(push.data),
            // Unasked for, so the connection's answers may be off by one from here on: a new one is needed for what is left.
            PushKind::SUnsubscribe if following.lost(&push.data) => ended.notify_one(),
            PushKind::Disconnection => ended.notify_one(),
            _ => {}
        }
        Ok::<(), redis::aio::SendError>(())
    });
    let mut connection = client.get_multiplexed_async_connection_with_config(&limits).await?;
    connection.subscribe(SESSIONS).await?;
    Ok(connection)
}

/// Does what is wished until the connection breaks (false) or nobody can wish any more (true).
async fn serve(
    connection: &mut MultiplexedConnection,
    following: &Following,
    wishes: &mut mpsc::Receiver<Wish>,
) -> bool {
    let mut some = Vec::new();
    while wishes.recv_many(&mut some, WISHES).await > 0 {
        let followed = some.drain(..).filter_map(|wish| match wish {
            // Its caller has given up already.
            Wish::Follow { confirmed, .. } if confirmed.is_closed() => None,
            Wish::Follow { area, confirmed } => Some((area, confirmed)),
            Wish::Unfollow => None,
        });
        let done = follow(connection, following, followed.collect()).await;
        // After that: what is wished anew is not given up.
        if done.is_err() || unsubscribe(connection, following.layout, &following.take_left()).await.is_err() {
            return false;
        }
    }
    true
}

async fn follow(
    connection: &mut MultiplexedConnection,
    following: &Following,
    wished: Vec<(AreaName, oneshot::Sender<Confirmed>)>,
) -> RedisResult<()> {
    let add = |channels: &[String; 2], area: &AreaName, confirmed| {
        channels.iter().for_each(|channel| following.add(channel, area.clone(), confirmed));
    };
    let wished = wished.into_iter().map(|(area, confirmed)| (following.channels_of(&area), area, confirmed));
    let wished: Vec<_> = wished.collect();
    // Before the subscription, so that its first message finds the area.
    wished.iter().for_each(|(channels, area, _)| add(channels, area, false));
    let channels: Vec<String> = wished.iter().flat_map(|(channels, ..)| channels.clone()).collect();
    let elsewhere: HashSet<String> = subscribe(connection, following.layout, &channels).await?.into_iter().collect();
    for (channels, area, confirmed) in wished {
        // Given up meanwhile: what was removed by then is not put back.
        if confirmed.is_closed() && !channels.iter().all(|channel| following.has(channel)) {
            continue;
        }
        let said = if channels.iter().any(|channel| elsewhere.contains(channel)) {
            channels.iter().for_each(|channel| following.stray(channel));
            Confirmed::Elsewhere
        } else {
            add(&channels, &area, true);
            Confirmed::Follows
        };
        let _ = confirmed.send(said);
    }
    Ok(())
}
