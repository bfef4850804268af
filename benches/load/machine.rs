//! What Linux tells of processes and of this machine: CPU, memory, the limit of open files. Knows nothing of what is measured.

use std::fs;
use std::process::Command;
use std::time::Instant;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Ticks of `utime` and `stime` a second: what Linux tells programs on all its machines (`USER_HZ`).
const TICKS_A_SECOND: f64 = 100.0;
/// The fields of /proc/PID/stat after the name in parentheses: `utime` and `stime` are the 14th and the 15th of all.
const UTIME: usize = 11;

/// CPU of a process and its threads so far, user's and system's, in seconds.
fn cpu_seconds(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let ticks = after_name.split(' ').skip(UTIME).take(2).filter_map(|ticks| ticks.parse::<f64>().ok());
    ticks.sum::<f64>() / TICKS_A_SECOND
}

/// Resident memory of a process, in KiB.
pub fn resident_kib(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

/// CPU seconds that all of the machine has been busy.
fn busy_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
    let all: Vec<f64> =
        stat.lines().next().unwrap_or_default().split_whitespace().skip(1).filter_map(|n| n.parse().ok()).collect();
    // user, nice, system, then idle and waiting for disks, then interrupts and what the host took.
    let idle = all.iter().skip(3).take(2).sum::<f64>();
    // The last two are contained in the first two.
    (all.iter().take(8).sum::<f64>() - idle) / TICKS_A_SECOND
}

/// CPU of the processes of a measurement, from one moment on.
pub struct Meter {
    server: u32,
    store: Option<u32>,
    began: Instant,
    at_first: [f64; 4],
}

/// CPU seconds.
pub struct Spent {
    pub server: f64,
    pub store: f64,
    /// Cores that processes which do not belong to the measurement kept busy.
    pub others: f64,
    /// Of one core: what this program itself took.
    pub generator: f64,
    pub wall: f64,
}

impl Meter {
    pub fn start(server: u32, store: Option<u32>) -> Self {
        Self { server, store, began: Instant::now(), at_first: Self::read(server, store) }
    }

    fn read(server: u32, store: Option<u32>) -> [f64; 4] {
        [cpu_seconds(server), store.map_or(0.0, cpu_seconds), cpu_seconds(std::process::id()), busy_seconds()]
    }

    pub fn stop(&self) -> Spent {
        let wall = self.began.elapsed().as_secs_f64();
        let now = Self::read(self.server, self.store);
        let [server, store, own, all] = std::array::from_fn(|one| now[one] - self.at_first[one]);
        let others = ((all - server - store - own) / wall).max(0.0);
        Spent { server, store, others, generator: own / wall, wall }
    }
}

/// Raises the limit of open files as far as this user may; an error is a sentence.
pub fn allow_files(wanted: u64) -> Result<(), String> {
    let now = getrlimit(Resource::Nofile);
    let most = now.maximum.unwrap_or(u64::MAX);
    let limit = Rlimit { current: Some(most.min(wanted.max(now.current.unwrap_or(u64::MAX)))), maximum: now.maximum };
    let raised = setrlimit(Resource::Nofile, limit).is_ok();
    if raised && most >= wanted {
        return Ok(());
    }
    Err(format!(
        "A process may have {most} files open here, and 10,000 connections need {wanted}: raise the hard limit (ulimit -Hn), or leave \
         out what needs them (idle, growth)."
    ))
}

/// One line on what this was measured on.
pub fn described() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split_once(": "));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let model = model.map_or("unknown processor", |(_, model)| model);
    format!("{cores} cores of {model}, Linux {}", kernel.trim())
}

/// The version of Redis; none if it is not installed.
pub fn redis_version() -> Option<String> {
    let said = Command::new("redis-server").arg("--version").output().ok()?;
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    said.split_whitespace().find_map(|word| word.strip_prefix("v=")).map(|version| format!("Redis {version}"))
}
