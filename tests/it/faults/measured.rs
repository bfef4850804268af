//! What a row measured when it ran last here, kept as a file for the table in `docs/running.md`.

use std::path::PathBuf;
use std::time::Duration;

use super::log::Log;
use super::rows::ROWS;

/// A number, and what it counts: "votes acked".
pub type Figure = (u64, &'static str);

/// What voters have to tell. `agreed`: how long it took until all views were as the store is, after the last vote.
pub fn figures(logs: &[Log], agreed: Duration, memory: u64) -> Vec<Figure> {
    let sum = |of: fn(&Log) -> u64| logs.iter().map(of).sum();
    let longest = logs.iter().map(|log| log.longest).max().unwrap_or_default();
    vec![
        (sum(|log| log.acks.len() as u64), "votes acked"),
        (sum(|log| log.refused), "answers that the store is away"),
        (sum(|log| log.again), "votes sent again"),
        (sum(|log| log.recast), "votes cast again"),
        (sum(|log| log.lost.values().sum()), "lines lost"),
        (longest.as_millis() as u64, "ms from a vote to its ack at the longest"),
        (agreed.as_millis() as u64, "ms until all views agreed"),
        (memory / 1024, "KiB that a server grew at the most"),
    ]
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
