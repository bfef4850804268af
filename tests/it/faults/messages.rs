//! A server that dies while people talk: what was acknowledged is there, once, and in the order in which everyone heard it.

use serde_json::{Value, json};

use super::measured::{self, Figure};
use super::town::Off;
use crate::redis::server::RedisServer;
use crate::server::{Browser, Server, Socket};

const SECRET: (&str, &str) = ("SESSION_SECRET", "several servers share this secret of 48 characters");
/// Messages of each before the server dies.
const BEFORE: u64 = 5;
/// Of a page: fewer than there are messages, so that some pages are read.
const PAGE: usize = 10;

/// One person, who says one thing after the other.
struct Talker {
    who: &'static str,
    browser: Browser,
    socket: Socket,
    n: u64,
}

/// What became of it.
#[derive(Debug, Default)]
struct End {
    acked: Vec<String>,
    /// Sent again at the other server, because nothing was known of it.
    again: u64,
    /// As who stayed heard it, and as the room has it, the oldest first.
    heard: Vec<String>,
    kept: Vec<String>,
}

impl Talker {
    async fn come(who: &'static str, server: &Server) -> Self {
        let browser = Browser::open(server).await;
        let socket = browser.join("lunch", who).await;
        Self { who, browser, socket, n: 0 }
    }

    fn message(&self) -> Value {
        json!({"room": "general", "text": format!("{} {}", self.who, self.n)})
    }

    /// Says the next thing; answers its text.
    async fn say(&mut self) -> String {
        self.n += 1;
        let message = self.message();
        self.socket.try_ask("addChat", Some(self.n), message.clone()).await.expect("it is kept");
        text(&message)
    }

    /// Says the next thing and looks at no answer: as if the server had died before that.
    async fn shout(&mut self) -> String {
        self.n += 1;
        let message = self.message();
        self.socket.post("addChat", Some(self.n), message.clone()).await;
        text(&message)
    }

    /// Comes to another server, and says once more what nothing was known of.
    async fn go_on(&mut self, server: &Server) {
        self.browser = self.browser.at(server);
        self.socket = self.browser.join("lunch", self.who).await;
        self.socket.try_ask("addChat", Some(self.n), self.message()).await.expect("it is kept");
    }
}

fn text(message: &Value) -> String {
    message["text"].as_str().expect("a text").to_owned()
}

async fn hear(socket: &mut Socket, texts: &[String], heard: &mut Vec<String>) {
    while !texts.iter().all(|text| heard.contains(text)) {
        heard.push(text(&socket.event("chat").await["data"]));
    }
}

/// All of the room, page by page, the oldest first.
async fn history(socket: &mut Socket) -> Vec<String> {
    let (mut all, mut asked) = (Vec::new(), json!({"room": "general", "limit": PAGE}));
    loop {
        let page = socket.ask("getChat", asked.clone()).await;
        let messages = page["messages"].as_array().expect("messages");
        let Some(last) = messages.last() else { break };
        asked["before"] = last["id"].clone();
        all.extend(messages.iter().map(text));
    }
    all.reverse();
    all
}

/// Twice, so that each of the two servers dies once.
async fn killed_in_mid_talk(off: Off) -> End {
    let redis = RedisServer::start();
    let url = redis.url();
    let settings = [("REDIS_URL", url.as_str()), SECRET, ("WTE__LIMITS__EVENTS_PER_SECOND", "0")];
    let (one, two) = tokio::join!(Server::start_without(off, &settings), Server::start_without(off, &settings));
    let mut servers = [one, two];
    let mut end = End::default();
    let mut talkers = [Talker::come("Ann", &servers[0]).await, Talker::come("Bob", &servers[0]).await];
    for dies in 0..2 {
        let stays = 1 - dies;
        let mut looking = Browser::open(&servers[stays]).await.socket().await;
        looking.ask("watch", json!({"area": "lunch"})).await;
        let mut texts = Vec::new();
        for _ in 0..BEFORE {
            for talker in &mut talkers {
                texts.push(talker.say().await);
            }
        }
        end.acked.extend(texts.iter().cloned());
        for talker in &mut talkers {
            texts.push(talker.shout().await);
        }
        // Who looks on at the other server has heard it, so it is kept, and nobody who said it knows.
        let mut heard = Vec::new();
        hear(&mut looking, &texts, &mut heard).await;
        servers[dies].kill().await;
        for talker in &mut talkers {
            talker.go_on(&servers[stays]).await;
            end.again += 1;
            end.acked.push(text(&talker.message()));
        }
        let last = [talkers[0].say().await];
        end.acked.extend(last.iter().cloned());
        hear(&mut looking, &last, &mut heard).await;
        end.heard.append(&mut heard);
        servers[dies].restart().await;
    }
    let mut reader = Talker::come("Cem", &servers[0]).await;
    end.kept = history(&mut reader.socket).await;
    end
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_in_mid_talk_loses_no_message_and_doubles_none() {
    let End { acked, again, heard, kept } = killed_in_mid_talk(None).await;
    let mut sorted = [acked.clone(), kept.clone()];
    sorted.iter_mut().for_each(|texts| texts.sort());
    assert_eq!(sorted[0], sorted[1], "what was acknowledged, each once, and nothing else");
    assert_eq!(heard, kept, "in the order in which it was heard");
    let figures: [Figure; 2] = [(acked.len() as u64, "messages acked"), (again, "messages sent again")];
    measured::keep("talk-killed", &figures);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_n_what_was_under_way_is_said_twice() {
    let End { acked, kept, .. } = killed_in_mid_talk(Some("forgets-n")).await;
    let times = |text: &String| kept.iter().filter(|kept| *kept == text).count();
    let doubled: Vec<_> = acked.iter().filter(|text| times(text) > 1).collect();
    assert!(!doubled.is_empty(), "{kept:?}");
    assert!(acked.iter().all(|text| times(text) > 0), "and none is lost");
}
