//! The table: medians of all rounds, their range, and the ratio to the floor of the same round. Knows no server.

use std::fmt::Write;

use super::process::Side;
use super::workloads::{Measured, Workload};

/// More than that of a core, taken by others: then a measurement says as much of them.
const DISTURBED: f64 = 0.2;
/// A generator that is busier than that may be what is measured.
const BUSY: f64 = 0.85;

#[derive(Default)]
pub struct Report {
    rows: Vec<Row>,
    pub faults: Vec<String>,
    notes: Vec<String>,
}

struct Row {
    workload: &'static Workload,
    side: Side,
    what: &'static str,
    values: Vec<f64>,
    /// Of those rounds in which the floor has that figure too.
    floors: Vec<f64>,
    ratios: Vec<f64>,
}

impl Report {
    /// One measurement and the floor's right before it.
    pub fn add(&mut self, workload: &'static Workload, side: Side, ours: Measured, floor: Option<Measured>) {
        for (what, value) in &ours.figures {
            let floor = floor.as_ref().and_then(|floor| floor.figures.iter().find(|one| one.0 == *what));
            let row = self.row(workload, side, what);
            row.values.push(*value);
            // Of nothing there is no multiple: the floor keeps nobody up.
            if let Some((_, floor)) = floor.filter(|floor| floor.1 > 0.0) {
                row.floors.push(*floor);
                row.ratios.push(value / floor);
            }
        }
        for (measured, whose) in [(Some(&ours), side.name()), (floor.as_ref(), "floor")] {
            let Some(measured) = measured else { continue };
            let name = format!("{} ({whose})", workload.name);
            self.faults.extend(measured.faults.iter().map(|fault| format!("{name}: {fault}")));
            if measured.others > DISTURBED {
                self.notes.push(format!("{name}: others kept {:.2} cores busy meanwhile", measured.others));
            }
            if measured.generator > BUSY {
                self.notes.push(format!("{name}: the generator was busy for {:.2} of its core", measured.generator));
            }
        }
    }

    pub fn fault(&mut self, workload: &Workload, side: Side, sentence: &str) {
        self.faults.push(format!("{} ({}): {sentence}", workload.name, side.name()));
    }

    fn row(&mut self, workload: &'static Workload, side: Side, what: &'static str) -> &mut Row {
        let is_it = |row: &Row| row.workload.name == workload.name && row.side == side && row.what == what;
        let at = self.rows.iter().position(is_it).unwrap_or_else(|| {
            self.rows.push(Row { workload, side, what, values: vec![], floors: vec![], ratios: vec![] });
            self.rows.len() - 1
        });
        &mut self.rows[at]
    }

    /// The table in Markdown, then what was wrong.
    pub fn text(&mut self) -> String {
        let mut text = String::from(
            "| workload | store | figure | median | min–max | floor | × floor | min–max |\n\
             | --- | --- | --- | ---: | ---: | ---: | ---: | ---: |\n",
        );
        let mut above = ("", "");
        for row in &mut self.rows {
            let (name, store) = (row.workload.name, row.side.name());
            // Said once, where it begins.
            let head = if above.0 == name { String::new() } else { format!("`{name}`: {}", row.workload.about) };
            let store_head = if above == (name, store) { "" } else { store };
            above = (name, store);
            let _ = write!(text, "| {head} | {store_head} | {} | {} |", row.what, median_and_range(&mut row.values));
            if row.ratios.is_empty() {
                text.push_str(" | | |\n");
            } else {
                let (floor, ratio) = (shown(median(&mut row.floors)), median_and_range(&mut row.ratios));
                let _ = writeln!(text, " {floor} | {ratio} |");
            }
        }
        for note in &self.notes {
            let _ = write!(text, "\nNot calm: {note}.");
        }
        if self.faults.is_empty() {
            text.push_str("\nNo delivery was lost, doubled or misrouted.\n");
        }
        for fault in &self.faults {
            let _ = write!(text, "\n**Failed:** {fault}");
        }
        text
    }
}

fn median_and_range(values: &mut [f64]) -> String {
    let median = median(values);
    let (least, most) = (values.first().copied().unwrap_or_default(), values.last().copied().unwrap_or_default());
    format!("{} | {} to {}", shown(median), shown(least), shown(most))
}

/// Sorts them, too.
fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        even if even % 2 == 0 => f64::midpoint(values[middle - 1], values[middle]),
        _ => values[middle],
    }
}

/// Three digits that count, thousands apart.
fn shown(value: f64) -> String {
    match value.abs() {
        0.0..10.0 => format!("{value:.2}"),
        10.0..100.0 => format!("{value:.1}"),
        100.0..1000.0 => format!("{value:.0}"),
        _ => {
            let digits = format!("{value:.0}");
            let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
            groups.join(",")
        }
    }
}
