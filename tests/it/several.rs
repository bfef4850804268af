//! Several server processes on one Redis: one area, one order, one picture of who is here; and what they do while Redis is away.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::redis::server::RedisServer;
use crate::server::{Browser, Server};

const SECRET: &str = "several servers share this secret of 48 characters";

async fn server_on(redis: &RedisServer, settings: &[(&str, &str)]) -> Server {
    let url = redis.url();
    let mut all = vec![("REDIS_URL", url.as_str()), ("SESSION_SECRET", SECRET)];
    all.extend(settings);
    Server::start(&all).await
}

#[tokio::test]
async fn a_vote_at_one_server_appears_at_the_other() {
    let redis = RedisServer::start();
    let (one, two) = tokio::join!(server_on(&redis, &[]), server_on(&redis, &[]));
    let (ann, bob) = (Browser::open(&one).await, Browser::open(&two).await);
    let mut there = bob.join("lunch", "Bob").await;
    let mut here = ann.join("lunch", "Ann").await;
    there.find(|event| event["event"] == "user" && event["data"]["username"] == "Ann").await;
    let ack = here.vote("thai").await;
    let vote = there.event("vote").await;
    assert_eq!((&vote["seq"], &vote["epoch"], &vote["at"]), (&ack["seq"], &ack["epoch"], &ack["at"]));

    assert_eq!(
        Browser::open(&two).await.socket().await.refused("add", json!({"area": "lunch", "username": "ANN"})).await,
        "nameTaken"
    );
    let mut second_tab = ann.at(&two).socket().await;
    let welcome = second_tab.ask("add", json!({"area": "lunch", "username": "Ann"})).await;
    assert_eq!(welcome["username"], "Ann", "the same session at another server is the same person");
    assert_eq!(second_tab.event("updates").await["data"]["votes"][0]["id"], "thai");
}

#[tokio::test]
async fn people_of_all_servers_are_here_and_ghosts_of_a_killed_one_go() {
    let redis = RedisServer::start();
    let (one, mut two) = tokio::join!(server_on(&redis, &[]), server_on(&redis, &[]));
    let mut ann = Browser::open(&one).await.join("lunch", "Ann").await;
    let _bob = Browser::open(&two).await.join("lunch", "Bob").await;
    let both = |event: &Value| event["event"] == "presence" && event["data"]["online"] == 2;
    assert_eq!(ann.find(both).await["data"]["watching"], 2);
    let counted = |event: &Value| event["event"] == "count" && event["data"]["live"] == 2;
    ann.find(counted).await;
    two.kill().await;
    let gone = ann.find_within(Duration::from_secs(60), |event| event["data"]["gone"] == json!(["Bob"])).await;
    assert_eq!((&gone["data"]["online"], &gone["data"]["watching"]), (&json!(1), &json!(1)));
    ann.find_within(Duration::from_secs(60), |event| event["event"] == "count" && event["data"]["live"] == 1).await;
    // Two looks at the store later, the ghost is still gone.
    ann.linger(Duration::from_secs(11)).await;
    let later = ann.drain().await;
    assert!(later.iter().all(|event| event["data"]["here"] != json!(["Bob"])), "a ghost came back");
    let users = ann.ask("getUsers", json!({})).await;
    let bob = users["users"].as_array().unwrap().iter().find(|user| user["username"] == "Bob").cloned();
    assert_eq!(bob.expect("his name is still his")["online"], false);
}

#[tokio::test]
async fn who_leaves_while_redis_is_away_is_gone_when_it_is_back() {
    let mut redis = RedisServer::durable();
    let (one, two) = tokio::join!(server_on(&redis, &[]), server_on(&redis, &[("WTE__PRESENCE__GRACE_MS", "0")]));
    let mut bob = Browser::open(&one).await.join("lunch", "Bob").await;
    let ann = Browser::open(&two).await.join("lunch", "Ann").await;
    bob.find(|event| event["event"] == "presence" && event["data"]["online"] == 2).await;
    // Bob alone was told first; that is not what is waited for below.
    bob.forget();
    redis.kill();
    bob.event("stale").await;
    ann.close().await;
    bob.linger(Duration::from_secs(1)).await;
    redis.bring_up();
    bob.event("current").await;
    bob.find_within(Duration::from_secs(40), |event| event["event"] == "presence" && event["data"]["online"] == 1)
        .await;
}

#[tokio::test]
async fn a_step_of_presence_that_was_missed_is_found() {
    let redis = RedisServer::start();
    let (one, two) = tokio::join!(server_on(&redis, &[]), server_on(&redis, &[]));
    let mut bob = Browser::open(&one).await.join("lunch", "Bob").await;
    let mut ann = Browser::open(&two).await.join("lunch", "Ann").await;
    bob.find(|event| event["event"] == "presence" && event["data"]["online"] == 2).await;
    // Bob alone was told first; that is not what is waited for below.
    bob.forget();
    // What Ann's server says of her is lost from the store, and nobody hears of it.
    let claims: Vec<String> = redis.ask(&["HKEYS", "lunch:here"]);
    for server in claims {
        let _: i64 = redis.ask(&["HDEL", "lunch:here", &server]);
    }
    // Both servers say anew what they have; and when somebody really goes, that is heard too.
    ann.ask("leave", json!({})).await;
    bob.find_within(Duration::from_secs(40), |event| event["event"] == "presence" && event["data"]["online"] == 1)
        .await;
    assert_eq!(bob.ask("getUsers", json!({})).await["users"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn while_redis_hangs_the_page_is_stale_and_votes_are_not_acknowledged() {
    let redis = RedisServer::start();
    let server = server_on(&redis, &[]).await;
    let ann = Browser::open(&server).await;
    let mut socket = ann.join("lunch", "Ann").await;
    socket.vote("thai").await;
    redis.freeze();
    socket.event("stale").await;
    let refused = socket.try_ask("addVote", Some(7), json!({"fs": {"id": "ramen", "name": "Ramen"}})).await;
    assert_eq!(refused.unwrap_err()["code"], "storeUnavailable");
    assert_eq!(ann.send(Method::GET, "/readyz", None).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ann.get("/api/areas/lunch").await.1["votes"][0]["id"], "thai", "what is known stays readable");
    assert!(ann.send(Method::GET, "/a/lunch", None).await.text().await.unwrap().contains("Place thai"));
    let mut late = Browser::open(&server).await.socket().await;
    late.ask("watch", json!({"area": "lunch"})).await;
    late.event("updates").await;
    late.event("stale").await;

    redis.thaw();
    socket.event("current").await;
    late.event("current").await;
    // The retry, with the same n: counted once, whether or not the first got through.
    let done = socket.try_ask("addVote", Some(7), json!({"fs": {"id": "ramen", "name": "Ramen"}})).await.unwrap();
    assert_eq!(done["seq"], 3);
    // The ack and the event may come in either order.
    socket.find(|event| event["seq"] == 3 || event["data"]["seq"] == 3).await;
    let votes = socket.ask("getVotes", json!({})).await;
    assert_eq!((&votes["seq"], &votes["votes"][0]["id"]), (&json!(3), &json!("ramen")));
}

#[tokio::test]
async fn redis_that_comes_back_empty_begins_a_new_epoch() {
    let mut redis = RedisServer::start();
    let server = server_on(&redis, &[]).await;
    let mut socket = Browser::open(&server).await.join("lunch", "Ann").await;
    let before = socket.vote("thai").await;
    redis.kill();
    socket.event("stale").await;
    redis.bring_up();
    let state = socket.event("updates").await;
    assert_ne!(state["data"]["epoch"], before["epoch"]);
    assert_eq!(state["data"]["votes"], json!([]));
    socket.event("current").await;
    let again = socket.ask("add", json!({"area": "lunch", "username": "Ann"})).await;
    assert_eq!((&again["epoch"], &again["seq"]), (&state["data"]["epoch"], &json!(1)));
}

#[tokio::test]
async fn a_server_without_redis_waits_for_it() {
    let mut redis = RedisServer::absent(&["save", ""]);
    let server = server_on(&redis, &[]).await;
    let ann = Browser::open(&server).await;
    assert_eq!(ann.send(Method::GET, "/readyz", None).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ann.send(Method::GET, "/healthz", None).await.status(), StatusCode::OK);
    let mut socket = ann.socket().await;
    assert_eq!(socket.refused("watch", json!({"area": "lunch"})).await, "storeUnavailable");
    redis.bring_up();
    // However long the next look takes: it is asked until it works.
    let mut tries = 0;
    while socket.try_ask("watch", None, json!({"area": "lunch"})).await.is_err() {
        tries += 1;
        assert!(tries < 100, "it never finds Redis");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(ann.send(Method::GET, "/readyz", None).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn killing_the_subscription_loses_no_event() {
    let redis = RedisServer::start();
    let (one, two) = tokio::join!(server_on(&redis, &[]), server_on(&redis, &[]));
    let mut watcher = Browser::open(&one).await.join("lunch", "Bob").await;
    let mut voter = Browser::open(&two).await.join("lunch", "Ann").await;
    for round in 0..5 {
        let _: i64 = redis.ask(&["CLIENT", "KILL", "TYPE", "pubsub"]);
        let ack = voter.vote(&format!("place-{round}")).await;
        let seq = ack["seq"].as_u64().unwrap();
        // As the event itself, or within the whole state.
        let reached = |event: &Value| event["seq"] == seq || event["data"]["seq"].as_u64() >= Some(seq);
        watcher.find(reached).await;
    }
    let votes = watcher.ask("getVotes", json!({})).await;
    assert_eq!(votes["votes"][0]["id"], "place-4");
}
