//! The servers that are measured: each started anew as a child with a fresh store, on loopback, and ended by its pid. Knows nothing of
//! workloads.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::http::Http;

/// A server that is not there by then does not come.
const START: Duration = Duration::from_secs(20);
/// Between two looks whether it is there: a start is told to the half millisecond.
const LOOK: Duration = Duration::from_micros(500);

/// The limits that a crowd behind one address would meet, taken off. They guard a server from one address; here all is one.
const LIMITS: [&str; 6] = [
    "EVENTS_PER_SECOND",
    "CONNECTIONS_PER_ADDRESS",
    "NAMES_PER_ADDRESS",
    "VENUES_PER_AREA",
    "CONNECTIONS",
    "LOOKS_PER_SECOND",
];

/// Who serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The bare server beside this file.
    Floor,
    Redis,
    Embedded,
}

impl Side {
    pub fn name(self) -> &'static str {
        match self {
            Self::Floor => "floor",
            Self::Redis => "Redis",
            Self::Embedded => "embedded",
        }
    }
}

/// A child that is gone when this is dropped.
struct Kid(Child);

impl Drop for Kid {
    fn drop(&mut self) {
        // It may have ended by itself: then there is nothing to do.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A running server, with its store.
pub struct Served {
    pub side: Side,
    pub address: SocketAddr,
    /// From before the process was made to the first page, served whole.
    pub started_in: Duration,
    server: Kid,
    redis: Option<Kid>,
    /// Dropped last: the server is gone by then.
    _folder: Option<TempDir>,
}

/// How to start one.
pub struct Start<'a> {
    /// The built program.
    pub program: &'a Path,
    pub side: Side,
    /// Settings beside the limits, as environment variables.
    pub settings: &'a [(&'a str, &'a str)],
    /// Where the embedded store's file is; none: in a fresh folder.
    pub file: Option<PathBuf>,
}

impl Start<'_> {
    /// An error says which program did not start, and what it said last.
    pub fn run(self) -> Result<Served, String> {
        let folder = scratch()?;
        let redis = (self.side == Side::Redis).then(|| start_redis(folder.path())).transpose()?;
        let address = free_address()?;
        let said = folder.path().join("said");
        let mut command = self.command(address, folder.path(), redis.as_ref().map(|(_, address)| *address))?;
        let log = File::create(&said).map_err(|error| format!("No file for what the server says: {error}."))?;
        let errors = log.try_clone().map_err(|error| format!("No second handle on that file: {error}."))?;
        let began = Instant::now();
        let child = command.stdin(Stdio::null()).stdout(log).stderr(errors).spawn();
        let mut server = Kid(child.map_err(|error| format!("{} does not start: {error}.", self.program.display()))?);
        let serves =
            |path| matches!(Http::connect(address).and_then(|mut http| http.get(path)), Ok(page) if page.status == 200);
        let is_ours = self.side != Side::Floor;
        wait_until(&mut server, &said, || serves("/"))?;
        let started_in = began.elapsed();
        wait_until(&mut server, &said, || !is_ours || serves("/readyz"))?;
        let redis = redis.map(|(kid, _)| kid);
        Ok(Served { side: self.side, address, started_in, server, redis, _folder: Some(folder) })
    }

    fn command(&self, address: SocketAddr, folder: &Path, redis: Option<SocketAddr>) -> Result<Command, String> {
        let port = address.port().to_string();
        if self.side == Side::Floor {
            let own =
                std::env::current_exe().map_err(|error| format!("This program does not find itself: {error}."))?;
            let mut command = Command::new(own);
            command.args(["floor", &port]);
            return Ok(command);
        }
        let mut command = Command::new(self.program);
        // Nothing of whoever measures: their settings are not the benchmark's.
        command.env_clear().env("PORT", port).env("WTE__SERVER__HOST", "127.0.0.1").env("WTE__VENUES__SOURCE", "none");
        command.env("WTE__STORE__PATH", self.file.clone().unwrap_or_else(|| folder.join("store.redb")));
        command.envs(LIMITS.map(|limit| (format!("WTE__LIMITS__{limit}"), "0")));
        if let Some(redis) = redis {
            command.env("REDIS_URL", format!("redis://{redis}"));
            command.env("SESSION_SECRET", "of-a-benchmark-on-loopback-and-of-nothing-else");
        }
        command.envs(self.settings.iter().copied()).current_dir(folder);
        Ok(command)
    }
}

impl Served {
    pub fn pid(&self) -> u32 {
        self.server.0.id()
    }

    pub fn redis_pid(&self) -> Option<u32> {
        self.redis.as_ref().map(|kid| kid.0.id())
    }

    /// Ends the server as a deploy does, so that its store is closed; an error if it is still there after ten seconds.
    pub fn end_gently(mut self) -> Result<(), String> {
        let pid = Pid::from_child(&self.server.0);
        kill_process(pid, Signal::TERM).map_err(|error| format!("No signal to the server: {error}."))?;
        let until = Instant::now() + Duration::from_secs(10);
        while Instant::now() < until {
            if matches!(self.server.0.try_wait(), Ok(Some(_))) {
                return Ok(());
            }
            pause(LOOK);
        }
        Err("The server was still there ten seconds after SIGTERM.".into())
    }
}

/// A folder beside what cargo builds: on a disk, where the system's own folder may be memory.
pub fn scratch() -> Result<TempDir, String> {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).map_err(|error| format!("No folder for the store: {error}."))
}

#[expect(clippy::disallowed_methods, reason = "one thread that measures: it has nothing else to do meanwhile")]
pub fn pause(time: Duration) {
    std::thread::sleep(time);
}

fn free_address() -> Result<SocketAddr, String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    listener.and_then(|one| one.local_addr()).map_err(|error| format!("No free port: {error}."))
}

fn start_redis(folder: &Path) -> Result<(Kid, SocketAddr), String> {
    let address = free_address()?;
    let port = address.port().to_string();
    let options = ["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
    let mut command = Command::new("redis-server");
    command.args(options).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut redis = Kid(command.spawn().map_err(|error| format!("redis-server does not start: {error}."))?);
    wait_until(&mut redis, Path::new("/dev/null"), || std::net::TcpStream::connect(address).is_ok())?;
    Ok((redis, address))
}

fn wait_until(kid: &mut Kid, said: &Path, is_there: impl Fn() -> bool) -> Result<(), String> {
    let until = Instant::now() + START;
    while !is_there() {
        let ended = matches!(kid.0.try_wait(), Ok(Some(_)));
        if ended || Instant::now() > until {
            let said = std::fs::read_to_string(said).unwrap_or_default();
            let said = said.lines().last().unwrap_or("nothing").to_owned();
            return Err(format!("A server is not there. What it said last: {said}"));
        }
        pause(LOOK);
    }
    Ok(())
}
