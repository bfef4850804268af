//! What the runbook says can be held to the source: every figure and every warning of the log stands in it, and it names no figure that
//! is none.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use where_to_eat::telemetry::figures;

const BEGIN: &str = "<!-- figures: from src/telemetry/figures.rs; a test compares them -->\n";
const END: &str = "<!-- end of figures -->\n";
/// What Prometheus adds to the name of a histogram.
const PARTS: [&str; 3] = ["_bucket", "_sum", "_count"];

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn table() -> String {
    let mut table = String::from("| figure | kind | meaning |\n| --- | --- | --- |\n");
    for figure in &figures::ALL {
        writeln!(table, "| `{}` | {:?} | {} |", figure.name, figure.kind, figure.meaning).unwrap();
    }
    table.replace("Counter", "counter").replace("Gauge", "gauge").replace("Histogram", "histogram")
}

/// The names of figures in a text, without what Prometheus adds.
fn named(text: &str) -> Vec<&str> {
    let begins = text.match_indices("wte_").map(|(at, _)| &text[at..]);
    begins
        .map(|rest| &rest[..rest.find(|c: char| !c.is_ascii_lowercase() && c != '_').unwrap_or(rest.len())])
        .map(|name| PARTS.iter().find_map(|part| name.strip_suffix(part)).unwrap_or(name))
        .collect()
}

/// The texts of all warnings and errors that the code logs; a hole in one is `{…}`.
fn complaints(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for call in ["warn!(", "error!("] {
        for (at, _) in code.match_indices(call) {
            let longer = code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            // The text is the first literal of the call, and none has a quotation mark in it.
            if let (false, Some(text)) = (longer, code[at..].split('"').nth(1)) {
                found.push(text.split('\\').map(str::trim_start).collect::<Vec<_>>().concat());
            }
        }
    }
    found
}

/// The parts of the text around its holes.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = text.split('{');
    let first = parts.next().into_iter();
    first.chain(parts.filter_map(|part| part.split_once('}').map(|(_, rest)| rest))).collect()
}

#[test]
fn the_runbook_explains_every_figure_as_it_is() {
    let runbook = read("docs/running.md");
    let (before, rest) = runbook.split_once(BEGIN).expect("the runbook has a place for the figures");
    let (_, after) = rest.split_once(END).expect("the place has an end");
    let right = format!("{before}{BEGIN}\n{}\n{END}{after}", table());
    if runbook != right {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("running-figures.md");
        fs::write(&file, right).unwrap();
        let told = "docs/running.md and telemetry/figures.rs differ. This brings it up to date: cp";
        panic!("{told} {} docs/running.md", file.display());
    }
}

#[test]
fn the_runbook_and_its_alerts_name_no_figure_that_is_none() {
    for path in ["docs/running.md", "docs/alerts.yml"] {
        let text = read(path);
        let names = named(&text);
        assert!(names.len() > 20, "{path} names {} figures", names.len());
        let unknown: Vec<_> =
            names.into_iter().filter(|name| !figures::ALL.iter().any(|figure| figure.name == *name)).collect();
        assert!(unknown.is_empty(), "{path}: {unknown:?}");
    }
}

#[test]
fn every_alert_of_the_runbook_is_a_rule() {
    let (runbook, rules) = (read("docs/running.md"), read("docs/alerts.yml"));
    let rules: Vec<&str> = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    let missing: Vec<_> = rules.iter().filter(|rule| !runbook.contains(**rule)).collect();
    assert!(!rules.is_empty() && missing.is_empty(), "docs/running.md does not name {missing:?}");
}

#[test]
fn the_runbook_explains_every_warning_of_the_log() {
    let runbook = read("docs/running.md");
    let log = &runbook[runbook.find("## Log lines").expect("the runbook has a part about the log")..];
    let mut count = 0;
    for (path, code) in crate::architecture::code() {
        for text in complaints(&code) {
            count += 1;
            let told = parts(&text).iter().all(|part| log.contains(part));
            assert!(told, "docs/running.md does not explain what {} logs: {text}", path.display());
        }
    }
    assert!(count > 30, "{count} warnings");
}

#[test]
fn figures_and_warnings_are_found_where_they_are() {
    assert_eq!(named("`wte_a_total{x}` and wte_b_seconds_bucket)"), ["wte_a_total", "wte_b_seconds"]);
    let code = "tracing::warn!(%error, \"it \\\n     broke {here}; on\");\nerror!(\n  x, \"bad\");\nno_warn!(\"x\")";
    assert_eq!(complaints(code), ["it broke {here}; on", "bad"]);
    assert_eq!(parts("it {wrong}; on"), ["it ", "; on"]);
}
