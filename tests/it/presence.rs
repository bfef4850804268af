//! Who is here: people, not tabs; without flicker, without ghosts, without drift.

use std::time::Duration;

use serde_json::{Value, json};

use crate::server::{Browser, Server, Socket};

/// Longer than presence waits to be told (half a second), and longer than the pulse that sets it right.
const A_WHILE: Duration = Duration::from_secs(6);

async fn watcher(server: &Server, area: &str) -> Socket {
    let mut socket = Browser::open(server).await.socket().await;
    socket.ask("watch", json!({"area": area})).await;
    socket.event("updates").await;
    socket
}

fn names(presence: &Value, list: &str) -> Vec<String> {
    presence["data"][list].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

/// The next word on who is here that says this of somebody.
async fn told(socket: &mut Socket, list: &str, name: &str) -> Value {
    socket.find(|event| event["event"] == "presence" && names(event, list).iter().any(|there| there == name)).await
}

async fn watching(socket: &mut Socket, people: u64) -> Value {
    socket.find(|event| event["event"] == "presence" && event["data"]["watching"] == people).await
}

#[tokio::test]
async fn coming_and_going_shows() {
    let server = Server::start(&[("WTE__PRESENCE__GRACE_MS", "200")]).await;
    let mut looking = watcher(&server, "lunch").await;
    let ann = Browser::open(&server).await;
    let tab = ann.join("lunch", "Ann").await;
    let here = told(&mut looking, "here", "Ann").await;
    assert_eq!((&here["data"]["online"], &here["data"]["watching"]), (&json!(1), &json!(2)));

    tab.close().await;
    let gone = told(&mut looking, "gone", "Ann").await;
    assert_eq!((&gone["data"]["online"], &gone["data"]["watching"]), (&json!(0), &json!(1)));
    let users = looking.ask("getUsers", json!({})).await;
    assert_eq!((&users["users"][0]["username"], &users["users"][0]["online"]), (&json!("Ann"), &json!(false)));
}

#[tokio::test]
async fn signing_out_and_switching_areas_show_without_grace() {
    let server = Server::start(&[("WTE__PRESENCE__GRACE_MS", "30000")]).await;
    let mut looking = watcher(&server, "lunch").await;
    let mut ann = Browser::open(&server).await.join("lunch", "Ann").await;
    let mut bob = Browser::open(&server).await.join("lunch", "Bob").await;
    watching(&mut looking, 3).await;
    ann.ask("leave", json!({})).await;
    told(&mut looking, "gone", "Ann").await;
    bob.ask("watch", json!({"area": "dinner"})).await;
    let both_gone = told(&mut looking, "gone", "Bob").await;
    assert_eq!((&both_gone["data"]["online"], &both_gone["data"]["watching"]), (&json!(0), &json!(2)));
}

#[tokio::test]
async fn a_reload_does_not_flicker() {
    let server = Server::start(&[]).await;
    let mut looking = watcher(&server, "lunch").await;
    let ann = Browser::open(&server).await;
    let mut tab = ann.join("lunch", "Ann").await;
    told(&mut looking, "here", "Ann").await;
    for _ in 0..3 {
        tab.close().await;
        tab = ann.socket().await;
        tab.ask("watch", json!({"area": "lunch"})).await;
    }
    looking.linger(A_WHILE).await;
    let told = looking.drain().await;
    assert!(told.iter().all(|event| event["event"] != "presence" || names(event, "gone").is_empty()), "{told:?}");
}

#[tokio::test]
async fn without_grace_the_same_reload_flickers() {
    let server = Server::start(&[("WTE__PRESENCE__GRACE_MS", "0")]).await;
    let mut looking = watcher(&server, "lunch").await;
    let ann = Browser::open(&server).await;
    let tab = ann.join("lunch", "Ann").await;
    told(&mut looking, "here", "Ann").await;
    tab.close().await;
    told(&mut looking, "gone", "Ann").await;
    let mut again = ann.socket().await;
    again.ask("watch", json!({"area": "lunch"})).await;
    told(&mut looking, "here", "Ann").await;
}

#[tokio::test]
async fn two_tabs_are_one_person_until_both_are_closed() {
    let server = Server::start(&[("WTE__PRESENCE__GRACE_MS", "0")]).await;
    let mut looking = watcher(&server, "lunch").await;
    let ann = Browser::open(&server).await;
    let (one, two) = (ann.join("lunch", "Ann").await, ann.join("lunch", "Ann").await);
    let both = watching(&mut looking, 3).await;
    assert_eq!(both["data"]["online"], 1);
    one.close().await;
    let left = watching(&mut looking, 2).await;
    assert_eq!((names(&left, "gone").len(), &left["data"]["online"]), (0, &json!(1)));
    two.close().await;
    told(&mut looking, "gone", "Ann").await;
}

#[tokio::test]
async fn a_watcher_is_counted_and_not_named() {
    let server = Server::start(&[]).await;
    let mut looking = watcher(&server, "lunch").await;
    let _other = watcher(&server, "lunch").await;
    let presence = watching(&mut looking, 2).await;
    assert_eq!(presence["data"], json!({"here": [], "gone": [], "online": 0, "watching": 2}));
}

#[tokio::test]
async fn a_name_that_leaves_and_another_that_takes_it_are_told_apart() {
    let server = Server::start(&[("WTE__PRESENCE__GRACE_MS", "0")]).await;
    let mut looking = watcher(&server, "lunch").await;
    let (ann, bob) = (Browser::open(&server).await, Browser::open(&server).await);
    let mut first = ann.join("lunch", "Ann").await;
    first.ask("leave", json!({})).await;
    let second = bob.join("lunch", "Ann").await;
    watching(&mut looking, 3).await;
    second.close().await;
    let gone = watching(&mut looking, 2).await;
    assert_eq!(gone["data"]["online"], 0, "the first Ann still looks on, nameless");
}

#[tokio::test]
async fn no_count_is_ever_negative_or_drifts() {
    let server = Server::start(&[("WTE__PRESENCE__GRACE_MS", "0")]).await;
    let mut looking = watcher(&server, "lunch").await;
    let browsers = [Browser::open(&server).await, Browser::open(&server).await, Browser::open(&server).await];
    for round in 0..10 {
        let mut tabs = Vec::new();
        for (number, browser) in browsers.iter().enumerate() {
            tabs.push(browser.join("lunch", &format!("User {number}")).await);
            tabs.push(browser.join("lunch", &format!("User {number}")).await);
        }
        for (number, mut tab) in tabs.into_iter().enumerate() {
            match (number + round) % 3 {
                0 => drop(tab.try_ask("leave", None, json!({})).await),
                1 => tab.close().await,
                _ => drop(tab),
            }
        }
    }
    let last = watching(&mut looking, 1).await;
    assert_eq!(last["data"]["online"], 0);
    looking.linger(A_WHILE).await;
    let all = looking.drain().await;
    for event in all.iter().filter(|event| event["event"] == "presence") {
        let (online, watching) = (event["data"]["online"].as_u64(), event["data"]["watching"].as_u64());
        assert!(online.unwrap() <= 3 && watching.unwrap() <= 61, "{event}");
    }
    let (_, area) = browsers[0].get("/api/areas/lunch").await;
    assert_eq!((&area["online"], &area["watching"]), (&json!(0), &json!(1)));
}
