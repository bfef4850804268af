//! An area as server-sent events: what a client without WebSockets is told, and that it is held to the same limits as a socket.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::redis::server::RedisServer;
use crate::server::{Browser, Events, Raw, Server};

/// Nobody waits for a heartbeat, which comes every 15 s: what is found out sooner is found out without one.
const BEFORE_A_HEARTBEAT: Duration = Duration::from_secs(10);

async fn put(browser: &Browser, path: &str, body: Value) -> Value {
    let (status, answer) = browser.call(Method::PUT, &format!("/api/areas/{path}"), Some(&body)).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer
}

async fn take_name(browser: &Browser, username: &str) -> Value {
    put(browser, "lunch/me", json!({"username": username})).await
}

async fn vote(browser: &Browser, id: &str) -> Value {
    put(browser, "lunch/vote", json!({"fs": {"id": id, "name": format!("Place {id}")}})).await
}

fn id_of(answer: &Value) -> String {
    format!("{}-{}", answer["epoch"].as_str().unwrap(), answer["seq"])
}

#[tokio::test]
async fn the_state_comes_first_then_who_is_here_then_what_everyone_knows() {
    let server = Server::start(&[]).await;
    let mut events = Browser::open(&server).await.events("LUNCH", None).await;
    let state = events.next().await;
    assert_eq!((&state["event"], &state["data"]["area"]), (&json!("updates"), &json!("lunch")));
    assert_eq!(events.last_id, Some(id_of(&state["data"])));
    assert_eq!(events.next().await["event"], "presence");
    assert_eq!(events.next().await["event"], "count");
    assert!((1000..3000).contains(&events.retry.unwrap()), "{:?}", events.retry);
}

#[tokio::test]
async fn opening_a_stream_is_answered_as_a_watch_is() {
    let server = Server::start(&[]).await;
    let ann = Browser::open(&server).await;
    let before = take_name(&ann, "Ann").await["at"].as_u64().unwrap();
    let mut events = ann.events("LUNCH", None).await;
    events.event("updates").await;
    let ack = events.opened.unwrap();
    assert_eq!(ack["area"], "lunch");
    assert!(ack["at"].as_u64().unwrap() >= before, "it tells the store's time: {ack}");
}

#[tokio::test]
async fn without_an_area_the_live_count_alone_is_told() {
    let server = Server::start(&[]).await;
    let (ann, bob) = (Browser::open(&server).await, Browser::open(&server).await);
    let _following = ann.events("lunch", None).await;
    let mut events = Events::of(bob.ask_for_events("/api/events", None).await);
    assert_eq!(events.find(|event| event["data"]["live"] == 1).await["event"], "count");
    assert_eq!(events.opened.unwrap()["area"], Value::Null);
    let mut stranger = bob.clone();
    stranger.cookie = String::new();
    assert_eq!(stranger.get("/api/events").await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn nothing_on_the_way_keeps_packs_or_holds_back_a_stream() {
    let server = Server::start(&[]).await;
    let events = Browser::open(&server).await.events("lunch", None).await;
    let header = |name: &str| events.headers().get(name).map(|value| value.to_str().unwrap());
    assert_eq!(header("content-type"), Some("text/event-stream"));
    assert_eq!(header("cache-control"), Some("no-store"));
    assert_eq!(header("x-accel-buffering"), Some("no"));
    assert_eq!(header("content-encoding"), None);
}

#[tokio::test]
async fn a_stream_tells_the_same_changes_as_a_socket() {
    let server = Server::start(&[]).await;
    let (ann, bob, cem) = (Browser::open(&server).await, Browser::open(&server).await, Browser::open(&server).await);
    let (mut events, mut socket) = (bob.events("lunch", None).await, cem.socket().await);
    socket.ask("watch", json!({"area": "lunch"})).await;
    take_name(&ann, "Ann").await;
    vote(&ann, "thai").await;
    vote(&ann, "pizza").await;
    take_name(&ann, "Anna").await;
    ann.call(Method::DELETE, "/api/areas/lunch/vote", None).await;
    let (_, last) = ann.call(Method::DELETE, "/api/areas/lunch/me", None).await;

    let changes = |told: Vec<Value>| told.into_iter().filter(|event| event["seq"].is_u64()).collect::<Vec<_>>();
    let seq = last["seq"].as_u64().unwrap();
    let told = changes(events.until_seq(seq).await);
    assert_eq!(told.len(), 6);
    let last_of_all = socket.find(|event| event["seq"] == seq).await;
    assert_eq!(told, changes([socket.take_all(), vec![last_of_all]].concat()));
    assert_eq!(events.last_id, Some(id_of(&last)));
}

#[tokio::test]
async fn who_takes_a_name_by_rest_is_here_by_the_stream() {
    let server = Server::start(&[("WTE__PRESENCE__GRACE_MS", "0")]).await;
    let (ann, bob) = (Browser::open(&server).await, Browser::open(&server).await);
    let mut looking = bob.socket().await;
    looking.ask("watch", json!({"area": "lunch"})).await;
    let mut events = ann.events("lunch", None).await;
    take_name(&ann, "Ann").await;
    let here = |name: &'static str| move |event: &Value| event["data"]["here"] == json!([name]);
    for told in [looking.find(here("Ann")).await, events.find(here("Ann")).await] {
        assert_eq!((&told["data"]["online"], &told["data"]["watching"]), (&json!(1), &json!(2)));
    }
    take_name(&ann, "Anna").await;
    looking.find(here("Anna")).await;
    ann.call(Method::DELETE, "/api/areas/lunch/me", None).await;
    let left = looking.find(|event| event["data"]["gone"] == json!(["Anna"])).await;
    assert_eq!(left["data"]["watching"], 2, "who left still watches");
}

#[tokio::test]
async fn who_follows_by_events_can_ask_who_it_is() {
    let server = Server::start(&[]).await;
    let (ann, bob) = (Browser::open(&server).await, Browser::open(&server).await);
    let joined = put(&ann, "lunch/me", json!({"username": "Ann", "img": "emoji:🍜"})).await;
    let (_, me) = ann.get("/api/areas/LUNCH/me").await;
    assert_eq!((&me["username"], &me["img"], &me["area"]), (&json!("Ann"), &json!("emoji:🍜"), &json!("lunch")));
    assert_eq!(me["expiresAt"], joined["expiresAt"]);
    assert!(me["at"].as_u64() >= joined["at"].as_u64());
    let (_, nobody) = bob.get("/api/areas/lunch/me").await;
    assert_eq!((&nobody["username"], &nobody["expiresAt"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn who_has_a_name_already_is_here_by_opening_the_stream() {
    let server = Server::start(&[]).await;
    let ann = Browser::open(&server).await;
    take_name(&ann, "Ann").await;
    let mut events = ann.events("lunch", None).await;
    events.find(|event| event["data"]["here"] == json!(["Ann"])).await;
    let (_, area) = ann.get("/api/areas/lunch").await;
    assert_eq!((&area["users"][0]["online"], &area["watching"]), (&json!(true), &json!(1)));
}

#[tokio::test]
async fn a_name_taken_by_way_of_another_server_is_found_out() {
    let redis = RedisServer::start();
    let url = redis.url();
    let settings =
        [("REDIS_URL", url.as_str()), ("SESSION_SECRET", "two servers share this secret of some 48 characters")];
    let (one, two) = tokio::join!(Server::start(&settings), Server::start(&settings));
    let ann = Browser::open(&one).await;
    let mut events = ann.events("lunch", None).await;
    events.event("updates").await;
    take_name(&ann.at(&two), "Ann").await;
    events.event("user").await;
    events.heartbeat().await;
    events.find(|event| event["data"]["here"] == json!(["Ann"])).await;
}

#[tokio::test]
async fn who_is_gone_is_gone_at_once() {
    let server = Server::start(&[("WTE__PRESENCE__GRACE_MS", "0")]).await;
    let (ann, bob) = (Browser::open(&server).await, Browser::open(&server).await);
    take_name(&ann, "Ann").await;
    let events = ann.events("lunch", None).await;
    let mut looking = bob.socket().await;
    looking.ask("watch", json!({"area": "lunch"})).await;
    // From here on there is nothing to tell the stream, whose failed writing would say it too.
    looking.find(|event| event["event"] == "count" && event["data"]["live"] == 2).await;
    drop(events);
    let gone = |event: &Value| event["event"] == "presence" && event["data"]["watching"] == 1;
    assert_eq!(looking.find_within(BEFORE_A_HEARTBEAT, gone).await["data"]["gone"], json!(["Ann"]));
}

#[tokio::test]
async fn who_comes_back_gets_the_changes_since_and_then_who_is_here() {
    let server = Server::start(&[]).await;
    let ann = Browser::open(&server).await;
    let mut first = ann.events("lunch", None).await;
    take_name(&ann, "Ann").await;
    let seen = vote(&ann, "thai").await;
    first.until_seq(2).await;
    let id = first.last_id.clone().unwrap();
    assert_eq!(id, id_of(&seen));
    drop(first);
    vote(&ann, "pizza").await;

    let by_query = format!("/api/areas/lunch/events?since={id}");
    let both = format!("/api/areas/lunch/events?since={}-1", seen["epoch"].as_str().unwrap());
    for mut again in [
        ann.events("lunch", Some(&id)).await,
        Events::of(ann.ask_for_events(&by_query, None).await),
        Events::of(ann.ask_for_events(&both, Some(&id)).await),
    ] {
        let change = again.next().await;
        assert_eq!((&change["event"], &change["data"]["fs"]["id"]), (&json!("vote"), &json!("pizza")));
        again.find(|event| event["event"] == "presence" && event["data"]["here"] == json!(["Ann"])).await;
    }
}

#[tokio::test]
async fn a_place_that_makes_no_sense_gets_the_whole_area() {
    let server = Server::start(&[]).await;
    let ann = Browser::open(&server).await;
    take_name(&ann, "Ann").await;
    let epoch = vote(&ann, "thai").await["epoch"].as_str().unwrap().to_owned();
    for id in ["", "-", "x", "-1", "another.1-1", "x-y", &format!("{epoch}-77"), &format!("{epoch}-99999999999999999")]
    {
        let state = ann.events("lunch", Some(id)).await.next().await;
        assert_eq!((&state["event"], &state["data"]["seq"]), (&json!("updates"), &json!(2)), "{id:?}");
    }
}

#[tokio::test]
async fn without_a_session_or_an_area_there_is_no_stream() {
    let server = Server::start(&[]).await;
    let ann = Browser::open(&server).await;
    for cookie in ["", "wte=x", &ann.cookie.replace('.', "x")] {
        let mut stranger = ann.clone();
        stranger.cookie = cookie.to_owned();
        let (status, problem) = stranger.get("/api/areas/lunch/events").await;
        assert_eq!((status, &problem["code"]), (StatusCode::UNAUTHORIZED, &json!("noSession")), "{cookie}");
    }
    let (status, problem) = ann.get("/api/areas/%7Bx%7D/events").await;
    assert_eq!((status, &problem["code"]), (StatusCode::BAD_REQUEST, &json!("badArea")));
    assert_eq!(ann.get("/api/areas/lunch").await.1["watching"], 0);
}

#[tokio::test]
async fn streams_and_sockets_share_the_limit_of_connections() {
    let server = Server::start(&[("WTE__LIMITS__CONNECTIONS_PER_ADDRESS", "2")]).await;
    let ann = Browser::open(&server).await;
    let (mut socket, stream) = (ann.socket().await, ann.events("lunch", None).await);
    socket.ask("watch", json!({"area": "lunch"})).await;
    let (status, problem) = ann.get("/api/areas/lunch/events").await;
    assert_eq!((status, &problem["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("overCapacity")));
    assert_eq!(ann.socket().await.closed().await, Some(1013));
    drop(stream);
    socket.find(|event| event["event"] == "presence" && event["data"]["watching"] == 1).await;
    // The seat is gone with its grace, the connection long before.
    ann.events("lunch", None).await.event("updates").await;
}

#[tokio::test]
async fn a_server_that_ends_says_so_and_when_to_come_back() {
    let mut server = Server::start(&[]).await;
    let ann = Browser::open(&server).await;
    let mut events = ann.events("lunch", None).await;
    take_name(&ann, "Ann").await;
    events.event("user").await;
    server.terminate().await;
    let bye = events.event("bye").await;
    assert_eq!(events.retry, bye["data"]["retryInMs"].as_u64(), "an EventSource comes back by itself");
    events.ended().await;
    assert!(server.ended().await);
}

#[tokio::test]
async fn a_heartbeat_is_seen_by_proxies_and_by_the_page() {
    let server = Server::start(&[]).await;
    let mut events = Browser::open(&server).await.events("lunch", None).await;
    events.event("updates").await;
    let id = events.last_id.clone();
    events.heartbeat().await;
    assert_eq!(events.last_id, id);
}

#[tokio::test]
async fn a_stream_outlives_the_patience_for_a_next_request() {
    let server =
        Server::start(&[("WTE__SERVER__HEADER_TIMEOUT_MS", "1500"), ("WTE__SERVER__KEEP_ALIVE_SECS", "2")]).await;
    let ann = Browser::open(&server).await;
    let mut events = ann.events("lunch", None).await;
    // A silent connection that came later is closed, and the stream is still there.
    let mut silent = Raw::open(&server).await;
    silent.send("GET /healthz HTTP/1.1\r\nHost: lunch\r\n\r\n").await;
    silent.closed().await;
    take_name(&ann, "Ann").await;
    events.event("user").await;
}

#[tokio::test]
async fn while_the_store_is_away_a_stream_says_so() {
    let redis = RedisServer::start();
    let url = redis.url();
    let secret = ("SESSION_SECRET", "a secret of more than some 48 characters or so");
    let server = Server::start(&[("REDIS_URL", url.as_str()), secret]).await;
    let ann = Browser::open(&server).await;
    let mut events = ann.events("lunch", None).await;
    take_name(&ann, "Ann").await;
    events.event("user").await;
    redis.freeze();
    events.event("stale").await;
    let mut late = ann.events("lunch", None).await;
    late.event("updates").await;
    late.event("stale").await;
    redis.thaw();
    events.event("current").await;
    late.event("current").await;
    vote(&ann, "thai").await;
    events.event("vote").await;
}
