//! The live view of the servers: who may look, and what is seen of servers that come and go.

use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};

use actix_web::cookie::{Cookie, CookieJar, Key};
use reqwest::header::{COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Method, Response};
use serde_json::Value;
use tokio::time::timeout;

use crate::redis::server::RedisServer;
use crate::server::{Browser, Events, PATIENCE, Server};

const TOKEN: &str = "sixteen-characters-or-more";
/// Ms after its last sample that pages show a server as gone: `GONE_AFTER_MS` of `js/ops/window.js`.
const GONE_AFTER: u64 = 2000;
/// Ms within which servers that come and go are seen, and one look more that a busy machine may take late. Both ends are times of the
/// store, so a test that waits for its turn does no harm.
const SEEN_WITHIN: u64 = 3000 + 1000;
const PATHS: [&str; 2] = ["/ops", "/ops/events"];

async fn ask(server: &Server, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = server.request(Method::GET, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.expect("the server answers")
}

async fn sign_in(server: &Server, token: &str) -> Response {
    let request = server.request(Method::POST, "/ops").header(ORIGIN, server.url(""));
    request.body(format!("token={token}")).send().await.expect("the server answers")
}

async fn events(server: &Server) -> Events {
    Events::of(ask(server, "/ops/events", &[]).await)
}

/// The servers of which there is something new.
fn servers(event: &Value) -> BTreeSet<String> {
    let samples = event["data"]["samples"].as_array().into_iter().flatten();
    samples.map(|sample| sample["server"].as_str().unwrap().to_owned()).collect()
}

fn times_of(event: &Value, server: &str) -> Vec<u64> {
    let samples = event["data"]["samples"].as_array().into_iter().flatten();
    samples.filter(|sample| sample["server"] == server).filter_map(|sample| sample["at"].as_u64()).collect()
}

fn newest(event: &Value, server: &str) -> Option<u64> {
    times_of(event, server).into_iter().max()
}

fn oldest(event: &Value, server: &str) -> Option<u64> {
    times_of(event, server).into_iter().min()
}

#[tokio::test]
async fn without_a_token_it_answers_this_very_machine_alone() {
    let server = Server::start(&[]).await;
    for path in PATHS {
        for (headers, status) in [
            (&[][..], 200),
            (&[("host", "localhost:8080")], 200),
            (&[("host", "[::1]")], 200),
            // A page of another site, whose name leads to this machine for a moment.
            (&[("host", "evil.example")], 403),
            (&[("host", "localhost.evil.example")], 403),
            (&[("host", "127.0.0.1.evil.example:80")], 403),
            (&[("x-forwarded-for", "127.0.0.1")], 403),
            (&[("x-forwarded-proto", "https")], 403),
            (&[("x-forwarded-host", "localhost")], 403),
            (&[("x-real-ip", "127.0.0.1")], 403),
            (&[("forwarded", "for=127.0.0.1")], 403),
            (&[("via", "1.1 proxy")], 403),
            (&[("x-forwarded-anything", "")], 403),
            (&[("x-original-forwarded-for", "127.0.0.1")], 403),
            (&[("x-client-ip", "127.0.0.1")], 403),
            (&[("x-cluster-client-ip", "127.0.0.1")], 403),
            (&[("cf-connecting-ip", "127.0.0.1")], 403),
            (&[("true-client-ip", "127.0.0.1")], 403),
            (&[("cookie", "wte-ops=1")], 200),
        ] {
            let response = ask(&server, path, headers).await;
            assert_eq!(response.status().as_u16(), status, "{path} {headers:?}");
            assert_eq!(response.headers()["cache-control"], "no-store");
        }
    }
    let refused = ask(&server, "/ops", &[("via", "1.1 proxy")]).await.text().await.unwrap();
    assert!(refused.contains("OPS_TOKEN") && !refused.contains("<form"), "no token opens anything: {refused}");
    assert_eq!(sign_in(&server, "").await.headers().get(SET_COOKIE), None);
}

#[tokio::test]
async fn with_a_token_only_who_has_given_it_looks() {
    let server = Server::start(&[("OPS_TOKEN", TOKEN)]).await;
    for path in PATHS {
        for address in [path.to_owned(), format!("{path}?token={TOKEN}")] {
            assert_eq!(
                ask(&server, &address, &[]).await.status(),
                403,
                "{address}: loopback does not count, nor an address"
            );
        }
        let bearer = format!("Bearer {TOKEN}");
        assert_eq!(ask(&server, path, &[("authorization", &bearer)]).await.status(), 403);
    }
    let form = ask(&server, "/ops", &[]).await.text().await.unwrap();
    assert!(form.contains("<form") && !form.contains("ops.js"), "the form, and nothing of the view: {form}");

    let right = sign_in(&server, TOKEN).await;
    assert_eq!((right.status().as_u16(), &right.headers()[LOCATION]), (303, &"/ops".parse().unwrap()));
    let set = right.headers()[SET_COOKIE].to_str().unwrap().to_owned();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/ops", "Max-Age=43200"] {
        assert!(set.contains(part), "{set}");
    }
    assert!(!set.contains(TOKEN), "the cookie is not the token");
    let cookie = set.split(';').next().unwrap();
    let elsewhere = [("host", "ops.example"), ("x-forwarded-for", "192.0.2.1"), ("cookie", cookie)];
    for path in PATHS {
        assert_eq!(ask(&server, path, &elsewhere).await.status(), 200, "{path}");
        assert_eq!(ask(&server, path, &[("cookie", &format!("{cookie}x"))]).await.status(), 403, "{path}");
    }
    let session = Browser::open(&server).await.cookie;
    assert_eq!(ask(&server, "/ops", &[("cookie", &session.replacen("wte=", "wte-ops=", 1))]).await.status(), 403);

    let out = server.request(Method::POST, "/ops/leave").header(ORIGIN, server.url("")).header(COOKIE, cookie);
    let gone = out.send().await.unwrap().headers()[SET_COOKIE].to_str().unwrap().to_owned();
    assert!(gone.starts_with("wte-ops=;") && gone.contains("Max-Age=0"), "{gone}");
}

#[tokio::test]
async fn a_stream_ends_with_the_cookie_that_opened_it() {
    const SECRET: &str = "several servers share this secret of 48 characters";
    const WORKING_DAY: i64 = 12 * 3600;
    let server = Server::start(&[("OPS_TOKEN", TOKEN), ("SESSION_SECRET", SECRET)]).await;
    // As the server signs them, and with so many seconds left.
    let cookie = |left: i64| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let given = i64::try_from(now).unwrap() - WORKING_DAY + left;
        let mut jar = CookieJar::new();
        let key = Key::derive_from(&[SECRET, "/ops", TOKEN].concat().into_bytes());
        jar.signed_mut(&key).add(Cookie::new("wte-ops", given.to_string()));
        jar.get("wte-ops").unwrap().stripped().encoded().to_string()
    };
    let open = async |left| ask(&server, "/ops/events", &[("cookie", &cookie(left))]).await;
    let mut lasting = Events::of(open(WORKING_DAY).await);
    let mut short = Events::of(open(3).await);
    short.event("updates").await;
    short.ended().await;
    lasting.event("dUpdates").await;
    assert_eq!(open(0).await.status(), 403);
}

#[tokio::test]
async fn another_site_signs_nobody_in() {
    let server = Server::start(&[("OPS_TOKEN", TOKEN)]).await;
    for origin in ["https://evil.example", "null"] {
        let request = server.request(Method::POST, "/ops").header(ORIGIN, origin).body(format!("token={TOKEN}"));
        let response = request.send().await.unwrap();
        assert_eq!((response.status().as_u16(), response.headers().get(SET_COOKIE)), (403, None), "{origin}");
    }
}

#[tokio::test]
async fn another_site_opens_no_stream() {
    let server = Server::start(&[]).await;
    for (site, status) in [("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)] {
        let response = ask(&server, "/ops/events", &[("sec-fetch-site", site)]).await;
        assert_eq!(response.status().as_u16(), status, "{site}");
    }
}

#[tokio::test]
async fn wrong_tokens_are_few() {
    let server = Server::start(&[("OPS_TOKEN", TOKEN)]).await;
    let wrong = ["", "sixteen-characters-or-mor", "sixteen-characters-or-more-more", "SIXTEEN-CHARACTERS-OR-MORE"];
    for token in wrong {
        let response = sign_in(&server, token).await;
        assert_eq!((response.status().as_u16(), response.headers().get(SET_COOKIE)), (403, None), "{token}");
        assert!(response.text().await.unwrap().contains("That is not the token"));
    }
    let mut refused = false;
    for _ in 0..20 {
        refused |= sign_in(&server, "another try").await.status() == 429;
    }
    assert!(refused, "an address may not go on for ever");
    let spent = async {
        // The right one is no exception while it lasts: else its answer would tell.
        while sign_in(&server, TOKEN).await.status() != 303 {}
    };
    timeout(PATIENCE, spent).await.expect("it may try again after a moment");
}

#[tokio::test]
async fn a_short_token_is_refused_at_the_start() {
    let said = Server::refusal(&[("OPS_TOKEN", "too-short")]).await;
    assert!(said.contains("OPS_TOKEN") && !said.contains("too-short"), "{said}");
}

#[tokio::test]
async fn one_server_alone_tells_of_itself() {
    let server = Server::start(&[]).await;
    let mut ann = Browser::open(&server).await.join("lunch", "Ann").await;
    let mut stream = events(&server).await;
    let first = stream.event("updates").await;
    assert_eq!(first["data"]["windowMs"], 300_000);
    ann.vote("thai").await;
    let counted = |event: &Value| {
        let samples = event["data"]["samples"].as_array().into_iter().flatten();
        event["event"] == "dUpdates"
            && samples
                .clone()
                .any(|it| it["connections"] == 2 && it["areas"] == 1 && it["memory"].as_u64() > Some(1 << 20))
    };
    let event = stream.find(counted).await;
    let sample = &event["data"]["samples"][0];
    assert!(sample["name"].as_str().unwrap().ends_with(&format!(":{}", server.port)), "{sample}");
    assert!(sample["at"].as_u64() <= event["data"]["at"].as_u64(), "by the store's clock: {event}");
    stream.find(|event| event["data"]["samples"][0]["storeMs"].is_number()).await;
    ann.vote("ramen").await;
    stream.find(|event| event["data"]["samples"][0]["eventsIn"].as_f64() > Some(0.0)).await;
    let text = serde_json::to_string(&first).unwrap();
    assert!(!text.contains("lunch") && !text.contains("Ann"), "nothing of people or areas: {text}");
}

#[tokio::test]
async fn servers_that_come_and_go_are_seen_at_every_server() {
    let redis = RedisServer::start();
    let url = redis.url();
    let settings = [("REDIS_URL", &*url), ("SESSION_SECRET", "several servers share this secret of 48 characters")];
    let one = Server::start(&settings).await;
    let mut stream = events(&one).await;
    let alone = stream.find(|event| servers(event).len() == 1).await;
    let mut two = Server::start(&settings).await;
    let came = stream.find(|event| event["event"] == "dUpdates" && servers(event).len() == 2).await;
    let before = servers(&alone);
    let second = servers(&came).difference(&before).next().cloned().expect("the second one");
    let (first, at) = (oldest(&came, &second).unwrap(), came["data"]["at"].as_u64().unwrap());
    assert!(at <= first + SEEN_WITHIN, "seen {} ms after its first sample, by the store's clock", at - first);
    let both = events(&two).await.event("updates").await;
    assert_eq!(servers(&both).len(), 2, "who comes later gets the window of both");

    two.kill().await;
    let killed = servers(&both).difference(&servers(&alone)).next().cloned().expect("the second one");
    let gone = async {
        // Store times of the last sample of the killed one, and of the first news by which pages show it as gone.
        let mut last = newest(&both, &killed).expect("it was there");
        loop {
            let event = stream.next().await;
            last = last.max(newest(&event, &killed).unwrap_or_default());
            let at = event["data"]["at"].as_u64().unwrap();
            if at > last + GONE_AFTER {
                return (last, at);
            }
        }
    };
    let (last, at) = timeout(PATIENCE, gone).await.expect("nothing new comes of the one that was killed");
    assert!(at <= last + SEEN_WITHIN, "shown as gone {} ms after its last sample, by the store's clock", at - last);
    let later = events(&one).await.event("updates").await;
    assert!(servers(&later).contains(&killed), "what it said before is still there");
    for key in redis.keys("samples*") {
        let ttl: i64 = redis.ask(&["PTTL", &key]);
        assert!((1..=300_000).contains(&ttl), "{key} ends by itself: {ttl}");
    }
}

#[tokio::test]
async fn while_redis_is_away_it_says_so_and_goes_on_afterwards() {
    let mut redis = RedisServer::durable();
    let url = redis.url();
    let settings = [("REDIS_URL", &*url), ("SESSION_SECRET", "several servers share this secret of 48 characters")];
    let server = Server::start(&settings).await;
    let mut stream = events(&server).await;
    stream.event("updates").await;
    redis.kill();
    stream.event("stale").await;
    redis.bring_up();
    let back = |event: &Value| event["event"] == "dUpdates" && !servers(event).is_empty();
    stream.find(back).await;
}
