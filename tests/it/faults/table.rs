//! The table of faults in `docs/running.md` is the list in `rows.rs`, and every row has its test and its companion. What was measured
//! differs from machine to machine, so nobody holds it to anything, but something must have been.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use super::measured::told;
use super::rows::{ROWS, Row};

const HEAD: &str = "| fault | promised | measured | test |\n| --- | --- | --- | --- |\n";
/// Which column is of one machine and one day.
const MEASURED: usize = 3;

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The cells of a line, the empty ones at its ends included.
fn cells(line: &str) -> Vec<String> {
    line.split('|').map(|cell| cell.trim().to_owned()).collect()
}

/// The text before the table, its lines, and the text after it.
fn parts(text: &str) -> Option<(&str, Vec<&str>, &str)> {
    let (before, rest) = text.split_once(HEAD)?;
    let lines: Vec<&str> = rest.split_inclusive('\n').take_while(|line| line.starts_with('|')).collect();
    let length = lines.iter().map(|line| line.len()).sum();
    Some((before, lines, &rest[length..]))
}

fn row(Row { fault, promise, promised, test, companion, .. }: &Row, measured: &str) -> String {
    let file = test.split("::").next().unwrap_or_default();
    format!(
        "| {fault} | {promise}: {promised} | {measured} | `{test}`; without the protection `{file}::{companion}` |\n"
    )
}

/// The document as it should be: what was measured here last, or else what it tells.
fn renewed(text: &str) -> Option<String> {
    let (before, lines, after) = parts(text)?;
    let mut table = String::new();
    for of in ROWS {
        let told_there =
            lines.iter().map(|line| cells(line)).find(|cells| cells.get(1).is_some_and(|cell| cell == of.fault));
        let measured = told(of.name).or_else(|| told_there?.get(MEASURED).cloned()).unwrap_or_default();
        table.push_str(&row(of, &measured));
    }
    Some(format!("{before}{HEAD}{table}{after}"))
}

fn without_measures(text: &str) -> Vec<Vec<String>> {
    let lines = parts(text).map(|(_, lines, _)| lines).unwrap_or_default();
    let held = |line: &&str| {
        let mut cells = cells(line);
        cells.remove(MEASURED);
        cells
    };
    lines.iter().map(held).collect()
}

/// The faults of which the document tells nothing that was measured.
fn unmeasured(text: &str) -> Vec<String> {
    let lines = parts(text).map(|(_, lines, _)| lines).unwrap_or_default();
    let cells = lines.iter().map(|line| cells(line));
    cells.filter(|cells| cells[MEASURED].is_empty()).map(|mut cells| cells.swap_remove(1)).collect()
}

#[test]
fn the_table_in_the_runbook_has_every_fault_and_its_tests() {
    let text = fs::read_to_string(here("docs/running.md")).unwrap();
    let right = renewed(&text).expect("docs/running.md has a place for the table of faults");
    // Written each time: copying it takes in what was measured last.
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("running.md");
    fs::write(&file, &right).unwrap();
    let told = "docs/running.md and tests/it/faults/rows.rs differ. This brings it up to date: cp";
    assert!(without_measures(&text) == without_measures(&right), "{told} {} docs/running.md", file.display());
    let told = "docs/running.md tells nothing measured of these. This does, once the tests of faults have run: cp";
    assert!(unmeasured(&text).is_empty(), "{:?}: {told} {} docs/running.md", unmeasured(&text), file.display());
}

#[test]
fn every_fault_has_a_test_and_a_companion_that_are_there() {
    for Row { name, test, companion, .. } in ROWS {
        let (file, function) = test.split_once("::").expect("FILE::TEST");
        let places = [format!("tests/it/faults/{file}.rs"), format!("tests/it/{file}.rs")];
        let source = places.iter().find_map(|path| fs::read_to_string(here(path)).ok()).expect("a file of tests");
        for function in [function, companion] {
            let mut head = String::new();
            write!(head, "fn {function}(").unwrap();
            assert!(source.contains(&head), "{file}.rs has no {function}");
        }
        assert!(source.contains(&format!("\"{name}\"")), "{file}.rs keeps nothing that {name} measured");
    }
}

#[test]
fn a_row_that_is_missing_or_told_otherwise_is_found() {
    let text = format!("# Running\n\n{HEAD}| a | b | c | d |\n\nAfter.\n");
    assert_eq!(parts(&text), Some(("# Running\n\n", vec!["| a | b | c | d |\n"], "\nAfter.\n")));
    let right = renewed(&text).unwrap();
    assert!(right.ends_with("|\n\nAfter.\n") && right.contains(ROWS[0].fault));
    assert_ne!(without_measures(&text), without_measures(&right));
    let other = right.replacen(ROWS[0].promised, "nothing", 1);
    assert_ne!(without_measures(&other), without_measures(&right));
    let measured = |what: &str| without_measures(&text.replace("| c |", what));
    assert_eq!(measured("| 3 ms |"), measured("| 5 ms |"));
    assert_eq!((unmeasured(&text), unmeasured(&text.replace("| c |", "|  |"))), (vec![], vec!["a".to_owned()]));
}
