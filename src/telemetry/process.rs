//! What the operating system says of this process: its memory, its files, its time. Knows Linux' `/proc`; elsewhere it counts nothing.

use std::fs;
use std::panic;
use std::time::Duration;

/// Of a tick in `/proc/self/stat`. Unlike the kernel's own, and unlike the size of its pages, it is part of what Linux promises to
/// programs: a hundredth of a second on every processor that Rust builds for.
const TICK_MS: u64 = 10;

/// Counts panics from now on, and lets them be told as before.
pub(super) fn count_panics() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        metrics::counter!("wte_panics_total").increment(1);
        before(info);
    }));
}

/// Brings the figures of this process up to date; `late` is how much later than it should this was called.
pub(super) fn measure(late: Duration) {
    metrics::histogram!("wte_lag_seconds").record(late);
    if let Some(bytes) = memory() {
        metrics::gauge!("wte_memory_bytes").set(bytes as f64);
    }
    if let Ok(files) = fs::read_dir("/proc/self/fd") {
        metrics::gauge!("wte_open_files").set(files.count() as f64);
    }
    if let Some(ms) = cpu() {
        metrics::counter!("wte_cpu_ms_total").absolute(ms);
    }
}

/// The machine's name; empty where it is not known.
pub fn machine() -> String {
    fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default().trim().to_owned()
}

/// Bytes in RAM.
pub fn memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let kib = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"))?;
    Some(kib.parse::<u64>().ok()? * 1024)
}

/// Milliseconds of a core, in user mode and in the kernel, since the process began.
pub fn cpu() -> Option<u64> {
    used(&fs::read_to_string("/proc/self/stat").ok()?)
}

fn used(line: &str) -> Option<u64> {
    // The program's name, in brackets, may have spaces in it.
    let mut fields = line.rsplit_once(") ")?.1.split(' ').skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    Some((ticks()? + ticks()?) * TICK_MS)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_program_may_be_called_what_it_likes() {
        let stat = "17 (a) R 1 (x) S 1 17 17 0 -1 4194304 120 0 0 0 250 50 0 0 20 0 9 0 2581811 3133440 362";
        assert_eq!(used(stat), Some(3000));
        assert_eq!(used("17 (a) R 1"), None);
        assert_eq!(used(""), None);
    }

    #[test]
    fn a_process_knows_its_memory_and_its_time() {
        assert!(memory().is_some_and(|bytes| bytes > 100_000), "{:?}", memory());
        let begun = cpu().unwrap();
        while cpu().unwrap() == begun {}
        assert!(cpu().unwrap() > begun);
    }
}
