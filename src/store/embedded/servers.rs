//! Who is said to be where, which servers live, and which one sweeps: what need not outlive the process, for nobody
//! else can have the file. Knows no clock.

use std::collections::{BTreeMap, HashMap};

use crate::domain::Millis;
use crate::domain::counted::take_out;
use crate::domain::name::AreaName;
use crate::domain::presence::{Claim, ServerId};
use crate::store::Alive;

/// How long a server counts as alive after a beat: two may be lost of those that come every five seconds.
const ALIVE: Millis = 15_000;

#[derive(Debug, Default)]
pub struct Servers {
    claims: HashMap<AreaName, BTreeMap<ServerId, Claim>>,
    /// Until when each counts as alive, and how many people follow any area there.
    alive: BTreeMap<ServerId, (Millis, u64)>,
    lease: Option<(ServerId, Millis)>,
}

impl Servers {
    /// An empty claim is taken out; one that was overtaken by a newer one has no effect.
    pub fn claim(&mut self, area: &AreaName, server: &ServerId, claim: Claim) {
        let claims = self.claims.entry(area.clone()).or_default();
        if claims.get(server).is_some_and(|newer| newer.v > claim.v) {
            return;
        }
        if claim.names.is_empty() && claim.watching == 0 {
            claims.remove(server);
        } else {
            claims.insert(server.clone(), claim);
        }
        if claims.is_empty() {
            take_out(&mut self.claims, area);
        }
    }

    pub fn claims(&self, area: &AreaName) -> Vec<(ServerId, Claim)> {
        let claims = self.claims.get(area).into_iter().flatten();
        claims.map(|(server, claim)| (server.clone(), claim.clone())).collect()
    }

    pub fn beat(&mut self, server: ServerId, following: u64, now: Millis) -> Vec<Alive> {
        self.alive.insert(server, (now + ALIVE, following));
        self.alive.retain(|_, (until, _)| *until > now);
        let alive = |(server, (_, following)): (&ServerId, &(Millis, u64))| Alive {
            server: server.clone(),
            following: *following,
        };
        self.alive.iter().map(alive).collect()
    }

    pub fn retire(&mut self, server: &ServerId) {
        self.alive.remove(server);
        for claims in self.claims.values_mut() {
            claims.remove(server);
        }
        self.claims.retain(|_, claims| !claims.is_empty());
    }

    /// One server a period; it may ask again.
    pub fn lease(&mut self, server: ServerId, now: Millis, period: Millis) -> bool {
        match &self.lease {
            Some((holder, until)) if *until > now => *holder == server,
            _ => {
                self.lease = Some((server, now + period));
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(id: &str) -> ServerId {
        ServerId(id.to_owned())
    }

    #[test]
    fn a_server_counts_as_alive_for_fifteen_seconds() {
        let mut servers = Servers::default();
        servers.beat(server("a"), 3, 1000);
        assert_eq!(servers.beat(server("b"), 0, 15_999).len(), 2);
        let alive = servers.beat(server("b"), 0, 16_000);
        assert_eq!(alive, [Alive { server: server("b"), following: 0 }]);
    }

    #[test]
    fn what_a_retired_server_claimed_is_gone() {
        let mut servers = Servers::default();
        let area = AreaName::parse("lunch").unwrap();
        servers.claim(&area, &server("a"), Claim { v: 1, names: vec![], watching: 2 });
        servers.retire(&server("a"));
        assert_eq!(servers.claims(&area), []);
        assert!(servers.claims.is_empty());
    }
}
