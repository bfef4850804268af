//! Changes of one area that come at the same moment, or while others are under way, go all together: their events come back together too,
//! and are one write to each follower. What can be asked for in one go is handed to the first of those who wait, for all of them.
//! Knows neither changes nor Redis.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::yield_now;
use tokio::time::timeout;

use crate::domain::counted::take_out;
use crate::domain::name::AreaName;

/// Longer than a busy Redis takes for an answer. A connection that hangs keeps nobody's change from being sent for longer.
const WAIT_LIMIT: Duration = Duration::from_millis(100);
/// Of what is asked for in one go: Redis does nothing else meanwhile, and does these within a millisecond or two.
const MOST: usize = 64;

/// Cheap to clone. `W` is what somebody waits with, `A` what answers it.
pub struct Turns<W, A> {
    areas: Arc<Mutex<Areas<W, A>>>,
}

struct Areas<W, A> {
    groups: HashMap<AreaName, Group<W, A>>,
    /// So many have waited so far.
    numbered: u64,
}

/// Those under way, and those who go next.
struct Group<W, A> {
    under_way: usize,
    next: Vec<Waiting<W, A>>,
}

struct Waiting<W, A> {
    number: u64,
    /// What may go with others; nothing where it has to go alone.
    with: Option<W>,
    sender: oneshot::Sender<Given<W, A>>,
}

/// What somebody gets who wants to change an area.
pub enum Given<W, A> {
    /// It may be sent.
    Turn(Turn<W, A>),
    /// It is to be sent with what others wait with, on one turn, and they are to be told.
    Lead(Lead<W, A>),
    /// Somebody else has sent it.
    Answer(A),
}

/// What goes in one go: the own, and that of others. If it is dropped, those may go on their own.
pub struct Lead<W, A> {
    pub turn: Turn<W, A>,
    pub own: W,
    pub others: Vec<Other<W, A>>,
}

/// Somebody who waits for an answer.
pub struct Other<W, A> {
    pub with: W,
    sender: oneshot::Sender<Given<W, A>>,
}

/// One change is under way, or several that went in one go; over on drop.
pub struct Turn<W, A> {
    turns: Turns<W, A>,
    area: AreaName,
}

impl<W, A> Turns<W, A> {
    /// Returns when a change of the area may be sent, or was sent by somebody else. `with` is asked for only where it meets others.
    pub async fn take(&self, area: &AreaName, with: impl FnOnce() -> Option<W>) -> Given<W, A> {
        if let Some(turn) = self.begin(area) {
            // Others whose requests were read at the same moment have theirs decoded now, on this thread.
            yield_now().await;
            return turn.gather(with);
        }
        let with = with();
        match self.line_up(area, with) {
            Some((number, waiting)) => {
                self.wait(area, number, waiting).await.unwrap_or_else(|| Given::Turn(self.one_more(area)))
            }
            // It was over in between.
            None => Given::Turn(self.one_more(area)),
        }
    }

    /// A turn if nothing is under way.
    fn begin(&self, area: &AreaName) -> Option<Turn<W, A>> {
        let mut areas = self.lock();
        if areas.groups.contains_key(area) {
            return None;
        }
        areas.groups.insert(area.clone(), Group { under_way: 1, next: Vec::new() });
        Some(self.turn(area))
    }

    fn line_up(&self, area: &AreaName, with: Option<W>) -> Option<(u64, oneshot::Receiver<Given<W, A>>)> {
        let mut areas = self.lock();
        areas.numbered += 1;
        let number = areas.numbered;
        let (sender, receiver) = oneshot::channel();
        areas.groups.get_mut(area)?.next.push(Waiting { number, with, sender });
        Some((number, receiver))
    }

    /// None if it is to go without a turn of its own: it waited long enough, or who was to send it has gone.
    async fn wait(
        &self,
        area: &AreaName,
        number: u64,
        mut waiting: oneshot::Receiver<Given<W, A>>,
    ) -> Option<Given<W, A>> {
        if let Ok(given) = timeout(WAIT_LIMIT, &mut waiting).await {
            return given.ok();
        }
        if let Some(group) = self.lock().groups.get_mut(area)
            && let Some(place) = group.next.iter().position(|other| other.number == number)
        {
            group.next.remove(place);
            return None;
        }
        // It has been sent meanwhile: from now on it takes what any change takes.
        waiting.await.ok()
    }

    /// A turn beside those that are under way.
    fn one_more(&self, area: &AreaName) -> Turn<W, A> {
        let mut areas = self.lock();
        areas.groups.entry(area.clone()).or_insert_with(|| Group { under_way: 0, next: Vec::new() }).under_way += 1;
        self.turn(area)
    }

    /// It has to be counted by then.
    fn turn(&self, area: &AreaName) -> Turn<W, A> {
        Turn { turns: self.clone(), area: area.clone() }
    }

    fn lock(&self) -> MutexGuard<'_, Areas<W, A>> {
        // Nothing panics while it holds the lock, and counts would still be counts if it did.
        self.areas.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// To each of those who waited what is its own. Who has given up meanwhile gives its turn back by dropping it.
    fn give(&self, area: &AreaName, alone: Vec<oneshot::Sender<Given<W, A>>>, together: Vec<Vec<Other<W, A>>>) {
        for sender in alone {
            drop(sender.send(Given::Turn(self.turn(area))));
        }
        for mut others in together {
            let first = others.remove(0);
            let turn = self.turn(area);
            let lead =
                if others.is_empty() { Given::Turn(turn) } else { Given::Lead(Lead { turn, own: first.with, others }) };
            drop(first.sender.send(lead));
        }
    }
}

impl<W, A> Turn<W, A> {
    /// Together with those who wait for it already.
    fn gather(self, with: impl FnOnce() -> Option<W>) -> Given<W, A> {
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
        self.turns.one_more(&self.area)
    }

    pub fn area(&self) -> &AreaName {
        &self.area
    }
}

impl<W, A> Drop for Turn<W, A> {
    fn drop(&mut self) {
        let (mut alone, mut together) = (Vec::new(), Vec::new());
        {
            let mut areas = self.turns.lock();
            let Some(group) = areas.groups.get_mut(&self.area) else { return };
            group.under_way -= 1;
            if group.under_way > 0 {
                return;
            }
            for Waiting { with, sender, .. } in mem::take(&mut group.next) {
                match with {
                    _ if sender.is_closed() => {}
                    None => alone.push(sender),
                    Some(with) => together.push(Other { with, sender }),
                }
            }
            let together_at_once = together.len().div_ceil(MOST);
            group.under_way = alone.len() + together_at_once;
            if group.under_way == 0 {
                take_out(&mut areas.groups, &self.area);
            }
        }
        let mut groups = Vec::new();
        while !together.is_empty() {
            let rest = together.split_off(together.len().min(MOST));
            groups.push(mem::replace(&mut together, rest));
        }
        self.turns.give(&self.area, alone, groups);
    }
}

impl<W, A> Other<W, A> {
    /// If it is not there any more, nothing happens.
    pub fn tell(self, given: Given<W, A>) {
        drop(self.sender.send(given));
    }
}

impl<W, A> Clone for Turns<W, A> {
    fn clone(&self) -> Self {
        Self { areas: self.areas.clone() }
    }
}

impl<W, A> Default for Turns<W, A> {
    fn default() -> Self {
        Self { areas: Arc::new(Mutex::new(Areas { groups: HashMap::new(), numbered: 0 })) }
    }
}

#[cfg(test)]
mod tests;
