//! What the system knows of this process: its time on the processors, its memory. From Linux's `/proc`, which is memory and no disk, so
//! reading it holds up nobody; elsewhere nothing is known.

use std::fs::read_to_string;
use std::time::Instant;

/// Linux counts a process's time in these, whatever the machine: `USER_HZ`.
const TICKS_A_SECOND: f64 = 100.0;
/// Seconds: in less, a tick more or less is too much of it to say anything.
const SHORTEST: f64 = 0.1;

pub struct Process {
    pub begun: Instant,
    /// When the processors' time was last looked at, and what it was, in ticks.
    last: (Instant, Option<u64>),
}

impl Process {
    pub fn new() -> Self {
        let now = Instant::now();
        Self { begun: now, last: (now, ticks()) }
    }

    /// Per cent of one core since the last call; none where that was only just now.
    pub fn cpu(&mut self) -> Option<f64> {
        let now = (Instant::now(), ticks());
        let before = std::mem::replace(&mut self.last, now);
        let used = now.1?.checked_sub(before.1?)?;
        let passed = (now.0 - before.0).as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a second has some hundred ticks a core")]
        (passed >= SHORTEST).then(|| used as f64 / TICKS_A_SECOND / passed * 100.0)
    }

    /// Bytes in memory.
    pub fn memory(&self) -> Option<u64> {
        resident(&read_to_string("/proc/self/status").ok()?)
    }
}

/// The machine's name; empty where it is not known.
pub fn machine() -> String {
    read_to_string("/proc/sys/kernel/hostname").unwrap_or_default().trim().to_owned()
}

fn ticks() -> Option<u64> {
    used(&read_to_string("/proc/self/stat").ok()?)
}

/// Time in the program and in the system: the 14th and 15th field. The second one is the program's name in brackets, and may hold
/// anything.
fn used(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11).map(str::parse::<u64>);
    Some(fields.next()?.ok()? + fields.next()?.ok()?)
}

fn resident(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_may_be_called_what_it_likes() {
        let stat = "17 (a) R 1 (x) S 1 17 17 0 -1 4194304 120 0 0 0 250 50 0 0 20 0 9 0 2581811 3133440 362";
        assert_eq!(used(stat), Some(300));
        assert_eq!(used("17 (a) R 1"), None);
        assert_eq!(used(""), None);
    }

    #[test]
    fn memory_is_told_in_bytes() {
        assert_eq!(resident("VmPeak:\t  9 kB\nVmRSS:\t   14 kB\nVmData: 3 kB\n"), Some(14 * 1024));
        assert_eq!(resident("VmPeak:\t  9 kB\n"), None);
    }

    #[test]
    fn linux_tells_of_this_very_process() {
        let mut process = Process::new();
        let until = Instant::now() + std::time::Duration::from_millis(150);
        while Instant::now() < until {
            std::hint::spin_loop();
        }
        assert!(process.cpu().is_some_and(|cpu| cpu > 0.0));
        assert!(process.memory().is_some_and(|bytes| bytes > 1 << 20));
    }
}
