//! Watches what is said, and says what breaks a promise: a message said twice or lost, a private room that a third person hears of or
//! reads, talk that a follower was never told of.

use std::collections::BTreeMap;

use super::ground::Sound;
use super::play::owner_of;
use crate::domain::event::{Event, Heard, Notice};
use crate::domain::talk::{Message, MessageId, RoomId, RoomView, Told};
use crate::store::Result as StoreResult;

/// A message that was acknowledged.
#[derive(Debug, Clone)]
pub struct Line {
    pub room: RoomId,
    pub id: MessageId,
    pub text: String,
}

/// Between two owners, until either's name has ended.
#[derive(Debug)]
struct Pair {
    owners: [usize; 2],
    over: bool,
}

#[derive(Debug, Default)]
pub struct Listener {
    said: Vec<Line>,
    /// What was said in this life of the area begins here.
    life: usize,
    /// By owner and `n`, in this life.
    counted: BTreeMap<(usize, u64), MessageId>,
    pairs: BTreeMap<RoomId, Pair>,
}

impl Listener {
    /// Messages so far.
    pub fn so_far(&self) -> usize {
        self.said.len()
    }

    /// What was published by one call. `holder_of` knows who held a name before it.
    pub fn hear(&mut self, sounds: &[Sound], holder_of: impl Fn(&Event) -> Option<usize>) -> Result<(), String> {
        for (heard, text) in sounds {
            match heard {
                Heard::Change(change) => self.end(&change.event, &holder_of),
                Heard::Notice(Notice::Talk { told, .. }) if self.pairs.contains_key(room_of(told)) => {
                    return Err(format!("what is private was told to everyone: {text}"));
                }
                Heard::Notice(Notice::Private { told, to, .. }) => {
                    let pair = self.pairs.get(room_of(told)).map(|pair| pair.owners.map(owner_of));
                    if !pair.is_some_and(|owners| to.iter().all(|owner| owners.contains(owner))) {
                        return Err(format!("what is private was told to others: {text}"));
                    }
                }
                Heard::Notice(_) => {}
            }
        }
        Ok(())
    }

    fn end(&mut self, event: &Event, holder_of: impl Fn(&Event) -> Option<usize>) {
        match event {
            Event::Cleared { .. } => {
                self.life = self.said.len();
                self.counted.clear();
                self.pairs.values_mut().for_each(|pair| pair.over = true);
            }
            Event::UserLeft { .. } => {
                let holder = holder_of(event);
                let own = |pair: &&mut Pair| pair.owners.iter().any(|owner| Some(*owner) == holder);
                self.pairs.values_mut().filter(own).for_each(|pair| pair.over = true);
            }
            _ => {}
        }
    }

    /// An owner was given the private room with whoever holds a name.
    pub fn opened(&mut self, owner: usize, other: Option<usize>, view: &RoomView) -> Result<(), String> {
        let other = other.filter(|other| *other != owner).ok_or("a private room with nobody was opened")?;
        let pair = self.pairs.entry(view.id.clone()).or_insert(Pair { owners: [owner, other], over: false });
        let same = pair.owners.contains(&owner) && pair.owners.contains(&other);
        if same && !pair.over { Ok(()) } else { Err(format!("{view:?} is the room of {pair:?}")) }
    }

    /// A message was acknowledged; `known`: its count was used before.
    pub fn said(&mut self, owner: usize, n: Option<u64>, known: bool, line: Line) -> Result<(), String> {
        let before = n.and_then(|n| self.counted.insert((owner, n), line.id));
        match before {
            Some(id) if id != line.id => Err(format!("{line:?} was said twice: it was {id} before")),
            Some(_) => Ok(()),
            None if known => Err(format!("an older intent was said: {line:?}")),
            None => {
                self.said.push(line);
                Ok(())
            }
        }
    }

    /// The newest messages, as who said that last was shown them. A room that is over shows nothing.
    pub fn shown(&self, line: &Line, shown: &[Message]) -> Result<(), String> {
        let same = shown.iter().filter(|message| message.text.as_str() == line.text).count();
        match same {
            1 => Ok(()),
            0 if shown.is_empty() => Ok(()),
            0 => Err(format!("{line:?} was acknowledged and is not there")),
            _ => Err(format!("{line:?} was said twice")),
        }
    }

    /// Private rooms, for the question who may read them.
    pub fn rooms(&self) -> Vec<RoomId> {
        self.pairs.keys().cloned().collect()
    }

    pub fn read(&self, owner: usize, room: &RoomId, answer: &StoreResult<Vec<Message>>) -> Result<(), String> {
        let may = self.pairs.get(room).is_some_and(|pair| pair.owners.contains(&owner) && !pair.over);
        if answer.is_ok() && !may { Err(format!("a stranger, {owner}, could read {room:?}")) } else { Ok(()) }
    }

    /// What a follower, the first owner, was told since it had the whole area after so many messages.
    pub fn told(&self, since: usize, heard: &[(RoomId, MessageId)]) -> Result<(), String> {
        let own = |room: &RoomId| self.pairs.get(room).is_none_or(|pair| pair.owners.contains(&0));
        for (place, (room, id)) in heard.iter().enumerate() {
            if !own(room) {
                return Err(format!("a stranger was told of what is private: {room:?}"));
            }
            if heard[..place].iter().any(|before| *before == (room.clone(), *id)) {
                return Err(format!("a message came to a follower twice: {room:?} {id}"));
            }
        }
        let owed = self.said.iter().skip(since.max(self.life)).filter(|line| own(&line.room));
        let missing: Vec<&Line> = owed.filter(|line| !heard.contains(&(line.room.clone(), line.id))).collect();
        if missing.is_empty() { Ok(()) } else { Err(format!("a follower was never told of {missing:?}")) }
    }
}

fn room_of(told: &Told) -> &RoomId {
    match told {
        Told::Chat(message) => &message.room,
        Told::Room(view) => &view.id,
    }
}
