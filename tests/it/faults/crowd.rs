//! A storm of connections: thousands at once are served, what they took is given back, and beyond the limit they are turned away while
//! those who are in go on.

use std::sync::Arc;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::contract::group::eventually;
use crate::server::{Browser, PATIENCE, Server, frame};

const TEXT: u8 = 0x81;
/// What one client may leave behind or take, in bytes: an idle one takes some 13 KiB.
const OF_ONE: u64 = 40 * 1024;

/// A client as small as it can be, so that thousands fit a test: it looks for words in what comes, and forgets the rest.
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

    /// Which of these words came first.
    async fn read_until(&mut self, words: &[&str]) -> usize {
        let mut piece = [0; 2048];
        let come = async {
            loop {
                let is_there = |word: &&str| self.seen.windows(word.len()).any(|seen| seen == word.as_bytes());
                if let Some(found) = words.iter().position(is_there) {
                    self.seen.clear();
                    return found;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_thousand_at_once_are_all_served_and_leave_nothing_behind() {
    const ALL: usize = 5_000;
    let server = Server::start(&[]).await;
    let browser = Browser::open(&server).await;
    let files = server.open_files();
    let mut after = Vec::new();
    for _ in 0..2 {
        let mut clients = storm(&server, &browser, ALL).await;
        assert_eq!(clients.len(), ALL);
        tell_all(&browser, &mut clients).await;
        drop(clients);
        // A few of the server's own come and go.
        server.until_open_files(|open| open < files + 10).await;
        after.push(server.memory());
    }
    // What the first storm leaves is kept for the next one; the second leaves no more.
    assert!(after[1] < after[0] + ALL as u64 * OF_ONE / 10, "{after:?} bytes after each");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beyond_the_limit_they_are_turned_away_and_without_it_they_take_memory() {
    const ALL: usize = 2_000;
    const LIMIT: usize = 100;
    let mut grown = Vec::new();
    for (limit, served) in [(LIMIT, LIMIT), (0, ALL)] {
        let limit = limit.to_string();
        let server =
            Server::start(&[("WTE__LIMITS__CONNECTIONS", &limit), ("WTE__LIMITS__CONNECTIONS_PER_ADDRESS", "0")]).await;
        let browser = Browser::open(&server).await;
        // What the first ones take is taken anyway.
        drop(storm(&server, &browser, LIMIT).await);
        let closed =
            async || server.get("/api/areas/lunch").await.json::<serde_json::Value>().await.unwrap()["watching"] == 0;
        eventually("they are gone", closed).await;
        let before = server.memory();
        let mut clients = storm(&server, &browser, ALL).await;
        assert_eq!(clients.len(), served);
        grown.push(server.memory().saturating_sub(before));
        // Those who are in go on; one makes room for who votes.
        clients.pop();
        let all_but_one = |watching: usize| watching < served;
        let room = async || {
            let area: serde_json::Value = server.get("/api/areas/lunch").await.json().await.unwrap();
            all_but_one(usize::try_from(area["watching"].as_u64().unwrap()).unwrap())
        };
        eventually("there is room for one", room).await;
        tell_all(&browser, &mut clients).await;
    }
    assert!(grown[0] * 3 < grown[1], "{grown:?} bytes, with the limit and without");
}
