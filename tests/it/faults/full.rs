//! A Redis that has no room left, as the servers and the people behind them see it: nothing new, nothing lost, and all again when there
//! is room. The policy `noeviction` is what it hangs by.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::measured::keep;
use crate::redis::server::RedisServer;
use crate::server::{Browser, Server, Socket, View};

const SECRET: (&str, &str) = ("SESSION_SECRET", "several servers share this secret of 48 characters");

/// A Redis that does so when it is full, and a server upon it.
async fn server_on(policy: &str, settings: &[(&str, &str)]) -> (RedisServer, Server) {
    let redis = RedisServer::with(&["save", "", "maxmemory-policy", policy]);
    let url = redis.url();
    let server = Server::start(&[&[("REDIS_URL", &*url), SECRET], settings].concat()).await;
    (redis, server)
}

fn make_full(redis: &RedisServer) {
    // Less than Redis takes by itself.
    redis.ask::<String>(&["CONFIG", "SET", "maxmemory", "1"]);
}

fn make_room(redis: &RedisServer) {
    redis.ask::<String>(&["CONFIG", "SET", "maxmemory", "0"]);
}

fn place(id: &str) -> Value {
    json!({"fs": {"id": id, "name": format!("Place {id}")}})
}

/// How many votes were acknowledged, and whose of them are lost.
struct Outcome {
    acked: usize,
    lost: Vec<String>,
}

/// Votes of three people, and what is left of them once Redis was full and is not any more.
async fn outcome(redis: &RedisServer, server: &Server) -> Outcome {
    let mut voters: Vec<(String, Socket)> = Vec::new();
    for name in ["Ann", "Bob", "Cem"] {
        let mut socket = Browser::open(server).await.join("lunch", name).await;
        socket.vote("thai").await;
        voters.push((name.to_owned(), socket));
    }
    make_full(redis);
    let refused = voters[0].1.try_ask("addVote", Some(7), place("sushi")).await;
    make_room(redis);
    let acked = if refused.is_ok() { "sushi" } else { "thai" };
    let kept: Vec<String> = redis.ask(&["HVALS", "lunch:state"]);
    let stands = |name: &str, id: &str| {
        let users = kept.iter().filter_map(|user| serde_json::from_str::<Value>(user).ok());
        users.into_iter().any(|user| user["username"] == name && user["vote"]["id"] == id)
    };
    let lost = voters.iter().filter(|(name, _)| !stands(name, if name == "Ann" { acked } else { "thai" }));
    let lost: Vec<String> = lost.map(|(name, _)| name.clone()).collect();
    Outcome { acked: voters.len() + usize::from(refused.is_ok()), lost }
}

#[tokio::test]
async fn a_full_redis_loses_no_vote_that_was_acknowledged() {
    let (redis, server) = server_on("noeviction", &[]).await;
    let Outcome { acked, lost } = outcome(&redis, &server).await;
    assert_eq!(lost, Vec::<String>::new());
    keep("redis-full", &[(acked as u64, "votes acked"), ((acked - lost.len()) as u64, "of them kept")]);
}

#[tokio::test]
async fn a_redis_that_throws_away_what_it_has_no_room_for_does() {
    let (redis, server) = server_on("allkeys-lru", &[]).await;
    assert!(!outcome(&redis, &server).await.lost.is_empty());
}

#[tokio::test]
async fn a_full_redis_is_told_to_who_votes_and_to_who_runs_it_and_all_goes_on_when_there_is_room() {
    let (redis, server) = server_on("noeviction", &[("WTE__AREA__LIFETIME_SECS", "6")]).await;
    let mut short = Browser::open(&server).await.join("dinner", "Dan").await;
    let ann = Browser::open(&server).await;
    let mut socket = ann.join("lunch", "Ann").await;
    socket.vote("thai").await;
    make_full(&redis);
    assert_eq!(socket.try_ask("addVote", Some(7), place("sushi")).await.unwrap_err()["code"], "storeUnavailable");
    let (status, told) = ann.call(Method::PUT, "/api/areas/lunch/vote", Some(&place("sushi"))).await;
    assert_eq!((status, &told["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("storeUnavailable")));
    assert!(!told["message"].as_str().unwrap().contains("OOM"), "a cause is for the log: {told}");
    server.logged("full", 1).await;
    // Whoever looks, or comes to look, sees what there is.
    assert_eq!(ann.get("/api/areas/lunch").await.1["votes"][0]["id"], "thai");
    let mut late = Browser::open(&server).await.socket().await;
    late.ask("watch", json!({"area": "lunch"})).await;
    assert_eq!(late.event("updates").await["data"]["votes"][0]["id"], "thai");
    // Time goes on.
    assert_eq!(short.event("userLeft").await["data"]["reason"], "expired");
    make_room(&redis);
    socket.ask("add", json!({"area": "lunch", "username": "Ann"})).await;
    let done = socket.try_ask("addVote", Some(7), place("sushi")).await.expect("there is room");
    let again = socket.try_ask("addVote", Some(7), place("sushi")).await.expect("there is room");
    assert_eq!(again["seq"], done["seq"], "a retry counts once, for what was refused was not counted");
    let view = View::of(&ann.get("/api/areas/lunch").await.1);
    assert_eq!(view.votes["Ann"], "sushi");
}
