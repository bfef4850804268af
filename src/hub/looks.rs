//! Looks at areas without following them. An area that is live here answers at once; of the others each look is the store's, and who comes
//! while one is under way shares the next: so many people at one link cost the store two calls at a time, and nobody is shown less than
//! was so when they asked.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};
use tokio::time::timeout;

use super::Hub;
use crate::domain::name::AreaName;
use crate::domain::presence::Presence;
use crate::domain::state::AreaState;
use crate::protocol::server::Online;
use crate::store::Result;

/// The next look begins by then, whether or not the one before it has been answered: a store that hangs holds up nobody twice.
const NEXT_AT_LATEST: Duration = Duration::from_millis(100);

/// Users and places of areas that were looked at, kept at most, some 1 MiB: those that many look at now.
const ROWS_SEEN: usize = 4000;

/// Two sights of one edition, and of one position in it, are the same. Known in this process alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edition(u64);

impl Edition {
    /// One that there never was.
    pub fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// An area as it is seen: its state, who is here, how many connections follow.
pub struct Sight<'a> {
    pub state: &'a AreaState,
    pub online: &'a Online,
    pub watching: u64,
    pub edition: Edition,
    /// Grows with what happens within the edition.
    pub position: u64,
}

/// What the store answered to one look.
struct Seen {
    state: AreaState,
    online: Online,
    watching: u64,
    edition: Edition,
}

type Asked = BoxFuture<'static, Result<Arc<Seen>>>;

#[derive(Default)]
pub(super) struct Looks {
    /// The latest look at each area that one is under way at.
    latest: Mutex<HashMap<AreaName, Latest>>,
    /// What was seen last, to tell whether anything has changed.
    last: Mutex<HashMap<AreaName, Arc<Seen>>>,
}

struct Latest {
    edition: Edition,
    /// Whether the store may have been asked already.
    begun: bool,
    look: WeakShared<Asked>,
}

/// A look's entry among the latest ones; taken out on drop.
struct Entry {
    hub: Arc<Hub>,
    name: AreaName,
    edition: Edition,
}

impl Hub {
    /// Looks at an area without following it: as it is known here, else as the store has it.
    pub async fn look<R>(self: &Arc<Self>, name: &AreaName, look: impl FnOnce(&Sight<'_>) -> R) -> Result<R> {
        if let Some(area) = self.known(name) {
            return Ok(area.sight(look));
        }
        let seen = self.next_look(name).await?;
        let Seen { state, online, watching, edition } = &*seen;
        Ok(look(&Sight { state, online, watching: *watching, edition: *edition, position: 0 }))
    }

    /// The look that is to begin next: one that has begun may have read the area before what this caller knows of was kept.
    fn next_look(self: &Arc<Self>, name: &AreaName) -> Shared<Asked> {
        let mut latest = self.looks.latest.lock().expect("a short lock");
        let known = latest.get(name).and_then(|latest| Some((latest.begun, latest.look.upgrade()?)));
        let before = match known {
            Some((false, next)) => return next,
            Some((true, before)) => Some(before),
            None => None,
        };
        let entry = Entry { hub: self.clone(), name: name.clone(), edition: Edition::next() };
        let edition = entry.edition;
        let look = entry.ask(before).boxed().shared();
        let weak = look.downgrade().expect("nobody has polled it yet");
        latest.insert(name.clone(), Latest { edition, begun: false, look: weak });
        look
    }
}

impl Looks {
    /// In the edition of the last look, if that saw the same.
    fn same(&self, name: &AreaName, seen: Seen) -> Arc<Seen> {
        let mut last = self.last.lock().expect("a short lock");
        if let Some(before) = last.get(name).filter(|before| before.is_like(&seen)) {
            return before.clone();
        }
        let (rows, seen) = (seen.rows(), Arc::new(seen));
        last.remove(name);
        if rows + last.values().map(|seen| seen.rows()).sum::<usize>() > ROWS_SEEN {
            *last = HashMap::new();
        }
        if rows <= ROWS_SEEN {
            last.insert(name.clone(), seen.clone());
        }
        seen
    }
}

impl Seen {
    fn is_like(&self, other: &Self) -> bool {
        (&self.state, &self.online, self.watching) == (&other.state, &other.online, other.watching)
    }

    /// A measure of its memory: each takes some 300 bytes.
    fn rows(&self) -> usize {
        1 + self.state.users.len() + self.state.venues.len() + self.online.len()
    }
}

impl Entry {
    async fn ask(self, before: Option<Shared<Asked>>) -> Result<Arc<Seen>> {
        if let Some(before) = before {
            // However that one ended.
            let _ = timeout(NEXT_AT_LATEST, before).await;
        }
        self.begin();
        let snapshot = self.hub.store.snapshot(&self.name, false).await?;
        let mut presence = Presence::default();
        for (server, claim) in snapshot.claims.iter().filter(|(server, _)| self.hub.lives(server)) {
            presence.replace(server, claim);
        }
        let (online, watching) = (presence.names(), presence.watching());
        let seen = Seen { state: snapshot.state, online, watching, edition: self.edition };
        Ok(self.hub.looks.same(&self.name, seen))
    }

    /// From here on nobody joins.
    fn begin(&self) {
        let mut latest = self.hub.looks.latest.lock().expect("a short lock");
        if let Some(latest) = latest.get_mut(&self.name).filter(|latest| latest.edition == self.edition) {
            latest.begun = true;
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut latest = self.hub.looks.latest.lock().expect("a short lock");
        if latest.get(&self.name).is_some_and(|latest| latest.edition == self.edition) {
            latest.remove(&self.name);
        }
    }
}
