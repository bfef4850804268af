//! What keeps the hub from noticing that it missed something: heads that are always where the hub is, breaks that nobody tells of.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use where_to_eat::domain::account::SessionId;
use where_to_eat::domain::event::{Epoch, Heard};
use where_to_eat::domain::name::AreaName;
use where_to_eat::store::{Head, Listener, Result, Snapshot};

use crate::off::Off;

type Position = (Epoch, u64);

pub struct Unaware {
    off: Off,
    /// Where the hub is, by what it was told.
    at: Arc<Mutex<HashMap<AreaName, Position>>>,
}

impl Unaware {
    pub fn new(off: Off) -> Self {
        Self { off, at: Arc::default() }
    }

    fn is_on(&self) -> bool {
        matches!(self.off, Off::Deaf | Off::FollowsLate)
    }

    /// The listener, or one that keeps from it what it would notice a break by.
    pub fn between(&self, listener: Arc<dyn Listener>) -> Arc<dyn Listener> {
        if !self.is_on() {
            return listener;
        }
        let deaf = self.off == Off::Deaf;
        Arc::new(Between { listener, at: self.at.clone(), deaf, broken: AtomicBool::new(false) })
    }

    /// The hub takes a state in.
    pub fn note(&self, area: &AreaName, snapshot: &Snapshot) {
        let position = (snapshot.state.epoch.clone(), snapshot.state.seq);
        self.at.lock().expect("a short lock").insert(area.clone(), position);
    }

    /// Says that each area is where the hub is.
    pub fn soothe(&self, areas: &[AreaName], heads: &mut [Result<Head>]) {
        if !self.is_on() {
            return;
        }
        let at = self.at.lock().expect("a short lock");
        for (area, head) in areas.iter().zip(heads) {
            if let (Some((epoch, seq)), Ok(head)) = (at.get(area), head) {
                (head.epoch, head.seq) = (epoch.clone(), *seq);
            }
        }
    }
}

struct Between {
    listener: Arc<dyn Listener>,
    at: Arc<Mutex<HashMap<AreaName, Position>>>,
    deaf: bool,
    broken: AtomicBool,
}

impl Listener for Between {
    fn heard(&self, area: &AreaName, heard: Heard, text: &str) {
        if self.deaf && self.broken.load(Ordering::SeqCst) {
            return;
        }
        if let Heard::Change(change) = &heard {
            self.at.lock().expect("a short lock").insert(area.clone(), (change.epoch.clone(), change.seq));
        }
        self.listener.heard(area, heard, text);
    }

    fn missed(&self, _area: Option<&AreaName>) {
        self.broken.store(true, Ordering::SeqCst);
    }

    fn session_ended(&self, session: &SessionId) {
        self.listener.session_ended(session);
    }
}
