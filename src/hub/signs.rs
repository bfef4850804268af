//! What those who follow an area wait for: that there is something new in it, that it is stale, or current again. Knows not what is new.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;

use super::area::LiveArea;
use super::standing::Standing;
use crate::domain::name::AreaName;

/// One for each live area, and small: a watch channel takes 0.4 KiB, and it would be two.
#[derive(Debug, Default)]
pub(super) struct Signs {
    /// How far the log is, as `View::turns` counts.
    turn: AtomicU64,
    standing: Mutex<Standing>,
    /// How often it became stale, or current again.
    standings: AtomicU32,
    moved: Notify,
}

impl Signs {
    pub fn turn(&self) -> u64 {
        self.turn.load(Ordering::Acquire)
    }

    pub fn standing(&self) -> Standing {
        *self.standing.lock().expect("a short lock")
    }

    fn standings(&self) -> u32 {
        self.standings.load(Ordering::Acquire)
    }

    pub fn set_turn(&self, turn: u64) {
        if self.turn.swap(turn, Ordering::AcqRel) != turn {
            self.moved.notify_waiters();
        }
    }

    /// `change` says whether it is news to those who follow.
    pub fn change_standing(&self, change: impl FnOnce(&mut Standing) -> bool) {
        let is_news = change(&mut self.standing.lock().expect("a short lock"));
        if is_news {
            self.standings.fetch_add(1, Ordering::AcqRel);
            self.moved.notify_waiters();
        }
    }

    /// Waits until `look` finds something. Safe to cancel.
    pub async fn until<R>(&self, mut look: impl FnMut(&Self) -> Option<R>) -> R {
        loop {
            // Before the look: what moves in between is told to it.
            let moved = self.moved.notified();
            if let Some(found) = look(self) {
                return found;
            }
            moved.await;
        }
    }
}

/// What has moved in an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// There may be something new for anybody who follows it.
    Turn,
    /// It has become stale, or current.
    Standing,
}

/// Waits for an area, for all its followers together.
pub struct Watch {
    area: Arc<LiveArea>,
    /// As they were when it looked last.
    turn: u64,
    standings: u32,
}

impl Watch {
    pub(super) fn of(area: &Arc<LiveArea>) -> Self {
        Self { area: area.clone(), turn: area.signs.turn(), standings: area.signs.standings() }
    }

    pub fn area(&self) -> &AreaName {
        &self.area.name
    }

    /// Waits for the next move. Safe to cancel.
    pub async fn moved(&mut self) -> Moved {
        let Self { area, turn, standings } = self;
        let moved = |signs: &Signs| {
            if std::mem::replace(turn, signs.turn()) != *turn {
                return Some(Moved::Turn);
            }
            (std::mem::replace(standings, signs.standings()) != *standings).then_some(Moved::Standing)
        };
        area.signs.until(moved).await
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn who_waits_is_woken_by_what_is_new_and_by_a_new_standing_and_by_nothing_else() {
        let (signs, looks) = (Signs::default(), Cell::new(0));
        signs.set_turn(1);
        let look = |signs: &Signs| {
            looks.set(looks.get() + 1);
            (signs.turn() > 1 || signs.standing().is_stale()).then_some(signs.turn())
        };
        let mut wait = std::pin::pin!(signs.until(look));
        assert_eq!(wait.as_mut().now_or_never(), None);
        signs.set_turn(1);
        signs.change_standing(|_| false);
        assert_eq!(wait.as_mut().now_or_never(), None);
        assert_eq!(looks.get(), 1, "nothing woke it");
        signs.set_turn(2);
        assert_eq!(wait.as_mut().now_or_never(), Some(2));
        signs.set_turn(1);
        let mut wait = std::pin::pin!(signs.until(look));
        assert_eq!(wait.as_mut().now_or_never(), None);
        signs.change_standing(|standing| standing.stale_since.replace(5).is_none());
        assert_eq!(wait.as_mut().now_or_never(), Some(1));
    }
}
