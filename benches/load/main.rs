//! The project's own benchmark: `cargo bench --bench load -- --help`. Measures the built server beside a floor of its own, with its
//! stores, on loopback, and prints what docs/performance.md has. In reading order:
//!
//! - `args`, `workloads`: what is asked for, and what there is
//! - `process`, `http`, `floor`: the servers, started and ended; sessions and pages; the bare server to compare with
//! - `crowd`, `joining`, `frames`: everybody who is connected, on one thread
//! - `votes`, `ledger`: how a vote is found in what comes, and who has to get it
//! - `voting`, `joins`, `start`, `pages`, `growth`, `turnover`: the courses themselves
//! - `machine`, `report`: CPU and memory; the table

#![expect(clippy::print_stderr, clippy::print_stdout, reason = "the table and the progress are what it is for")]

use std::process::ExitCode;

use chrono::Utc;

use args::{Args, Asked};
use process::Side;
use report::Report;
use workloads::{Setup, Workload};

mod args;
mod crowd;
mod floor;
mod frames;
mod growth;
mod http;
mod joining;
mod joins;
mod ledger;
mod machine;
mod pages;
mod process;
mod report;
mod start;
mod turnover;
mod votes;
mod voting;
mod workloads;

/// 10,000 connections, and what a process has open beside.
const FILES: u64 = 11_000;

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1).peekable();
    let outcome = match words.peek().map(String::as_str) {
        Some("floor") => be_the_floor(words.nth(1)),
        _ => Args::parse(words).and_then(|asked| match asked {
            Asked::Help(text) => {
                print!("{text}");
                Ok(())
            }
            Asked::Run(args) => run(&args),
        }),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}

fn be_the_floor(port: Option<String>) -> Result<(), String> {
    let port = port.and_then(|port| port.parse().ok()).ok_or("floor PORT: a port is missing.")?;
    floor::serve(port).map_err(|error| format!("The floor ended: {error}."))
}

fn run(args: &Args) -> Result<(), String> {
    if let Err(sentence) = machine::allow_files(FILES) {
        eprintln!("{sentence}");
    }
    let redis = machine::redis_version();
    let setup = Setup { program: args.program.clone() };
    let mut report = Report::default();
    for round in 1..=args.rounds {
        for workload in &args.workloads {
            let is_there = |side: &&Side| **side != Side::Redis || redis.is_some();
            let sides = args.stores.iter().filter(is_there).filter(|side| workload.stores.contains(side));
            for side in sides.take(if workload.is_long { 1 } else { usize::MAX }) {
                eprintln!("round {round} of {}: {} with {}", args.rounds, workload.name, side.name());
                measure(&setup, workload, *side, &mut report);
            }
        }
    }
    println!("Measured on {}, {}.", Utc::now().format("%Y-%m-%d"), machine::described());
    let redis = redis.as_deref().unwrap_or("no Redis, for redis-server is not installed");
    println!("where-to-eat {}, {redis}; rounds: {}.\n", env!("CARGO_PKG_VERSION"), args.rounds);
    println!("{}", report.text());
    if report.faults.is_empty() { Ok(()) } else { Err("The benchmark failed: see the end of its table.".into()) }
}

/// The floor, then ours right after it.
fn measure(setup: &Setup, workload: &'static Workload, side: Side, report: &mut Report) {
    let of = |side: Side| {
        let began = std::time::Instant::now();
        let measured = (workload.run)(setup, side);
        let figures = measured.as_ref().map(|measured| format!("{:?}", measured.figures));
        eprintln!("  {:<8} {:>5.1} s {}", side.name(), began.elapsed().as_secs_f64(), figures.unwrap_or_default());
        measured
    };
    let floor = match workload.has_floor.then(|| of(Side::Floor)).transpose() {
        Ok(floor) => floor,
        Err(sentence) => return report.fault(workload, Side::Floor, &sentence),
    };
    match of(side) {
        Ok(ours) => report.add(workload, side, ours, floor),
        Err(sentence) => report.fault(workload, side, &sentence),
    }
}
