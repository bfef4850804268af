//! What is followed at one node, and who hears of it. Knows no connection.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use redis::Value;
use tokio::sync::Notify;

use super::answer::note_garbage;
use super::keys::{Layout, SESSIONS};
use crate::domain::account::SessionId;
use crate::domain::counted::take_out;
use crate::domain::event::Heard;
use crate::domain::name::AreaName;
use crate::store::Listener;

/// Named once, for all connections of a store.
pub type Named = Arc<OnceLock<Arc<dyn Listener>>>;

/// What is followed, and who hears of it.
pub struct Following {
    pub layout: Layout,
    listener: Named,
    /// Told when this node would not have a channel, or has it no more: another node has its slot.
    strayed: Arc<Notify>,
    /// By the name of the channel.
    areas: Mutex<HashMap<String, Followed>>,
    /// Channels that nobody wants any more, and that the connection may still have.
    left: Mutex<BTreeSet<String>>,
}

struct Followed {
    area: AreaName,
    /// Somebody was told that it is followed; else all who asked for it still wait.
    confirmed: bool,
}

impl Following {
    pub fn new(layout: Layout, listener: Named, strayed: Arc<Notify>) -> Self {
        Self { layout, listener, strayed, areas: Mutex::default(), left: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Followed>> {
        // Nothing panics while it holds the lock, and a map of names would still be whole if it did.
        self.areas.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is for everyone, and what is for the owners of private rooms.
    pub fn channels_of(&self, area: &AreaName) -> [String; 2] {
        let keys = self.layout.area(area);
        [keys.channel(), keys.private_channel()]
    }

    pub fn channels(&self) -> Vec<String> {
        self.lock().keys().cloned().collect()
    }

    pub fn has(&self, channel: &str) -> bool {
        self.lock().contains_key(channel)
    }

    /// Somebody has wished for it and was not told yet.
    pub fn is_unconfirmed(&self, channel: &str) -> bool {
        self.lock().get(channel).is_some_and(|followed| !followed.confirmed)
    }

    /// Nobody wants it any more: from now on it is not heard.
    pub fn remove(&self, channel: String) {
        // What nobody wished for has never been asked of the connection.
        if take_out(&mut self.lock(), &channel).is_some() {
            self.left().insert(channel);
        }
    }

    /// What was removed since this was asked last, and is not wanted again by now.
    pub fn take_left(&self) -> Vec<String> {
        let left = mem::take(&mut *self.left());
        left.into_iter().filter(|channel| !self.has(channel)).collect()
    }

    fn left(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn add(&self, channel: &str, area: AreaName, confirmed: bool) {
        let mut areas = self.lock();
        let followed = areas.entry(channel.to_owned()).or_insert(Followed { area, confirmed });
        followed.confirmed |= confirmed;
    }

    /// Sessions may have been ended before this connection was there to hear of it.
    pub fn missed_sessions(&self) {
        if let Some(listener) = self.listener.get() {
            listener.sessions_missed();
        }
    }

    /// Events of all that is followed may have been missed.
    pub fn missed_everything(&self) {
        let Some(listener) = self.listener.get() else { return };
        match self.layout {
            Layout::One => listener.missed(None),
            // Other nodes' areas have missed nothing.
            Layout::Cluster => {
                let areas: HashSet<AreaName> = self.lock().values().map(|followed| followed.area.clone()).collect();
                areas.iter().for_each(|area| listener.missed(Some(area)));
            }
        }
    }

    /// The node would not have the channel, or has it no more.
    pub fn stray(&self, channel: &str) {
        take_out(&mut self.lock(), channel);
        self.strayed.notify_one();
    }

    /// Whether the node has ended a subscription that nobody here has given up.
    pub fn lost(&self, data: &[Value]) -> bool {
        let Some(Value::BulkString(channel)) = data.first() else { return false };
        let Ok(channel) = std::str::from_utf8(channel) else { return false };
        let lost = self.has(channel);
        if lost {
            self.stray(channel);
        }
        lost
    }

    /// Straight from the connection, so in the order in which Redis sent it, and without a queue.
    pub fn take(&self, data: Vec<Value>) {
        let [Value::BulkString(channel), Value::BulkString(text)] = data.as_slice() else { return };
        let (Ok(channel), Ok(text)) = (std::str::from_utf8(channel), std::str::from_utf8(text)) else { return };
        let Some(listener) = self.listener.get() else { return };
        if channel == SESSIONS {
            return SessionId::parse(text).iter().for_each(|session| listener.session_ended(session));
        }
        let Some(area) = self.lock().get(channel).map(|followed| followed.area.clone()) else { return };
        match Heard::decode(text) {
            Ok(heard) => listener.heard(&area, heard, text),
            // Not from a script of ours. Had it stood for a change, the gap in the numbers would show it.
            Err(_) => {
                note_garbage();
                tracing::warn!("something unreadable was published on an area's channel; it was skipped");
            }
        }
    }
}
