//! A storm of connections: thousands at once are served, what they took is given back, and beyond the limit they are turned away while
//! those who are in go on.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::measured::keep;
use crate::contract::group::eventually;
use crate::server::{Browser, PATIENCE, Server, frame};

/// The first byte of a frame that is a whole text.
const TEXT: u8 = 0x81;
/// Files that a server opens and closes for itself, at the most.
const OWN_FILES: usize = 10;
/// Bytes a client that storms after the first leave in memory where something of each stays: those who stay take 1.7 KiB and more each, and
/// after those who go there is less than a third of that.
const LEFT_BEHIND: u64 = 1024;

/// A client as small as it can be, so that thousands fit a test: it looks for words in what comes, and forgets what is before them.
struct Client {
    stream: TcpStream,
    seen: Vec<u8>,
}

impl Client {
    /// Follows `lunch`; none if it was turned away.
    async fn follow(port: u16, browser: &Browser) -> Option<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.expect("the server listens");
        let mut client = Self { stream, seen: Vec::new() };
        let Browser { base, cookie } = browser;
        let head = format!(
            "GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: {base}\r\nCookie: {cookie}\r\nConnection: Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        client.stream.write_all(head.as_bytes()).await.expect("the server takes it");
        client.read_until(&["\r\n\r\n"]).await;
        // Who is turned away may be gone before it has asked.
        let _ = client.stream.write_all(&frame(TEXT, br#"{"event":"watch","id":1,"data":{"area":"lunch"}}"#)).await;
        let served = client.read_until(&[r#""event":"updates""#, r#""code":"overCapacity""#]).await == 0;
        served.then_some(client)
    }

    /// Which of these words came; what came behind it is for the next look.
    async fn read_until(&mut self, words: &[&str]) -> usize {
        let mut piece = [0; 2048];
        let come = async {
            loop {
                let place = |word: &str| self.seen.windows(word.len()).position(|seen| seen == word.as_bytes());
                for (found, word) in words.iter().enumerate() {
                    if let Some(at) = place(word) {
                        self.seen.drain(..at + word.len());
                        return found;
                    }
                }
                let read = self.stream.read(&mut piece).await.expect("the server says it");
                assert!(read > 0, "the connection ended");
                self.seen.extend_from_slice(&piece[..read]);
            }
        };
        timeout(PATIENCE * 2, come).await.expect("the server serves it, or turns it away")
    }
}

/// So many come at once; answers those who were served.
async fn storm(server: &Server, browser: &Browser, clients: usize) -> Vec<Client> {
    let (port, browser) = (server.port, Arc::new(browser.clone()));
    let mut coming = JoinSet::new();
    for _ in 0..clients {
        let browser = browser.clone();
        coming.spawn(async move { Client::follow(port, &browser).await });
    }
    coming.join_all().await.into_iter().flatten().collect()
}

/// A vote that each of them is told of.
async fn tell_all(browser: &Browser, clients: &mut [Client]) {
    let mut voter = browser.join("lunch", "Ann").await;
    voter.ask("addVote", json!({"fs": {"id": "thai", "name": "Thai"}})).await;
    for client in clients {
        client.read_until(&[r#""event":"vote""#]).await;
    }
    voter.ask("leave", json!({})).await;
    voter.close().await;
}

async fn watching(server: &Server) -> usize {
    let area: Value = server.get("/api/areas/lunch").await.json().await.unwrap();
    area["watching"].as_u64().and_then(|watching| usize::try_from(watching).ok()).expect("a number")
}

/// What storms left behind in a server.
struct Left {
    /// Open by the last look.
    files: usize,
    /// Bytes of memory that the server grew by each of them.
    grown: Vec<u64>,
    /// How many came each time.
    clients: u64,
}

impl Left {
    /// What the first storm took is kept at hand for the next ones. Anything left behind would be left by each of them.
    fn faults(&self) -> Vec<String> {
        let later: u64 = self.grown[1..].iter().sum();
        let files = (self.files >= OWN_FILES).then(|| format!("{} files are open", self.files));
        let grows = later >= LEFT_BEHIND * self.clients * (self.grown.len() as u64 - 1);
        let memory = grows.then(|| format!("memory grows each time: {:?}", self.grown));
        files.into_iter().chain(memory).collect()
    }
}

/// Storms that are told of a vote, and go away; or that stay.
async fn storms(clients: usize, stay: bool) -> Left {
    const STORMS: usize = 3;
    let server = Server::start(&[]).await;
    let browser = Browser::open(&server).await;
    let (files, mut memory) = (server.open_files(), vec![server.memory()]);
    let mut stayed = Vec::new();
    for _ in 0..STORMS {
        let mut came = storm(&server, &browser, clients).await;
        assert_eq!(came.len(), clients);
        tell_all(&browser, &mut came).await;
        if stay {
            stayed.push(came);
        } else {
            drop(came);
            server.until_open_files(|open| open < files + OWN_FILES).await;
        }
        memory.push(server.memory());
    }
    let grown = memory.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).collect();
    Left { files: server.open_files().saturating_sub(files), grown, clients: clients as u64 }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_thousand_at_once_are_all_served_and_leave_nothing_behind() {
    let left = storms(5_000, false).await;
    let kib = |at: usize| left.grown[at] / 1024;
    let after = ["KiB kept at hand after the first", "KiB more after the second", "KiB more after the third"];
    keep("storm", &[(kib(0), after[0]), (kib(1), after[1]), (kib(2), after[2])]);
    assert_eq!(left.faults(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_go_is_found_by_the_same_look() {
    let faults = storms(1_000, true).await.faults();
    assert!(faults.iter().any(|fault| fault.contains("files are open")), "{faults:?}");
    assert!(faults.iter().any(|fault| fault.contains("memory grows each time")), "{faults:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beyond_the_limit_they_are_turned_away_and_without_it_they_take_all_there_is() {
    const ALL: usize = 1_000;
    const LIMIT: usize = 100;
    for (limit, served) in [(LIMIT, LIMIT), (0, ALL)] {
        let limit = limit.to_string();
        let server = Server::start(&[("WTE__LIMITS__CONNECTIONS", &limit)]).await;
        let browser = Browser::open(&server).await;
        let files = server.open_files();
        let mut clients = storm(&server, &browser, ALL).await;
        assert_eq!(clients.len(), served, "with a limit of {limit}");
        // Each takes a file and its memory for as long as it stays; who is turned away keeps none. A few are the server's own.
        let of_clients = |open: usize| open.abs_diff(files);
        server.until_open_files(|open| of_clients(open).abs_diff(served) < OWN_FILES).await;
        // Those who are in go on; one makes room for who votes.
        clients.pop();
        eventually("there is room for one", async || watching(&server).await < served).await;
        tell_all(&browser, &mut clients).await;
    }
}
