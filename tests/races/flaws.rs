//! Protections taken off, one at a time: what the companions plant, and a store that has it.

use std::collections::{BTreeMap, BTreeSet};

use super::ground::{Ground, Sound};
use crate::domain::change::{Act, Change, Done};
use crate::domain::name::UserKey;
use crate::domain::owner::Owner;
use crate::domain::talk::{Chat, Message, NewRoom, Page, RoomId, RoomView, Said};
use crate::store::{Head, Result, Snapshot};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    // Of a server.
    /// It takes what it hears for the next change, whatever its number.
    AppliesWhateverItHears,
    /// It takes its snapshot, and listens only then.
    LooksBeforeItFollows,
    /// It is told that it has missed something, and does nothing about it.
    MissesInSilence,
    // Of a store.
    ForgetsN,
    /// It believes the hint of the name that is held.
    LeavesForOthers,
    /// It goes by when the name was taken.
    ExpiresWhoRenewed,
    /// It looks in one step, and deletes in the next.
    SweepsInTwoSteps,
    ClearsTwice,
    UsesANumberTwice,
    /// A key of it has no end.
    KeepsForEver,
    // Of talk.
    /// It says a message that is sent again once more.
    SaysAgain,
    /// It tells what is private on the channel of all.
    TellsEveryone,
    /// It asks nobody who is a member.
    LetsAnybodyRead,
    /// A server's: it does not look at the numbers of what is told.
    MissesTalkInSilence,
}

/// A store with a flaw of what it is asked. Those of what it does, and a server's, the ground itself knows of.
pub struct Flawed {
    ground: Box<dyn Ground>,
    flaw: Flaw,
    holders: BTreeMap<UserKey, Owner>,
    said: BTreeSet<(Owner, u64)>,
    /// Who talked last in each room.
    talkers: BTreeMap<RoomId, Owner>,
}

impl Flawed {
    pub fn new(ground: Box<dyn Ground>, flaw: Flaw) -> Self {
        Self { ground, flaw, holders: BTreeMap::new(), said: BTreeSet::new(), talkers: BTreeMap::new() }
    }
}

impl Ground for Flawed {
    fn flaw(&self) -> Option<Flaw> {
        Some(self.flaw)
    }

    fn change(&mut self, server: usize, change: &Change) -> Result<Done> {
        let mut change = change.clone();
        if self.flaw == Flaw::ForgetsN {
            change.n = None;
        }
        if self.flaw == Flaw::LeavesForOthers
            && change.act == Act::Leave
            && let Some(holder) = change.held.as_ref().and_then(|held| self.holders.get(&held.key()))
        {
            change.owner = holder.clone();
        }
        let done = self.ground.change(server, &change)?;
        if let Some(me) = &done.me {
            self.holders.insert(me.username.key(), change.owner);
        }
        if self.flaw == Flaw::KeepsForEver {
            self.ground.keep_for_ever();
        }
        Ok(done)
    }

    fn add_room(&mut self, server: usize, owner: &Owner, wish: &NewRoom) -> Result<RoomView> {
        self.ground.add_room(server, owner, wish)
    }

    fn chat(&mut self, server: usize, chat: &Chat) -> Result<Said> {
        let mut chat = chat.clone();
        let intent = chat.n.map(|n| (chat.owner.clone(), n));
        if self.flaw == Flaw::SaysAgain && intent.as_ref().is_some_and(|intent| self.said.contains(intent)) {
            chat.n = None;
        }
        let said = self.ground.chat(server, &chat)?;
        self.said.extend(intent.filter(|_| said.id.is_some()));
        self.talkers.insert(chat.room, chat.owner);
        Ok(said)
    }

    fn messages(&mut self, server: usize, owner: &Owner, page: &Page) -> Result<Vec<Message>> {
        let member = self.talkers.get(&page.room).filter(|_| self.flaw == Flaw::LetsAnybodyRead);
        self.ground.messages(server, member.unwrap_or(owner), page)
    }

    fn lifetime(&self) -> u64 {
        self.ground.lifetime()
    }

    fn snapshot(&mut self, server: usize, begin: bool) -> Snapshot {
        self.ground.snapshot(server, begin)
    }

    fn expire(&mut self, server: usize) {
        self.ground.expire(server);
    }

    fn sweep(&mut self, server: usize) {
        self.ground.sweep(server);
    }

    fn head(&mut self, server: usize) -> Head {
        self.ground.head(server)
    }

    fn rest(&mut self, ms: u64) {
        self.ground.rest(ms);
    }

    fn heard(&mut self, server: usize) -> Vec<Sound> {
        self.ground.heard(server)
    }

    fn endless_keys(&mut self) -> Vec<String> {
        self.ground.endless_keys()
    }
}
