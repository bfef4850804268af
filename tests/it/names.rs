//! Names: who holds them, how they are compared, how they change hands.

use serde_json::{Value, json};

use crate::server::{Browser, Server};

#[tokio::test]
async fn a_name_that_somebody_else_holds_is_refused_with_one_that_is_free() {
    let server = Server::start(&[]).await;
    let (ann, bob) = (Browser::open(&server).await, Browser::open(&server).await);
    let _holder = ann.join("lunch", "Ann").await;
    let mut second = bob.socket().await;
    for spelling in ["Ann", "ANN", " ann ", "A\u{200d}nn"] {
        let refused = second.try_ask("add", None, json!({"area": "lunch", "username": spelling})).await.unwrap_err();
        assert_eq!(refused["code"], "nameTaken", "{spelling}");
        let free = refused["free"].as_str().unwrap().to_lowercase();
        assert_ne!(free.replace('\u{200d}', ""), "ann");
    }
    let refused = second.try_ask("add", None, json!({"area": "lunch", "username": "Ann"})).await.unwrap_err();
    second.ask("add", json!({"area": "lunch", "username": refused["free"]})).await;
    second.ask("add", json!({"area": "dinner", "username": "Ann"})).await;
}

#[tokio::test]
async fn a_refused_name_changes_nothing() {
    let server = Server::start(&[]).await;
    let (ann, bob) = (Browser::open(&server).await, Browser::open(&server).await);
    let _holder = ann.join("lunch", "Ann").await;
    let mut second = bob.join("dinner", "Bob").await;
    assert_eq!(second.refused("add", json!({"area": "lunch", "username": "Ann"})).await, "nameTaken");
    let me = second.ask("getMe", json!({})).await;
    assert_eq!((&me["area"], &me["username"]), (&json!("dinner"), &json!("Bob")), "it still follows what it did");
    let (_, lunch) = ann.get("/api/areas/lunch").await;
    assert_eq!(lunch["users"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_second_tab_of_the_same_browser_is_welcome() {
    let server = Server::start(&[]).await;
    let ann = Browser::open(&server).await;
    let mut first = ann.join("lunch", "Ann").await;
    let mut second = ann.socket().await;
    let welcome = second.ask("add", json!({"area": "lunch", "username": "Ann"})).await;
    assert_eq!(welcome["seq"], 1, "no change: the name is there already");
    second.vote("thai").await;
    assert_eq!(first.event("vote").await["data"]["username"], "Ann");
}

#[tokio::test]
async fn a_name_taken_in_one_tab_is_the_other_tabs_too() {
    let server = Server::start(&[]).await;
    let (ann, bob) = (Browser::open(&server).await, Browser::open(&server).await);
    let (mut looking, mut others) = (ann.socket().await, bob.socket().await);
    for socket in [&mut looking, &mut others] {
        socket.ask("watch", json!({"area": "lunch"})).await;
    }
    ann.join("lunch", "Ann").await;
    assert_eq!(looking.ask("getMe", json!({})).await["username"], "Ann");
    assert_eq!(others.ask("getMe", json!({})).await["username"], Value::Null);
    looking.vote("thai").await;
}

#[tokio::test]
async fn a_reload_keeps_the_name() {
    let server = Server::start(&[]).await;
    let ann = Browser::open(&server).await;
    ann.join("lunch", "Ann").await.close().await;
    let mut reloaded = ann.socket().await;
    reloaded.ask("watch", json!({"area": "lunch"})).await;
    assert_eq!(reloaded.ask("getMe", json!({})).await["username"], "Ann");
    reloaded.vote("thai").await;
}

#[tokio::test]
async fn a_new_name_takes_the_vote_along_and_all_tabs_follow() {
    let server = Server::start(&[]).await;
    let (ann, bob) = (Browser::open(&server).await, Browser::open(&server).await);
    let mut renaming = ann.join("lunch", "Ann").await;
    let mut other_tab = ann.join("lunch", "Ann").await;
    let mut looking = bob.socket().await;
    looking.ask("watch", json!({"area": "lunch"})).await;
    renaming.vote("thai").await;
    let ack = renaming.ask("add", json!({"area": "lunch", "username": "Anna", "img": "emoji:🌮"})).await;

    let renamed = looking.event("renamed").await;
    assert_eq!(renamed["seq"], ack["seq"]);
    assert_eq!(renamed["data"], json!({"from": "Ann", "username": "Anna", "img": "emoji:🌮"}));
    let votes = looking.ask("getVotes", json!({})).await;
    assert_eq!(votes["votes"].as_array().unwrap().len(), 1);
    assert_eq!((&votes["votes"][0]["username"], &votes["votes"][0]["id"]), (&json!("Anna"), &json!("thai")));
    other_tab.event("renamed").await;
    assert_eq!(other_tab.ask("getMe", json!({})).await["username"], "Anna");
    other_tab.vote("pizza").await;
    assert_eq!(looking.find(|event| event["data"]["fs"]["id"] == "pizza").await["data"]["username"], "Anna");
    bob.join("lunch", "Ann").await;
}

#[tokio::test]
async fn another_spelling_or_picture_is_the_same_user() {
    let server = Server::start(&[]).await;
    let ann = Browser::open(&server).await;
    let mut socket = ann.join("lunch", "Ann").await;
    socket.vote("thai").await;
    for (username, img) in [("ANN", ""), ("ANN", "https://example.org/ann.png"), ("Ann", "")] {
        socket.ask("add", json!({"area": "lunch", "username": username, "img": img})).await;
        let (_, area) = ann.get("/api/areas/lunch").await;
        assert_eq!(area["users"].as_array().unwrap().len(), 1);
        assert_eq!((&area["users"][0]["username"], &area["users"][0]["img"]), (&json!(username), &json!(img)));
        assert_eq!(area["votes"][0]["username"], username);
    }
}

#[tokio::test]
async fn leaving_in_one_tab_makes_all_of_them_watchers() {
    let server = Server::start(&[]).await;
    let ann = Browser::open(&server).await;
    let mut tabs = [ann.join("lunch", "Ann").await, ann.join("lunch", "Ann").await];
    tabs[0].ask("leave", json!({})).await;
    tabs[1].event("userLeft").await;
    assert_eq!(tabs[1].ask("getMe", json!({})).await["username"], Value::Null);
    assert_eq!(tabs[1].refused("removeVote", json!({})).await, "notJoined");
}
