//! Hears what is published on the channels of the areas that are followed, over a connection of its own. Knows nothing
//! of commands.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, ConnectionInfo, PushInfo, PushKind, RedisResult, Value};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::AbortHandle;
use tokio::time::{Instant, timeout};

use super::delay::Delay;
use super::keys::AreaKeys;
use super::link::{CALL_LIMIT, STANDS_AFTER, until_silent};
use super::options::with_push;
use crate::domain::event::Heard;
use crate::domain::name::AreaName;
use crate::store::{Listener, Result, StoreError};

/// Wishes that wait for the connection; each caller waits for its own, so more than this is a crowd that may wait too.
const WISHES: usize = 256;
/// Channels in one command: some tens of kilobytes, so that no single answer takes long.
const CHANNELS_AT_ONCE: usize = 500;

/// What is followed, and who hears of it.
#[derive(Default)]
struct Following {
    listener: OnceLock<Arc<dyn Listener>>,
    /// By the name of the channel.
    areas: Mutex<HashMap<String, Followed>>,
}

struct Followed {
    area: AreaName,
    /// Somebody was told that it is followed; else all who asked for it still wait.
    confirmed: bool,
}

/// A wish to the task that holds the connection.
enum Wish {
    /// `confirmed` is dropped where a break came between.
    Follow {
        area: AreaName,
        confirmed: oneshot::Sender<()>,
    },
    Unfollow {
        channel: String,
    },
}

/// The subscriptions of this process.
pub struct Ear {
    following: Arc<Following>,
    wishes: mpsc::Sender<Wish>,
    task: AbortHandle,
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Ear {
    /// Starts to connect in the background, and never gives up. Has to be called within a tokio runtime.
    pub fn open(server: ConnectionInfo, limits: AsyncConnectionConfig) -> RedisResult<Self> {
        let client = Client::open(with_push(server))?;
        let following = Arc::new(Following::default());
        let (wishes, received) = mpsc::channel(WISHES);
        let task = tokio::spawn(listen(client, limits, following.clone(), received)).abort_handle();
        Ok(Self { following, wishes, task })
    }

    pub fn listen(&self, listener: Arc<dyn Listener>) {
        if self.following.listener.set(listener).is_err() {
            tracing::warn!("a second listener was named; the first one stays");
        }
    }

    /// Returns once Redis has confirmed the subscription.
    pub async fn follow(&self, area: &AreaName) -> Result<()> {
        timeout(CALL_LIMIT, self.follow_until_confirmed(area)).await.map_err(|_| {
            let channel = AreaKeys::of(area).channel();
            if self.following.lock().get(&channel).is_some_and(|followed| !followed.confirmed) {
                self.forget(channel);
            }
            StoreError::Unavailable("Redis did not confirm the subscription in time".into())
        })
    }

    async fn follow_until_confirmed(&self, area: &AreaName) {
        loop {
            let (confirmed, confirmation) = oneshot::channel();
            if self.wishes.send(Wish::Follow { area: area.clone(), confirmed }).await.is_err() {
                // The task is over, which happens when its runtime ends: the limit of the call ends this.
                std::future::pending::<()>().await;
            }
            if confirmation.await.is_ok() {
                return;
            }
        }
    }

    pub fn unfollow(&self, area: &AreaName) {
        self.forget(AreaKeys::of(area).channel());
    }

    fn forget(&self, channel: String) {
        self.following.lock().remove(&channel);
        // If there is no room for the wish, the channel goes with this connection; until then nobody listens to it.
        let _ = self.wishes.try_send(Wish::Unfollow { channel });
    }
}

impl Following {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Followed>> {
        // Nothing panics while it holds the lock, and a map of names would still be whole if it did.
        self.areas.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn channels(&self) -> Vec<String> {
        self.lock().keys().cloned().collect()
    }

    fn add(&self, channel: &str, area: AreaName, confirmed: bool) {
        let mut areas = self.lock();
        let followed = areas.entry(channel.to_owned()).or_insert(Followed { area, confirmed });
        followed.confirmed |= confirmed;
    }

    fn missed_everything(&self) {
        if let Some(listener) = self.listener.get() {
            listener.missed(None);
        }
    }

    /// Straight from the connection, so in the order in which Redis sent it, and without a queue.
    fn take(&self, data: Vec<Value>) {
        let [Value::BulkString(channel), Value::BulkString(text)] = data.as_slice() else { return };
        let (Ok(channel), Ok(text)) = (std::str::from_utf8(channel), std::str::from_utf8(text)) else { return };
        let Some(area) = self.lock().get(channel).map(|followed| followed.area.clone()) else { return };
        let Some(listener) = self.listener.get() else { return };
        match Heard::decode(text) {
            Ok(heard) => listener.heard(&area, heard, text),
            // Not from a script of ours. Had it stood for a change, the gap in the numbers would show it.
            Err(_) => tracing::warn!("something unreadable was published on an area's channel; it was skipped"),
        }
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
        let since = Instant::now();
        let channels = following.channels();
        if subscribe(&mut connection, &channels).await.is_err() {
            continue;
        }
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
            PushKind::Message => following.take(push.data),
            PushKind::Disconnection => ended.notify_one(),
            _ => {}
        }
        Ok::<(), redis::aio::SendError>(())
    });
    client.get_multiplexed_async_connection_with_config(&limits).await
}

async fn subscribe(connection: &mut MultiplexedConnection, channels: &[String]) -> RedisResult<()> {
    for some in channels.chunks(CHANNELS_AT_ONCE) {
        connection.subscribe(some).await?;
    }
    Ok(())
}

/// Does what is wished until the connection breaks (false) or nobody can wish any more (true).
async fn serve(
    connection: &mut MultiplexedConnection,
    following: &Following,
    wishes: &mut mpsc::Receiver<Wish>,
) -> bool {
    while let Some(wish) = wishes.recv().await {
        let done = match wish {
            // Its caller has given up already.
            Wish::Follow { confirmed, .. } if confirmed.is_closed() => Ok(()),
            Wish::Follow { area, confirmed } => {
                let channel = AreaKeys::of(&area).channel();
                // Before the subscription, so that its first message finds the area.
                following.add(&channel, area.clone(), false);
                let done = connection.subscribe(&channel).await;
                if done.is_ok() {
                    following.add(&channel, area, true);
                    let _ = confirmed.send(());
                }
                done
            }
            // It may have been followed again since.
            Wish::Unfollow { channel } if following.lock().contains_key(&channel) => Ok(()),
            Wish::Unfollow { channel } => connection.unsubscribe(&channel).await,
        };
        if done.is_err() {
            return false;
        }
    }
    true
}
