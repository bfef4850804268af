//! Who is here: what each server says of its own people, and what that makes together.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::name::{UserKey, Username};

/// A server process, from its start to its end: a random text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ServerId(pub String);

/// What one server says of one area.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// Grows with each claim of that server; an older claim never undoes a newer one.
    pub v: u64,
    /// The names that have a connection there, each once.
    pub names: Vec<Username>,
    /// All connections that follow the area there, the nameless too.
    pub watching: u64,
}

/// The step from a server's claim `v - 1` to `v`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClaimChange {
    pub server: ServerId,
    pub v: u64,
    pub here: Vec<Username>,
    pub gone: Vec<Username>,
    pub watching: u64,
}

/// The claims of all servers on one area, joined. Nothing is counted up and down, so nothing can drift.
#[derive(Debug, Default)]
pub struct Presence {
    claims: HashMap<ServerId, Held>,
}

#[derive(Debug, Default)]
struct Held {
    v: u64,
    names: BTreeMap<UserKey, Username>,
    watching: u64,
    /// The store did not have this claim when it was last looked at.
    missing: bool,
}

impl Presence {
    /// Takes all claims that the store has of living servers. One that it lacks is forgotten at the second look: the
    /// step that was just heard may be newer than the first.
    pub fn look<'a>(&mut self, claims: impl Iterator<Item = &'a (ServerId, Claim)>) {
        let mut absent: BTreeSet<ServerId> = self.claims.keys().cloned().collect();
        for (server, claim) in claims {
            absent.remove(server);
            self.replace(server, claim);
        }
        for server in absent {
            if let Some(held) = self.claims.get_mut(&server) {
                if held.missing {
                    (held.names, held.watching) = (BTreeMap::new(), 0);
                }
                held.missing = true;
            }
        }
    }

    /// Takes a server's whole claim, unless a newer one of it is known.
    pub fn replace(&mut self, server: &ServerId, claim: &Claim) {
        let held = self.claims.entry(server.clone()).or_default();
        held.missing = false;
        if claim.v >= held.v {
            let names = claim.names.iter().map(|name| (name.key(), name.clone())).collect();
            *held = Held { v: claim.v, names, watching: claim.watching, missing: false };
        }
    }

    /// Takes a step of a server's claim. One that does not follow on what is known still says most of the truth;
    /// the whole claim is read every few seconds and says the rest.
    pub fn change(&mut self, change: &ClaimChange) {
        let held = self.claims.entry(change.server.clone()).or_default();
        if change.v <= held.v {
            return;
        }
        held.missing = false;
        for name in &change.gone {
            held.names.remove(&name.key());
        }
        for name in &change.here {
            held.names.insert(name.key(), name.clone());
        }
        // A missed step leaves the number as it was, so that the whole claim of this very number is still taken.
        held.v = if change.v == held.v + 1 { change.v } else { held.v };
        held.watching = change.watching;
    }

    /// Keeps only what living servers say.
    pub fn keep(&mut self, lives: impl Fn(&ServerId) -> bool) -> u64 {
        let before = self.claims.len();
        self.claims.retain(|server, _| lives(server));
        (before - self.claims.len()) as u64
    }

    /// The names that are here, each once, however many servers and tabs.
    pub fn names(&self) -> BTreeMap<UserKey, Username> {
        self.claims.values().flat_map(|held| held.names.clone()).collect()
    }

    /// All connections.
    pub fn watching(&self) -> u64 {
        self.claims.values().map(|held| held.watching).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(of: &[&str]) -> Vec<Username> {
        of.iter().map(|name| Username::parse(name).unwrap()).collect()
    }

    fn here(presence: &Presence) -> Vec<String> {
        presence.names().keys().map(|key| key.as_str().to_owned()).collect()
    }

    #[test]
    fn two_servers_with_the_same_person_are_one_person() {
        let mut presence = Presence::default();
        presence.replace(&ServerId("a".into()), &Claim { v: 1, names: names(&["Ann", "Bob"]), watching: 3 });
        presence.replace(&ServerId("b".into()), &Claim { v: 1, names: names(&["ann"]), watching: 1 });
        assert_eq!(here(&presence), ["ann", "bob"]);
        assert_eq!(presence.watching(), 4);
        presence.keep(|server| server.0 == "b");
        assert_eq!(here(&presence), ["ann"]);
    }

    #[test]
    fn an_older_claim_never_undoes_a_newer_one() {
        let mut presence = Presence::default();
        let server = ServerId("a".into());
        presence.replace(&server, &Claim { v: 4, names: names(&["Ann"]), watching: 1 });
        let gone = ClaimChange { server: server.clone(), v: 5, here: vec![], gone: names(&["Ann"]), watching: 0 };
        presence.change(&gone);
        presence.replace(&server, &Claim { v: 4, names: names(&["Ann"]), watching: 1 });
        assert!(here(&presence).is_empty());
    }

    #[test]
    fn a_claim_that_the_store_lacks_is_forgotten_at_the_second_look() {
        let mut presence = Presence::default();
        let server = ServerId("a".into());
        let step = |v| ClaimChange { server: server.clone(), v, here: names(&["Ann"]), gone: vec![], watching: 1 };
        presence.change(&step(1));
        presence.look([].iter());
        assert_eq!(here(&presence), ["ann"], "what was heard may be newer than the look");
        presence.change(&step(2));
        presence.look([].iter());
        assert_eq!(here(&presence), ["ann"]);
        presence.look([].iter());
        assert!(here(&presence).is_empty());
        assert_eq!(presence.watching(), 0);
        presence.change(&step(3));
        assert_eq!(here(&presence), ["ann"]);
    }

    #[test]
    fn a_missed_step_is_healed_by_the_whole_claim() {
        let mut presence = Presence::default();
        let server = ServerId("a".into());
        let step = |v, name| ClaimChange { server: server.clone(), v, here: names(&[name]), gone: vec![], watching: v };
        presence.change(&step(1, "Ann"));
        presence.change(&step(3, "Cem"));
        presence.replace(&server, &Claim { v: 3, names: names(&["Ann", "Bob", "Cem"]), watching: 3 });
        assert_eq!(here(&presence), ["ann", "bob", "cem"]);
    }
}
