//! What may happen next, and courses of it. Names, owners and venues are few, so that they meet.

use proptest::prelude::*;

/// Owners: more than names, so that some are refused.
pub const OWNERS: usize = 4;
pub const NAMES: [&str; 3] = ["Ann", "Bob", "Cem"];
pub const VENUES: [&str; 3] = ["thai", "sushi", "pizza"];
/// Steps of a course: three times what the longest companion needs to show its damage.
const LONGEST: usize = 40;

#[derive(Debug, Clone)]
pub enum Step {
    /// An owner does something through a server.
    Act {
        server: usize,
        owner: usize,
        count: Count,
        hint: Option<usize>,
        deed: Deed,
    },
    /// An owner says something through a server: to all, or alone with whoever has that name.
    Say {
        server: usize,
        owner: usize,
        count: Count,
        with: Option<usize>,
    },
    /// A server sees to it that whose time is over has left.
    Expire {
        server: usize,
    },
    Sweep {
        server: usize,
    },
    /// The next of what was published comes to a server.
    Hear {
        server: usize,
    },
    /// All of it does.
    HearAll {
        server: usize,
    },
    /// The next comes, and once more with what comes after it.
    HearTwice {
        server: usize,
    },
    /// The next two come in the other order.
    HearCrossed {
        server: usize,
    },
    /// The next never comes, and the server is told that something may be missing.
    Miss {
        server: usize,
    },
    /// The next never comes, and nobody says so: the pulse has to find it.
    MissInSilence {
        server: usize,
    },
    /// A server that needs the state goes for it: from here on, it holds back what it hears.
    BeginLoad {
        server: usize,
    },
    /// The store takes the snapshot for it.
    Look {
        server: usize,
    },
    /// The snapshot is there.
    Load {
        server: usize,
    },
    /// It never comes.
    FailToLoad {
        server: usize,
    },
    /// A server asks where the area is.
    Pulse {
        server: usize,
    },
    /// So many quarters of a lifetime pass.
    Rest {
        quarters: u64,
    },
}

/// The `n` of an act.
#[derive(Debug, Clone, Copy)]
pub enum Count {
    /// One more than the owner's last.
    Next,
    /// Sent again, or sent earlier: so many before the owner's last.
    Earlier(u64),
    None,
}

/// By their places in the lists above.
#[derive(Debug, Clone)]
pub enum Deed {
    Join { name: usize, shouting: bool },
    Vote { venue: usize },
    VoteKnown { venue: usize },
    Withdraw,
    Leave,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => (0..NAMES.len(), prop::bool::weighted(0.2)).prop_map(|(name, shouting)| Deed::Join { name, shouting }),
        5 => (0..VENUES.len()).prop_map(|venue| Deed::Vote { venue }),
        1 => (0..VENUES.len()).prop_map(|venue| Deed::VoteKnown { venue }),
        1 => Just(Deed::Withdraw),
        2 => Just(Deed::Leave),
    ]
}

fn count() -> impl Strategy<Value = Count> {
    prop_oneof![5 => Just(Count::Next), 3 => (0..3_u64).prop_map(Count::Earlier), 2 => Just(Count::None)]
}

fn step() -> impl Strategy<Value = Step> {
    let act = (0..2_usize, 0..OWNERS, count(), prop::option::weighted(0.3, 0..NAMES.len()), deed());
    let act = act.prop_map(|(server, owner, count, hint, deed)| Step::Act { server, owner, count, hint, deed });
    let say = (0..2_usize, 0..OWNERS, count(), prop::option::weighted(0.5, 0..NAMES.len()));
    let say = say.prop_map(|(server, owner, count, with)| Step::Say { server, owner, count, with });
    let server = || 0..2_usize;
    prop_oneof![
        14 => act,
        5 => say,
        1 => server().prop_map(|server| Step::Expire { server }),
        2 => server().prop_map(|server| Step::Sweep { server }),
        6 => server().prop_map(|server| Step::Hear { server }),
        2 => server().prop_map(|server| Step::HearAll { server }),
        1 => server().prop_map(|server| Step::HearTwice { server }),
        1 => server().prop_map(|server| Step::HearCrossed { server }),
        1 => server().prop_map(|server| Step::Miss { server }),
        1 => server().prop_map(|server| Step::MissInSilence { server }),
        3 => server().prop_map(|server| Step::BeginLoad { server }),
        3 => server().prop_map(|server| Step::Look { server }),
        3 => server().prop_map(|server| Step::Load { server }),
        1 => server().prop_map(|server| Step::FailToLoad { server }),
        1 => server().prop_map(|server| Step::Pulse { server }),
        3 => (1..=4_u64).prop_map(|quarters| Step::Rest { quarters }),
    ]
}

pub fn courses() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 1..LONGEST)
}
