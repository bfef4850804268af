//! The last acts of an area, as who comes later is told them.

use serde_json::{Value, json};

use crate::server::{Browser, Server};

/// The newest first: `moved Ann Thai from Ramen`.
fn told(answer: &Value) -> Vec<String> {
    let line = |act: &Value| {
        let words = ["kind", "username", "place", "from"].map(|field| act[field].as_str().unwrap_or_default());
        words.join(" ").trim().to_owned()
    };
    answer["acts"].as_array().unwrap().iter().map(line).collect()
}

#[tokio::test]
async fn who_reloads_is_told_who_came_and_went_before() {
    let server = Server::start(&[]).await;
    let (ann, bob) = (Browser::open(&server).await, Browser::open(&server).await);
    let mut here = ann.join("lunch", "Ann").await;
    let mut there = bob.join("lunch", "Bob").await;
    here.vote("ramen").await;
    here.vote("thai").await;
    here.ask("removeVote", json!({})).await;
    there.ask("add", json!({"area": "lunch", "username": "Bobby"})).await;
    let left = there.ask("leave", json!({})).await;
    here.find(|event| event["event"] == "userLeft").await;

    let (status, answer) = Browser::open(&server).await.get("/api/areas/lunch/activity").await;
    assert_eq!(status, 200);
    let wanted = [
        "left Bobby",
        "renamed Bobby  Bob",
        "tookBack Ann Place thai",
        "moved Ann Place thai Place ramen",
        "voted Ann Place ramen",
        "joined Bob",
        "joined Ann",
    ];
    assert_eq!(told(&answer), wanted);
    assert_eq!((&answer["epoch"], &answer["seq"]), (&left["epoch"], &left["seq"]), "what comes after, the events tell");
}

#[tokio::test]
async fn where_nobody_follows_the_state_tells_who_is_there() {
    let server = Server::start(&[]).await;
    let ann = Browser::open(&server).await;
    let body = json!({"username": "Ann"});
    ann.call(reqwest::Method::PUT, "/api/areas/lunch/me", Some(&body)).await;
    let vote = json!({"fs": {"id": "thai", "name": "Thai"}});
    ann.call(reqwest::Method::PUT, "/api/areas/lunch/vote", Some(&vote)).await;
    let (_, answer) = ann.get("/api/areas/lunch/activity").await;
    assert_eq!(told(&answer), ["voted Ann Thai", "joined Ann"]);
    let (_, nobody) = ann.get("/api/areas/nobody/activity").await;
    assert_eq!((told(&nobody).len(), &nobody["epoch"]), (0, &json!("")));
}
