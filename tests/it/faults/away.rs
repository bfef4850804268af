//! What is away from the start, or hangs: the store, and the source of places. Whoever asks is told so, instead of waiting with it; beside
//! each a server that is patient, asked the same at the same time.

use std::time::Instant;

use reqwest::Method;
use serde_json::{Value, json};

use super::measured::keep;
use crate::contract::group::eventually;
use crate::redis::server::RedisServer;
use crate::server::{Browser, Server};
use crate::venues::stand_in::{Reply, StandIn};

const SECRET: (&str, &str) = ("SESSION_SECRET", "several servers share this secret of 48 characters");

#[tokio::test]
async fn without_its_store_a_server_says_so_and_a_patient_one_would_say_nothing() {
    let mut redis = RedisServer::absent(&["save", ""]);
    let url = redis.url();
    let settings = [("REDIS_URL", &*url), SECRET];
    let (server, patient) = (Server::start(&settings).await, Server::start_unguarded("patient", &settings).await);
    let (ann, bob) = (Browser::open(&server).await, Browser::open(&patient).await);
    let (me, name) = ("/api/areas/lunch/me", json!({"username": "Ann", "n": 1}));
    // The patient server still does what it was asked when Redis comes, though nobody waits for it any more.
    let other = json!({"username": "Bob", "n": 1});
    let begun = Instant::now();
    let refused = tokio::select! {
        told = ann.call(Method::PUT, me, Some(&name)) => told,
        told = bob.call(Method::PUT, me, Some(&other)) => panic!("it does not wait: {told:?}"),
    };
    assert_eq!((refused.0.as_u16(), &refused.1["code"]), (503, &json!("storeUnavailable")));
    keep("store-absent", &[(begun.elapsed().as_millis() as u64, "ms until somebody is told")]);
    assert_eq!(server.get("/readyz").await.status(), 503);
    server.logged("the store did not answer", 1).await;
    redis.bring_up();
    eventually("it finds its store", async || ann.call(Method::PUT, me, Some(&name)).await.0 == 200).await;
    assert_eq!(server.get("/readyz").await.status(), 200);
}

#[tokio::test]
async fn a_source_that_hangs_is_left_and_a_patient_server_would_wait_with_it() {
    let source = StandIn::start(|_| Reply::Silence(String::new())).await;
    let url = source.url();
    let settings = |ms| {
        [("WTE__VENUES__SOURCE", "openstreetmap"), ("WTE__VENUES__PHOTON_URL", &*url), ("WTE__VENUES__TIMEOUT_MS", ms)]
    };
    let (server, patient) =
        (Server::start(&settings("500")).await, Server::start_unguarded("", &settings("3600000")).await);
    let (ann, bob) = (Browser::open(&server).await, Browser::open(&patient).await);
    let search = "/api/venues?query=ramen&ll=52.52,13.4";
    let begun = Instant::now();
    let (status, told): (_, Value) = tokio::select! {
        told = ann.get(search) => told,
        told = bob.get(search) => panic!("it does not wait: {told:?}"),
    };
    let took = begun.elapsed().as_millis() as u64;
    keep("source-hanging", &[(took, "ms until somebody is told, with a limit of 500 ms")]);
    assert_eq!((status.as_u16(), &told["code"]), (502, &json!("venuesUnavailable")));
    assert!(told["message"].as_str().unwrap().contains("add any place by its name"), "{told}");
    let mut socket = ann.join("lunch", "Ann").await;
    socket.ask("addVote", json!({"fs": {"name": "Bob's Truck"}})).await;
}
