//! What is private by every way there is to ask for it, and what the log has of what people say.

use reqwest::Method;
use reqwest::header::SET_COOKIE;
use serde_json::{Value, json};

use super::{SECRET, say, two_servers};
use crate::redis::server::RedisServer;
use crate::server::{Browser, Server};

/// A word that is said in private alone.
const SECRET_WORD: &str = "pssst";
const PASSPHRASE: &str = "a passphrase that nobody may read";

/// All that a third person is given by REST and by the figures of a server.
async fn asked_for(third: &Browser, server: &Server) -> Vec<String> {
    let mut given = Vec::new();
    for path in ["", "/activity", "/rooms", "/rooms/general/chat", "/me"] {
        let (status, body) = third.get(&format!("/api/areas/lunch{path}")).await;
        assert_eq!(status, 200, "{path}");
        given.push(body.to_string());
    }
    given.push(server.get("/metrics").await.text().await.unwrap());
    given
}

#[tokio::test]
async fn what_is_private_is_not_found_by_any_way_of_asking() {
    let redis = RedisServer::start();
    let (one, two) = two_servers(&redis).await;
    let mut ann = Browser::open(&one).await.join("lunch", "Ann").await;
    let mut bob = Browser::open(&two).await.join("lunch", "Bob").await;
    let third = Browser::open(&two).await;
    drop(third.join("lunch", "Cem").await);
    let mut stream = third.events("lunch", None).await;
    let updates = stream.event("updates").await;
    let votes = json!({"id": "thai", "name": "Thai"});
    ann.ask("addVote", json!({"fs": votes})).await;
    stream.event("vote").await;
    let seen_by_stream = stream.last_id.clone();
    drop(stream);
    let state = third.get("/api/areas/lunch").await.1;

    let id = ann.ask("addRoom", json!({"with": "Bob"})).await["id"].as_str().unwrap().to_owned();
    say(&mut ann, &id, SECRET_WORD).await;
    assert_eq!(bob.event("chat").await["data"]["text"], SECRET_WORD);
    say(&mut bob, &id, &format!("{SECRET_WORD} too")).await;
    let whole = |state: &Value| [state["users"].clone(), state["epoch"].clone(), state["seq"].clone()];
    assert_eq!(whole(&third.get("/api/areas/lunch").await.1), whole(&state), "nobody's two hours began anew");

    let path = |room: &str| format!("/api/areas/lunch/rooms/{room}/chat");
    for (method, body) in [(Method::GET, None), (Method::POST, Some(json!({"text": "let me in"})))] {
        let [there, never] = [id.clone(), "0".repeat(32)].map(|room| (method.clone(), path(&room), body.clone()));
        let there = third.call(there.0, &there.1, there.2.as_ref()).await;
        let never = third.call(never.0, &never.1, never.2.as_ref()).await;
        assert_eq!(there, never, "{method}: as if there were none");
        assert_eq!((there.0.as_u16(), &there.1["code"]), (404, &json!("noSuchRoom")));
    }
    let mut given = asked_for(&third, &two).await;

    // Who comes back with what was seen before, by a socket and by a stream.
    let mut socket = third.socket().await;
    socket.record();
    let since = json!({"area": "lunch", "epoch": updates["data"]["epoch"], "seq": updates["data"]["seq"]});
    socket.ask("watch", since).await;
    let mut stream = third.events("lunch", seen_by_stream.as_deref()).await;
    say(&mut ann, "general", "hello all").await;
    let is_hello = |event: &Value| event["event"] == "chat" && event["data"]["text"] == "hello all";
    socket.find(is_hello).await;
    given.extend(socket.frames().iter().cloned());
    loop {
        let event = stream.next().await;
        given.push(event.to_string());
        if is_hello(&event) {
            break;
        }
    }
    let tells = |text: &&String| text.contains(SECRET_WORD) || text.contains(&id);
    assert_eq!(given.iter().find(tells), None);
}

#[tokio::test]
async fn the_log_has_nothing_of_what_people_say_nor_who_they_are() {
    let redis = RedisServer::start();
    let settings = [("REDIS_URL", &*redis.url()), ("SESSION_SECRET", SECRET), ("WTE__LOG__LEVEL", "trace")];
    let server = Server::start(&settings).await;
    let (anns, bobs) = (Browser::open(&server).await, Browser::open(&server).await);
    let (mut ann, mut bob) = (anns.join("lunch", "Ann").await, bobs.join("lunch", "Bob").await);
    say(&mut ann, "general", "a public word").await;
    let id = ann.ask("addRoom", json!({"with": "Bob"})).await["id"].as_str().unwrap().to_owned();
    say(&mut ann, &id, SECRET_WORD).await;
    bob.event("chat").await;
    let account = json!({"username": "Ann", "passphrase": PASSPHRASE, "areas": ["lunch"]});
    let made = anns.send(Method::POST, "/api/account", Some(&account)).await;
    assert!(made.status().is_success(), "{}", made.status());
    let signed_in = made.headers()[SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    let wrong = json!({"username": "Ann", "passphrase": format!("{PASSPHRASE}, wrong")});
    assert_eq!(bobs.call(Method::POST, "/api/account/session", Some(&wrong)).await.0, 403);
    // What is refused is what a log likes to quote.
    let broken = json!({"room": id, "text": format!("{SECRET_WORD}\u{202E}")});
    assert_eq!(ann.refused("addChat", broken).await, "badText");
    assert_eq!(ann.refused(SECRET_WORD, json!({})).await, "unknownEvent");
    assert_eq!(bob.refused("getChat", json!({"room": id, "before": SECRET_WORD})).await, "badMessage");
    let log = server.log();
    assert!(!log.is_empty(), "it is there to be looked at");
    let own_id = |cookie: &str| {
        let signed = cookie.split('.').next().unwrap_or_default();
        signed[signed.len() - 16..].to_owned()
    };
    let secrets = [own_id(&anns.cookie), own_id(&bobs.cookie), own_id(&signed_in), id];
    for secret in secrets.iter().map(String::as_str).chain(["a public word", SECRET_WORD, PASSPHRASE]) {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
    }
}
