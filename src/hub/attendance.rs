//! Sessions that are signed in, as far as this process has to do with them: what the store said of each a moment ago, and the
//! connections that have to end with it. Of guests' sessions the store knows those alone that were given up.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use tokio::sync::{Notify, Semaphore, watch};
use tokio::time::timeout;

use crate::domain::Millis;
use crate::domain::account::{SessionId, SessionState, SignedIn};
use crate::domain::counted::{make_room, take_out};
use crate::store::{Accounts, Result};

/// What the store said is not asked again within this. Its channel says sooner when a session has ended; this is for when that is lost.
const FRESH: Duration = Duration::from_secs(3);
/// What it said of a guest's session: few end before their time, and the channel says so.
const GUEST_FRESH: Duration = Duration::from_secs(30);
/// A guest waits no longer to hear that the session stands: without a store nobody changes anything, and reading is for all.
const GUEST_WAIT: Duration = Duration::from_millis(300);
/// Sessions with open connections are looked at this often, for what the channel did not tell; at once where it may have missed something.
const EVERY: Duration = Duration::from_secs(30);
/// Sessions asked for at the same time.
const AT_ONCE: usize = 32;
/// Sessions remembered, at most, some 150 bytes each, and 300 where one is signed in.
const REMEMBERED: usize = 10_000;

pub struct Attendance {
    store: Arc<dyn Accounts>,
    lifetime: Millis,
    known: Mutex<HashMap<SessionId, Known>>,
    /// Sessions with open connections: how many, and whether they have to end.
    open: Mutex<HashMap<SessionId, Arc<Open>>>,
    /// Moves whenever one of them has to end.
    endings: watch::Sender<()>,
    /// Something may have been missed.
    doubt: Notify,
    /// The store did not answer lately: what it said before counts, and it is asked beside.
    away: AtomicBool,
    /// One question beside is enough to find out whether it is back.
    beside: Arc<Semaphore>,
}

/// Small where there is little to know, for most sessions are guests'.
struct Known {
    signed_in: Option<Box<SignedIn>>,
    revoked: bool,
    since: Instant,
    /// Its end may have been missed.
    doubted: bool,
}

struct Open {
    attendance: Arc<Attendance>,
    session: SessionId,
    signed_in: bool,
    /// Changed under the lock alone.
    connections: AtomicUsize,
    ended: AtomicBool,
    /// A guest's end may have been missed.
    doubted: AtomicBool,
}

/// An open connection of a session; counted until it is dropped.
pub struct Attending {
    open: Arc<Open>,
}

impl Attending {
    pub fn has_ended(&self) -> bool {
        self.open.ended.load(Ordering::Acquire)
    }

    /// Returns when the session has ended. Safe to cancel.
    pub async fn ended(&self) {
        let mut endings = self.open.attendance.endings.subscribe();
        while !self.has_ended() {
            // The sender is kept until this is dropped.
            let _ = endings.changed().await;
        }
    }
}

impl Drop for Attending {
    fn drop(&mut self) {
        let mut open = self.open.attendance.open.lock().expect("a short lock");
        if self.open.connections.fetch_sub(1, Ordering::Relaxed) == 1 {
            take_out(&mut open, &self.open.session);
        }
    }
}

impl Attendance {
    pub fn new(store: Arc<dyn Accounts>, lifetime: Millis) -> Arc<Self> {
        Arc::new(Self {
            store,
            lifetime,
            known: Mutex::default(),
            open: Mutex::default(),
            endings: watch::Sender::default(),
            doubt: Notify::new(),
            away: AtomicBool::new(false),
            beside: Arc::new(Semaphore::new(1)),
        })
    }

    /// What the store says of it, or said a moment ago; while it is away, what it said last.
    pub async fn state(self: &Arc<Self>, session: &SessionId) -> Result<SessionState> {
        if let Some(state) = self.fresh(session) {
            return Ok(state);
        }
        if self.away.load(Ordering::Relaxed)
            && let Some(state) = self.last_known(session)
        {
            self.ask_beside(session);
            return Ok(state);
        }
        self.ask(session).await.or_else(|error| self.last_known(session).ok_or(error))
    }

    /// Whether a guest's session ended because its browser signed in. While nobody knows, it stands.
    pub async fn is_given_up(self: &Arc<Self>, session: &SessionId) -> bool {
        if let Some(state) = self.fresh(session) {
            return state == SessionState::Revoked;
        }
        if self.away.load(Ordering::Relaxed) {
            self.ask_beside(session);
        } else if timeout(GUEST_WAIT, self.ask(session)).await.is_err() {
            self.away.store(true, Ordering::Relaxed);
        }
        self.last_known(session) == Some(SessionState::Revoked)
    }

    pub fn attend(self: &Arc<Self>, session: &SessionId, signed_in: bool) -> Attending {
        let mut open = self.open.lock().expect("a short lock");
        // It may have ended between its check and now. Whoever learns it from here on finds this one.
        let (over, doubted) = self.forget_guest(session);
        let one = open.entry(session.clone()).or_insert_with(|| {
            let (attendance, session) = (self.clone(), session.clone());
            let (connections, ended, doubted) = (AtomicUsize::new(0), AtomicBool::new(over), AtomicBool::new(doubted));
            Arc::new(Open { attendance, session, signed_in, connections, ended, doubted })
        });
        one.connections.fetch_add(1, Ordering::Relaxed);
        Attending { open: one.clone() }
    }

    /// Moves whenever connections of some session have to end.
    pub fn endings(&self) -> watch::Receiver<()> {
        self.endings.subscribe()
    }

    /// Every connection of that session has to end.
    pub fn ended(&self, session: &SessionId) {
        self.learn(session, SessionState::Revoked);
    }

    /// Sessions may have been ended unheard.
    pub fn missed(&self) {
        self.known.lock().expect("a short lock").values_mut().for_each(|known| known.doubted = true);
        self.open.lock().expect("a short lock").values().for_each(|one| one.doubted.store(true, Ordering::Relaxed));
        self.doubt.notify_one();
    }

    async fn ask(&self, session: &SessionId) -> Result<SessionState> {
        let answer = self.store.use_session(session, self.lifetime).await;
        self.away.store(answer.is_err(), Ordering::Relaxed);
        let state = answer?;
        self.learn(session, state.clone());
        Ok(state)
    }

    fn ask_beside(self: &Arc<Self>, session: &SessionId) {
        let Ok(turn) = self.beside.clone().try_acquire_owned() else { return };
        let (attendance, session) = (self.clone(), session.clone());
        tokio::spawn(async move {
            let _turn = turn;
            if let Err(error) = attendance.ask(&session).await {
                tracing::debug!(%error, "a session could not be looked at; what was last known counts");
            }
        });
    }

    fn fresh(&self, session: &SessionId) -> Option<SessionState> {
        self.known_by(session, Known::is_fresh, |one| !one.doubted.load(Ordering::Relaxed))
    }

    fn last_known(&self, session: &SessionId) -> Option<SessionState> {
        self.known_by(session, |_| true, |_| true)
    }

    /// What is remembered of it, if that is good enough: and else, that a guest's stands whose connections stand.
    fn known_by(
        &self,
        session: &SessionId,
        is_good: impl FnOnce(&Known) -> bool,
        stands: impl FnOnce(&Open) -> bool,
    ) -> Option<SessionState> {
        let known =
            self.known.lock().expect("a short lock").get(session).filter(|known| is_good(known)).map(Known::state);
        known.or_else(|| {
            let open = self.open.lock().expect("a short lock");
            let guest = open.get(session).filter(|one| one.is_standing_guest() && stands(one));
            guest.map(|_| SessionState::Unknown)
        })
    }

    /// A guest's need not be remembered beside its connections. Answers whether the session was ended, which is remembered, and whether
    /// its end may have been missed.
    fn forget_guest(&self, session: &SessionId) -> (bool, bool) {
        let mut known = self.known.lock().expect("a short lock");
        let (over, doubted, is_guests) =
            known.get(session).map(|known| (known.revoked, known.doubted, known.is_guests())).unwrap_or_default();
        if is_guests {
            take_out(&mut known, session);
        }
        (over, doubted)
    }

    fn learn(&self, session: &SessionId, state: SessionState) {
        let (revoked, unknown) = (state == SessionState::Revoked, state == SessionState::Unknown);
        let stands = unknown
            && self.open.lock().expect("a short lock").get(session).is_some_and(|one| {
                one.doubted.store(false, Ordering::Relaxed);
                one.is_standing_guest()
            });
        if stands {
            self.forget_guest(session);
        } else {
            let mut known = self.known.lock().expect("a short lock");
            make_room(&mut known, session, REMEMBERED, |known| known.is_fresh());
            // What the store said a moment before it was ended may come a moment after.
            let later = known.get(session).is_some_and(|known| known.revoked);
            if revoked || !later {
                let signed_in = match state {
                    SessionState::SignedIn(signed_in) => Some(Box::new(signed_in)),
                    SessionState::Revoked | SessionState::Unknown => None,
                };
                known.insert(session.clone(), Known { signed_in, revoked, since: Instant::now(), doubted: false });
            }
        }
        let open = self.open.lock().expect("a short lock");
        if let Some(one) = open.get(session).filter(|one| revoked || (unknown && one.signed_in)) {
            one.ended.store(true, Ordering::Release);
            self.endings.send_replace(());
        }
    }

    /// Guests' sessions only where the channel may have missed something, until that is known: there are many, and nearly none ends.
    fn attended(&self) -> Vec<SessionId> {
        let open = self.open.lock().expect("a short lock");
        let wanted = |one: &Open| one.signed_in || one.doubted.load(Ordering::Relaxed);
        open.iter().filter(|(_, one)| wanted(one)).map(|(session, _)| session.clone()).collect()
    }
}

impl Open {
    fn is_standing_guest(&self) -> bool {
        !self.signed_in && !self.ended.load(Ordering::Acquire)
    }
}

impl Known {
    fn state(&self) -> SessionState {
        match &self.signed_in {
            _ if self.revoked => SessionState::Revoked,
            Some(signed_in) => SessionState::SignedIn(SignedIn::clone(signed_in)),
            None => SessionState::Unknown,
        }
    }

    fn is_guests(&self) -> bool {
        self.signed_in.is_none() && !self.revoked
    }

    fn is_fresh(&self) -> bool {
        let within = if self.is_guests() { GUEST_FRESH } else { FRESH };
        !self.doubted && self.since.elapsed() < within
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

#[cfg(test)]
mod tests;
