//! A name that goes from one owner to another, unseen by everyone else: when a guest becomes an account. The Redis script is
//! `hand_over.lua`.

use super::event::Event;
use super::name::UserKey;
use super::owner::Owner;
use super::record::{Record, Step};

impl Record {
    /// Whoever counts changes goes on counting: neither owner's last `n` is used a second time.
    pub(super) fn hand_over(&mut self, owner: &Owner, to: &Owner, key: &UserKey, step: &mut Step) -> Option<Event> {
        if owner == to {
            return None;
        }
        if self.owners.get(to).is_some_and(|holding| holding.name.is_some()) {
            return Some(self.leave(key));
        }
        let given = self.owners.entry(owner.clone()).or_default();
        given.name = None;
        let n = given.n;
        let taken = self.owners.entry(to.clone()).or_default();
        (taken.name, taken.n) = (Some(key.clone()), taken.n.max(n));
        self.holders.insert(key.clone(), to.clone());
        self.talk.hand_over(owner, to);
        step.owners.extend([owner.clone(), to.clone()]);
        None
    }
}
