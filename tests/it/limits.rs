//! Every limit of [limits]: what fits its bound is taken, one more is not, and 0 takes the limit away.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use where_to_eat::config::DEFAULTS;

use crate::server::{Browser, Server, Socket};

const BEHIND_A_PROXY: (&str, &str) = ("WTE__SERVER__TRUSTED_PROXIES", "1");

/// A connection that came through a proxy, from this address.
async fn from_address(browser: &Browser, address: &str) -> Socket {
    let headers = [("origin", &*browser.base), ("cookie", &browser.cookie), ("x-forwarded-for", address)];
    Socket::open(&browser.base, &headers).await.expect("a handshake")
}

/// Whether this connection is one too many: then it is told so, and closed.
async fn is_turned_away(mut socket: Socket) -> bool {
    let id = socket.post("getMe", None, json!({})).await;
    let first = socket.next().await;
    if first["id"] == id {
        return false;
    }
    assert_eq!(first["data"]["code"], "overCapacity");
    assert_eq!(socket.closed().await, Some(1013));
    true
}

async fn try_join(server: &Server, area: &str, name: &str) -> Result<Socket, String> {
    let mut socket = Browser::open(server).await.socket().await;
    match socket.try_ask("add", None, json!({"area": area, "username": name})).await {
        Ok(_) => Ok(socket),
        Err(error) => Err(error["code"].as_str().unwrap().to_owned()),
    }
}

#[tokio::test]
async fn connections_of_an_address() {
    let server = Server::start(&[("WTE__LIMITS__CONNECTIONS_PER_ADDRESS", "2"), BEHIND_A_PROXY]).await;
    let browser = Browser::open(&server).await;
    let first = from_address(&browser, "192.0.2.1").await;
    let _second = from_address(&browser, "10.0.0.1, 192.0.2.1").await;
    assert!(is_turned_away(from_address(&browser, "192.0.2.1").await).await);
    assert!(is_turned_away(from_address(&browser, "192.0.2.9, 192.0.2.1").await).await, "the last hop counts");
    assert!(!is_turned_away(from_address(&browser, "192.0.2.2").await).await);
    first.close().await;
    while is_turned_away(from_address(&browser, "192.0.2.1").await).await {}
}

#[tokio::test]
async fn an_ipv6_network_is_one_address() {
    let server = Server::start(&[("WTE__LIMITS__CONNECTIONS_PER_ADDRESS", "1"), BEHIND_A_PROXY]).await;
    let browser = Browser::open(&server).await;
    let _first = from_address(&browser, "2001:db8:1:2::1").await;
    assert!(is_turned_away(from_address(&browser, "2001:db8:1:2:ffff::9").await).await);
    assert!(!is_turned_away(from_address(&browser, "2001:db8:1:3::1").await).await);
}

#[tokio::test]
async fn an_address_that_anybody_can_write_does_not_count() {
    let server = Server::start(&[("WTE__LIMITS__CONNECTIONS_PER_ADDRESS", "1")]).await;
    let browser = Browser::open(&server).await;
    let _first = from_address(&browser, "192.0.2.1").await;
    assert!(is_turned_away(from_address(&browser, "192.0.2.2").await).await);
}

#[tokio::test]
async fn connections_in_all() {
    let server = Server::start(&[("WTE__LIMITS__CONNECTIONS", "2"), BEHIND_A_PROXY]).await;
    let browser = Browser::open(&server).await;
    let _open = [from_address(&browser, "192.0.2.1").await, from_address(&browser, "192.0.2.2").await];
    assert!(is_turned_away(from_address(&browser, "192.0.2.3").await).await);
}

#[tokio::test]
async fn names_of_an_address_in_an_area() {
    let server = Server::start(&[("WTE__LIMITS__NAMES_PER_ADDRESS", "2")]).await;
    let mut ann = try_join(&server, "lunch", "Ann").await.unwrap();
    assert_eq!(try_join(&server, "lunch", "Ann").await.err().unwrap(), "nameTaken", "who is refused holds nothing");
    let _bob = try_join(&server, "lunch", "Bob").await.unwrap();
    assert_eq!(try_join(&server, "lunch", "Cem").await.err().unwrap(), "overCapacity");
    ann.ask("add", json!({"area": "lunch", "username": "Anna"})).await;
    try_join(&server, "dinner", "Cem").await.unwrap();
    ann.ask("leave", json!({})).await;
    try_join(&server, "lunch", "Cem").await.unwrap();
}

#[tokio::test]
async fn users_of_an_area() {
    let server = Server::start(&[("WTE__LIMITS__USERS_PER_AREA", "2")]).await;
    let mut ann = try_join(&server, "lunch", "Ann").await.unwrap();
    let _bob = try_join(&server, "lunch", "Bob").await.unwrap();
    assert_eq!(try_join(&server, "lunch", "Cem").await.err().unwrap(), "areaFull");
    ann.ask("add", json!({"area": "lunch", "username": "Anna"})).await;
    ann.ask("leave", json!({})).await;
    try_join(&server, "lunch", "Cem").await.unwrap();
}

#[tokio::test]
async fn venues_of_an_area() {
    let server = Server::start(&[("WTE__LIMITS__VENUES_PER_AREA", "2")]).await;
    let mut ann = Browser::open(&server).await.join("lunch", "Ann").await;
    ann.vote("one").await;
    ann.vote("two").await;
    let three = json!({"fs": {"id": "three", "name": "Three"}});
    assert_eq!(ann.refused("addVote", three.clone()).await, "areaFull");
    ann.vote("one").await;
    ann.ask("add", json!({"area": "dinner", "username": "Ann"})).await;
    ann.ask("addVote", three).await;
}

#[tokio::test]
async fn areas_of_a_process() {
    let server = Server::start(&[("WTE__LIMITS__AREAS", "1")]).await;
    let (ann, bob) = (Browser::open(&server).await, Browser::open(&server).await);
    let mut first = ann.join("lunch", "Ann").await;
    let mut second = bob.join("lunch", "Bob").await;
    assert_eq!(second.refused("watch", json!({"area": "dinner"})).await, "overCapacity");
    assert_eq!(second.refused("add", json!({"area": "dinner", "username": "Bob"})).await, "overCapacity");
    let (_, dinner) = bob.get("/api/areas/dinner").await;
    assert_eq!(dinner["users"], json!([]), "a name that was refused is not taken");
    second.vote("thai").await;
    assert_eq!(first.event("vote").await["data"]["username"], "Bob", "who is in goes on");
}

#[tokio::test]
async fn events_of_a_connection() {
    let limits = [("WTE__LIMITS__EVENTS_PER_SECOND", "1"), ("WTE__LIMITS__EVENT_BURST", "3")];
    let server = Server::start(&limits).await;
    let mut socket = Browser::open(&server).await.socket().await;
    let mut answers = Vec::new();
    for _ in 0..5 {
        answers.push(socket.try_ask("getMe", None, json!({})).await);
    }
    assert!(answers[..3].iter().all(Result::is_ok));
    let refused: Vec<&Value> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
    assert!(!refused.is_empty(), "five at once are two too many");
    assert!(refused.iter().all(|error| error["code"] == "rateLimited"));
    let wait = refused.last().and_then(|error| error["retryInMs"].as_u64()).expect("when to try again");
    tokio::time::sleep(Duration::from_millis(wait)).await;
    socket.ask("getMe", json!({})).await;
}

#[tokio::test]
async fn calls_of_a_session() {
    let limits = [("WTE__LIMITS__EVENTS_PER_SECOND", "1"), ("WTE__LIMITS__EVENT_BURST", "3")];
    let server = Server::start(&limits).await;
    let (ann, bob) = (Browser::open(&server).await, Browser::open(&server).await);
    let mut refused = None;
    for _ in 0..6 {
        let answer = ann.send(Method::DELETE, "/api/areas/lunch/me", None).await;
        refused = refused.or((answer.status() == 429).then_some(answer));
    }
    let refused = refused.expect("six at once are three too many");
    assert!(refused.headers()["retry-after"].to_str().unwrap().parse::<u64>().unwrap() >= 1);
    assert_eq!(refused.json::<Value>().await.unwrap()["code"], "rateLimited");
    assert_eq!(bob.send(Method::DELETE, "/api/areas/lunch/me", None).await.status(), 200, "each session has its own");
}

#[tokio::test]
async fn looks_of_an_address() {
    let limits = [("WTE__LIMITS__LOOKS_PER_SECOND", "1"), ("WTE__LIMITS__LOOK_BURST", "8"), BEHIND_A_PROXY];
    let server = Server::start(&limits).await;
    let browser = Browser::open(&server).await;
    let (ok, not_joined) = (200, 403);
    let api = |part: &str| format!("/api/areas/lunch{part}");
    let all = [
        ("/a/lunch".to_owned(), ok),
        ("/a/lunch/preview.png".to_owned(), ok),
        (api(""), ok),
        (api("/me"), ok),
        (api("/events"), ok),
        (api("/activity"), ok),
        (api("/rooms"), not_joined),
        (api("/rooms/general/chat"), not_joined),
    ];
    let look = async |path: &str, from: &str| {
        let request = server.request(Method::GET, path).header("cookie", &browser.cookie);
        request.header("x-forwarded-for", from).send().await.unwrap()
    };
    for (number, (path, status)) in all.iter().enumerate() {
        let address = format!("192.0.2.{number}");
        for (each, status) in &all {
            assert_eq!(look(each, &address).await.status(), *status, "{each} is one of eight");
        }
        let mut refused = look(path, &address).await;
        while refused.status() == *status {
            refused = look(path, &address).await;
        }
        assert_eq!(refused.status(), 429, "{path}");
        assert!(refused.headers()["retry-after"].to_str().unwrap().parse::<u64>().unwrap() >= 1);
        let told = refused.text().await.unwrap();
        assert!(told.contains("\"rateLimited\"") || told.contains("a little fast"), "{told}");
    }
    assert_eq!(look("/a/lunch", "192.0.2.99").await.status(), 200, "each address has its own");
}

#[tokio::test]
async fn recent_events() {
    for (setting, value) in [("WTE__LIMITS__RECENT_EVENTS", "3"), ("WTE__LIMITS__RECENT_BYTES", "300")] {
        let server = Server::start(&[(setting, value)]).await;
        let ann = Browser::open(&server).await;
        let mut socket = ann.join("lunch", "Ann").await;
        let seen = socket.vote("first").await;
        for id in ["1", "2", "3", "4", "5"] {
            socket.vote(id).await;
        }
        let mut again = ann.socket().await;
        again.ask("watch", json!({"area": "lunch", "epoch": seen["epoch"], "seq": seen["seq"]})).await;
        assert_eq!(again.event("updates").await["data"]["votes"][0]["id"], "5", "{setting}");
        again.vote("6").await;
        assert_eq!(again.event("vote").await["data"]["fs"]["id"], "6", "and then it goes on from there");
    }
}

#[tokio::test]
async fn not_even_room_for_one_event_loses_the_outcome() {
    let server = Server::start(&[("WTE__LIMITS__RECENT_BYTES", "1")]).await;
    let (ann, bob) = (Browser::open(&server).await, Browser::open(&server).await);
    let mut looking = bob.join("lunch", "Bob").await;
    let mut voter = ann.join("lunch", "Ann").await;
    voter.vote("thai").await;
    looking.find(|event| event["event"] == "updates" && event["data"]["votes"][0]["id"] == "thai").await;
}

#[tokio::test]
async fn zero_takes_every_limit_away() {
    let defaults: toml::Table = DEFAULTS.parse().unwrap();
    let names = defaults["limits"].as_table().unwrap().keys();
    let variables: Vec<String> = names.map(|name| format!("WTE__LIMITS__{}", name.to_uppercase())).collect();
    let settings: Vec<(&str, &str)> = variables.iter().map(|variable| (variable.as_str(), "0")).collect();
    let server = Server::start(&settings).await;
    let mut ann = Browser::open(&server).await.join("lunch", "Ann").await;
    let seen = ann.vote("first").await;
    for number in 0..100 {
        ann.vote(&number.to_string()).await;
    }
    for number in 0..5 {
        try_join(&server, &format!("area {number}").replace(' ', "-"), "Ann").await.unwrap();
        try_join(&server, "lunch", &format!("User {number}")).await.unwrap();
    }
    ann.ask("watch", json!({"area": "lunch", "epoch": seen["epoch"], "seq": seen["seq"]})).await;
    let changes = ann.drain().await.into_iter().filter(|event| event["seq"].is_u64()).count();
    assert!(changes >= 105, "{changes} changes since the first vote, none of them forgotten");
}
