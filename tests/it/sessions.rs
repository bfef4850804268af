//! Sessions: the signed cookie, and the check of where a request comes from.

use actix_web::cookie::{Cookie, CookieJar, Key};
use reqwest::header::{COOKIE, HOST, ORIGIN, SET_COOKIE};
use reqwest::{Method, Response, StatusCode};
use serde_json::json;

use crate::server::{Browser, Server, Socket};

const OTHER_SITE: &str = "https://evil.example";
const BEHIND_TLS: [(&str, &str); 1] = [("WTE__SERVER__TRUSTED_PROXIES", "1")];

async fn begin(server: &Server, headers: &[(&str, &str)]) -> Response {
    let mut request = server.request(Method::POST, "/api/session");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.expect("the server answers")
}

/// The cookie's name and value, and its attributes.
fn cookie(response: &Response) -> Option<(String, Vec<String>)> {
    let text = response.headers().get(SET_COOKIE)?.to_str().unwrap();
    let mut parts = text.split("; ").map(str::to_owned);
    Some((parts.next()?, parts.collect()))
}

/// The same cookie with another character in its middle.
fn tampered(cookie: &str) -> String {
    let at = cookie.len() / 2;
    let other = if &cookie[at..=at] == "a" { "b" } else { "a" };
    format!("{}{other}{}", &cookie[..at], &cookie[at + 1..])
}

#[tokio::test]
async fn a_browser_gets_a_cookie_that_no_script_can_read() {
    let server = Server::start(&[]).await;
    let answer = begin(&server, &[("origin", &server.url(""))]).await;
    assert_eq!((answer.status(), &answer.headers()["cache-control"]), (StatusCode::OK, &"no-store".parse().unwrap()));
    let (value, attributes) = cookie(&answer).expect("a cookie");
    assert!(value.starts_with("wte="));
    for wanted in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=1209600"] {
        assert!(attributes.iter().any(|attribute| attribute == wanted), "{wanted}: {attributes:?}");
    }
    assert!(!attributes.iter().any(|attribute| attribute == "Secure"), "plain HTTP would drop it");
}

#[tokio::test]
async fn behind_tls_the_cookie_is_for_this_host_and_tls_alone() {
    let by_proxy = Server::start(&BEHIND_TLS).await;
    let by_setting = Server::start(&[("WTE__SERVER__PUBLIC_URL", "https://lunch.example")]).await;
    let secure_host = format!("https://127.0.0.1:{}", by_proxy.port);
    let answers = [
        begin(&by_proxy, &[("origin", &secure_host), ("x-forwarded-proto", "https")]).await,
        begin(&by_proxy, &[("origin", &secure_host), ("x-forwarded-proto", "http, https")]).await,
        begin(&by_setting, &[("origin", "https://lunch.example")]).await,
    ];
    for answer in answers {
        let (value, attributes) = cookie(&answer).expect("a cookie");
        assert!(value.starts_with("__Host-wte="), "{value}");
        assert!(["Secure", "Path=/", "HttpOnly"].iter().all(|wanted| attributes.iter().any(|it| it == wanted)));
        assert!(!attributes.iter().any(|attribute| attribute.starts_with("Domain")));
    }
    let forged = Server::start(&[]).await;
    let answer = begin(&forged, &[("origin", &forged.url("")), ("x-forwarded-proto", "https")]).await;
    assert!(cookie(&answer).unwrap().0.starts_with("wte="), "nobody is trusted by default");
}

#[tokio::test]
async fn a_valid_cookie_is_kept_and_any_other_replaced() {
    let server = Server::start(&[]).await;
    let origin = server.url("");
    let browser = Browser::open(&server).await;
    let with = |cookie: &str| {
        let headers = [("origin", origin.clone()), ("cookie", cookie.to_owned())];
        let server = &server;
        async move { begin(server, &headers.each_ref().map(|(name, value)| (*name, value.as_str()))).await }
    };
    assert_eq!(cookie(&with(&browser.cookie).await), None, "it has one that is good");
    for bad in [tampered(&browser.cookie), "wte=x".to_owned(), "wte=".to_owned(), "other=1".to_owned()] {
        let (new, _) = cookie(&with(&bad).await).expect("a new cookie");
        assert_ne!(new, browser.cookie);
    }
}

const LASTING_ID: &str = "0123456789abcdef0123456789abcdef";

/// A cookie as a server with this secret gave it some days ago.
fn cookie_of_days_ago(secret: &str, days: i64) -> String {
    let issued = chrono::Utc::now().timestamp() - days * 24 * 3600;
    let mut jar = CookieJar::new();
    let key = Key::derive_from(secret.as_bytes());
    jar.signed_mut(&key).add(Cookie::new("wte", format!("{LASTING_ID}.{issued}")));
    jar.get("wte").unwrap().encoded().to_string()
}

#[tokio::test]
async fn a_cookie_lasts_two_weeks_from_its_last_use() {
    let secret = "a-secret-of-thirty-two-characters";
    let server = Server::start(&[("SESSION_SECRET", secret)]).await;
    for (days, valid, set_anew) in [(0, true, false), (2, true, true), (13, true, true), (15, false, true)] {
        let old = cookie_of_days_ago(secret, days);
        let answer = begin(&server, &[("origin", &server.url("")), ("cookie", &old)]).await;
        let new = cookie(&answer).map(|(new, _)| new);
        assert_eq!(new.is_some(), set_anew, "after {days} days");
        let same_person = new.is_none_or(|new| new.contains(LASTING_ID));
        assert_eq!(same_person, valid, "after {days} days");
        let opened = Socket::open(&server.url(""), &[("origin", &server.url("")), ("cookie", &old)]).await;
        assert_eq!(opened.map(drop), if valid { Ok(()) } else { Err(401) }, "after {days} days");
    }
}

#[tokio::test]
async fn another_secret_makes_every_cookie_void() {
    let secret = |letter: &str| ("WTE__SESSION__SECRET", letter.repeat(32));
    let (one, other) = (secret("a"), secret("b"));
    let servers = [
        Server::start(&[(one.0, &one.1)]).await,
        Server::start(&[(one.0, &one.1)]).await,
        Server::start(&[(other.0, &other.1)]).await,
    ];
    let browser = Browser::open(&servers[0]).await;
    let status = |server: &Server| {
        let browser = browser.at(server);
        async move { browser.call(Method::PUT, "/api/areas/lunch/me", Some(&json!({"username": "Ann"}))).await.0 }
    };
    assert_eq!(status(&servers[1]).await, StatusCode::OK, "servers that share the secret know each other's sessions");
    assert_eq!(status(&servers[2]).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_page_gives_a_cookie_and_keeps_it() {
    let server = Server::start(&[]).await;
    for path in ["/", "/a/lunch"] {
        let (value, _) = cookie(&server.get(path).await).expect("a cookie");
        let again = server.request(Method::GET, path).header(COOKIE, &value).send().await.unwrap();
        assert_eq!(cookie(&again), None);
        assert!(Socket::open(&server.url(""), &[("origin", &server.url("")), ("cookie", &value)]).await.is_ok());
    }
}

#[tokio::test]
async fn the_socket_needs_a_cookie_and_a_page_of_its_own() {
    let server = Server::start(&[]).await;
    let browser = Browser::open(&server).await;
    let own = server.url("");
    let bad_cookie = tampered(&browser.cookie);
    let elsewhere = format!("http://127.0.0.1:{}", server.port.wrapping_add(1));
    for (origin, cookie, expected) in [
        (Some(&*own), Some(&*browser.cookie), Ok(())),
        (Some(&own), None, Err(401)),
        (Some(&own), Some(&bad_cookie), Err(401)),
        (None, Some(&browser.cookie), Err(403)),
        (Some("null"), Some(&browser.cookie), Err(403)),
        (Some(OTHER_SITE), Some(&browser.cookie), Err(403)),
        (Some(&elsewhere), Some(&browser.cookie), Err(403)),
        (Some(&*format!("{own}.evil.example")), Some(&browser.cookie), Err(403)),
        (Some(OTHER_SITE), None, Err(403)),
        (Some(OTHER_SITE), Some(&bad_cookie), Err(403)),
    ] {
        let headers: Vec<_> = [("origin", origin), ("cookie", cookie)]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect();
        assert_eq!(Socket::open(&own, &headers).await.map(drop), expected, "{headers:?}");
    }
}

#[tokio::test]
async fn no_header_but_origin_and_host_says_whose_page_it_is() {
    let server = Server::start(&[]).await;
    let browser = Browser::open(&server).await;
    for forged in ["x-forwarded-host", "forwarded", "x-host", "referer"] {
        let value = if forged == "forwarded" { "host=evil.example" } else { "evil.example" };
        let headers = [("origin", "http://evil.example"), ("cookie", &browser.cookie), (forged, value)];
        assert_eq!(Socket::open(&browser.base, &headers).await.map(drop), Err(403), "{forged}");
    }
}

#[tokio::test]
async fn an_allowed_origin_may_act_for_its_visitors() {
    let server = Server::start(&[("WTE__SERVER__ALLOWED_ORIGINS", "https://intranet.example,https://b.example")]).await;
    let browser = Browser::open(&server).await;
    for (origin, expected) in [
        ("https://intranet.example", Ok(())),
        ("https://b.example", Ok(())),
        ("http://intranet.example", Err(403)),
        ("https://intranet.example:8443", Err(403)),
        ("https://not.intranet.example", Err(403)),
    ] {
        let headers = [("origin", origin), ("cookie", &browser.cookie)];
        assert_eq!(Socket::open(&browser.base, &headers).await.map(drop), expected, "{origin}");
        let status = begin(&server, &[("origin", origin)]).await.status();
        assert_eq!(status == StatusCode::OK, expected.is_ok(), "{origin}");
    }
}

#[tokio::test]
async fn every_unsafe_method_is_guarded_wherever_it_goes() {
    let server = Server::start(&[]).await;
    let browser = Browser::open(&server).await;
    let mut joined = browser.join("lunch", "Ann").await;
    for (method, path) in [
        (Method::POST, "/api/session"),
        (Method::PUT, "/api/areas/lunch/me"),
        (Method::DELETE, "/api/areas/lunch/me"),
        (Method::PUT, "/api/areas/lunch/vote"),
        (Method::DELETE, "/api/areas/lunch/vote"),
        (Method::PATCH, "/api/areas/lunch"),
        (Method::POST, "/a/lunch"),
        (Method::POST, "/nowhere"),
    ] {
        for origin in [Some(OTHER_SITE), Some("null"), Some(""), None] {
            let mut request = server.request(method.clone(), path).header(COOKIE, &browser.cookie).body("{}");
            if let Some(origin) = origin {
                request = request.header(ORIGIN, origin);
            }
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), StatusCode::FORBIDDEN, "{method} {path} from {origin:?}");
            assert_eq!(response.headers()["x-content-type-options"], "nosniff", "{method} {path}");
            let error: serde_json::Value = response.json().await.expect("JSON");
            assert_eq!(error["code"], "foreignOrigin");
        }
    }
    assert_eq!(joined.ask("getMe", json!({})).await["username"], "Ann");
}

#[tokio::test]
async fn the_public_address_is_an_own_origin_whatever_the_host() {
    let server = Server::start(&[("WTE__SERVER__PUBLIC_URL", "https://lunch.example")]).await;
    let begun = server.request(Method::POST, "/api/session").header(HOST, "internal:8080");
    let answer = begun.header(ORIGIN, "https://lunch.example").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let plain = begin(&server, &[("origin", "http://lunch.example")]).await;
    assert_eq!(plain.status(), StatusCode::FORBIDDEN, "a page without TLS is another site");
}
