//! Who hears what the store publishes. Knows nothing of storing.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use crate::domain::account::SessionId;
use crate::domain::event::Heard;
use crate::domain::name::AreaName;
use crate::store::Listener;

#[derive(Default)]
pub struct Audience {
    listener: OnceLock<Arc<dyn Listener>>,
    /// A tree, which gives back the memory of those who have gone.
    followed: Mutex<BTreeSet<AreaName>>,
}

impl Audience {
    /// The first one named stays.
    pub fn seat(&self, listener: Arc<dyn Listener>) {
        if self.listener.set(listener).is_err() {
            tracing::warn!("the embedded store was given a second listener, which hears nothing");
        }
    }

    pub fn follow(&self, area: &AreaName) {
        self.followed().insert(area.clone());
    }

    pub fn unfollow(&self, area: &AreaName) {
        self.followed().remove(area);
    }

    pub fn follows(&self, area: &AreaName) -> bool {
        self.followed().contains(area)
    }

    /// Hands on what was published, if somebody follows the area.
    pub fn tell(&self, area: &AreaName, heard: Heard) {
        let Some(listener) = self.listener.get().filter(|_| self.follows(area)) else { return };
        let text = match &heard {
            Heard::Change(change) => change.encode(),
            Heard::Notice(notice) => notice.encode(),
        };
        listener.heard(area, heard, &text);
    }

    /// Something may have happened in the area (in any, if none) that could not be told.
    pub fn missed(&self, area: Option<&AreaName>) {
        if let Some(listener) = self.listener.get()
            && area.is_none_or(|area| self.follows(area))
        {
            listener.missed(area);
        }
    }

    pub fn session_ended(&self, session: &SessionId) {
        if let Some(listener) = self.listener.get() {
            listener.session_ended(session);
        }
    }

    fn followed(&self) -> MutexGuard<'_, BTreeSet<AreaName>> {
        self.followed.lock().expect("nothing that holds this lock can panic")
    }
}
