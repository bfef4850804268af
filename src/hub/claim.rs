//! What this server says of its own people in one area, and whether the store has it.

use crate::domain::name::Username;
use crate::domain::presence::{Claim, ClaimChange, ServerId};
use crate::protocol::server::Online;

pub(super) struct OwnClaim {
    server: ServerId,
    /// As it was said last.
    last: Claim,
    /// The store does not have it, or not for sure.
    unsaid: bool,
}

impl OwnClaim {
    /// Numbered from `first`, higher than the claims of the area's last life in this process.
    pub fn new(server: ServerId, first: u64) -> Self {
        Self { server, last: Claim { v: first, ..Claim::default() }, unsaid: false }
    }

    /// The store has the claim of this number, or none. True if that is not the last one: then it is to be said again.
    pub fn check(&mut self, stored: Option<u64>) -> bool {
        // The store does not keep a claim that says nothing.
        let expected = (!self.says_nothing()).then_some(self.last.v);
        if stored != expected {
            self.last.v = self.last.v.max(stored.unwrap_or_default());
            self.unsaid = true;
        }
        self.unsaid
    }

    /// What the other servers are to be told; nothing if it is what they were told last. It counts as unsaid until the
    /// store has it.
    pub fn next(&mut self, names: Online, watching: u64) -> Option<(Claim, ClaimChange)> {
        let before: Online = self.last.names.iter().map(|name| (name.key(), name.clone())).collect();
        if names == before && watching == self.last.watching && !self.unsaid {
            return None;
        }
        self.unsaid = true;
        let v = self.last.v + 1;
        let (here, gone) = (beside(&names, &before), beside(&before, &names));
        self.last = Claim { v, names: names.into_values().collect(), watching };
        Some((self.last.clone(), ClaimChange { server: self.server.clone(), v, here, gone, watching }))
    }

    /// The store has the claim of this number.
    pub fn said(&mut self, v: u64) {
        self.unsaid &= self.last.v != v;
    }

    /// The other servers know that nobody is here.
    pub fn is_over(&self) -> bool {
        self.says_nothing() && !self.unsaid
    }

    fn says_nothing(&self) -> bool {
        self.last.names.is_empty() && self.last.watching == 0
    }
}

/// The names in `of` that are not in `other`.
pub(super) fn beside(of: &Online, other: &Online) -> Vec<Username> {
    of.iter().filter(|(key, _)| !other.contains_key(*key)).map(|(_, name)| name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(of: &[&str]) -> Online {
        of.iter().map(|name| Username::parse(name).unwrap()).map(|name| (name.key(), name)).collect()
    }

    #[test]
    fn only_what_changed_is_said() {
        let mut claim = OwnClaim::new(ServerId("a".into()), 100);
        assert_eq!(claim.next(names(&[]), 0), None);
        let (whole, step) = claim.next(names(&["Ann", "Bob"]), 2).unwrap();
        assert_eq!((whole.v, step.here.len(), step.gone.len()), (101, 2, 0));
        claim.said(101);
        assert_eq!(claim.next(names(&["Ann", "Bob"]), 2), None);
        let (_, step) = claim.next(names(&["Bob"]), 1).unwrap();
        assert_eq!((step.v, step.here.len(), step.gone.len(), step.watching), (102, 0, 1, 1));
    }

    #[test]
    fn a_lost_claim_is_said_again_even_if_it_says_that_nobody_is_here() {
        let mut claim = OwnClaim::new(ServerId("a".into()), 0);
        claim.next(names(&["Ann"]), 1).unwrap();
        claim.said(1);
        assert!(!claim.check(Some(1)));
        claim.next(names(&[]), 0).unwrap();
        assert!(!claim.is_over(), "nobody knows yet whether the store has it");
        assert!(claim.check(Some(1)), "the store still has the one before");
        let (whole, _) = claim.next(names(&[]), 0).unwrap();
        assert_eq!(whole.v, 3);
        claim.said(3);
        assert!(!claim.check(None) && claim.is_over());
    }
}
