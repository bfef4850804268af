//! The REST calls: the same area as the sockets', with statuses and error bodies.

use reqwest::header::{CACHE_CONTROL, CONTENT_TYPE, COOKIE, ORIGIN};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::server::{Browser, Server};

const ME: &str = "/api/areas/lunch/me";
const VOTE: &str = "/api/areas/lunch/vote";
/// Bytes of a body, at most.
const BODY_MAX: usize = 16 * 1024;

async fn put(browser: &Browser, path: &str, body: Value) -> (u16, Value) {
    let (status, answer) = browser.call(Method::PUT, path, Some(&body)).await;
    (status.as_u16(), answer)
}

async fn delete(browser: &Browser, path: &str) -> (u16, Value) {
    let (status, answer) = browser.call(Method::DELETE, path, None).await;
    (status.as_u16(), answer)
}

/// A body that need be no JSON.
async fn put_bytes(browser: &Browser, path: &str, body: impl Into<Vec<u8>>) -> (u16, Value) {
    let client = reqwest::Client::new();
    let request = client.put(format!("{}{path}", browser.base)).header(ORIGIN, &browser.base);
    let response = request.header(COOKIE, &browser.cookie).body(body.into()).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap_or_default())
}

#[tokio::test]
async fn rest_and_sockets_see_each_other() {
    let server = Server::start(&[]).await;
    let (ann, bob) = (Browser::open(&server).await, Browser::open(&server).await);
    let mut looking = bob.join("lunch", "Bob").await;

    let (status, joined) = put(&ann, ME, json!({"username": " Ann ", "img": "emoji:🍜"})).await;
    assert_eq!((status, &joined["username"], &joined["seq"]), (200, &json!("Ann"), &json!(2)));
    assert_eq!(joined["expiresAt"].as_u64().unwrap() - joined["at"].as_u64().unwrap(), 7_200_000);
    let user = looking.event("user").await;
    assert_eq!((&user["seq"], &user["epoch"], &user["at"]), (&joined["seq"], &joined["epoch"], &joined["at"]));

    let (status, voted) = put(&ann, VOTE, json!({"fs": {"id": "thai", "name": "Thai"}})).await;
    assert_eq!((status, &voted["seq"]), (200, &json!(3)));
    assert_eq!(looking.event("vote").await["data"]["img"], "emoji:🍜");
    looking.ask("addVote", json!({"fs": {"id": "thai"}})).await;

    let (status, area) = ann.get("/api/areas/Lunch").await;
    assert_eq!((status, &area["area"], &area["seq"]), (StatusCode::OK, &json!("lunch"), &json!(4)));
    assert_eq!(area["votes"].as_array().unwrap().len(), 2);
    let mut fresh = bob.socket().await;
    fresh.ask("watch", json!({"area": "lunch"})).await;
    let updates = fresh.event("updates").await;
    for same in ["epoch", "seq", "venues", "votes", "expiresAt", "area"] {
        assert_eq!(updates["data"][same], area[same], "{same}");
    }

    assert_eq!(delete(&ann, VOTE).await.1["seq"], 5);
    looking.event("voteRemoved").await;
    assert_eq!(delete(&ann, ME).await.1["seq"], 6);
    assert_eq!(looking.event("userLeft").await["data"], json!({"username": "Ann", "reason": "left"}));
    let (status, again) = delete(&ann, ME).await;
    assert_eq!((status, &again["seq"], &again["epoch"]), (200, &json!(6), &voted["epoch"]), "it is so already");
}

#[tokio::test]
async fn an_area_that_nobody_was_in_is_empty_and_stays_unwritten() {
    let server = Server::start(&[]).await;
    let ann = Browser::open(&server).await;
    for path in ["/api/areas/never", "/api/areas/%E5%8D%88%E9%A5%AD", "/api/areas/n%C3%BCrnberg"] {
        let (status, area) = ann.get(path).await;
        assert_eq!((status, &area["users"], &area["seq"]), (StatusCode::OK, &json!([]), &json!(0)), "{path}");
        assert_eq!(area["epoch"], "", "nobody has begun it");
    }
}

#[tokio::test]
async fn each_error_has_its_status_and_its_code() {
    let server = Server::start(&[]).await;
    let (ann, bob) = (Browser::open(&server).await, Browser::open(&server).await);
    let place = json!({"fs": {"id": "thai", "name": "Thai"}});
    assert_eq!(put(&ann, VOTE, place.clone()).await.0, 403, "no name yet");
    put(&ann, ME, json!({"username": "Ann"})).await;
    for (path, body, status, code) in [
        (ME, json!({}), 400, "badName"),
        (ME, json!({"username": "\u{202e}"}), 400, "badName"),
        (ME, json!({"username": "Bob", "img": "http://x.org/a.png"}), 400, "badImage"),
        (ME, json!([]), 400, "badMessage"),
        (ME, json!({"username": "ANN"}), 409, "nameTaken"),
        (ME, json!({"username": "Bob", "n": -1}), 400, "badMessage"),
        ("/api/areas/a%20b/me", json!({"username": "Bob"}), 400, "badArea"),
        ("/api/areas/%7Bx%7D/me", json!({"username": "Bob"}), 400, "badArea"),
        ("/api/areas/a%2Fb/me", json!({"username": "Bob"}), 400, "badArea"),
        ("/api/areas/%FF/me", json!({"username": "Bob"}), 400, "badArea"),
        (VOTE, json!({"fs": {"id": ""}}), 400, "badVenue"),
        (VOTE, json!({}), 400, "badVenue"),
        (VOTE, place.clone(), 403, "notJoined"),
    ] {
        let (got, error) = put(&bob, path, body.clone()).await;
        assert_eq!((got, &error["code"]), (status, &json!(code)), "{path} {body}");
        assert!(!error["message"].as_str().unwrap().is_empty());
    }
    let (_, taken) = put(&bob, ME, json!({"username": "ANN"})).await;
    assert_eq!(put(&bob, ME, json!({"username": taken["free"]})).await.0, 200, "the name that was offered is free");
    assert_eq!(put(&ann, VOTE, json!({"fs": {"id": "unknown"}})).await.0, 404);
    assert_eq!(delete(&Browser::open(&server).await, VOTE).await.0, 403);
    for (path, status) in [("/api/areas/a%20b", 400), ("/api/areas/%FF", 400), ("/api/nowhere", 404), ("/api", 404)] {
        let (got, error) = ann.get(path).await;
        assert_eq!(got, status, "{path}");
        assert!(error["code"].is_string() && error["message"].is_string(), "{path}: {error}");
    }
}

#[tokio::test]
async fn without_a_valid_cookie_nothing_is_changed() {
    let server = Server::start(&[]).await;
    for cookie in [None, Some("wte=forged")] {
        for (method, path) in [
            (Method::PUT, ME),
            (Method::DELETE, ME),
            (Method::PUT, VOTE),
            (Method::DELETE, VOTE),
            (Method::GET, "/api/venues?query=thai"),
        ] {
            let mut request =
                server.request(method, path).header(ORIGIN, server.url("")).body("{\"username\":\"Ann\"}");
            if let Some(cookie) = cookie {
                request = request.header(COOKIE, cookie);
            }
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{path}");
            assert_eq!(response.json::<Value>().await.unwrap()["code"], "noSession");
        }
    }
    let area: Value = server.get("/api/areas/lunch").await.json().await.unwrap();
    assert_eq!(area["users"], json!([]), "looking needs no session");
}

#[tokio::test]
async fn a_retry_counts_once_and_an_older_intent_never_beats_a_newer_one() {
    let server = Server::start(&[]).await;
    let ann = Browser::open(&server).await;
    put(&ann, ME, json!({"username": "Ann", "n": 10})).await;
    let vote = |id: &str, n: u64| json!({"fs": {"id": id, "name": id}, "n": n});
    let (_, first) = put(&ann, VOTE, vote("thai", 11)).await;
    put(&ann, VOTE, vote("pizza", 13)).await;
    for (id, n) in [("thai", 11), ("sushi", 12), ("thai", 13)] {
        let (status, ack) = put(&ann, VOTE, vote(id, n)).await;
        assert_eq!((status, ack["seq"].as_u64()), (200, first["seq"].as_u64().map(|seq| seq + 1)), "{id} {n}");
    }
    assert_eq!(delete(&ann, &format!("{VOTE}?n=12")).await.1["seq"], 3, "older than the vote");
    let (status, _) = ann.call(Method::DELETE, VOTE, Some(&json!({"n": 13}))).await;
    assert_eq!(status, StatusCode::OK);
    let (_, area) = ann.get("/api/areas/lunch").await;
    assert_eq!((&area["votes"][0]["id"], &area["seq"]), (&json!("pizza"), &json!(3)));

    assert_eq!(delete(&ann, &format!("{VOTE}?n=14")).await.1["seq"], 4);
    assert_eq!(delete(&ann, &format!("{ME}?n=14")).await.1["seq"], 4, "that number was used");
    assert_eq!(delete(&ann, ME).await.1["seq"], 5, "without a number there is no such guard");
    assert_eq!(put(&ann, ME, json!({"username": "Ann", "n": 14})).await.1["seq"], 5, "the number outlives the name");
}

#[tokio::test]
async fn without_n_a_retry_counts_twice() {
    let server = Server::start(&[]).await;
    let ann = Browser::open(&server).await;
    put(&ann, ME, json!({"username": "Ann"})).await;
    for (id, seq) in [("thai", 2), ("pizza", 3), ("thai", 4)] {
        assert_eq!(put(&ann, VOTE, json!({"fs": {"id": id, "name": id}})).await.1["seq"], seq);
    }
}

#[tokio::test]
async fn a_bad_n_in_the_address_is_a_typed_error() {
    let server = Server::start(&[]).await;
    let ann = Browser::open(&server).await;
    put(&ann, ME, json!({"username": "Ann"})).await;
    for bad in ["n=-1", "n=x", "n=1.5", "n=9007199254740992", "n=1&n=2", "n=", "n=%FF"] {
        let (status, error) = delete(&ann, &format!("{ME}?{bad}")).await;
        assert_eq!((status, &error["code"]), (400, &json!("badMessage")), "{bad}");
    }
    assert_eq!(ann.get("/api/areas/lunch").await.1["users"][0]["username"], "Ann");
}

#[tokio::test]
async fn a_body_has_sixteen_kib_at_most() {
    let server = Server::start(&[]).await;
    let ann = Browser::open(&server).await;
    let body = |length: usize| {
        let text = r#"{"username":"Ann","x":""}"#;
        text.replace(r#""x":"""#, &format!(r#""x":"{}""#, "x".repeat(length - text.len())))
    };
    assert_eq!(put_bytes(&ann, ME, body(BODY_MAX)).await.0, 200);
    for length in [BODY_MAX + 1, 10 * BODY_MAX] {
        let (status, error) = put_bytes(&ann, ME, body(length)).await;
        assert_eq!((status, &error["code"]), (413, &json!("tooLarge")), "{length}");
    }
}

#[tokio::test]
async fn bad_bodies_are_typed_errors_and_change_nothing() {
    let server = Server::start(&[]).await;
    let ann = Browser::open(&server).await;
    let deep = "[".repeat(10_000);
    for body in [
        &b"{"[..],
        b"{\"username\":\"Ann\"} x",
        b"{\"username\":\"Ann\",\"username\":\"Bob\"}",
        b"\xff\xfe",
        b"\xef\xbb\xbf{\"username\":\"Ann\"}",
        b"null",
        deep.as_bytes(),
    ] {
        let (status, error) = put_bytes(&ann, ME, body).await;
        assert_eq!((status, &error["code"]), (400, &json!("badMessage")), "{}", String::from_utf8_lossy(body));
    }
    for body in [&b""[..], b"{}", b"{\"username\":\"\\ud800\"}", b"{\"username\":\"a\\u0000\"}"] {
        assert_eq!(put_bytes(&ann, ME, body).await.1["code"], "badName");
    }
    assert_eq!(ann.get("/api/areas/lunch").await.1["users"], json!([]));
    assert!(!server.log().contains("panic"), "{}", server.log());
}

#[tokio::test]
async fn no_answer_of_the_api_may_be_kept() {
    let server = Server::start(&[]).await;
    let ann = Browser::open(&server).await;
    let me = json!({"username": "Ann"});
    for (method, path, body) in [
        (Method::POST, "/api/session", None),
        (Method::GET, "/api/areas/lunch", None),
        (Method::PUT, ME, Some(&me)),
        (Method::PUT, VOTE, None),
        (Method::DELETE, ME, None),
        (Method::GET, "/api/venues?query=thai", None),
        (Method::GET, "/api/nowhere", None),
    ] {
        let answer = ann.send(method, path, body).await;
        assert_eq!(answer.headers()[CACHE_CONTROL], "no-store", "{path}");
        assert_eq!(answer.headers()[CONTENT_TYPE], "application/json", "{path}");
    }
}

#[tokio::test]
async fn a_search_without_a_source_says_so_and_bad_questions_are_typed_errors() {
    let server = Server::start(&[]).await;
    let ann = Browser::open(&server).await;
    let (status, answer) = ann.get("/api/venues?query=thai&ll=52.5,13.4").await;
    assert_eq!((status, &answer["venues"]), (StatusCode::OK, &json!([])));
    for bad in ["", "?ll=91,0&query=thai", "?ll=x&query=thai", "?query=thai&query=pizza", "?query=thai&limit=x"] {
        let (status, error) = ann.get(&format!("/api/venues{bad}")).await;
        assert_eq!((status, &error["code"]), (StatusCode::BAD_REQUEST, &json!("badMessage")), "{bad}");
    }
}

#[tokio::test]
async fn head_is_answered_like_get_without_the_body() {
    let server = Server::start(&[]).await;
    for path in ["/", "/a/lunch", "/api/areas/lunch", "/healthz", "/readyz", "/metrics"] {
        let (get, head) = (server.get(path).await, server.request(Method::HEAD, path).send().await.unwrap());
        assert_eq!(head.status(), get.status(), "{path}");
        assert_eq!(head.headers()[CONTENT_TYPE], get.headers()[CONTENT_TYPE], "{path}");
        assert_eq!(head.text().await.unwrap(), "");
    }
}
