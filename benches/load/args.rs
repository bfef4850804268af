//! What the command line asks for.

use std::path::PathBuf;

use super::process::Side;
use super::workloads::{ALL, Workload};

/// Medians of three are not led astray by one bad moment.
const ROUNDS: usize = 3;

pub struct Args {
    pub workloads: Vec<&'static Workload>,
    pub stores: Vec<Side>,
    pub rounds: usize,
    pub program: PathBuf,
}

pub enum Asked {
    Help(String),
    Run(Args),
}

impl Args {
    /// An error is a sentence.
    pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Asked, String> {
        let mut args = Self {
            workloads: Vec::new(),
            stores: vec![Side::Redis, Side::Embedded],
            rounds: ROUNDS,
            program: PathBuf::from(env!("CARGO_BIN_EXE_where-to-eat")),
        };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value."));
            match word.as_str() {
                // Cargo says so to every benchmark.
                "--bench" => {}
                "--help" | "-h" => return Ok(Asked::Help(help())),
                "--rounds" => {
                    let rounds = value()?.parse().ok().filter(|rounds| (1..=100).contains(rounds));
                    args.rounds = rounds.ok_or("--rounds is a number from 1 to 100.")?;
                }
                "--store" => {
                    let name = value()?;
                    args.stores.retain(|side| side.name().eq_ignore_ascii_case(&name));
                    if args.stores.is_empty() {
                        return Err("--store is redis or embedded.".into());
                    }
                }
                "--server" => args.program = value()?.into(),
                name => args.workloads.extend(chosen(name)?),
            }
        }
        if args.workloads.is_empty() {
            args.workloads = ALL.iter().collect();
        }
        Ok(Asked::Run(args))
    }
}

/// One workload, or all whose names begin so: `rooms` is `rooms-64`, `rooms-1000` and `rooms-rate`.
fn chosen(name: &str) -> Result<Vec<&'static Workload>, String> {
    let is_meant = |one: &&Workload| one.name == name || one.name.split('-').next() == Some(name);
    let chosen: Vec<_> = ALL.iter().filter(is_meant).collect();
    if chosen.is_empty() {
        return Err(format!("There is no workload {name}; --help lists them."));
    }
    Ok(chosen)
}

fn help() -> String {
    let workloads: Vec<_> = ALL.iter().map(|one| format!("  {:<16} {}\n", one.name, one.about)).collect();
    format!(
        "cargo bench --bench load -- [WORKLOAD…] [--rounds N] [--store redis|embedded] [--server PROGRAM]\n\n\
         Measures this server on this machine, each time beside a floor: a bare server that writes one prebuilt frame\n\
         to each socket. Prints a table; fails if a delivery was lost, doubled or misrouted. Linux only.\n\n\
         WORKLOAD is a name, or the part before its dash (rooms, growth); none is all of them:\n{}\n\
         --rounds N         so many times each, in turn; {ROUNDS} by default. The table has medians.\n\
         --store STORE      with this store alone. The two that wait long (growth-burst, growth-turnover) take one store\n                    \
         anyway, Redis if it is installed.\n\
         --server PROGRAM   another build of where-to-eat, to compare with. cargo bench builds with what the tests\n                    \
         need, which costs nothing that was found to show.\n",
        workloads.concat()
    )
}
