//! Live areas of this process: state, recent events, who follows. Knows nothing of HTTP, and remembers nothing that the
//! store does not know.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, watch};

use crate::domain::Millis;
use crate::domain::account::{SessionId, SessionState};
use crate::domain::change::{Act, Change, Done};
use crate::domain::counted::take_out;
use crate::domain::event::Heard;
use crate::domain::name::AreaName;
use crate::domain::owner::Owner;
use crate::domain::presence::ServerId;
use crate::protocol::client::Since;
use crate::store::{Listener, Result, Store, StoreError};

mod area;
mod attendance;
mod claim;
mod clock;
mod follower;
mod keeper;
mod log;
mod looks;
mod next;
mod pulse;
mod seats;
mod signs;
mod standing;
mod talk;
mod view;
mod whispers;

pub use attendance::Attending;
pub use follower::Follower;
pub use looks::{Edition, Sight};
pub use signs::{Moved, Watch};
pub use standing::Standing;
pub use view::{Cursor, New};

use follower::Following;

use area::LiveArea;
use attendance::Attendance;
use clock::StoreClock;
use looks::Looks;

/// How long somebody waits for an area's first state before it is an error.
const LOAD_LIMIT: Duration = Duration::from_secs(2);

/// Sizes and times of a live area.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    pub lifetime: Millis,
    /// Events, and bytes of them, that an area keeps for those who are behind.
    pub recent_events: usize,
    pub recent_bytes: usize,
    /// How long a seat is kept after its connection is gone.
    pub grace: Duration,
    /// How long a session is remembered after its last use.
    pub session: Millis,
}

/// More claims than an area makes in one life: two a second would take six days.
const CLAIMS_OF_A_LIFE: u64 = 1 << 20;

/// What everyone connected is told, in whatever area.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct News {
    /// People following any area, on all servers.
    pub live: u64,
    /// When that number last changed: it does so once in five seconds at most.
    counted: Option<Instant>,
    /// Since when no part of the store answers, by the store's clock.
    away_since: Option<Millis>,
}

/// Why an area could not be followed.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    #[error("this process follows as many areas as it may")]
    TooManyAreas,
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub struct Hub {
    store: Arc<dyn Store>,
    pub server: ServerId,
    bounds: Bounds,
    /// Live areas at most; 0: no limit.
    areas_max: usize,
    areas: RwLock<HashMap<AreaName, Arc<LiveArea>>>,
    looks: Looks,
    /// Lives of areas in this process so far.
    lives: AtomicU64,
    /// How many connections of an owner follow any area here.
    owners: Mutex<HashMap<Owner, usize>>,
    /// Servers that count as alive; none before the first pulse.
    alive: Mutex<Option<HashSet<ServerId>>>,
    pub clock: StoreClock,
    /// Sessions that are signed in, as far as they are used here.
    attendance: Arc<Attendance>,
    news: watch::Sender<News>,
    /// Something points to the store being away, or back: the pulse need not wait.
    hurry: Notify,
}

/// Somebody on the way to an area, who is none of its followers yet: it is not let go meanwhile.
struct Coming(Arc<LiveArea>);

impl Coming {
    fn to(area: &Arc<LiveArea>) -> Self {
        area.coming.fetch_add(1, Ordering::Relaxed);
        Self(area.clone())
    }
}

impl Drop for Coming {
    fn drop(&mut self) {
        self.0.coming.fetch_sub(1, Ordering::Release);
    }
}

impl Hub {
    /// Begins to listen to the store, and to beat. Has to be called within a runtime; it lives as long as that.
    pub fn start(store: Arc<dyn Store>, server: ServerId, bounds: Bounds, areas_max: usize) -> Arc<Self> {
        let hub = Arc::new(Self {
            store: store.clone(),
            server,
            bounds,
            areas_max,
            areas: RwLock::default(),
            looks: Looks::default(),
            lives: AtomicU64::default(),
            owners: Mutex::default(),
            alive: Mutex::default(),
            clock: StoreClock::default(),
            attendance: Attendance::new(store.clone(), bounds.session),
            news: watch::Sender::new(News::default()),
            hurry: Notify::new(),
        });
        // An alert watches the first time of it, which only a growth from 0 shows.
        metrics::counter!("wte_epochs_total", "run" => "other").increment(0);
        store.listen(hub.clone());
        tokio::spawn(pulse::beat(hub.clone()));
        tokio::spawn(attendance::look_after(hub.attendance.clone()));
        hub
    }

    /// Follows an area, from the state that the follower has, if it can be continued from.
    pub async fn follow(
        self: &Arc<Self>,
        name: &AreaName,
        owner: &Owner,
        since: Option<&Since>,
    ) -> std::result::Result<Follower, FollowError> {
        let coming = self.live(name)?;
        if !keeper::loaded(&coming.0, LOAD_LIMIT).await {
            return Err(StoreError::Unavailable("the area could not be loaded".into()).into());
        }
        Ok(Follower::new(coming.0.clone(), since, Following::new(self, owner)))
    }

    /// One change: an atomic step of the store. Its event comes by the store's channel, to everyone alike; but events name
    /// no owner, so who takes a name is told here to all connections of that owner.
    pub async fn change(&self, change: &Change) -> Result<Done> {
        let done = self.store.change(change).await;
        match &done {
            Ok(done) => {
                self.clock.set(done.at);
                if let (Act::Join { .. }, Some(area)) = (&change.act, self.known(&change.area)) {
                    area.claim_all(&change.owner, done);
                }
            }
            Err(StoreError::Refused(_)) => {}
            Err(StoreError::Unavailable(_)) => self.hurry.notify_one(),
        }
        done
    }

    /// Who the owner is in the area, and at which change.
    pub async fn me(&self, area: &AreaName, owner: &Owner) -> Result<Done> {
        self.store.me(area, owner).await
    }

    /// What is remembered of a session; what was asked for a moment ago is not asked for again.
    pub async fn session(&self, session: &SessionId) -> Result<SessionState> {
        self.attendance.state(session).await
    }

    /// Whether a guest's session ended because its browser signed in.
    pub async fn is_given_up(&self, session: &SessionId) -> bool {
        self.attendance.is_given_up(session).await
    }

    /// A connection of that session, a guest's or one that is signed in, is open for as long as this is kept.
    pub fn attend(&self, session: &SessionId, signed_in: bool) -> Attending {
        self.attendance.attend(session, signed_in)
    }

    /// Moves whenever connections of some session have to end.
    pub fn endings(&self) -> watch::Receiver<()> {
        self.attendance.endings()
    }

    /// What everyone is told.
    pub fn news(&self) -> watch::Receiver<News> {
        self.news.subscribe()
    }

    /// People who follow any area in this process, each once.
    pub fn following(&self) -> u64 {
        self.owners.lock().expect("a short lock").len() as u64
    }

    /// Live areas of this process.
    pub fn live_areas(&self) -> usize {
        self.areas.read().expect("a short lock").len()
    }

    fn live(self: &Arc<Self>, name: &AreaName) -> std::result::Result<Coming, FollowError> {
        let mut areas = self.areas.write().expect("a short lock");
        if let Some(area) = areas.get(name) {
            return Ok(Coming::to(area));
        }
        if self.areas_max > 0 && areas.len() >= self.areas_max {
            return Err(FollowError::TooManyAreas);
        }
        let first_claim = self.lives.fetch_add(1, Ordering::Relaxed) * CLAIMS_OF_A_LIFE;
        let area = Arc::new(LiveArea::new(name.clone(), self.server.clone(), self.bounds, first_claim));
        areas.insert(name.clone(), area.clone());
        // On the thread of who came first: where one thread serves, nothing of a vote goes to another one.
        tokio::spawn(keeper::keep(self.clone(), area.clone()));
        Ok(Coming::to(&area))
    }

    /// The area if it is live and has a state.
    fn known(&self, name: &AreaName) -> Option<Arc<LiveArea>> {
        let area = self.areas.read().expect("a short lock").get(name).cloned()?;
        (area.loaded() == area::Loaded::Yes).then_some(area)
    }

    fn areas(&self) -> Vec<Arc<LiveArea>> {
        self.areas.read().expect("a short lock").values().cloned().collect()
    }

    /// Takes an idle area out; false if somebody came meanwhile.
    fn let_go(&self, area: &Arc<LiveArea>) -> bool {
        let mut areas = self.areas.write().expect("a short lock");
        // Whoever comes is counted under the same lock, and follows before being counted no more: so this is asked first.
        let idle = area.coming.load(Ordering::Acquire) == 0 && area.is_idle(Duration::ZERO);
        if idle {
            take_out(&mut areas, &area.name);
        }
        idle
    }

    fn lives(&self, server: &ServerId) -> bool {
        *server == self.server
            || self.alive.lock().expect("a short lock").as_ref().is_none_or(|alive| alive.contains(server))
    }
}

impl Listener for Hub {
    fn heard(&self, area: &AreaName, heard: Heard, text: &str) {
        if let Heard::Change(change) = &heard {
            // A clock that is a little off must not make an age negative.
            let age = Duration::from_millis(self.clock.now().saturating_sub(change.at));
            metrics::histogram!("wte_event_age_seconds").record(age);
            self.clock.heard(change.at);
        }
        let area = self.areas.read().expect("a short lock").get(area).cloned();
        if let Some(area) = area {
            area.hear(heard, text);
        }
    }

    fn missed(&self, area: Option<&AreaName>) {
        match area {
            Some(name) => {
                self.areas.read().expect("a short lock").get(name).into_iter().for_each(|a| a.needs_snapshot())
            }
            None => self.areas().iter().for_each(|area| area.needs_snapshot()),
        }
    }

    fn session_ended(&self, session: &SessionId) {
        self.attendance.ended(session);
    }

    fn sessions_missed(&self) {
        self.attendance.missed();
    }
}
