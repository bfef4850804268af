//! What those who follow an area wait for: that there is something new in it, that it is stale, or current again. Knows not what is new.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

use super::standing::Standing;

/// One for each live area, and small: a watch channel takes 0.4 KiB, and it would be two.
#[derive(Debug, Default)]
pub(super) struct Signs {
    /// How far the log is, as `View::turns` counts.
    turn: AtomicU64,
    standing: Mutex<Standing>,
    moved: Notify,
}

impl Signs {
    pub fn turn(&self) -> u64 {
        self.turn.load(Ordering::Acquire)
    }

    pub fn standing(&self) -> Standing {
        *self.standing.lock().expect("a short lock")
    }

    pub fn set_turn(&self, turn: u64) {
        if self.turn.swap(turn, Ordering::AcqRel) != turn {
            self.moved.notify_waiters();
        }
    }

    /// `change` says whether it has changed it.
    pub fn change_standing(&self, change: impl FnOnce(&mut Standing) -> bool) {
        let changed = change(&mut self.standing.lock().expect("a short lock"));
        if changed {
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

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn who_waits_is_woken_by_what_is_new_and_by_a_new_standing_and_by_nothing_else() {
        let signs = Signs::default();
        signs.set_turn(1);
        let look = |signs: &Signs| (signs.turn() > 1 || signs.standing().stale_since.is_some()).then_some(signs.turn());
        let mut wait = std::pin::pin!(signs.until(look));
        assert_eq!(wait.as_mut().now_or_never(), None);
        signs.set_turn(1);
        signs.change_standing(|_| false);
        assert_eq!(wait.as_mut().now_or_never(), None);
        signs.set_turn(2);
        assert_eq!(wait.as_mut().now_or_never(), Some(2));
        signs.set_turn(1);
        let mut wait = std::pin::pin!(signs.until(look));
        assert_eq!(wait.as_mut().now_or_never(), None);
        signs.change_standing(|standing| standing.stale_since.replace(5).is_none());
        assert_eq!(wait.as_mut().now_or_never(), Some(1));
    }
}
