//! A real redis-server of a test's own: on a free port of loopback, in a directory that goes with it. Can be killed,
//! stopped in its tracks, and started again on the same port. Knows nothing of the product.

use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use redis::{Connection, FromRedisValue};
use tempfile::TempDir;

use super::port::Port;

/// A busy machine may take long to start a process; one that takes longer than this will not.
const START_LIMIT: Duration = Duration::from_secs(20);

pub struct RedisServer {
    port: Port,
    /// More options, as in `redis.conf`: name, value, name, value.
    options: Vec<String>,
    dir: TempDir,
    child: Option<Child>,
}

impl RedisServer {
    /// Keeps nothing when it ends.
    pub fn start() -> Self {
        Self::with(&["save", ""])
    }

    /// Has all its data again after it was killed.
    pub fn durable() -> Self {
        Self::with(&["appendonly", "yes", "appendfsync", "always"])
    }

    pub fn with(options: &[&str]) -> Self {
        let mut server = Self::absent(options);
        server.bring_up();
        server
    }

    /// One that is not there yet.
    pub fn absent(options: &[&str]) -> Self {
        let dir = tempfile::tempdir().expect("a directory for Redis");
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        Self { port: Port::take(), options, dir, child: None }
    }

    /// With its password, if it has one.
    pub fn url(&self) -> String {
        let password = self.options.chunks(2).find(|option| option[0] == "requirepass").map(|option| &option[1]);
        let user = password.map(|password| format!(":{password}@")).unwrap_or_default();
        format!("redis://{user}127.0.0.1:{}/", self.port())
    }

    pub fn port(&self) -> u16 {
        self.port.number()
    }

    /// As `kill -9` does: it has no time for anything.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // A process that is stopped can be killed too.
            child.kill().expect("our own child can be killed");
            child.wait().expect("our own child ends");
        }
    }

    /// Stops it in its tracks: connections stay open, and nothing answers.
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.as_ref().expect("it runs").id().to_string();
        let sent = Command::new("kill").args([signal, &pid]).status().expect("kill is there");
        assert!(sent.success());
    }

    /// Starts it (again), on the same port.
    pub fn bring_up(&mut self) {
        let mut command = Command::new("redis-server");
        command.args(["--port", &self.port().to_string(), "--bind", "127.0.0.1", "--loglevel", "warning"]);
        command.arg("--dir").arg(self.dir.path());
        for option in self.options.chunks(2) {
            command.arg(format!("--{}", option[0])).args(&option[1..]);
        }
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        self.child = Some(child.expect("redis-server is installed"));
        let until = Instant::now() + START_LIMIT;
        while Instant::now() < until {
            let ended = self.child.as_mut().expect("just started").try_wait().expect("our own child");
            assert!(ended.is_none(), "redis-server ended at once");
            if self.try_ask::<String>(&["PING"]).is_ok() {
                return;
            }
            #[expect(clippy::disallowed_methods, reason = "a starting process has no event to wait for")]
            sleep(Duration::from_millis(5));
        }
        panic!("redis-server does not answer");
    }

    /// Any command, over a connection of its own.
    pub fn ask<T: FromRedisValue>(&self, command: &[&str]) -> T {
        self.try_ask(command).unwrap_or_else(|error| panic!("{command:?}: {error}"))
    }

    pub fn try_ask<T: FromRedisValue>(&self, command: &[&str]) -> redis::RedisResult<T> {
        let mut cmd = redis::cmd(command[0]);
        cmd.arg(&command[1..]).query(&mut self.connection()?)
    }

    fn connection(&self) -> redis::RedisResult<Connection> {
        let connection = redis::Client::open(self.url())?.get_connection_with_timeout(START_LIMIT)?;
        connection.set_read_timeout(Some(START_LIMIT))?;
        Ok(connection)
    }

    pub fn keys(&self, pattern: &str) -> Vec<String> {
        let mut keys: Vec<String> = self.ask(&["KEYS", pattern]);
        keys.sort();
        keys
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}
