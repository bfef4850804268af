//! Talk on whole servers: rooms and messages over two processes on one Redis, by sockets, event streams and REST.

mod private;
mod rest;
mod unseen;

use serde_json::{Value, json};

use crate::redis::path::Path;
use crate::redis::server::RedisServer;
use crate::server::{Browser, Server, Socket};

const SECRET: &str = "several servers share this secret of 48 characters";

async fn server_at(url: &str) -> Server {
    Server::start(&[("REDIS_URL", url), ("SESSION_SECRET", SECRET)]).await
}

async fn two_servers(redis: &RedisServer) -> (Server, Server) {
    let url = redis.url();
    tokio::join!(server_at(&url), server_at(&url))
}

async fn say(socket: &mut Socket, room: &str, text: &str) -> Value {
    socket.ask("addChat", json!({"room": room, "text": text})).await
}

/// The texts of a room, the oldest first.
async fn texts(socket: &mut Socket, room: &str) -> Vec<String> {
    let page = socket.ask("getChat", json!({"room": room, "limit": 100})).await;
    let text = |message: &Value| message["text"].as_str().unwrap().to_owned();
    page["messages"].as_array().unwrap().iter().rev().map(text).collect()
}

#[tokio::test]
async fn what_is_said_at_one_server_is_heard_at_the_other() {
    let redis = RedisServer::start();
    let (one, two) = two_servers(&redis).await;
    let mut ann = Browser::open(&one).await.join("lunch", "Ann").await;
    let mut bob = Browser::open(&two).await.join("lunch", "Bob").await;
    let mut looking = Browser::open(&two).await.socket().await;
    looking.ask("watch", json!({"area": "lunch"})).await;
    let acked = say(&mut ann, "general", " Thai? ").await;
    for socket in [&mut ann, &mut bob, &mut looking] {
        let chat = socket.event("chat").await;
        let data = json!({"room": "general", "id": acked["id"], "username": "Ann", "img": "", "text": "Thai?", "at": acked["at"]});
        assert_eq!(chat, json!({"event": "chat", "data": data}), "and it has no number");
    }
    let room = ann.ask("addRoom", json!({"name": "Veggie table"})).await;
    assert_eq!(bob.event("room").await["data"], room, "everyone learns of a named room");
    let id = room["id"].as_str().unwrap();
    say(&mut bob, id, "tofu").await;
    assert_eq!(ann.event("chat").await["data"]["room"], room["id"]);
    let rooms = ann.ask("getRooms", json!({})).await["rooms"].clone();
    assert_eq!(rooms[0], json!({"id": "general", "names": ["general"], "unread": 0}));
    assert_eq!(rooms[1], json!({"id": id, "names": ["Veggie table"], "unread": 1}));
    let metrics = one.get("/metrics").await.text().await.unwrap();
    assert!(metrics.contains(r#"wte_chat_messages_total{outcome="said"} 1"#), "one was said here");
}

#[tokio::test]
async fn a_reload_finds_the_history_page_by_page() {
    let redis = RedisServer::start();
    let (one, two) = two_servers(&redis).await;
    let browser = Browser::open(&one).await;
    let mut ann = browser.join("lunch", "Ann").await;
    for number in 0..12 {
        say(&mut ann, "general", &number.to_string()).await;
    }
    ann.close().await;
    let mut again = browser.at(&two).join("lunch", "Ann").await;
    let (mut all, mut before) = (Vec::new(), Value::Null);
    loop {
        let mut asked = json!({"room": "general", "limit": 5});
        if before.is_string() {
            asked["before"] = before.clone();
        }
        let page = again.ask("getChat", asked).await["messages"].as_array().unwrap().clone();
        let Some(last) = page.last() else { break };
        before = last["id"].clone();
        all.extend(page.into_iter().map(|message| message["text"].clone()));
    }
    let expected: Vec<Value> = (0..12).rev().map(|number| json!(number.to_string())).collect();
    assert_eq!(all, expected);
    assert_eq!(again.ask("getRooms", json!({})).await["rooms"][0]["unread"], 0);
}

#[tokio::test]
async fn what_was_acknowledged_survives_the_server_and_is_said_once() {
    let redis = RedisServer::start();
    let (mut one, two) = two_servers(&redis).await;
    let browser = Browser::open(&one).await;
    let mut ann = browser.join("lunch", "Ann").await;
    let mut bob = Browser::open(&two).await.join("lunch", "Bob").await;
    let mut acked = Vec::new();
    for n in 1..=5 {
        acked.push(
            ann.try_ask("addChat", Some(n), json!({"room": "general", "text": format!("no. {n}")})).await.unwrap(),
        );
    }
    // The sixth is on its way when the server dies: nobody knows whether it was kept.
    ann.post("addChat", Some(6), json!({"room": "general", "text": "no. 6"})).await;
    one.kill().await;
    let mut ann = browser.at(&two).join("lunch", "Ann").await;
    for n in 5..=6 {
        let message = json!({"room": "general", "text": format!("no. {n}")});
        let again = ann.try_ask("addChat", Some(n), message).await.unwrap();
        assert!(n == 6 || again == acked[4], "{again}");
    }
    let expected: Vec<String> = (1..=6).map(|n| format!("no. {n}")).collect();
    assert_eq!(texts(&mut ann, "general").await, expected);
    for text in &expected {
        assert_eq!(bob.event("chat").await["data"]["text"], json!(text), "heard in order, each once");
    }
}

#[tokio::test]
async fn what_is_said_while_a_server_hears_nothing_is_not_missed_in_silence() {
    let redis = RedisServer::start();
    let path = Path::to(redis.port()).await;
    let (deaf, url) = (server_at(&path.url()).await, redis.url());
    let other = server_at(&url).await;
    let mut ann = Browser::open(&deaf).await.join("lunch", "Ann").await;
    let mut bob = Browser::open(&other).await.join("lunch", "Bob").await;
    say(&mut bob, "general", "one").await;
    ann.event("chat").await;
    ann.drain().await;
    path.forget_connections();
    say(&mut bob, "general", "two").await;
    // Nothing is numbered, so nothing but the whole area could tell her.
    ann.find_within(std::time::Duration::from_secs(60), |event| event["event"] == "updates").await;
    assert_eq!(texts(&mut ann, "general").await, ["one", "two"]);
    say(&mut bob, "general", "three").await;
    assert_eq!(ann.event("chat").await["data"]["text"], "three");
}

#[tokio::test]
async fn who_talks_too_fast_is_told_to_wait() {
    let limits = [("WTE__LIMITS__EVENTS_PER_SECOND", "1"), ("WTE__LIMITS__EVENT_BURST", "4")];
    let server = Server::start(&limits).await;
    let mut ann = Browser::open(&server).await.join("lunch", "Ann").await;
    let mut refused = None;
    for _ in 0..40 {
        if let Err(error) = ann.try_ask("addChat", None, json!({"room": "general", "text": "hm"})).await {
            refused = Some(error);
            break;
        }
    }
    assert_eq!(refused.expect("it is refused")["code"], "rateLimited");
}
