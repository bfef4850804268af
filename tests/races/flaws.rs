//! Protections taken off, one at a time: what the companions plant, and a store that has it.

use std::collections::BTreeMap;

use super::ground::{Ground, Sound};
use crate::domain::change::{Act, Change, Done};
use crate::domain::name::UserKey;
use crate::domain::owner::Owner;
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
}

/// A store with a flaw of what it is asked. Those of what it does, and a server's, the ground itself knows of.
pub struct Flawed {
    ground: Box<dyn Ground>,
    flaw: Flaw,
    holders: BTreeMap<UserKey, Owner>,
}

impl Flawed {
    pub fn new(ground: Box<dyn Ground>, flaw: Flaw) -> Self {
        Self { ground, flaw, holders: BTreeMap::new() }
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
