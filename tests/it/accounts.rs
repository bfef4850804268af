//! Accounts over two servers on one Redis: a name that is one's own on every device, that nobody else can take, and sessions that end
//! everywhere at once.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::redis::path::Path;
use crate::redis::server::RedisServer;
use crate::server::{Browser, Server};

mod guarded;

const SECRET: &str = "several servers share this secret of 48 characters";
const PHRASE: &str = "noodles at noon";
/// As cheap as argon2 may be: what is tested is not its cost.
pub const CHEAP: [(&str, &str); 2] = [("WTE__ACCOUNT__HASH_MEMORY_KIB", "1024"), ("WTE__ACCOUNT__HASH_PASSES", "1")];

async fn server_on(redis: &RedisServer, settings: &[(&str, &str)]) -> Server {
    let url = redis.url();
    let mut all = vec![("REDIS_URL", url.as_str()), ("SESSION_SECRET", SECRET)];
    all.extend(CHEAP);
    all.extend(settings);
    Server::start(&all).await
}

/// One Redis, and two servers on it.
async fn two_servers(settings: &[(&str, &str)]) -> (RedisServer, Server, Server) {
    let redis = RedisServer::start();
    let (one, two) = tokio::join!(server_on(&redis, settings), server_on(&redis, settings));
    (redis, one, two)
}

async fn call(browser: &mut Browser, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
    let response = browser.send(method, &format!("/api/account{path}"), Some(&body)).await;
    browser.take_cookie(&response);
    (response.status(), response.json().await.unwrap_or_default())
}

pub async fn create(browser: &mut Browser, name: &str, areas: &[&str]) {
    let body = json!({"username": name, "passphrase": PHRASE, "areas": areas});
    assert_eq!(call(browser, Method::POST, "", body).await, (StatusCode::OK, json!({"username": name})));
}

async fn sign_in(browser: &mut Browser, name: &str, phrase: &str, areas: &[&str]) -> (StatusCode, Value) {
    let body = json!({"username": name, "passphrase": phrase, "areas": areas});
    call(browser, Method::POST, "/session", body).await
}

pub async fn take(browser: &Browser, name: &str) -> (StatusCode, Value) {
    browser.call(Method::PUT, "/api/areas/lunch/me", Some(&json!({"username": name}))).await
}

async fn name_of(browser: &Browser) -> Value {
    browser.get("/api/areas/lunch/me").await.1["username"].clone()
}

pub fn code(answer: &(StatusCode, Value)) -> (u16, &str) {
    (answer.0.as_u16(), answer.1["code"].as_str().unwrap_or_default())
}

/// How many passphrases a server has hashed or verified, by outcome.
async fn hashed(server: &Server, outcome: &str) -> u64 {
    let figures = server.get("/metrics").await.text().await.unwrap();
    let line = format!("wte_passphrases_total{{outcome=\"{outcome}\"}} ");
    figures.lines().find_map(|text| text.strip_prefix(&line)?.parse().ok()).unwrap_or_default()
}

#[tokio::test]
async fn an_account_is_the_same_person_in_a_second_browser_at_another_server() {
    let (_redis, one, two) = two_servers(&[]).await;
    let (mut laptop, mut phone) = (Browser::open(&one).await, Browser::open(&two).await);
    let mut guest = laptop.join("lunch", "Ann").await;
    guest.vote("thai").await;
    create(&mut laptop, "Ann", &["lunch"]).await;
    assert_eq!(name_of(&laptop).await, "Ann", "neither the name nor the vote is lost");
    assert_eq!(guest.refused("addVote", json!({"fs": {"id": "thai"}})).await, "notJoined", "the guest is nobody now");

    assert_eq!(sign_in(&mut phone, "ANN", PHRASE, &[]).await, (StatusCode::OK, json!({"username": "Ann"})));
    assert_eq!(name_of(&phone).await, "Ann");
    let mut here = laptop.join("lunch", "Ann").await;
    let mut there = phone.join("lunch", "Ann").await;
    there.vote("ramen").await;
    here.find(|event| event["event"] == "vote" && event["data"]["username"] == "Ann").await;
    let votes = here.ask("getVotes", json!({})).await;
    assert_eq!(
        (&votes["votes"][0]["id"], &votes["votes"][1]),
        (&json!("ramen"), &Value::Null),
        "two devices, one vote"
    );
}

#[tokio::test]
async fn nobody_else_takes_an_accounts_name_in_any_area_by_any_way() {
    let (_redis, one, two) = two_servers(&[]).await;
    let (mut ann, mut bob) = (Browser::open(&one).await, Browser::open(&one).await);
    let guest = Browser::open(&two).await;
    create(&mut ann, "Ann", &[]).await;
    create(&mut bob, "Ann 2", &[]).await;
    for (who, thief) in [("a guest", &guest), ("another account", &bob.at(&two))] {
        for name in ["Ann", "ANN", "A\u{200D}nn", " ann "] {
            let taken = take(thief, name).await;
            assert_eq!(code(&taken), (409, "nameTaken"), "{who} {name:?}");
            assert_ne!(taken.1["free"], "Ann 2", "what is offered is nobody's account");
            let mut socket = thief.socket().await;
            let add = json!({"area": "dinner", "username": name});
            assert_eq!(socket.refused("add", add).await, "nameTaken", "{who} {name:?}");
        }
        let form = two.request(Method::POST, "/a/lunch/name").header("origin", &thief.base);
        let form = form.header("cookie", &thief.cookie).header("content-type", "application/x-www-form-urlencoded");
        let form = form.body("username=Ann").send().await.unwrap();
        assert_eq!(form.status(), StatusCode::CONFLICT, "{who}");
    }
    assert_eq!(take(&ann.at(&two), "Ann").await.0, StatusCode::OK, "it is free for whose it is");
    assert_eq!(take(&guest, "Anne").await.0, StatusCode::OK, "any other name is");
}

#[tokio::test]
async fn a_guest_who_had_the_name_before_keeps_it_until_it_ends() {
    let (_redis, one, two) = two_servers(&[]).await;
    let (guest, mut ann) = (Browser::open(&one).await, Browser::open(&two).await);
    assert_eq!(take(&guest, "Ann").await.0, StatusCode::OK);
    create(&mut ann, "Ann", &["lunch"]).await;
    assert_eq!(take(&guest, "Ann").await.0, StatusCode::OK, "welcome again");
    assert_eq!(code(&take(&ann, "Ann").await), (409, "nameTaken"));
    guest.send(Method::DELETE, "/api/areas/lunch/me", None).await;
    assert_eq!(code(&take(&guest, "Ann").await), (409, "nameTaken"));
    assert_eq!(take(&ann, "Ann").await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_revoked_session_ends_at_every_server_and_is_told_so() {
    let (_redis, one, two) = two_servers(&[]).await;
    let (mut laptop, mut phone) = (Browser::open(&one).await, Browser::open(&two).await);
    create(&mut laptop, "Ann", &[]).await;
    sign_in(&mut phone, "Ann", PHRASE, &[]).await;
    let (mut socket, mut events) = (phone.join("lunch", "Ann").await, phone.events("lunch", None).await);
    let mut kept = laptop.join("lunch", "Ann").await;

    let (_, shown) = laptop.get("/api/account").await;
    let sessions = shown["sessions"].as_array().unwrap();
    assert_eq!((sessions.len(), &shown["username"]), (2, &json!("Ann")));
    let other = sessions.iter().find(|session| session["current"] == false).unwrap()["id"].as_str().unwrap();
    let path = format!("/sessions/{other}");
    assert_eq!(call(&mut laptop, Method::DELETE, &path, json!({})).await.0, StatusCode::OK);

    assert_eq!(socket.event("serverError").await["data"]["code"], "signedOut");
    assert_eq!(socket.closed().await, Some(1008));
    assert_eq!(events.event("serverError").await["data"]["code"], "signedOut");
    events.ended().await;
    for server in [&one, &two] {
        assert_eq!(code(&phone.at(server).get("/api/areas/lunch/me").await), (401, "signedOut"));
    }
    assert_eq!(call(&mut laptop, Method::DELETE, &path, json!({})).await.1["code"], "noSuchSession");
    assert_eq!(kept.ask("getMe", json!({})).await["username"], "Ann", "the other session goes on");

    let fresh = phone.send(Method::POST, "/api/session", None).await;
    phone.take_cookie(&fresh);
    assert_eq!(phone.get("/api/account").await.1["username"], Value::Null, "it goes on as a guest");
}

#[tokio::test]
async fn a_name_without_an_account_is_answered_like_a_wrong_passphrase_and_costs_a_hash_too() {
    let (_redis, one, two) = two_servers(&[]).await;
    let (mut ann, mut thief) = (Browser::open(&one).await, Browser::open(&two).await);
    create(&mut ann, "Ann", &[]).await;
    let wrong = sign_in(&mut thief, "Ann", "dumplings at dusk", &[]).await;
    assert_eq!((code(&wrong), hashed(&two, "wrong").await), ((403, "wrongPassphrase"), 1));
    let unknown = sign_in(&mut thief, "Nobody", "dumplings at dusk", &[]).await;
    assert_eq!((&unknown, hashed(&two, "wrong").await), (&wrong, 2), "the same words, the same work");
    assert_eq!(hashed(&two, "right").await, 0);
    assert_eq!(sign_in(&mut thief, "Ann", PHRASE, &[]).await.0, StatusCode::OK);
    assert_eq!(hashed(&two, "right").await, 1);
    for server in [&one, &two] {
        assert!([PHRASE, "dumplings", "argon2id"].iter().all(|secret| !server.log().contains(secret)), "in the log");
    }
}

#[tokio::test]
async fn a_name_is_tried_only_so_often_over_all_servers() {
    let (_redis, one, two) = two_servers(&[("WTE__ACCOUNT__TRIES", "3")]).await;
    let (mut ann, mut thief) = (Browser::open(&one).await, Browser::open(&two).await);
    create(&mut ann, "Ann", &[]).await;
    for name in ["Ann", "Nobody"] {
        for server in [&one, &two, &one] {
            let wrong = sign_in(&mut thief.at(server), name, "dumplings at dusk", &[]).await;
            assert_eq!(code(&wrong), (403, "wrongPassphrase"), "{name}");
        }
        let refused = sign_in(&mut thief, name, PHRASE, &[]).await;
        assert_eq!(code(&refused), (429, "rateLimited"), "{name}: not even the right one");
        assert!(refused.1["retryInMs"].as_u64().is_some_and(|ms| ms > 0));
    }
    assert_eq!(ann.get("/api/account").await.1["username"], "Ann", "who is signed in goes on");
}

#[tokio::test]
async fn an_address_tries_only_so_often_whatever_the_names() {
    let server = Server::start(&[CHEAP[0], CHEAP[1], ("WTE__ACCOUNT__TRIES_PER_ADDRESS", "2")]).await;
    let mut thief = Browser::open(&server).await;
    for name in ["Ann", "Bob"] {
        assert_eq!(code(&sign_in(&mut thief, name, PHRASE, &[]).await), (403, "wrongPassphrase"));
    }
    assert_eq!(code(&sign_in(&mut thief, "Cem", PHRASE, &[]).await), (429, "rateLimited"));
}

#[tokio::test]
async fn another_passphrase_ends_the_other_sessions() {
    let (_redis, one, two) = two_servers(&[]).await;
    let (mut laptop, mut phone) = (Browser::open(&one).await, Browser::open(&two).await);
    create(&mut laptop, "Ann", &[]).await;
    sign_in(&mut phone, "Ann", PHRASE, &[]).await;
    let mut socket = phone.join("lunch", "Ann").await;
    let change = |old: &str| json!({"old": old, "new": "dumplings at dusk"});
    let wrong = call(&mut laptop, Method::PUT, "/passphrase", change("not at all right")).await;
    assert_eq!(code(&wrong), (403, "wrongPassphrase"));
    assert_eq!(call(&mut laptop, Method::PUT, "/passphrase", change(PHRASE)).await.0, StatusCode::OK);
    assert_eq!(socket.closed().await, Some(1008));
    assert_eq!(laptop.get("/api/account").await.1["sessions"].as_array().unwrap().len(), 1);
    let mut again = Browser::open(&two).await;
    assert_eq!(code(&sign_in(&mut again, "Ann", PHRASE, &[]).await), (403, "wrongPassphrase"));
    assert_eq!(sign_in(&mut again, "Ann", "dumplings at dusk", &[]).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_deleted_account_gives_its_name_back() {
    let (_redis, one, two) = two_servers(&[]).await;
    let (mut laptop, mut phone) = (Browser::open(&one).await, Browser::open(&two).await);
    create(&mut laptop, "Ann", &[]).await;
    sign_in(&mut phone, "Ann", PHRASE, &[]).await;
    let mut socket = phone.join("lunch", "Ann").await;
    let delete = |phrase: &str| json!({"passphrase": phrase, "areas": ["lunch"]});
    assert_eq!(
        code(&call(&mut laptop, Method::DELETE, "", delete("not at all right")).await),
        (403, "wrongPassphrase")
    );
    assert_eq!(call(&mut laptop, Method::DELETE, "", delete(PHRASE)).await.0, StatusCode::OK);
    assert_eq!(socket.closed().await, Some(1008));
    assert_eq!(laptop.get("/api/account").await.1["username"], Value::Null);
    let guest = Browser::open(&two).await;
    assert_eq!(take(&guest, "Ann").await.0, StatusCode::OK, "anybody may have it");
    assert_eq!(code(&sign_in(&mut phone.at(&one), "Ann", PHRASE, &[]).await), (401, "signedOut"));
}

#[tokio::test]
async fn who_signs_out_is_a_guest_and_the_old_cookie_is_worth_nothing() {
    let (_redis, one, two) = two_servers(&[]).await;
    let mut ann = Browser::open(&one).await;
    create(&mut ann, "Ann", &[]).await;
    let before = ann.clone();
    assert_eq!(call(&mut ann, Method::DELETE, "/session", json!({})).await.0, StatusCode::OK);
    assert_ne!(ann.cookie, before.cookie);
    assert_eq!(ann.get("/api/account").await.1["username"], Value::Null);
    assert_eq!(code(&before.at(&two).get("/api/account").await), (401, "signedOut"));
}

#[tokio::test]
async fn a_code_takes_the_account_to_another_device_as_a_session_of_its_own() {
    let (_redis, one, two) = two_servers(&[]).await;
    let (mut laptop, mut phone) = (Browser::open(&one).await, Browser::open(&two).await);
    create(&mut laptop, "Ann", &[]).await;
    create(&mut phone, "Bob", &[]).await;
    let before = phone.clone();
    let (_, offer) = laptop.call(Method::POST, "/api/takeover", Some(&json!({"area": "lunch"}))).await;
    let claim = json!({"code": offer["code"], "area": "lunch"});
    let claimed = phone.send(Method::POST, "/api/takeover/claim", Some(&claim)).await;
    assert_eq!(claimed.status(), StatusCode::OK);
    phone.take_cookie(&claimed);
    assert_eq!(phone.get("/api/account").await.1["username"], "Ann");
    assert_eq!(code(&before.get("/api/account").await), (401, "signedOut"), "nobody has the session of before");

    let (_, shown) = laptop.get("/api/account").await;
    let other = shown["sessions"].as_array().unwrap().iter().find(|session| session["current"] == false).unwrap();
    let path = format!("/sessions/{}", other["id"].as_str().unwrap());
    assert_eq!(call(&mut laptop, Method::DELETE, &path, json!({})).await.0, StatusCode::OK);
    assert_eq!(code(&phone.get("/api/account").await), (401, "signedOut"));
    assert_eq!(laptop.get("/api/account").await.1["username"], "Ann", "each ends by itself");
}

#[tokio::test]
async fn a_session_that_is_revoked_while_a_server_hears_nothing_ends_there_too() {
    let redis = RedisServer::start();
    let path = Path::to(redis.port()).await;
    let url = path.url();
    let settings = [("REDIS_URL", url.as_str()), ("SESSION_SECRET", SECRET), CHEAP[0], CHEAP[1]];
    let (deaf, other) = tokio::join!(Server::start(&settings), server_on(&redis, &[]));
    let (mut laptop, mut phone) = (Browser::open(&other).await, Browser::open(&deaf).await);
    create(&mut laptop, "Ann", &[]).await;
    sign_in(&mut phone, "Ann", PHRASE, &[]).await;
    // It follows no area, so nothing but its session could be missed.
    let mut socket = phone.socket().await;
    socket.ask("watch", json!({})).await;
    path.forget_connections();
    let (_, shown) = laptop.get("/api/account").await;
    let session = shown["sessions"].as_array().unwrap().iter().find(|session| session["current"] == false).unwrap();
    let ended = format!("/sessions/{}", session["id"].as_str().unwrap());
    assert_eq!(call(&mut laptop, Method::DELETE, &ended, json!({})).await.0, StatusCode::OK);
    assert_eq!(socket.event("serverError").await["data"]["code"], "signedOut");
    assert_eq!(socket.closed().await, Some(1008));
}
