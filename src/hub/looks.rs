//! Looks at areas without following them. An area that is live here answers at once; of others the store does, and those who look at one at
//! the same time share its answers. Nobody is shown less than was so when they came.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use super::Hub;
use super::next::Next;
use crate::domain::activity::{Act, Activity};
use crate::domain::name::{AreaName, UserKey};
use crate::domain::presence::Presence;
use crate::domain::state::AreaState;
use crate::protocol::client::Since;
use crate::protocol::server::Online;
use crate::store::Result;

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

#[derive(Default)]
pub(super) struct Looks {
    next: Arc<Next<AreaName, Result<Arc<Seen>>>>,
    /// What was seen last, to tell whether anything has changed.
    last: Mutex<HashMap<AreaName, Arc<Seen>>>,
}

impl Hub {
    /// Whether somebody may have the name in the area: nobody has, as far as this process knows, where this is false.
    pub fn may_be_held(&self, area: &AreaName, name: &UserKey) -> bool {
        self.known(area).is_none_or(|area| area.look(|state, _, _| state.users.contains_key(name)))
    }

    /// Looks at an area without following it: as it is known here, else as the store has it.
    pub async fn look<R>(self: &Arc<Self>, name: &AreaName, look: impl FnOnce(&Sight<'_>) -> R) -> Result<R> {
        if let Some(area) = self.known(name) {
            return Ok(area.sight(look));
        }
        let (hub, area) = (self.clone(), name.clone());
        let seen = self.looks.next.answer(name, move || async move { hub.see(&area).await }).await?;
        let Seen { state, online, watching, edition } = &*seen;
        Ok(look(&Sight { state, online, watching: *watching, edition: *edition, position: 0 }))
    }

    async fn see(&self, name: &AreaName) -> Result<Arc<Seen>> {
        let snapshot = self.store.snapshot(name, false).await?;
        let mut presence = Presence::default();
        for (server, claim) in snapshot.claims.iter().filter(|(server, _)| self.lives(server)) {
            presence.replace(server, claim);
        }
        let (online, watching) = (presence.names(), presence.watching());
        Ok(self.looks.same(name, Seen { state: snapshot.state, online, watching, edition: Edition::next() }))
    }

    /// The last hundred acts in an area, the newest first, and the state that they lead to. An area that nobody follows here tells
    /// what its state says: who joined and voted, not who came and went.
    pub async fn activity(&self, name: &AreaName) -> Result<(Since, Vec<Act>)> {
        if let Some(area) = self.known(name) {
            return Ok(area.activity(self.clock.now()));
        }
        let snapshot = self.store.snapshot(name, false).await?;
        let mut activity = Activity::new(self.bounds.lifetime);
        activity.look(&AreaState::default(), &snapshot.state);
        Ok((Since::from(&snapshot.state), activity.acts(snapshot.at).cloned().collect()))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(seq: u64) -> Seen {
        let state = AreaState { seq, ..AreaState::default() };
        Seen { state, online: Online::new(), watching: 0, edition: Edition::next() }
    }

    #[test]
    fn what_is_seen_again_is_of_the_same_edition_and_what_has_changed_is_not() {
        let (looks, lunch) = (Looks::default(), AreaName::parse("lunch").unwrap());
        let first = looks.same(&lunch, seen(1)).edition;
        assert_eq!(looks.same(&lunch, seen(1)).edition, first);
        assert_ne!(looks.same(&lunch, seen(2)).edition, first);
        assert_ne!(looks.same(&lunch, seen(1)).edition, first, "it was another in between");
    }

    #[test]
    fn of_many_areas_few_are_remembered() {
        let looks = Looks::default();
        for number in 0..2 * ROWS_SEEN {
            looks.same(&AreaName::parse(&format!("area-{number}")).unwrap(), seen(1));
        }
        assert!(looks.last.lock().unwrap().len() <= ROWS_SEEN);
    }
}
