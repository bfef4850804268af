//! A real HAProxy in front of servers, as a company has it: it asks each whether it is ready, and sends nobody to one that is not.

use std::fmt::Write;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::redis::port::Port;
use crate::server::PATIENCE;

/// What people are told to run.
const CONFIG: &str = include_str!("../../../docs/haproxy.cfg");
/// Of its servers, this is the first; ours take their place.
const SERVERS: &str = "  server one ";

pub struct Haproxy {
    port: Port,
    child: Child,
    _dir: TempDir,
}

impl Haproxy {
    pub async fn before(servers: &[u16]) -> Self {
        let port = Port::take();
        let text = config(port.number(), servers);
        let dir = tempfile::tempdir().expect("a folder for HAProxy");
        let file = dir.path().join("haproxy.cfg");
        std::fs::write(&file, text).expect("a file in it");
        let mut command = Command::new("haproxy");
        command.arg("-db").arg("-q").arg("-f").arg(&file);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut proxy = Self { port, child: command.spawn().expect("haproxy is installed"), _dir: dir };
        let listens = async {
            while TcpStream::connect(("127.0.0.1", proxy.port())).await.is_err() {
                assert!(proxy.child.try_wait().expect("our own child").is_none(), "haproxy ended at once");
                sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(PATIENCE, listens).await.expect("haproxy listens");
        proxy
    }

    pub fn port(&self) -> u16 {
        self.port.number()
    }
}

/// The published configuration with ports of our own, checks as often as a test can wait for, and connections for which no machine has
/// too few open files.
fn config(port: u16, servers: &[u16]) -> String {
    let (text, _) = CONFIG.split_once(SERVERS).expect("it has servers");
    let ours = [
        ("127.0.0.1:8000", format!("127.0.0.1:{port}")),
        ("inter 1s", "inter 250ms".into()),
        ("maxconn 20000", "maxconn 400".into()),
    ];
    let mut text = ours.iter().fold(text.to_owned(), |text, (theirs, ours)| {
        assert!(text.contains(theirs), "docs/haproxy.cfg has no {theirs} any more");
        text.replace(theirs, ours)
    });
    for (number, server) in servers.iter().enumerate() {
        let _ = writeln!(text, "  server s{number} 127.0.0.1:{server}");
    }
    text
}

impl Drop for Haproxy {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
