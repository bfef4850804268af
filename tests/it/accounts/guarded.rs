//! What an account is held by against others: the guest's cookie of before, tries that are not its owner's, names by the thousand.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{CHEAP, PHRASE, call, code, create, name_of, sign_in, take, two_servers};
use crate::server::{Browser, Server};

#[tokio::test]
async fn what_a_browser_was_as_a_guest_is_refused_everywhere_once_it_signed_in() {
    let (_redis, one, two) = two_servers(&[]).await;
    let mut laptop = Browser::open(&one).await;
    laptop.join("lunch", "Ann").await.vote("thai").await;
    let copied = laptop.at(&two);
    let mut tab = copied.socket().await;
    let mut events = copied.events("lunch", None).await;
    create(&mut laptop, "Ann", &["lunch"]).await;
    assert_eq!(tab.event("serverError").await["data"]["code"], "signedOut");
    assert_eq!(tab.closed().await, Some(1008));
    assert_eq!(events.event("serverError").await["data"]["code"], "signedOut");
    events.ended().await;
    for server in [&one, &two] {
        assert_eq!(code(&copied.at(server).get("/api/areas/lunch/me").await), (401, "signedOut"));
    }
    assert_eq!(name_of(&laptop).await, "Ann", "the browser that signed in has its name");
    let votes = laptop.at(&two).join("lunch", "Ann").await.ask("getVotes", json!({})).await;
    assert_eq!(votes["votes"][0]["id"], "thai", "and its vote");
}

#[tokio::test]
async fn who_tries_a_name_often_keeps_its_owner_from_nothing() {
    let (_redis, one, two) = two_servers(&[("WTE__ACCOUNT__TRIES", "2")]).await;
    let (mut ann, mut thief) = (Browser::open(&one).await, Browser::open(&two).await);
    create(&mut ann, "Ann", &[]).await;
    for status in [403, 403, 429] {
        assert_eq!(sign_in(&mut thief, "Ann", "dumplings at dusk", &[]).await.0.as_u16(), status);
    }
    let change = json!({"old": PHRASE, "new": "dumplings at noon"});
    assert_eq!(call(&mut ann, Method::PUT, "/passphrase", change).await.0, StatusCode::OK);
    let wrong = json!({"passphrase": PHRASE});
    assert_eq!(code(&call(&mut ann, Method::DELETE, "", wrong.clone()).await), (403, "wrongPassphrase"));
    assert_eq!(code(&call(&mut ann, Method::DELETE, "", wrong).await), (429, "rateLimited"), "its own tries count too");
}

#[tokio::test]
async fn an_address_makes_only_so_many_accounts_a_day() {
    let server = Server::start(&[CHEAP[0], CHEAP[1], ("WTE__ACCOUNT__NEW_PER_ADDRESS", "2")]).await;
    let mut browser = Browser::open(&server).await;
    let mut make = async |name: &str| {
        let (status, _) = call(&mut browser, Method::POST, "", json!({"username": name, "passphrase": PHRASE})).await;
        status.as_u16()
    };
    assert_eq!(make("Ann").await, 200);
    assert_eq!(make("ann").await, 409, "what is not made does not count");
    assert_eq!((make("Bob").await, make("Cem").await), (200, 429));
}

#[tokio::test]
async fn no_name_is_offered_that_is_somebodys_account() {
    let (_redis, one, two) = two_servers(&[]).await;
    let (mut bob, cem) = (Browser::open(&one).await, Browser::open(&two).await);
    create(&mut bob, "Ann 2", &[]).await;
    assert_eq!(take(&cem, "Ann").await.0, StatusCode::OK);
    let taken = take(&Browser::open(&two).await, "Ann").await;
    assert_eq!((code(&taken), &taken.1["free"]), ((409, "nameTaken"), &json!("Ann 3")));
}
