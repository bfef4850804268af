//! What a row measured when it ran last here, kept as a file for the table in `docs/running.md`.

use std::path::PathBuf;

use tokio::time::Instant;

use super::log::Log;
use super::rows::ROWS;

/// A number, and what it counts: "votes acked".
pub type Figure = (u64, &'static str);

/// When something broke first, and when it was whole again last; none while that has not happened.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fault {
    pub broken: Option<Instant>,
    pub mended: Option<Instant>,
}

/// What voters have to tell. `agreed`: when all views were as the store is.
pub fn figures(logs: &[Log], fault: Fault, agreed: Instant, memory: u64) -> Vec<Figure> {
    let sum = |of: fn(&Log) -> u64| logs.iter().map(of).sum();
    let longest = logs.iter().map(|log| log.longest).max().unwrap_or_default();
    let slowest = logs.iter().map(|log| log.slowest).max().unwrap_or_default();
    let away = logs.iter().map(|log| log.longest_away).max().unwrap_or_default();
    let told = logs.iter().filter_map(|log| after(fault.broken?, log.stale.iter()).min());
    let current = logs.iter().filter_map(|log| after(fault.mended?, log.current.iter()).max());
    // A fault that nobody mends has no end to count from.
    let agreed = fault.mended.or(fault.broken).and_then(|since| after(since, [agreed].iter()).max());
    vec![
        (sum(|log| log.acks.len() as u64), "votes acked"),
        (sum(|log| log.refused), "answers that the store is away"),
        (sum(|log| log.again), "votes sent again"),
        (sum(|log| log.recast), "votes cast again"),
        (sum(|log| log.unanswered), "questions without an answer"),
        (sum(|log| log.goodbyes.values().sum()), "goodbyes"),
        (sum(|log| log.lost.values().sum()), "lines lost"),
        (away.as_millis() as u64, "ms until back"),
        (told.max().unwrap_or_default(), "ms until told"),
        (current.max().unwrap_or_default(), "ms until current again"),
        (slowest.as_millis() as u64, "ms until an answer at the longest"),
        (longest.as_millis() as u64, "ms from a vote to its ack at the longest"),
        (agreed.unwrap_or_default(), "ms until all views agreed"),
        (memory / 1024, "KiB that a server grew at the most"),
    ]
}

/// Those of the instants that came later, in ms since then.
fn after<'a>(since: Instant, instants: impl Iterator<Item = &'a Instant>) -> impl Iterator<Item = u64> {
    instants.filter_map(move |at| at.checked_duration_since(since)).map(|time| time.as_millis() as u64)
}

/// Keeps a row's figures; those that are 0 say nothing.
pub fn keep(row: &str, figures: &[Figure]) {
    assert!(ROWS.iter().any(|known| known.name == row), "rows.rs has no row {row}");
    let told: Vec<String> =
        figures.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}")).collect();
    let file = file(row);
    std::fs::create_dir_all(file.parent().expect("it is in a folder")).expect("a folder of Cargo's own");
    std::fs::write(file, serde_json::json!({"row": row, "measured": told.join(", ")}).to_string())
        .expect("a file in it");
}

/// None before the row has run here.
pub fn told(row: &str) -> Option<String> {
    let kept: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(file(row)).ok()?).ok()?;
    kept["measured"].as_str().map(str::to_owned)
}

fn file(row: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("faults").join(format!("{row}.json"))
}
