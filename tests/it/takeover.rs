//! One person on two devices: a one-time code makes another browser the same one, once, for a short while, and for nobody who guesses.

use reqwest::header::{COOKIE, ORIGIN, SET_COOKIE};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::contract::group::eventually;
use crate::redis::server::RedisServer;
use crate::server::{Browser, Server};

const SECRET: &str = "several servers share this secret of 48 characters";
/// As many as no test makes.
const TIRELESS: (&str, &str) = ("WTE__SESSION__TAKEOVER_TRIES", "1000");

async fn call(browser: &Browser, path: &str, body: Value) -> (StatusCode, Value) {
    browser.call(Method::POST, path, Some(&body)).await
}

/// What the browser's own person would show the other device.
async fn offer(browser: &Browser) -> Value {
    let (status, offer) = call(browser, "/api/takeover", json!({"area": "lunch"})).await;
    assert_eq!(status, StatusCode::OK, "{offer}");
    offer
}

async fn look(browser: &Browser, code: &Value, area: &str) -> (StatusCode, Value) {
    call(browser, "/api/takeover/look", json!({"code": code, "area": area})).await
}

async fn claim(browser: &Browser, code: &Value) -> (StatusCode, Value) {
    call(browser, "/api/takeover/claim", json!({"code": code, "area": "lunch"})).await
}

/// The same device after it claimed the code, with the cookie that it was given.
async fn become_other(browser: &Browser, code: &Value) -> Browser {
    let response =
        browser.send(Method::POST, "/api/takeover/claim", Some(&json!({"code": code, "area": "lunch"}))).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["cache-control"], "no-store");
    let set = response.headers()[SET_COOKIE].to_str().unwrap();
    for wanted in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=1209600"] {
        assert!(set.contains(wanted), "{wanted}: {set}");
    }
    let cookie = set.split(';').next().unwrap().to_owned();
    Browser { cookie, ..browser.clone() }
}

async fn take(browser: &Browser, area: &str, name: &str) {
    let path = format!("/api/areas/{area}/me");
    assert_eq!(browser.call(Method::PUT, &path, Some(&json!({"username": name}))).await.0, StatusCode::OK);
}

async fn name_in(browser: &Browser, area: &str) -> Value {
    browser.get(&format!("/api/areas/{area}/me")).await.1["username"].clone()
}

fn is_no_code((status, problem): &(StatusCode, Value)) -> bool {
    (*status, &problem["code"]) == (StatusCode::NOT_FOUND, &json!("noSuchCode"))
}

#[tokio::test]
async fn a_code_makes_another_browser_the_same_person_in_every_area() {
    let server = Server::start(&[]).await;
    let (laptop, phone) = (Browser::open(&server).await, Browser::open(&server).await);
    take(&laptop, "lunch", "Ann").await;
    take(&laptop, "dinner", "Anna").await;
    take(&phone, "lunch", "Ann-2").await;
    take(&phone, "dinner", "Bea").await;
    let code = offer(&laptop).await["code"].clone();
    let claimed = become_other(&phone, &code).await;
    assert_eq!((name_in(&claimed, "lunch").await, name_in(&claimed, "dinner").await), (json!("Ann"), json!("Anna")));
    assert_eq!(name_in(&laptop, "lunch").await, "Ann", "the other device goes on as before");
    assert_eq!(name_in(&phone, "lunch").await, Value::Null, "one person has one name here, and one vote");
    assert_eq!(name_in(&phone, "dinner").await, "Bea", "in other areas what the device was is left behind");

    let mut here = laptop.join("lunch", "Ann").await;
    let mut there = claimed.join("lunch", "Ann").await;
    there.vote("thai").await;
    here.find(|event| event["event"] == "vote" && event["data"]["username"] == "Ann").await;
    here.vote("ramen").await;
    let (_, area) = laptop.get("/api/areas/lunch").await;
    let votes: Vec<_> = area["votes"].as_array().unwrap().iter().map(|vote| (&vote["username"], &vote["id"])).collect();
    assert_eq!(votes, [(&json!("Ann"), &json!("ramen"))], "two devices, one vote");
}

#[tokio::test]
async fn a_third_device_gets_it_from_either() {
    let server = Server::start(&[]).await;
    let (laptop, phone, tablet) =
        (Browser::open(&server).await, Browser::open(&server).await, Browser::open(&server).await);
    take(&laptop, "lunch", "Ann").await;
    let phone = become_other(&phone, &offer(&laptop).await["code"]).await;
    let tablet = become_other(&tablet, &offer(&phone).await["code"]).await;
    for device in [&laptop, &phone, &tablet] {
        assert_eq!(name_in(device, "lunch").await, "Ann");
    }
}

#[tokio::test]
async fn whoever_claims_a_code_of_their_own_keeps_the_name() {
    let server = Server::start(&[]).await;
    let laptop = Browser::open(&server).await;
    take(&laptop, "lunch", "Ann").await;
    let again = become_other(&laptop, &offer(&laptop).await["code"]).await;
    assert_eq!(name_in(&again, "lunch").await, "Ann");
}

#[tokio::test]
async fn looking_tells_the_name_and_changes_nothing() {
    let server = Server::start(&[]).await;
    let (laptop, phone) = (Browser::open(&server).await, Browser::open(&server).await);
    take(&laptop, "lunch", "Ann").await;
    take(&phone, "dinner", "Bea").await;
    let code = offer(&laptop).await["code"].clone();
    for _ in 0..2 {
        assert_eq!(look(&phone, &code, "lunch").await, (StatusCode::OK, json!({"username": "Ann", "you": null})));
    }
    assert_eq!(look(&phone, &code, "dinner").await, (StatusCode::OK, json!({"username": null, "you": "Bea"})));
    assert_eq!(name_in(&phone, "lunch").await, Value::Null);
    become_other(&phone, &code).await;
    assert!(is_no_code(&look(&phone, &code, "lunch").await));
}

#[tokio::test]
async fn a_code_is_good_once_and_a_wrong_one_never() {
    let server = Server::start(&[TIRELESS]).await;
    let (laptop, phone) = (Browser::open(&server).await, Browser::open(&server).await);
    let code = offer(&laptop).await["code"].clone();
    for wrong in [json!("0000-0000"), json!("K7QM"), json!(""), json!(12_345_678), json!(null), json!(["K7QM-2X9D"])] {
        assert!(is_no_code(&claim(&phone, &wrong).await), "{wrong}");
    }
    let typed = code.as_str().unwrap().to_lowercase().replace('-', " ");
    become_other(&phone, &json!(typed)).await;
    let again = claim(&phone, &code).await;
    assert!(is_no_code(&again));
    assert!(again.1["message"].as_str().unwrap().contains("new one"), "it says what to do: {}", again.1);
}

#[tokio::test]
async fn a_code_that_is_over_is_good_for_nothing() {
    let server = Server::start(&[TIRELESS, ("WTE__SESSION__TAKEOVER_SECS", "1")]).await;
    let (laptop, phone) = (Browser::open(&server).await, Browser::open(&server).await);
    let offer = offer(&laptop).await;
    assert_eq!(offer["expiresInMs"], 1000);
    eventually("the code is over", async || is_no_code(&look(&phone, &offer["code"], "lunch").await)).await;
    // Another session: this one has asked as often as one may.
    assert!(is_no_code(&claim(&Browser::open(&server).await, &offer["code"]).await));
}

#[tokio::test]
async fn who_guesses_is_told_to_wait_whatever_session_it_is() {
    let server = Server::start(&[("WTE__SESSION__TAKEOVER_TRIES", "5")]).await;
    for _ in 0..5 {
        let guesser = Browser::open(&server).await;
        assert!(is_no_code(&claim(&guesser, &json!("0000-0000")).await));
    }
    let guesser = Browser::open(&server).await;
    let body = json!({"code": "0000-0000", "area": "lunch"});
    for path in ["/api/takeover/claim", "/api/takeover/look", "/api/takeover"] {
        // One more is allowed every second, and the machine may be slow: then it is asked again.
        eventually("it is told to wait", async || {
            let response = guesser.send(Method::POST, path, Some(&body)).await;
            let waits = response.status() == StatusCode::TOO_MANY_REQUESTS;
            assert!(!waits || response.headers().contains_key("retry-after"));
            waits && response.text().await.unwrap().contains("Wait a moment")
        })
        .await;
    }
}

#[tokio::test]
async fn another_site_can_neither_ask_for_a_code_nor_claim_one() {
    let server = Server::start(&[]).await;
    let (laptop, phone) = (Browser::open(&server).await, Browser::open(&server).await);
    let code = offer(&laptop).await["code"].clone();
    let body = json!({"code": code, "area": "lunch"});
    for path in ["/api/takeover", "/api/takeover/look", "/api/takeover/claim"] {
        for origin in ["https://evil.example", "null", ""] {
            let request = server.request(Method::POST, path).header(ORIGIN, origin).header(COOKIE, &phone.cookie);
            let answer = request.json(&body).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path} from {origin:?}");
            assert!(!answer.headers().contains_key(SET_COOKIE));
        }
        let without =
            server.request(Method::POST, path).header(ORIGIN, server.url("")).json(&body).send().await.unwrap();
        assert_eq!(without.status(), StatusCode::UNAUTHORIZED, "{path} without a session");
        assert_eq!(phone.send(Method::GET, path, None).await.status(), StatusCode::NOT_FOUND, "{path} by opening it");
    }
    become_other(&phone, &code).await;
}

#[tokio::test]
async fn the_address_that_is_scanned_keeps_the_code_from_every_log() {
    let server = Server::start(&[]).await;
    let offer = offer(&Browser::open(&server).await).await;
    let code = offer["code"].as_str().unwrap().replace('-', "");
    assert_eq!(offer["link"], server.url(&format!("/a/lunch#code={code}")));
    assert_eq!(crate::preview::read_off(offer["qr"].as_str().unwrap()), offer["link"].as_str().unwrap());
    let bad = call(&Browser::open(&server).await, "/api/takeover", json!({"area": "no such!"})).await;
    assert_eq!((bad.0, &bad.1["code"]), (StatusCode::BAD_REQUEST, &json!("badArea")));
}

#[tokio::test]
async fn a_code_of_one_server_is_good_at_another_and_once_in_all() {
    let redis = RedisServer::start();
    let url = redis.url();
    let settings = [("REDIS_URL", url.as_str()), ("SESSION_SECRET", SECRET)];
    let (one, two) = tokio::join!(Server::start(&settings), Server::start(&settings));
    let (laptop, phone) = (Browser::open(&one).await, Browser::open(&two).await);
    take(&laptop, "lunch", "Ann").await;
    let code = offer(&laptop).await["code"].clone();
    let claimed = become_other(&phone, &code).await;
    assert_eq!(name_in(&claimed.at(&one), "lunch").await, "Ann");
    assert!(is_no_code(&claim(&phone.at(&one), &code).await));
}
