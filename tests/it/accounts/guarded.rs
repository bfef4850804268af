//! What an account is held by against others: the guest's cookie of before, tries that are not its owner's, names by the thousand.

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{CHEAP, PHRASE, call, code, create, name_of, server_on, sign_in, take, two_servers};
use crate::redis::server::RedisServer;
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

#[tokio::test]
async fn a_join_of_somebody_new_is_two_calls_of_the_store() {
    const JOINS: usize = 12;
    let redis = RedisServer::start();
    let server = server_on(&redis, &[]).await;
    // The area is live from here on, and Redis knows the scripts.
    let _first = Browser::open(&server).await.join("lunch", "Ann").await;
    let browsers = join_all((0..JOINS).map(|_| Browser::open(&server))).await;
    for (setting, value) in [("slowlog-max-len", "10000"), ("slowlog-log-slower-than", "0")] {
        redis.ask::<()>(&["CONFIG", "SET", setting, value]);
    }
    let mut sockets = Vec::new();
    for (number, browser) in browsers.iter().enumerate() {
        sockets.push(browser.join("lunch", &format!("User {number}")).await);
    }
    redis.ask::<()>(&["CONFIG", "SET", "slowlog-log-slower-than", "-1"]);
    let commands: Vec<(u64, u64, u64, Vec<String>, String, String)> = redis.ask(&["SLOWLOG", "GET", "10000"]);
    let scripts = commands.iter().map(|(_, _, _, command, ..)| command).filter(|command| command[0] == "EVALSHA");
    let of = |first: &str, keys: Option<&str>| {
        let is = |command: &&Vec<String>| command[3].starts_with(first) && keys.is_none_or(|keys| command[2] == keys);
        scripts.clone().filter(is).count()
    };
    // Whether the session stands; and the join, which is given the keys of one user's records and of the name's account, too.
    assert_eq!((of("sess:", None), of("account:", None), of("lunch:", Some("19"))), (JOINS, 0, JOINS));
    // What asks for the area as a whole, or for one's name there: the server itself does so now and then.
    assert!(of("lunch:", Some("14")) < JOINS / 2, "{}", of("lunch:", Some("14")));
}

#[tokio::test]
async fn who_holds_a_name_that_another_makes_an_account_of_keeps_it_until_it_ends() {
    let (_redis, one, two) = two_servers(&[]).await;
    let holder = Browser::open(&one).await;
    let _tab = holder.join("lunch", "Ann").await;
    create(&mut Browser::open(&two).await, "Ann", &[]).await;
    for server in [&one, &two] {
        assert_eq!(take(&holder.at(server), "Ann").await.0, StatusCode::OK);
        assert_eq!(code(&take(&Browser::open(server).await, "Ann").await), (409, "nameTaken"));
    }
    assert_eq!(
        code(&holder.at(&two).call(Method::PUT, "/api/areas/dinner/me", Some(&json!({"username": "Ann"}))).await),
        (409, "nameTaken")
    );
}
