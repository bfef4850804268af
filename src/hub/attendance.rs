//! Sessions that are signed in, as far as this process has to do with them: what the store said of each a moment ago, and the
//! connections that have to end with it. Guests' sessions are in no store, and not here.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream;
use tokio::sync::{Notify, watch};
use tokio::time::timeout;

use crate::domain::Millis;
use crate::domain::account::{SessionId, SessionState};
use crate::store::{Result, Store};

/// What the store said is not asked again within this. Its channel says sooner when a session has ended; this is for when that is lost.
const FRESH: Duration = Duration::from_secs(3);
/// While the store does not answer, what it said before counts for this long: who reloads then still sees the page.
const LAST_KNOWN: Duration = Duration::from_secs(60);
/// Sessions with open connections are looked at this often, for what the channel did not tell.
const EVERY: Duration = Duration::from_secs(30);
/// Sessions asked for at the same time.
const AT_ONCE: usize = 32;
/// Sessions remembered, at most, some 300 bytes each.
const REMEMBERED: usize = 10_000;

pub struct Attendance {
    store: Arc<dyn Store>,
    lifetime: Millis,
    known: Mutex<HashMap<SessionId, Known>>,
    /// Sessions with open connections: how many, and whether they have to end.
    open: Mutex<HashMap<SessionId, Open>>,
    /// Something may have been missed.
    doubt: Notify,
}

struct Known {
    state: SessionState,
    since: Instant,
}

struct Open {
    connections: usize,
    ended: watch::Sender<bool>,
}

/// An open connection of a session; counted until it is dropped.
pub struct Attending {
    attendance: Arc<Attendance>,
    session: SessionId,
    ended: watch::Receiver<bool>,
}

impl Attending {
    /// Returns when the session has ended. Safe to cancel.
    pub async fn ended(&mut self) {
        // The sender is kept until this is dropped.
        let _ = self.ended.wait_for(|ended| *ended).await;
    }
}

impl Drop for Attending {
    fn drop(&mut self) {
        let mut open = self.attendance.open.lock().expect("a short lock");
        if let Some(one) = open.get_mut(&self.session) {
            one.connections -= 1;
            if one.connections == 0 {
                open.remove(&self.session);
            }
        }
    }
}

impl Attendance {
    pub fn new(store: Arc<dyn Store>, lifetime: Millis) -> Arc<Self> {
        Arc::new(Self { store, lifetime, known: Mutex::default(), open: Mutex::default(), doubt: Notify::new() })
    }

    pub async fn state(&self, session: &SessionId) -> Result<SessionState> {
        if let Some(state) = self.known_within(session, FRESH) {
            return Ok(state);
        }
        self.ask(session).await.or_else(|error| self.known_within(session, LAST_KNOWN).ok_or(error))
    }

    pub fn attend(self: &Arc<Self>, session: &SessionId) -> Attending {
        let mut open = self.open.lock().expect("a short lock");
        let one = open.entry(session.clone()).or_insert_with(|| {
            // It may have ended between its check and now.
            let over = self.known_within(session, LAST_KNOWN).is_some_and(|state| state == SessionState::Revoked);
            Open { connections: 0, ended: watch::Sender::new(over) }
        });
        one.connections += 1;
        Attending { attendance: self.clone(), session: session.clone(), ended: one.ended.subscribe() }
    }

    /// Every connection of that session has to end.
    pub fn ended(&self, session: &SessionId) {
        self.learn(session, SessionState::Revoked);
    }

    /// Sessions may have been ended unheard.
    pub fn missed(&self) {
        self.known.lock().expect("a short lock").retain(|_, known| known.state == SessionState::Revoked);
        self.doubt.notify_one();
    }

    async fn ask(&self, session: &SessionId) -> Result<SessionState> {
        let state = self.store.use_session(session, self.lifetime).await?;
        self.learn(session, state.clone());
        Ok(state)
    }

    fn known_within(&self, session: &SessionId, age: Duration) -> Option<SessionState> {
        let known = self.known.lock().expect("a short lock");
        known.get(session).filter(|known| known.since.elapsed() < age).map(|known| known.state.clone())
    }

    fn learn(&self, session: &SessionId, state: SessionState) {
        let over = !matches!(state, SessionState::SignedIn(_));
        {
            let mut known = self.known.lock().expect("a short lock");
            if known.len() >= REMEMBERED && !known.contains_key(session) {
                known.retain(|_, known| known.since.elapsed() < FRESH);
                if known.len() >= REMEMBERED {
                    known.clear();
                }
            }
            let since = Instant::now();
            // What the store said a moment before it was ended may come a moment after.
            let later = known.get(session).is_some_and(|known| known.state == SessionState::Revoked);
            if over || !later {
                known.insert(session.clone(), Known { state, since });
            }
        }
        if over && let Some(one) = self.open.lock().expect("a short lock").get(session) {
            one.ended.send_replace(true);
        }
    }

    fn attended(&self) -> Vec<SessionId> {
        self.open.lock().expect("a short lock").keys().cloned().collect()
    }
}

/// Runs for as long as the process.
pub(super) async fn look_after(attendance: Arc<Attendance>) {
    loop {
        let _ = timeout(EVERY, attendance.doubt.notified()).await;
        let sessions = attendance.attended();
        stream::iter(&sessions)
            .for_each_concurrent(AT_ONCE, async |session| {
                if let Err(error) = attendance.ask(session).await {
                    tracing::debug!(%error, "a session could not be looked at; trying again later");
                }
            })
            .await;
    }
}
