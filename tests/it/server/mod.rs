//! A real server process on a port of its own, and browsers and sockets to use it with. Ends only what it started.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

mod browser;
mod events;
mod raw;
mod socket;
mod view;

pub use browser::Browser;
pub use events::Events;
pub use raw::Raw;
pub use socket::{Socket, frame, frame_head};
pub use view::View;

/// However busy the machine is, a step that takes longer than this will not come any more.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// One for all: it takes long to make. Connections are not kept, for each test has a runtime of its own.
static CLIENT: LazyLock<Client> =
    LazyLock::new(|| Client::builder().redirect(Policy::none()).pool_max_idle_per_host(0).build().unwrap());

type Environment = BTreeMap<String, String>;
type Log = Arc<watch::Sender<Vec<String>>>;

/// A running server; killed on drop.
pub struct Server {
    child: Child,
    pub port: u16,
    program: PathBuf,
    env: Environment,
    log: Log,
}

impl Server {
    /// A server on `:memory:` without venue sources, and with these settings beside.
    pub async fn start(settings: &[(&str, &str)]) -> Self {
        Self::spawn(guarded(), usual(settings)).await
    }

    /// The same without the protection of this name, one of those in `tests/unguarded/off.rs` (`""`: with all of them), and with
    /// settings that need not be within their ranges.
    pub async fn start_unguarded(name: &str, settings: &[(&str, &str)]) -> Self {
        Self::spawn(unguarded(), usual(&[settings, &[("UNGUARDED", name)]].concat())).await
    }

    /// The product; or, for a companion, the same without the protection of this name.
    pub async fn start_without(off: Option<&str>, settings: &[(&str, &str)]) -> Self {
        match off {
            None => Self::start(settings).await,
            Some(name) => Self::start_unguarded(name, settings).await,
        }
    }

    /// What a server that must not start says, to who starts it.
    pub async fn refusal(settings: &[(&str, &str)]) -> String {
        let output = timeout(PATIENCE, command(&guarded(), &environment(settings.iter())).output()).await;
        let output = output.expect("it ends").expect("the program can be run");
        assert!(!output.status.success(), "it started, and should not have");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    async fn spawn(program: PathBuf, env: Environment) -> Self {
        let mut child = command(&program, &env).spawn().expect("the program can be run");
        let log: Log = Arc::new(watch::Sender::new(Vec::new()));
        follow(child.stdout.take().unwrap(), log.clone());
        follow(child.stderr.take().unwrap(), log.clone());
        let mut lines = log.subscribe();
        let port = async {
            tokio::select! {
                lines = lines.wait_for(|lines| lines.iter().any(|line| port_in(line).is_some())) => {
                    lines.unwrap().iter().find_map(|line| port_in(line))
                }
                _ = child.wait() => None,
            }
        };
        let port = timeout(PATIENCE, port).await.ok().flatten();
        let port = port.unwrap_or_else(|| panic!("the server did not start:\n{}", log.borrow().join("\n")));
        Self { child, port, program, env, log }
    }

    /// Ends the process without a word, as kill -9 does.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("our child");
    }

    /// SIGTERM.
    pub async fn terminate(&self) {
        let pid = self.child.id().expect("it runs").to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
    }

    /// Waits until the process has ended; answers whether it ended well.
    pub async fn ended(&mut self) -> bool {
        timeout(PATIENCE, self.child.wait()).await.expect("the server ends").expect("our child").success()
    }

    /// The same server again, on the same port.
    pub async fn restart(&mut self) {
        let mut env = self.env.clone();
        env.insert("PORT".to_owned(), self.port.to_string());
        *self = Self::spawn(self.program.clone(), env).await;
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// A request without any of a browser's headers. Redirects are not followed.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        CLIENT.request(method, self.url(path))
    }

    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.expect("the server answers")
    }

    fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Bytes of memory that the process has in use.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).expect("it runs");
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("Linux says it");
        line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).expect("a number of KiB") * 1024
    }

    /// Files and connections that the process has open.
    pub fn open_files(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.pid())).expect("it runs").count()
    }

    pub async fn until_open_files(&self, like: impl Fn(usize) -> bool) {
        let come = async {
            while !like(self.open_files()) {
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(PATIENCE, come).await.expect("connections are closed");
    }

    /// Waits until it has logged so many lines with this text.
    pub async fn logged(&self, text: &str, times: usize) {
        let mut log = self.log.subscribe();
        let enough = log.wait_for(|lines| lines.iter().filter(|line| line.contains(text)).count() >= times);
        timeout(PATIENCE, enough).await.expect("it logs that").expect("it runs");
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        self.log.borrow().join("\n")
    }
}

fn usual(settings: &[(&str, &str)]) -> Environment {
    let usual = [
        ("WTE__STORE__PATH", ":memory:"),
        ("WTE__VENUES__SOURCE", "none"),
        ("WTE__SERVER__HOST", "127.0.0.1"),
        ("WTE__LOG__FORMAT", "json"),
        ("PORT", "0"),
    ];
    environment(usual.iter().chain(settings))
}

fn guarded() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_where-to-eat"))
}

/// Cargo says where a binary is, and not where an example is: beside the folder of the tests.
fn unguarded() -> PathBuf {
    let test = std::env::current_exe().expect("this test is a file");
    let program = test.with_file_name("../examples/unguarded");
    assert!(program.exists(), "cargo build --examples makes {}, which these tests start", program.display());
    program
}

fn environment<'a>(settings: impl Iterator<Item = &'a (&'a str, &'a str)>) -> Environment {
    settings.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn command(program: &Path, env: &Environment) -> Command {
    let mut command = Command::new(program);
    command.env_clear().envs(env).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn follow(from: impl AsyncRead + Unpin + Send + 'static, log: Log) {
    tokio::spawn(async move {
        let mut lines = BufReader::new(from).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            log.send_modify(|log| log.push(line));
        }
    });
}

/// From the log, or from what is printed for a person.
fn port_in(line: &str) -> Option<u16> {
    if let Some(port) = line.trim().strip_prefix("http://localhost:") {
        return port.parse().ok();
    }
    let entry: Value = serde_json::from_str(line).ok()?;
    if entry["message"] != "listening" {
        return None;
    }
    entry["address"].as_str()?.rsplit(':').next()?.parse().ok()
}
