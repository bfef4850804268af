//! Whether what is shown of an area is how the store has it. A store may be away in part, so each area has its own standing.

use super::Hub;
use super::area::LiveArea;
use crate::domain::Millis;
use crate::domain::name::AreaName;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// Since when the area's part of the store is away, by the store's clock.
    pub stale_since: Option<Millis>,
    /// Since when all is current, while it is.
    pub current_since: Millis,
}

impl Standing {
    pub fn is_stale(&self) -> bool {
        self.stale_since.is_some()
    }
}

impl LiveArea {
    /// The store did not say where the area is.
    pub(super) fn set_stale(&self, now: Millis) {
        self.signs.change_standing(|standing| {
            let newly = standing.stale_since.is_none();
            standing.stale_since.get_or_insert(now);
            newly
        });
    }

    /// The view is where the store says.
    pub(super) fn set_current(&self, now: Millis) {
        self.signs.change_standing(|standing| {
            let was_stale = standing.is_stale();
            if was_stale || standing.current_since == 0 {
                *standing = Standing { stale_since: None, current_since: now };
            }
            // That an area is current from its beginning is news to nobody.
            was_stale
        });
    }

    pub(super) fn stale_since(&self) -> Option<Millis> {
        self.signs.standing().stale_since
    }
}

impl Hub {
    /// Since when an area cannot be told as the store has it now; none while it can.
    pub fn stale_since(&self, area: &AreaName) -> Option<Millis> {
        match self.known(area) {
            Some(area) => area.stale_since(),
            None => self.news.borrow().away_since,
        }
    }

    /// How many areas are shown as not current.
    pub(super) fn stale_areas(&self) -> usize {
        self.areas().iter().filter(|area| area.stale_since().is_some()).count()
    }

    /// Nothing answers at all.
    pub(super) fn set_away(&self, away: bool) {
        let since = away.then(|| self.clock.now());
        self.news.send_if_modified(|news| {
            let changed = news.away_since.is_some() != away;
            news.away_since = if changed { since } else { news.away_since };
            changed
        });
    }
}
