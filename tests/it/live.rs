//! The live area, through sockets: looking, joining, voting, coming back.

use reqwest::Method;
use serde_json::json;

use crate::contract::group::eventually;
use crate::server::{Browser, Server};

#[tokio::test]
async fn a_vote_appears_at_everyone() {
    let server = Server::start(&[]).await;
    let (ann, bob) = (Browser::open(&server).await, Browser::open(&server).await);
    let mut looking = bob.socket().await;
    looking.ask("watch", json!({"area": "Lunch"})).await;
    let empty = looking.event("updates").await;
    assert_eq!(empty["data"]["area"], "lunch");
    assert_eq!(empty["data"]["seq"], 0);

    let mut voter = ann.join("lunch", "Ann").await;
    assert_eq!(looking.event("user").await["data"]["username"], "Ann");
    let ack = voter.vote("thai").await;
    assert_eq!(ack["seq"], 2);
    for socket in [&mut looking, &mut voter] {
        let vote = socket.event("vote").await;
        assert_eq!(vote["seq"], 2);
        assert_eq!(vote["epoch"], empty["data"]["epoch"]);
        assert_eq!(vote["data"], json!({"username": "Ann", "img": "", "fs": {"id": "thai", "name": "Place thai"}}));
    }
}

#[tokio::test]
async fn who_comes_back_gets_only_what_is_new() {
    let server = Server::start(&[]).await;
    let (ann, bob) = (Browser::open(&server).await, Browser::open(&server).await);
    let mut first = bob.join("lunch", "Bob").await;
    let mut voter = ann.join("lunch", "Ann").await;
    let seen = first.event("user").await;
    first.close().await;
    voter.vote("thai").await;

    let mut again = bob.socket().await;
    again.ask("watch", json!({"area": "lunch", "epoch": seen["epoch"], "seq": seen["seq"]})).await;
    let vote = again.event("vote").await;
    assert_eq!(vote["seq"], seen["seq"].as_u64().unwrap() + 1);
    assert!(again.drain().await.iter().all(|event| event["event"] != "updates"));
    assert_eq!(again.ask("getMe", json!({})).await["username"], "Bob", "the name is kept by the session");

    again.ask("watch", json!({"area": "lunch", "epoch": "another.1", "seq": 1})).await;
    let state = again.event("updates").await;
    assert_eq!(state["data"]["votes"][0]["username"], "Ann");
}

#[tokio::test]
async fn who_comes_back_where_nobody_was_left_gets_only_what_is_new() {
    let server = Server::start(&[("WTE__PRESENCE__GRACE_MS", "0")]).await;
    let ann = Browser::open(&server).await;
    let mut tab = ann.join("lunch", "Ann").await;
    let seen = tab.vote("thai").await;
    tab.find(|event| event["event"] == "presence" && event["data"]["watching"] == 1).await;
    tab.close().await;
    let watching = async || ann.get("/api/areas/lunch").await.1["watching"].clone();
    eventually("nobody is there", async || watching().await == 0).await;
    let ramen = json!({"fs": {"id": "ramen", "name": "Ramen"}});
    let (_, voted) = ann.call(Method::PUT, "/api/areas/lunch/vote", Some(&ramen)).await;

    let mut again = ann.socket().await;
    again.ask("watch", json!({"area": "lunch", "epoch": seen["epoch"], "seq": seen["seq"]})).await;
    again.find(|event| event["event"] == "vote" && event["seq"] == voted["seq"]).await;
    assert!(again.drain().await.iter().all(|event| event["event"] != "updates"));
}
