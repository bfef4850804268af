//! What a row measured, kept as a file for the table in `docs/running.md`.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use super::log::Log;

pub struct Measured {
    acked: usize,
    again: u64,
    refused: u64,
    recast: u64,
    lost: u64,
    longest: Duration,
    agreed: Duration,
    memory: u64,
}

impl Measured {
    pub fn of(logs: &[Log], agreed: Duration, memory: u64) -> Self {
        let sum = |of: fn(&Log) -> u64| logs.iter().map(of).sum();
        Self {
            acked: logs.iter().map(|log| log.acks.len()).sum(),
            again: sum(|log| log.again),
            refused: sum(|log| log.refused),
            recast: sum(|log| log.recast),
            lost: sum(|log| log.lost.values().sum()),
            longest: logs.iter().map(|log| log.longest).max().unwrap_or_default(),
            agreed,
            memory,
        }
    }

    pub fn write(&self, row: &str) {
        let Self { acked, again, refused, recast, lost, longest, agreed, memory } = self;
        let measured = json!({
            "votesAcked": acked,
            "sentAgain": again,
            "storeUnavailable": refused,
            "castAgain": recast,
            "linesLost": lost,
            "longestToAckMs": longest.as_millis() as u64,
            "viewsAgreeMs": agreed.as_millis() as u64,
            "memoryGrownKiB": memory / 1024,
        });
        let file = file(row);
        std::fs::create_dir_all(file.parent().expect("it is in a folder")).expect("a folder of Cargo's own");
        std::fs::write(file, measured.to_string()).expect("a file in it");
    }
}

fn file(row: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("faults").join(format!("{row}.json"))
}

/// One line for people; none before the row has run here.
pub fn told(row: &str) -> Option<String> {
    let measured: Value = serde_json::from_str(&std::fs::read_to_string(file(row)).ok()?).ok()?;
    let number = |name: &str| measured[name].as_u64().unwrap_or_default();
    let mut parts = vec![format!("{} votes acked", number("votesAcked"))];
    for (name, what) in [("sentAgain", "sent again"), ("castAgain", "cast again"), ("linesLost", "lines lost")] {
        if number(name) > 0 {
            parts.push(format!("{} {what}", number(name)));
        }
    }
    parts.push(format!("longest way to an ack {} ms", number("longestToAckMs")));
    parts.push(format!("views agree after {} ms", number("viewsAgreeMs")));
    Some(parts.join(", "))
}
