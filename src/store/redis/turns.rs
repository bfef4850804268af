//! Changes of one area that come at the same moment, or while others are under way, go all together: their events come back together too,
//! and are one write to each follower. What can be asked for in one go is handed to the first of those who wait, for all of them. In a
//! rush over many areas all that can go together waits for the same moment (`gate.rs`). Knows neither changes nor Redis.

mod gate;
mod turn;

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::yield_now;
use tokio::time::timeout;

use self::gate::Gate;
pub use self::turn::Turn;
use crate::domain::counted::take_out;
use crate::domain::name::AreaName;

/// Longer than a busy Redis takes for all that a rush has sent. A connection, or a node, that hangs keeps nobody's change from being sent for
/// longer.
const WAIT_LIMIT: Duration = Duration::from_millis(100);
/// Of what is asked for in one go: Redis does nothing else meanwhile, and does these within a millisecond or two.
const MOST: usize = 64;

/// Whatever one task may hand to another one.
pub trait Sent: Send + 'static {}

impl<T: Send + 'static> Sent for T {}

/// Cheap to clone. `W` is what somebody waits with, `A` what answers it.
pub struct Turns<W: Sent, A: Sent> {
    areas: Arc<Mutex<Areas<W, A>>>,
}

struct Areas<W: Sent, A: Sent> {
    groups: HashMap<AreaName, Group<W, A>>,
    gate: Gate,
    /// So many have waited so far.
    numbered: u64,
}

/// Those under way, and those who go next.
struct Group<W: Sent, A: Sent> {
    under_way: usize,
    next: Vec<Waiting<W, A>>,
}

struct Waiting<W: Sent, A: Sent> {
    number: u64,
    /// What may go with others; nothing where it has to go alone.
    with: Option<W>,
    sender: oneshot::Sender<Given<W, A>>,
}

/// What somebody gets who wants to change an area.
pub enum Given<W: Sent, A: Sent> {
    /// It may be sent.
    Turn(Turn<W, A>),
    /// It is to be sent with what others wait with, on one turn, and they are to be told.
    Lead(Lead<W, A>),
    /// Somebody else has sent it.
    Answer(A),
}

/// What goes in one go: the own, and that of others. If it is dropped, those may go on their own.
pub struct Lead<W: Sent, A: Sent> {
    pub turn: Turn<W, A>,
    pub own: W,
    pub others: Vec<Other<W, A>>,
}

/// Somebody who waits for an answer.
pub struct Other<W: Sent, A: Sent> {
    pub with: W,
    sender: oneshot::Sender<Given<W, A>>,
}

type Sender<W, A> = oneshot::Sender<Given<W, A>>;

/// Who goes next, and what each of them is given; told once the lock is free.
type Next<W, A> = Vec<(Sender<W, A>, Given<W, A>)>;

impl<W: Sent, A: Sent> Turns<W, A> {
    /// Returns when a change of the area may be sent, or was sent by somebody else. `joins` tells whether it can go with others at all;
    /// `with` is asked for only where it meets some.
    pub async fn take(&self, area: &AreaName, joins: bool, with: impl FnOnce() -> Option<W>) -> Given<W, A> {
        if let Some(turn) = self.begin(area, joins) {
            // Others whose requests were read at the same moment have theirs decoded now, on this thread.
            yield_now().await;
            return turn.gather(with);
        }
        let with = with();
        match self.line_up(area, with) {
            Some((number, waiting)) => {
                self.wait(area, number, waiting).await.unwrap_or_else(|| Given::Turn(self.one_more(area, joins)))
            }
            // It was over in between.
            None => Given::Turn(self.one_more(area, joins)),
        }
    }

    /// A turn if nothing is under way.
    fn begin(&self, area: &AreaName, joins: bool) -> Option<Turn<W, A>> {
        let mut areas = self.lock();
        // Who can only go alone waits for what is under way here, and not for the gate.
        if areas.groups.get(area).is_some_and(|group| joins || group.under_way > 0) {
            return None;
        }
        if joins && areas.gate.is_shut() {
            areas.groups.insert(area.clone(), Group::default());
            areas.gate.hold(area.clone());
            return None;
        }
        Some(self.turn(&mut areas, area, joins))
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
        // What hangs in other areas holds up nobody here any longer.
        self.open(None);
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
    fn one_more(&self, area: &AreaName, joins: bool) -> Turn<W, A> {
        self.turn(&mut self.lock(), area, joins)
    }

    /// Counts it.
    fn turn(&self, areas: &mut Areas<W, A>, area: &AreaName, joins: bool) -> Turn<W, A> {
        areas.groups.entry(area.clone()).or_default().under_way += 1;
        Turn { turns: self.clone(), area: area.clone(), round: joins.then(|| areas.gate.enter()) }
    }

    fn lock(&self) -> MutexGuard<'_, Areas<W, A>> {
        // Nothing panics while it holds the lock, and counts would still be counts if it did.
        self.areas.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those who wait in an area where nothing is under way; with a shut gate only who has to go alone.
    fn next(&self, areas: &mut Areas<W, A>, area: &AreaName) -> Next<W, A> {
        let mut next = Next::new();
        let Some(group) = areas.groups.get_mut(area) else { return next };
        let waiting = mem::take(&mut group.next).into_iter().filter(|waiting| !waiting.sender.is_closed());
        let (together, alone): (Vec<_>, Vec<_>) = waiting.partition(|waiting| waiting.with.is_some());
        for waiting in alone {
            next.push((waiting.sender, Given::Turn(self.turn(areas, area, false))));
        }
        if areas.gate.is_shut() && !together.is_empty() {
            areas.groups.entry(area.clone()).or_default().next = together;
            areas.gate.hold(area.clone());
        } else {
            let mut others =
                together.into_iter().filter_map(|Waiting { with, sender, .. }| Some(Other { with: with?, sender }));
            while let Some(Other { with: own, sender }) = others.next() {
                let turn = self.turn(areas, area, true);
                let others: Vec<_> = others.by_ref().take(MOST - 1).collect();
                let given = if others.is_empty() { Given::Turn(turn) } else { Given::Lead(Lead { turn, own, others }) };
                next.push((sender, given));
            }
        }
        if areas.groups.get(area).is_some_and(|group| group.under_way == 0 && group.next.is_empty()) {
            take_out(&mut areas.groups, area);
        }
        next
    }

    /// What the gate holds goes, as much as goes at a time and who waited longest first, if that round is not over yet; none: whichever
    /// it is.
    fn open(&self, round: Option<u64>) {
        let next: Vec<Next<W, A>> = {
            let mut areas = self.lock();
            let held = areas.gate.open(round);
            held.iter().map(|area| self.next(&mut areas, area)).collect()
        };
        next.into_iter().for_each(give);
    }
}

/// To each of those who waited what is its own. Who has given up meanwhile gives its turn back by dropping it.
fn give<W: Sent, A: Sent>(next: Next<W, A>) {
    for (sender, given) in next {
        drop(sender.send(given));
    }
}

impl<W: Sent, A: Sent> Other<W, A> {
    /// If it is not there any more, nothing happens.
    pub fn tell(self, given: Given<W, A>) {
        drop(self.sender.send(given));
    }
}

impl<W: Sent, A: Sent> Clone for Turns<W, A> {
    fn clone(&self) -> Self {
        Self { areas: self.areas.clone() }
    }
}

impl<W: Sent, A: Sent> Default for Group<W, A> {
    fn default() -> Self {
        Self { under_way: 0, next: Vec::new() }
    }
}

impl<W: Sent, A: Sent> Default for Turns<W, A> {
    fn default() -> Self {
        Self { areas: Arc::new(Mutex::new(Areas { groups: HashMap::new(), gate: Gate::default(), numbered: 0 })) }
    }
}

#[cfg(test)]
mod tests;
