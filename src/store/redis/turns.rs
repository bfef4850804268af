//! Changes of one area that come while others are under way wait for these, and then go all together: their events come back together
//! too, and are one write to each follower. Knows neither changes nor Redis.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::domain::name::AreaName;

/// Longer than a busy Redis takes for an answer. A connection that hangs holds up nobody else's change for longer.
const WAIT_LIMIT: Duration = Duration::from_millis(100);

/// Cheap to clone.
#[derive(Clone, Default)]
pub struct Turns {
    areas: Arc<Mutex<HashMap<AreaName, Group>>>,
}

/// Those under way, and those who go next.
#[derive(Default)]
struct Group {
    under_way: usize,
    next: Vec<oneshot::Sender<Turn>>,
}

/// One change is under way; over on drop.
pub struct Turn {
    turns: Turns,
    area: AreaName,
}

impl Turns {
    /// Returns when a change of the area may be sent.
    pub async fn take(&self, area: &AreaName) -> Turn {
        let waiting = {
            let mut areas = self.lock();
            let group = areas.entry(area.clone()).or_default();
            if group.under_way == 0 {
                group.under_way = 1;
                None
            } else {
                let (sender, receiver) = oneshot::channel();
                group.next.push(sender);
                Some(receiver)
            }
        };
        if let Some(waiting) = waiting {
            if let Ok(Ok(turn)) = timeout(WAIT_LIMIT, waiting).await {
                return turn;
            }
            self.lock().entry(area.clone()).or_default().under_way += 1;
        }
        self.turn(area)
    }

    /// It has to be counted by then.
    fn turn(&self, area: &AreaName) -> Turn {
        Turn { turns: self.clone(), area: area.clone() }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AreaName, Group>> {
        // Nothing panics while it holds the lock, and counts would still be counts if it did.
        self.areas.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let next = {
            let mut areas = self.turns.lock();
            let Some(group) = areas.get_mut(&self.area) else { return };
            group.under_way -= 1;
            if group.under_way > 0 {
                return;
            }
            let next = std::mem::take(&mut group.next);
            group.under_way = next.len();
            if next.is_empty() {
                areas.remove(&self.area);
            }
            next
        };
        // Who has given up meanwhile gives its turn back by dropping it.
        for sender in next {
            drop(sender.send(self.turns.turn(&self.area)));
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn lunch() -> AreaName {
        AreaName::parse("lunch").unwrap()
    }

    #[tokio::test]
    async fn who_comes_meanwhile_goes_together_with_all_others_who_did() {
        let (turns, area) = (Turns::default(), lunch());
        let first = turns.take(&area).await;
        let mut others = [Box::pin(turns.take(&area)), Box::pin(turns.take(&area))];
        assert!(others.iter_mut().all(|other| other.now_or_never().is_none()));
        assert!(
            turns.take(&AreaName::parse("dinner").unwrap()).now_or_never().is_some(),
            "areas do not wait for each other"
        );
        drop(first);
        let [one, two] = others.map(|other| other.now_or_never().expect("the first is over"));
        assert!(turns.take(&area).now_or_never().is_none());
        drop((one, two));
        assert!(turns.take(&area).now_or_never().is_some());
        assert!(turns.lock().is_empty());
    }

    #[tokio::test]
    async fn who_gives_up_holds_up_nobody() {
        let (turns, area) = (Turns::default(), lunch());
        let first = turns.take(&area).await;
        let mut one = Box::pin(turns.take(&area));
        assert!(one.as_mut().now_or_never().is_none());
        let mut two = Box::pin(turns.take(&area));
        assert!(two.as_mut().now_or_never().is_none());
        drop(one);
        drop(first);
        drop(two);
        assert!(turns.take(&area).now_or_never().is_some());
        assert!(turns.lock().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_hangs_holds_up_the_others_for_a_moment_only() {
        let (turns, area) = (Turns::default(), lunch());
        let hangs = turns.take(&area).await;
        let late = turns.take(&area).await;
        drop(hangs);
        assert!(turns.take(&area).now_or_never().is_none(), "the late one is under way");
        drop(late);
        assert!(turns.lock().is_empty());
    }
}
