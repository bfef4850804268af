//! A real HAProxy in front of servers, as a company has it: it asks each whether it is ready, and sends nobody to one that is not.

use std::fmt::Write;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::redis::server::free_port;
use crate::server::PATIENCE;

/// Times as `docs/running.md` has them, but for the checks, which are as often as a test can wait for.
const CONFIG: &str = "\
defaults
  mode http
  timeout connect 1s
  timeout client 75s
  timeout server 75s
  timeout tunnel 1h
  retries 3
  option redispatch 1
";

pub struct Haproxy {
    pub port: u16,
    child: Child,
    _dir: TempDir,
}

impl Haproxy {
    pub async fn before(servers: &[u16]) -> Self {
        loop {
            if let Some(proxy) = Self::try_before(servers).await {
                return proxy;
            }
        }
    }

    /// None if its port is somebody else's by now.
    async fn try_before(servers: &[u16]) -> Option<Self> {
        let port = free_port();
        let mut text = format!("{CONFIG}frontend people\n  bind 127.0.0.1:{port}\n  default_backend servers\n");
        text.push_str("backend servers\n  balance roundrobin\n  option httpchk GET /readyz\n  option forwardfor\n");
        for (number, server) in servers.iter().enumerate() {
            let check = "check inter 250ms fall 1 rise 1";
            let _ = writeln!(text, "  server s{number} 127.0.0.1:{server} {check}");
        }
        let dir = tempfile::tempdir().expect("a folder for HAProxy");
        let file = dir.path().join("haproxy.cfg");
        std::fs::write(&file, text).expect("a file in it");
        let mut command = Command::new("haproxy");
        command.arg("-db").arg("-q").arg("-f").arg(&file);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut proxy = Self { port, child: command.spawn().expect("haproxy is installed"), _dir: dir };
        let listens = async {
            while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
                if proxy.child.try_wait().expect("our own child").is_some() {
                    return false;
                }
                sleep(Duration::from_millis(10)).await;
            }
            true
        };
        timeout(PATIENCE, listens).await.expect("haproxy listens, or ends").then_some(proxy)
    }
}

impl Drop for Haproxy {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
