//! Talk without a socket: REST calls, and what an event stream tells.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{say, texts};
use crate::server::{Browser, Server};

const ROOMS: &str = "/api/areas/lunch/rooms";
const CHAT: &str = "/api/areas/lunch/rooms/general/chat";

async fn post(browser: &Browser, path: &str, body: Value) -> (u16, Value) {
    let (status, answer) = browser.call(Method::POST, path, Some(&body)).await;
    (status.as_u16(), answer)
}

async fn bob_by_rest(server: &Server) -> Browser {
    let bob = Browser::open(server).await;
    let joined = bob.call(Method::PUT, "/api/areas/lunch/me", Some(&json!({"username": "Bob"}))).await;
    assert_eq!(joined.0, StatusCode::OK);
    bob
}

#[tokio::test]
async fn who_has_no_socket_hears_and_talks_too() {
    let server = Server::start(&[]).await;
    let mut ann = Browser::open(&server).await.join("lunch", "Ann").await;
    let bob = bob_by_rest(&server).await;
    let mut stream = bob.events("lunch", None).await;
    let (status, said) = post(&bob, CHAT, json!({"text": "from a stream", "n": 5})).await;
    assert_eq!(status, 200);
    assert_eq!(ann.event("chat").await["data"]["id"], said["id"]);
    assert_eq!(post(&bob, CHAT, json!({"text": "from a stream", "n": 5})).await, (200, said.clone()), "a retry");
    assert_eq!(stream.event("chat").await["data"]["id"], said["id"]);
    let private = ann.ask("addRoom", json!({"with": "Bob"})).await["id"].as_str().unwrap().to_owned();
    say(&mut ann, &private, "psst").await;
    assert_eq!(stream.event("room").await["data"]["names"], json!(["Ann", "Bob"]));
    assert_eq!(stream.event("chat").await["data"]["room"], json!(private));
    let (_, rooms) = bob.get(ROOMS).await;
    assert_eq!(rooms["rooms"][1], json!({"id": private, "names": ["Ann", "Bob"], "unread": 1}));
    let (_, page) = bob.get(&format!("{ROOMS}/{private}/chat?limit=1")).await;
    assert_eq!(page["messages"][0]["text"], "psst");
    let before = page["messages"][0]["id"].as_str().unwrap();
    let (status, older) = bob.get(&format!("{ROOMS}/{private}/chat?before={before}")).await;
    assert_eq!((status, older), (StatusCode::OK, json!({"messages": []})));
    let (status, named) = post(&bob, ROOMS, json!({"name": "Car pool"})).await;
    assert_eq!((status, &named["names"]), (200, &json!(["Car pool"])));
    assert_eq!(texts(&mut ann, "general").await, ["from a stream"]);
}

#[tokio::test]
async fn each_refusal_has_its_status() {
    let server = Server::start(&[("WTE__LIMITS__ROOMS_PER_AREA", "1")]).await;
    let bob = bob_by_rest(&server).await;
    let stranger = Browser::open(&server).await;
    let long = |count: usize| json!({"text": "ä".repeat(count)});
    assert_eq!(post(&bob, CHAT, long(500)).await.0, 200);
    let (status, one) = post(&bob, ROOMS, json!({"name": "one"})).await;
    let one = format!("{ROOMS}/{}/chat", one["id"].as_str().unwrap());
    assert_eq!((status, post(&bob, &one, json!({"text": "in use"})).await.0), (200, 200));
    let unknown = format!("{ROOMS}/{}/chat", "0".repeat(32));
    for (who, path, body, expected) in [
        (&bob, CHAT, long(501), (400, "badText")),
        (&bob, CHAT, json!({"text": "a\u{202E}b"}), (400, "badText")),
        (&bob, CHAT, json!({"text": "hi", "n": -1}), (400, "badMessage")),
        (&bob, unknown.as_str(), json!({"text": "hi"}), (404, "noSuchRoom")),
        (&bob, "/api/areas/lunch/rooms/talk/chat", json!({"text": "hi"}), (404, "noSuchRoom")),
        (&stranger, CHAT, json!({"text": "hi"}), (403, "notJoined")),
        (&bob, ROOMS, json!({"name": "two"}), (409, "areaFull")),
        (&bob, ROOMS, json!({"name": ""}), (400, "badName")),
        (&bob, ROOMS, json!({"with": "Zoe"}), (404, "noSuchRoom")),
        (&bob, ROOMS, json!({}), (400, "badMessage")),
    ] {
        let (status, answer) = post(who, path, body.clone()).await;
        assert_eq!((status, answer["code"].as_str().unwrap()), expected, "{path} {body}");
    }
    for (query, expected) in
        [("limit=100", 200), ("limit=101", 400), ("limit=0", 400), ("limit=x", 400), ("before=x", 400)]
    {
        assert_eq!(bob.get(&format!("{CHAT}?{query}")).await.0.as_u16(), expected, "{query}");
    }
    assert_eq!(stranger.get(ROOMS).await.1["code"], "notJoined");
}
