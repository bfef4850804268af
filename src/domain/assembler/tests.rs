//! Claims about the assembler, for whatever comes in whatever order.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::subsequence;

use super::*;

/// Its time, its source, and what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Beat(Millis, u8);

impl Item for Beat {
    type Id = u8;

    fn at(&self) -> Millis {
        self.0
    }

    fn id(&self) -> u8 {
        self.1
    }
}

fn all(assembler: &Assembler<Beat>) -> Vec<Beat> {
    assembler.updates().copied().collect()
}

/// What is to come out, found in the plainest way: sorted, each once, the newest that are within the window.
fn expected(beats: &[Beat], now: Millis, window: Window) -> Vec<Beat> {
    let mut sorted: Vec<Beat> = beats.to_vec();
    sorted.sort_by_key(|Beat(at, id)| (*at, *id));
    sorted.dedup();
    sorted.retain(|Beat(at, _)| *at >= now.saturating_sub(window.lasts));
    sorted.split_off(sorted.len().saturating_sub(window.most))
}

/// A viewer: was told the window once, then what was new, and holds it to the same window.
struct Viewer {
    known: BTreeMap<(Millis, u8), Beat>,
    cursor: Cursor,
}

impl Viewer {
    fn open(assembler: &Assembler<Beat>) -> Self {
        let known = assembler.updates().map(|beat| ((beat.0, beat.1), *beat)).collect();
        Self { known, cursor: assembler.cursor() }
    }

    fn hear(&mut self, assembler: &Assembler<Beat>) {
        for beat in assembler.d_updates(self.cursor) {
            let before = self.known.insert((beat.0, beat.1), *beat);
            assert_eq!(before, None, "nothing is told twice");
        }
        self.cursor = assembler.cursor();
    }

    fn within(&self, now: Millis, window: Window) -> Vec<Beat> {
        expected(&self.known.values().copied().collect::<Vec<_>>(), now, window)
    }
}

/// Beats of a few sources, with gaps; some come twice, all in any order.
fn beats() -> impl Strategy<Value = Vec<Beat>> {
    vec((0_u64..60, 0_u8..4).prop_map(|(at, id)| Beat(at, id)), 0..80)
        .prop_flat_map(|beats| {
            let most = beats.len();
            (Just(beats.clone()), subsequence(beats, 0..=most))
        })
        .prop_flat_map(|(beats, twice)| Just([beats, twice].concat()).prop_shuffle())
}

fn windows() -> impl Strategy<Value = Window> {
    (0_u64..80, 1_usize..40).prop_map(|(lasts, most)| Window { lasts, most })
}

proptest! {
    #[test]
    fn in_whatever_order_they_come_it_is_each_once_sorted_within_the_window(beats in beats(), window in windows(), now in 0_u64..90) {
        let mut assembler = Assembler::new(window);
        assembler.advance(now);
        beats.iter().for_each(|beat| { assembler.take(*beat); });
        prop_assert_eq!(all(&assembler), expected(&beats, now, window));
    }

    #[test]
    fn what_is_taken_is_what_was_new(beats in beats(), window in windows()) {
        let mut assembler = Assembler::new(window);
        for beat in beats {
            let before = all(&assembler);
            let taken = assembler.take(beat);
            prop_assert_eq!(taken, !before.contains(&beat) && all(&assembler).contains(&beat));
        }
    }

    #[test]
    fn who_was_told_what_was_new_knows_what_who_comes_now_is_told(
        steps in vec((beats(), 0_u64..20), 1..6), window in windows(), opens in 0_usize..6,
    ) {
        let mut assembler = Assembler::new(window);
        let (mut now, mut viewer) = (0, None);
        for (number, (beats, passes)) in steps.into_iter().enumerate() {
            now += passes;
            assembler.advance(now);
            beats.into_iter().for_each(|beat| { assembler.take(beat); });
            if number >= opens {
                let viewer = viewer.get_or_insert_with(|| Viewer::open(&assembler));
                viewer.hear(&assembler);
                prop_assert_eq!(viewer.within(now, window), all(&assembler));
            }
        }
    }
}

#[test]
fn who_looks_gets_the_window_and_then_only_what_is_new() {
    let mut assembler = Assembler::new(Window { lasts: 10, most: 9 });
    assembler.take(Beat(3, 0));
    assembler.take(Beat(1, 0));
    assert_eq!(all(&assembler), [Beat(1, 0), Beat(3, 0)]);
    let told = assembler.cursor();
    assert!(!assembler.take(Beat(3, 0)), "it is known");
    assert!(assembler.take(Beat(2, 1)), "it is late, and new");
    assert_eq!(assembler.d_updates(told).collect::<Vec<_>>(), [&Beat(2, 1)]);
    assert_eq!(assembler.d_updates(assembler.cursor()).count(), 0);
}

#[test]
fn a_clock_that_goes_back_brings_nothing_back() {
    let mut assembler = Assembler::new(Window { lasts: 10, most: 9 });
    assembler.take(Beat(1, 0));
    assembler.advance(20);
    assembler.advance(5);
    assert!(!assembler.take(Beat(2, 0)));
    assert_eq!(all(&assembler), []);
}

#[test]
fn what_was_cleared_may_come_again_and_cursors_stay_good() {
    let mut assembler = Assembler::new(Window { lasts: 10, most: 9 });
    assembler.take(Beat(1, 0));
    let told = assembler.cursor();
    assembler.clear();
    assert!(assembler.take(Beat(1, 0)));
    assert_eq!(assembler.d_updates(told).count(), 1);
}

/// The page joins samples by the same rules: its test reads the same lines.
#[test]
fn the_window_of_the_page_is_this_one() {
    #[derive(serde::Deserialize)]
    struct Line {
        what: String,
        at: Millis,
        samples: Vec<(String, Millis, u64)>,
        known: Vec<(String, Millis, u64)>,
    }
    #[derive(Debug, Clone, PartialEq)]
    struct Named(String, Millis, u64);
    impl Item for Named {
        type Id = (String, u64);
        fn at(&self) -> Millis {
            self.1
        }
        fn id(&self) -> Self::Id {
            (self.0.clone(), self.2)
        }
    }
    let mut assembler = Assembler::new(Window { lasts: 10_000, most: 100 });
    for line in include_str!("../../../tests/golden/window.jsonl").lines() {
        let Line { what, at, samples, known } = serde_json::from_str(line).unwrap();
        assembler.advance(at);
        for (server, at, n) in samples {
            assembler.take(Named(server, at, n));
        }
        let all: Vec<_> = assembler.updates().map(|Named(server, at, n)| (server.clone(), *at, *n)).collect();
        assert_eq!(all, known, "{what}");
    }
}
