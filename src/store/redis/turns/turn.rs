//! One change that is under way, or several that went in one go; when it is over, those go who waited for it.

use std::mem;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::sleep;

use super::{Given, Lead, MOST, Other, Sent, Turns, Waiting, give};
use crate::domain::name::AreaName;

/// In a rush, from the last answer to what goes next: whoever was answered just now and goes on at once goes along. Measured with 1,000
/// votes under way: longer leaves the machine idle, without it a quarter fewer go together.
pub(super) const SETTLE: Duration = Duration::from_millis(1);

/// One change is under way, or several that went in one go; over on drop.
pub struct Turn<W: Sent, A: Sent> {
    pub(super) turns: Turns<W, A>,
    pub(super) area: AreaName,
    /// Of the gate; none for what can only go alone, which no gate holds.
    pub(super) round: Option<u64>,
}

impl<W: Sent, A: Sent> Turn<W, A> {
    /// Together with those who wait for it already.
    pub(super) fn gather(self, with: impl FnOnce() -> Option<W>) -> Given<W, A> {
        if self.turns.lock().groups.get(&self.area).is_none_or(|group| group.next.is_empty()) {
            return Given::Turn(self);
        }
        let Some(own) = with() else { return Given::Turn(self) };
        let mut others = Vec::new();
        if let Some(group) = self.turns.lock().groups.get_mut(&self.area) {
            for Waiting { number, with, sender } in mem::take(&mut group.next) {
                match with {
                    _ if sender.is_closed() => {}
                    Some(with) if others.len() < MOST - 1 => others.push(Other { with, sender }),
                    with => group.next.push(Waiting { number, with, sender }),
                }
            }
        }
        if others.is_empty() { Given::Turn(self) } else { Given::Lead(Lead { turn: self, own, others }) }
    }

    /// For who is to go alone after all.
    pub fn another(&self) -> Self {
        self.turns.one_more(&self.area, self.round.is_some())
    }

    pub fn area(&self) -> &AreaName {
        &self.area
    }
}

impl<W: Sent, A: Sent> Drop for Turn<W, A> {
    fn drop(&mut self) {
        let (next, was_last) = {
            let mut areas = self.turns.lock();
            let was_last = self.round.is_some_and(|round| areas.gate.leave(round));
            let under_way = areas.groups.get_mut(&self.area).map(|group| {
                group.under_way -= 1;
                group.under_way
            });
            ((under_way == Some(0)).then(|| self.turns.next(&mut areas, &self.area)), was_last)
        };
        next.into_iter().for_each(give);
        if was_last {
            open_soon(self.turns.clone(), self.round);
        }
    }
}

/// Opens the gate a moment later.
fn open_soon<W: Sent, A: Sent>(turns: Turns<W, A>, round: Option<u64>) {
    // Without a runtime nothing is sent any more either.
    if let Ok(runtime) = Handle::try_current() {
        runtime.spawn(async move {
            sleep(SETTLE).await;
            turns.open(round);
        });
    }
}
