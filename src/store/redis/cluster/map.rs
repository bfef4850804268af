//! Which node of a cluster has which slot, as the nodes themselves tell it. Knows no connections.

use std::collections::{BTreeMap, BTreeSet};

use crate::store::redis::keys::SLOTS;

/// Host and port.
pub type Address = (String, u16);

/// What one node says (CLUSTER NODES).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    primaries: Vec<Primary>,
    /// Replicas, and primaries that have failed: somebody to ask when no primary answers.
    others: BTreeSet<Address>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Primary {
    address: Address,
    /// Of two that claim a slot the one with the higher number has it.
    epoch: u64,
    /// From, to, both included.
    slots: Vec<(u16, u16)>,
}

/// What follows from what all say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Slots {
    /// By slot: the number of its primary.
    owners: Vec<Option<usize>>,
    pub primaries: Vec<Address>,
    pub others: BTreeSet<Address>,
}

impl Told {
    /// Lines that cannot be read are left out. `asked` is the address of who says it, which may not know its own.
    pub fn read(text: &str, asked: &Address) -> Self {
        let mut told = Self::default();
        for line in text.lines() {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let [_, at, flags, _, _, _, epoch, _, ranges @ ..] = fields.as_slice() else { continue };
            let is = |flag: &str| flags.split(',').any(|one| one == flag);
            let Some(address) = address_of(at, asked) else { continue };
            if is("noaddr") || is("handshake") {
                continue;
            }
            // `fail?` is one node's opinion, `fail` is the cluster's; who failed keeps its slots until another one has them.
            let slots: Vec<(u16, u16)> = ranges.iter().filter_map(|range| range_of(range)).collect();
            if is("master") && !(is("fail") && slots.is_empty()) {
                told.primaries.push(Primary { address, epoch: epoch.parse().unwrap_or_default(), slots });
            } else {
                told.others.insert(address);
            }
        }
        told
    }
}

/// `IP:PORT@BUS`, and in newer versions `,HOSTNAME` and more after it.
fn address_of(text: &str, asked: &Address) -> Option<Address> {
    let mut parts = text.split(',');
    let (host, port) = parts.next()?.split('@').next()?.rsplit_once(':')?;
    let host = host.trim_matches(['[', ']']);
    let host = if host.is_empty() { &asked.0 } else { host };
    Some((host.to_owned(), port.parse().ok().filter(|port| *port > 0)?))
}

/// `5`, `0-100`; none for a slot on its way, as in `[93->-ID]`.
fn range_of(text: &str) -> Option<(u16, u16)> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let (from, to) = (from.parse().ok()?, to.parse().ok()?);
    (from <= to && to < SLOTS).then_some((from, to))
}

impl Slots {
    /// News of a slot that moved takes a moment to reach all nodes: the highest epoch is right, whoever says it.
    pub fn of(told: &[Told]) -> Self {
        let mut highest: Vec<Option<(u64, &Address)>> = vec![None; usize::from(SLOTS)];
        let mut numbers = BTreeMap::new();
        for primary in told.iter().flat_map(|told| &told.primaries) {
            let next = numbers.len();
            numbers.entry(&primary.address).or_insert(next);
            for &(from, to) in &primary.slots {
                for owner in &mut highest[usize::from(from)..=usize::from(to)] {
                    if owner.is_none_or(|(epoch, _)| epoch < primary.epoch) {
                        *owner = Some((primary.epoch, &primary.address));
                    }
                }
            }
        }
        let owners = highest.into_iter().map(|owner| Some(numbers[owner?.1])).collect();
        let mut primaries: Vec<(usize, Address)> =
            numbers.iter().map(|(at, number)| (*number, (*at).clone())).collect();
        primaries.sort();
        let others = told.iter().flat_map(|told| told.others.clone()).collect();
        Self { owners, primaries: primaries.into_iter().map(|(_, address)| address).collect(), others }
    }

    /// The place of the slot's owner among the primaries.
    pub fn owner(&self, slot: u16) -> Option<usize> {
        *self.owners.get(usize::from(slot))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> Address {
        ("10.0.0.9".to_owned(), 7000)
    }

    fn owner(slots: &Slots, slot: u16) -> String {
        slots.owner(slot).map_or("nobody".to_owned(), |number| {
            let (host, port) = &slots.primaries[number];
            format!("{host}:{port}")
        })
    }

    #[test]
    fn primaries_have_slots_and_replicas_have_none() {
        let text = "a :7000@17000,one.example myself,master - 0 0 1 connected 0-5460 [93->-b]\n\
                    b 10.0.0.2:7001@17001 master - 0 1 2 connected 5461-10922 16000\n\
                    c [::1]:7002@17002 slave a 0 1 1 connected\n\
                    d 10.0.0.4:7003@17003 master,fail - 0 1 0 disconnected\n\
                    e :0@0 master,noaddr - 0 0 9 disconnected 10923\n\
                    half a line\n";
        let slots = Slots::of(&[Told::read(text, &asked())]);
        assert_eq!(
            [0, 93, 5461, 16_000].map(|slot| owner(&slots, slot)),
            ["10.0.0.9:7000", "10.0.0.9:7000", "10.0.0.2:7001", "10.0.0.2:7001"]
        );
        assert_eq!(owner(&slots, 10_923), "nobody");
        assert_eq!(slots.primaries.len(), 2);
        assert_eq!(slots.others.len(), 2);
    }

    #[test]
    fn of_two_claims_the_newer_counts_whoever_is_asked_first() {
        let old = Told::read("a 10.0.0.1:7000@1 master - 0 0 1 connected 0-16383", &asked());
        let new = Told::read("b 10.0.0.2:7001@1 master - 0 0 3 connected 7", &asked());
        for told in [[old.clone(), new.clone()], [new, old]] {
            let slots = Slots::of(&told);
            assert_eq!((owner(&slots, 7), owner(&slots, 8)), ("10.0.0.2:7001".into(), "10.0.0.1:7000".into()));
        }
    }
}
