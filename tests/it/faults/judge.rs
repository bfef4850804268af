//! Holds what voters were promised against what there is: acked against stored, views against the store, numbers against their
//! order. Knows nothing of how anything went.

use std::collections::BTreeMap;

use super::log::Log;
use crate::server::View;

/// A promise that was broken, and in whose eyes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damage {
    /// An acked vote that the store does not have, though nothing newer was said.
    LostVote { who: String, acked: String, stored: Option<String> },
    /// An acked vote that was never stored at all.
    NeverStored { who: String, place: String },
    /// A vote that was never answered by an ack, however often it was sent.
    NeverAcked { who: String, place: String },
    /// A change missing from the order in which this voter saw them, or one too many.
    Gap { who: String, what: String },
    /// One number that meant two things.
    TwoContents { epoch: String, seq: u64 },
    /// A view that is not what the store has, or is said not to be.
    StaleView { who: String, seq: u64, stored: u64 },
    /// A name lost before its time.
    Nameless { who: String },
    /// A server that went without a goodbye, or without the close code that goes with it.
    CutOff { who: String, times: u64 },
    /// The store was away, and the voter was not told so.
    NotTold { who: String },
    /// A server that took more memory than its bound.
    Memory { bytes: u64 },
}

/// What the store has in the end, asked behind the servers' backs.
pub type Truth = View;

/// What can be lost whatever happened: empty if nothing was. `since` is the epoch's run from which on everything has to be there;
/// none: from the beginning (a store that lost its data had another run before).
pub fn damage(logs: &[Log], truth: &Truth, since: Option<&str>) -> Vec<Damage> {
    let mut found = Vec::new();
    for log in logs {
        found.extend(lost_votes(log, truth, since));
        found.extend(log.gaps.iter().map(|what| Damage::Gap { who: log.who.clone(), what: what.clone() }));
        if !log.shows(truth) {
            let seq = log.view.as_ref().map_or(0, |view| view.seq);
            found.push(Damage::StaleView { who: log.who.clone(), seq, stored: truth.seq });
        }
        if log.nameless > 0 {
            found.push(Damage::Nameless { who: log.who.clone() });
        }
    }
    found.extend(two_contents(logs));
    found
}

fn lost_votes(log: &Log, truth: &Truth, since: Option<&str>) -> Vec<Damage> {
    let who = || log.who.clone();
    let mut found = Vec::new();
    let counts = |epoch: &str| since.is_none_or(|run| run_of(epoch) == run);
    for ack in log.acks.iter().filter(|ack| counts(&ack.epoch) && !truth.venues.contains(&ack.place)) {
        found.push(Damage::NeverStored { who: who(), place: ack.place.clone() });
    }
    if let Some(pending) = &log.pending {
        found.push(Damage::NeverAcked { who: who(), place: pending.place.clone() });
    }
    let stored = truth.votes.get(&log.who);
    let known = |place: &String| log.pending.as_ref().is_some_and(|pending| pending.place == *place);
    if let Some(ack) = log.last().filter(|ack| stored != Some(&ack.place) && !stored.is_some_and(known)) {
        found.push(Damage::LostVote { who: who(), acked: ack.place.clone(), stored: stored.cloned() });
    }
    found
}

fn two_contents(logs: &[Log]) -> Vec<Damage> {
    let mut first: BTreeMap<&(String, u64), &String> = BTreeMap::new();
    let mut found = Vec::new();
    for (at, text) in logs.iter().flat_map(|log| &log.changes) {
        if *first.entry(at).or_insert(text) != text {
            found.push(Damage::TwoContents { epoch: at.0.clone(), seq: at.1 });
        }
    }
    found
}

/// Servers that were told to end have to say goodbye to each voter, and to close with 1012: those whose line ended otherwise.
pub fn cut_off(logs: &[Log]) -> Vec<Damage> {
    const RESTART: u16 = 1012;
    let other =
        |log: &Log| log.goodbyes.iter().filter(|(code, _)| **code != RESTART).map(|(_, times)| times).sum::<u64>();
    let rude = |log: &Log| log.lost.values().sum::<u64>() + other(log);
    let found = logs.iter().map(|log| Damage::CutOff { who: log.who.clone(), times: rude(log) });
    found.filter(|damage| !matches!(damage, Damage::CutOff { times: 0, .. })).collect()
}

/// While the store was away each voter has to hear it: by an answer, and as an event.
pub fn not_told(logs: &[Log]) -> Vec<Damage> {
    let silent = logs.iter().filter(|log| log.refused == 0 || log.stale.is_empty());
    silent.map(|log| Damage::NotTold { who: log.who.clone() }).collect()
}

/// No server may grow by more than `bound` bytes: the one that grew most did by `grown`.
pub fn memory(grown: u64, bound: u64) -> Option<Damage> {
    (grown > bound).then_some(Damage::Memory { bytes: grown })
}

/// The part of an epoch that names the store's run.
pub fn run_of(epoch: &str) -> &str {
    epoch.split('.').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::slice::from_ref;

    use tokio::time::Instant;

    use super::super::log::{Ack, Pending};
    use super::*;

    fn truth(seq: u64, vote: &str, venues: &[&str]) -> Truth {
        View {
            epoch: "run.1".into(),
            seq,
            users: BTreeSet::from(["Ann".into()]),
            votes: BTreeMap::from([("Ann".into(), vote.into())]),
            venues: venues.iter().map(|venue| (*venue).to_owned()).collect(),
        }
    }

    fn ack(n: u64, place: &str) -> Ack {
        Ack { n, place: place.into(), epoch: "run.1".into() }
    }

    /// Ann has voted twice, and sees what there is.
    fn log() -> Log {
        let view = Some(truth(3, "b", &["a", "b"]));
        Log { who: "Ann".into(), acks: vec![ack(1, "a"), ack(2, "b")], view, ..Log::default() }
    }

    fn found(log: Log, truth: &Truth) -> Vec<Damage> {
        damage(&[log], truth, None)
    }

    #[test]
    fn who_has_all_that_was_acked_has_no_damage() {
        assert_eq!(found(log(), &truth(3, "b", &["a", "b"])), []);
        let pending = Some(Pending { n: 3, place: "c".into() });
        let view = Some(truth(4, "c", &["a", "b", "c"]));
        let unknown = found(Log { pending, view, ..log() }, &truth(4, "c", &["a", "b", "c"]));
        assert_eq!(unknown, [Damage::NeverAcked { who: "Ann".into(), place: "c".into() }], "stored, and not known");
    }

    #[test]
    fn a_lost_ack_is_found_also_beneath_a_newer_vote() {
        let lost = found(Log { view: Some(truth(2, "a", &["a"])), ..log() }, &truth(2, "a", &["a"]));
        let last = Damage::LostVote { who: "Ann".into(), acked: "b".into(), stored: Some("a".into()) };
        assert_eq!(lost, [Damage::NeverStored { who: "Ann".into(), place: "b".into() }, last]);
        let beneath = found(Log { view: Some(truth(3, "b", &["b"])), ..log() }, &truth(3, "b", &["b"]));
        assert_eq!(beneath, [Damage::NeverStored { who: "Ann".into(), place: "a".into() }]);
    }

    #[test]
    fn what_another_run_has_lost_counts_only_if_it_was_the_last_word() {
        let now = truth(3, "b", &["b"]);
        let mut log = Log { view: Some(now.clone()), ..log() };
        log.acks[0].epoch = "before.1".into();
        assert_eq!(damage(&[log.clone()], &now, Some("run")), []);
        log.acks.swap(0, 1);
        assert!(matches!(damage(&[log], &now, Some("run"))[..], [Damage::LostVote { .. }]));
    }

    #[test]
    fn an_older_intent_that_wins_is_found() {
        let older = truth(4, "a", &["a", "b"]);
        let lost = found(Log { view: Some(older.clone()), ..log() }, &older);
        assert!(matches!(&lost[..], [Damage::LostVote { acked, .. }] if acked == "b"), "{lost:?}");
    }

    #[test]
    fn a_stale_view_a_gap_and_a_lost_name_are_found() {
        let stale = found(log(), &truth(4, "b", &["a", "b"]));
        assert_eq!(stale, [Damage::StaleView { who: "Ann".into(), seq: 3, stored: 4 }]);
        let doubted = found(Log { is_stale: true, ..log() }, &truth(3, "b", &["a", "b"]));
        assert_eq!(doubted, [Damage::StaleView { who: "Ann".into(), seq: 3, stored: 3 }]);
        let gap = found(Log { gaps: vec!["5".into()], nameless: 1, ..log() }, &truth(3, "b", &["a", "b"]));
        assert!(matches!(gap[..], [Damage::Gap { .. }, Damage::Nameless { .. }]), "{gap:?}");
    }

    #[test]
    fn a_number_with_two_contents_is_found() {
        let seen = |text: &str| BTreeMap::from([(("run.1".to_owned(), 3), text.to_owned())]);
        let logs = |other| [Log { changes: seen("a"), ..log() }, Log { changes: seen(other), ..log() }];
        let now = truth(3, "b", &["a", "b"]);
        assert_eq!(damage(&logs("a"), &now, None), []);
        assert_eq!(damage(&logs("b"), &now, None), [Damage::TwoContents { epoch: "run.1".into(), seq: 3 }]);
    }

    #[test]
    fn a_server_beyond_its_bound_of_memory_is_found() {
        assert_eq!((memory(0, 10), memory(10, 10)), (None, None));
        assert_eq!(memory(11, 10), Some(Damage::Memory { bytes: 11 }));
    }

    #[test]
    fn who_was_cut_off_or_not_told_is_found() {
        let told = Log { goodbyes: BTreeMap::from([(1012, 2)]), refused: 1, stale: vec![Instant::now()], ..log() };
        assert_eq!((cut_off(from_ref(&told)), not_told(from_ref(&told))), (vec![], vec![]));
        let untold = Log { lost: BTreeMap::from([(1012, 1)]), refused: 1, ..log() };
        assert_eq!(cut_off(from_ref(&untold)), [Damage::CutOff { who: "Ann".into(), times: 1 }]);
        let other_code = Log { goodbyes: BTreeMap::from([(1012, 2), (0, 1)]), ..log() };
        assert_eq!(cut_off(&[other_code]), [Damage::CutOff { who: "Ann".into(), times: 1 }]);
        assert_eq!(not_told(&[untold]), [Damage::NotTold { who: "Ann".into() }]);
    }
}
