//! `/a/AREA` without scripts: its forms take a name, vote and withdraw, and say at the field what is wrong.

use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, REFERER, SET_COOKIE};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::redis::server::RedisServer;
use crate::server::{Browser, Raw, Server};

const FORM: &str = "application/x-www-form-urlencoded";

fn encoded(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// Sends a form of the area `lunch`, as a browser without scripts does.
async fn post(server: &Server, browser: &Browser, form: &str, fields: &[(&str, &str)]) -> Response {
    let request = server.request(Method::POST, &format!("/a/lunch/{form}"));
    let request = request.header(ORIGIN, &browser.base).header(COOKIE, &browser.cookie).header(CONTENT_TYPE, FORM);
    request.body(encoded(fields)).send().await.expect("the server answers")
}

/// Sends a form that has to be taken; answers the page that the browser is led to.
async fn done(server: &Server, browser: &Browser, form: &str, fields: &[(&str, &str)]) -> String {
    let response = post(server, browser, form, fields).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER, "{}", response.text().await.unwrap());
    assert_eq!(response.headers()[LOCATION], "/a/lunch");
    page(browser).await
}

/// Sends a form that is not taken; answers the status and the page that says why.
async fn refused(server: &Server, browser: &Browser, form: &str, fields: &[(&str, &str)]) -> (u16, String) {
    let response = post(server, browser, form, fields).await;
    assert_eq!(response.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn page(browser: &Browser) -> String {
    browser.send(Method::GET, "/a/lunch", None).await.text().await.unwrap()
}

async fn area(browser: &Browser) -> Value {
    browser.get("/api/areas/lunch").await.1
}

/// What stands at this field as wrong; empty if nothing does.
fn error_at<'a>(page: &'a str, field: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("id=\"{field}-error\"")).expect("a place for its error");
    let (_, text) = rest.split_once('>').unwrap();
    text.split_once('<').unwrap().0
}

/// The tag of the field with this id.
fn field<'a>(page: &'a str, id: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("<input id=\"{id}\"")).expect("the field");
    rest.split_once('>').unwrap().0
}

#[tokio::test]
async fn without_scripts_one_takes_a_name_votes_takes_it_back_and_leaves() {
    let server = Server::start(&[]).await;
    let (ann, bob) = (Browser::open(&server).await, Browser::open(&server).await);
    let mut live = bob.join("lunch", "Bob").await;
    live.vote("thai").await;

    let named = done(&server, &ann, "name", &[("username", " Ann ")]).await;
    assert!(named.contains("You are Ann here"), "{named}");
    assert_eq!(live.event("user").await["data"]["username"], "Ann");

    let voted = done(&server, &ann, "vote", &[("id", "thai")]).await;
    assert!(voted.contains("2 votes") && voted.contains("> your vote for Place thai"), "{voted}");
    assert_eq!(live.event("vote").await["data"]["fs"]["id"], "thai");

    let written_in = done(&server, &ann, "vote", &[("place", "Bob's  Truck")]).await;
    assert!(written_in.contains("> your vote for Bob&#39;s Truck"), "{written_in}");
    assert_eq!(area(&ann).await["votes"].as_array().unwrap().len(), 2);

    let withdrawn = done(&server, &ann, "withdraw", &[]).await;
    assert!(!withdrawn.contains("> your vote for") && withdrawn.contains("0 votes"));
    assert_eq!(live.event("voteRemoved").await["data"]["username"], "Ann");

    let left = done(&server, &ann, "name", &[("leave", "yes")]).await;
    assert!(left.contains("Your name here") && !left.contains("Leave group</button>\n</form>\n</section></noscript>"));
    assert_eq!(live.event("userLeft").await["data"]["reason"], "left");
}

#[tokio::test]
async fn a_vote_before_there_is_a_name_is_cast_as_soon_as_there_is_one() {
    let server = Server::start(&[]).await;
    let (ann, bob) = (Browser::open(&server).await, Browser::open(&server).await);
    let mut live = bob.join("lunch", "Bob").await;
    live.vote("thai").await;
    for (waiting, hidden) in [
        (("id", "thai"), "<input type=\"hidden\" name=\"id\" value=\"thai\">"),
        (("place", "Tacos \"to go\""), "<input type=\"hidden\" name=\"place\" value=\"Tacos &#34;to go&#34;\">"),
    ] {
        let (status, asked) = refused(&server, &ann, "vote", &[waiting]).await;
        assert_eq!((status, error_at(&asked, "username")), (403, "You need a name here first."));
        assert!(asked.contains(hidden) && asked.contains("Take it and vote"), "{asked}");
        // A name that is not taken keeps the vote waiting.
        let (status, again) = refused(&server, &ann, "name", &[("username", "Bob"), waiting]).await;
        assert_eq!(status, 409);
        assert!(again.contains(hidden), "{again}");
        let voted = done(&server, &ann, "name", &[("username", "Ann"), waiting]).await;
        assert!(voted.contains("> your vote for"));
        done(&server, &ann, "name", &[("leave", "yes")]).await;
    }
}

#[tokio::test]
async fn what_is_wrong_stands_at_its_field_and_what_was_typed_is_kept() {
    let server = Server::start(&[]).await;
    let (ann, bob) = (Browser::open(&server).await, Browser::open(&server).await);
    let _bob = bob.join("lunch", "Bob").await;
    done(&server, &ann, "name", &[("username", "Ann")]).await;
    let before = area(&ann).await;
    let long = "x".repeat(101);
    for (form, fields, status, at, error) in [
        ("name", [("username", "")], 400, "username", "A name has 1 to 32 visible characters."),
        ("name", [("username", "a\u{202e}b")], 400, "username", "A name has 1 to 32 visible characters."),
        ("name", [("unknown", "x")], 400, "username", "A name has 1 to 32 visible characters."),
        ("name", [("username", "BOB")], 409, "username", "Somebody else has that name."),
        ("vote", [("place", "")], 400, "place", "A place’s name has 1 to 100 visible characters."),
        ("vote", [("place", &long)], 400, "place", "A place’s name has 1 to 100 visible characters."),
        ("vote", [("unknown", "x")], 400, "place", "A place’s name has 1 to 100 visible characters."),
        ("vote", [("id", "nowhere")], 404, "vote", "That place is not in this group any more. Add it again."),
        ("vote", [("id", "\0")], 400, "vote", "A place’s name has 1 to 100 visible characters."),
    ] {
        let (got, page) = refused(&server, &ann, form, &fields).await;
        assert_eq!((got, error_at(&page, at)), (status, error), "{form} {fields:?}");
        for other in ["username", "vote", "place"].iter().filter(|other| **other != at) {
            assert_eq!(error_at(&page, other), "", "{form} {fields:?} at {other}");
        }
        assert!(page.contains("<title>Not done: "), "who listens hears it first");
        if at != "vote" {
            assert!(field(&page, at).contains("aria-invalid=\"true\" autofocus"), "{}", field(&page, at));
            assert!(field(&page, at).contains(&format!("aria-describedby=\"{at}-error")));
        }
    }
    assert_eq!(area(&ann).await["seq"], before["seq"], "nothing was stored");

    let (_, page) = refused(&server, &ann, "name", &[("username", "<b>\" autofocus onfocus=\"x\u{7}")]).await;
    assert!(field(&page, "username").contains("value=\"&#60;b&#62;&#34; autofocus onfocus=&#34;x"), "{page}");
    let stranger = Browser::open(&server).await;
    let (status, page) = refused(&server, &stranger, "withdraw", &[]).await;
    assert_eq!((status, error_at(&page, "vote")), (403, "You need a name here first."));
}

#[tokio::test]
async fn a_free_name_is_offered_and_one_button_takes_it() {
    let server = Server::start(&[]).await;
    let (ann, bob) = (Browser::open(&server).await, Browser::open(&server).await);
    let _holder = ann.join("lunch", "Ann").await;
    let (_, page) = refused(&server, &bob, "name", &[("username", "Ann")]).await;
    assert!(page.contains("name=\"username\" value=\"Ann 2\""), "{page}");
    // The button stands after the field, and so does what it sends.
    let named = done(&server, &bob, "name", &[("username", "Ann"), ("username", "Ann 2")]).await;
    assert!(named.contains("You are Ann 2 here"));
}

#[tokio::test]
async fn another_name_keeps_the_vote_and_the_picture() {
    let server = Server::start(&[]).await;
    let ann = Browser::open(&server).await;
    let me = json!({"username": "Ann", "img": "emoji:🍜"});
    ann.call(Method::PUT, "/api/areas/lunch/me", Some(&me)).await;
    done(&server, &ann, "vote", &[("place", "Tacos")]).await;
    done(&server, &ann, "name", &[("username", "Anna")]).await;
    let vote = &area(&ann).await["votes"][0];
    assert_eq!((&vote["username"], &vote["img"]), (&json!("Anna"), &json!("emoji:🍜")));
}

#[tokio::test]
async fn a_browser_that_keeps_no_cookie_is_told_and_nothing_is_stored() {
    let server = Server::start(&[]).await;
    let mut ann = Browser::open(&server).await;
    let known = ann.cookie.clone();
    ann.cookie = "wte=x".to_owned();
    for (form, fields, at) in [
        ("name", [("username", "Ann")], "username"),
        ("vote", [("place", "Tacos")], "place"),
        ("vote", [("id", "thai")], "vote"),
        ("withdraw", [("x", "y")], "vote"),
    ] {
        let response = post(&server, &ann, form, &fields).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert!(response.headers().contains_key(SET_COOKIE), "the next try has one");
        let page = response.text().await.unwrap();
        assert!(error_at(&page, at).contains("Allow cookies"), "{form} {fields:?}: {page}");
    }
    ann.cookie = known;
    assert_eq!(area(&ann).await["users"], json!([]));
}

/// Sends a form with these headers beside the cookie; answers the status.
async fn from(server: &Server, browser: &Browser, headers: &[(&str, &str)]) -> u16 {
    let mut request = server.request(Method::POST, "/a/lunch/name");
    request = request.header(COOKIE, &browser.cookie).header(CONTENT_TYPE, FORM);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.body("username=Ann").send().await.expect("the server answers");
    let (status, page) = (response.status().as_u16(), response.text().await.unwrap());
    assert!(status != 403 || page.contains("This came from a page of another site"), "a sentence, in a page: {page}");
    status
}

#[tokio::test]
async fn a_form_of_another_sites_page_is_refused() {
    let server = Server::start(&[]).await;
    let ann = Browser::open(&server).await;
    let (own, own_page) = (ann.base.clone(), format!("{}/a/lunch", ann.base));
    let (origin, referer) = (ORIGIN.as_str(), REFERER.as_str());
    for headers in [
        &[][..],
        &[(origin, "null")],
        &[(origin, "null"), (referer, &own_page)],
        &[(origin, "")],
        &[(origin, ""), (referer, &own_page)],
        &[(origin, "https://evil.example"), (referer, &own_page)],
        &[(referer, "https://evil.example/a/lunch")],
        &[(referer, &format!("https://evil.example/?{own_page}"))],
        &[(referer, "lunch")],
    ] {
        assert_eq!(from(&server, &ann, headers).await, 403, "{headers:?}");
    }
    assert_eq!(area(&ann).await["users"], json!([]));
    // Text browsers send no Origin, but the page's address; and a page is no way around the check of REST.
    for headers in [&[(origin, &*own)][..], &[(referer, &*own_page)], &[(origin, &*own), (referer, "lunch")]] {
        assert_eq!(from(&server, &ann, headers).await, 303, "{headers:?}");
    }
    let rest = server.request(Method::DELETE, "/api/areas/lunch/me").header(COOKIE, &ann.cookie);
    assert_eq!(rest.header(REFERER, &own_page).send().await.unwrap().status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_is_no_form_is_told_in_the_page() {
    let server = Server::start(&[("WTE__SERVER__BODY_TIMEOUT_MS", "300")]).await;
    let ann = Browser::open(&server).await;
    let send = |kind: &'static str, body: Vec<u8>| {
        let request = server.request(Method::POST, "/a/lunch/name").header(ORIGIN, &ann.base);
        request.header(COOKIE, &ann.cookie).header(CONTENT_TYPE, kind).body(body).send()
    };
    for (kind, body, status) in [
        ("application/json", b"{\"username\":\"Ann\"}".to_vec(), 400),
        ("multipart/form-data; boundary=x", b"--x--".to_vec(), 400),
        ("text/plain", b"username=Ann".to_vec(), 400),
        (FORM, b"username=\xff".to_vec(), 400),
        (FORM, format!("username={}", "x".repeat(20_000)).into_bytes(), 413),
    ] {
        let response = send(kind, body).await.expect("the server answers");
        assert_eq!(response.status().as_u16(), status, "{kind}");
        assert_ne!(error_at(&response.text().await.unwrap(), "username"), "", "{kind}");
    }
    let mut dripping = Raw::open(&server).await;
    let (origin, cookie) = (&ann.base, &ann.cookie);
    let head = format!("POST /a/lunch/name HTTP/1.1\r\nHost: lunch\r\nOrigin: {origin}\r\nCookie: {cookie}\r\n");
    let head = head.replace("Host: lunch", &format!("Host: 127.0.0.1:{}", server.port));
    dripping.send(&format!("{head}Content-Type: {FORM}\r\nContent-Length: 1000\r\n\r\nusername")).await;
    let told = dripping.closed().await;
    assert!(told.starts_with("HTTP/1.1 400") && told.contains("did not understand"), "{told}");
    assert_eq!(area(&ann).await["users"], json!([]));
}

#[tokio::test]
async fn a_forms_address_leads_back_to_the_page() {
    let server = Server::start(&[]).await;
    let ann = Browser::open(&server).await;
    for form in ["name", "vote", "withdraw"] {
        let response = server.get(&format!("/a/LUNCH/{form}")).await;
        assert_eq!((response.status().as_u16(), &response.headers()[LOCATION]), (303, &"/a/lunch".parse().unwrap()));
        assert_eq!(server.get(&format!("/a/%7Bx%7D/{form}")).await.status(), StatusCode::NOT_FOUND);
    }
    let odd = ann.send(Method::POST, "/a/%7Bx%7D/withdraw", None).await;
    assert_eq!(odd.status(), StatusCode::NOT_FOUND);
    let spelled = server.request(Method::POST, "/a/Caf%65%CC%81/name").header(ORIGIN, &ann.base);
    let spelled = spelled.header(COOKIE, &ann.cookie).header(CONTENT_TYPE, FORM).body("username=Ann");
    assert_eq!(spelled.send().await.unwrap().headers()[LOCATION], "/a/caf%C3%A9");
}

#[tokio::test]
async fn the_limits_of_names_and_calls_hold_for_forms() {
    let server = Server::start(&[("WTE__LIMITS__NAMES_PER_ADDRESS", "1"), ("WTE__LIMITS__EVENT_BURST", "3")]).await;
    let (ann, bob) = (Browser::open(&server).await, Browser::open(&server).await);
    done(&server, &ann, "name", &[("username", "Ann")]).await;
    let (status, page) = refused(&server, &bob, "name", &[("username", "Bob")]).await;
    assert_eq!(status, 503);
    assert!(error_at(&page, "username").contains("Too many people"), "{page}");
    // However long that takes: it comes before a person would have tapped so often.
    loop {
        let response = post(&server, &ann, "withdraw", &[]).await;
        if response.status() == StatusCode::TOO_MANY_REQUESTS {
            assert!(error_at(&response.text().await.unwrap(), "vote").contains("Wait a moment"));
            break;
        }
    }
}

#[tokio::test]
async fn while_the_store_is_away_a_form_says_that_it_was_not_saved() {
    let redis = RedisServer::start();
    let url = redis.url();
    let secret = ("SESSION_SECRET", "a secret of more than some 48 characters or so");
    let server = Server::start(&[("REDIS_URL", url.as_str()), secret]).await;
    let ann = Browser::open(&server).await;
    let mut socket = ann.join("lunch", "Ann").await;
    socket.vote("thai").await;
    redis.freeze();
    let (status, told) = refused(&server, &ann, "vote", &[("place", "Tacos")]).await;
    assert_eq!((status, field(&told, "place").contains("value=\"Tacos\"")), (503, true));
    assert_eq!(error_at(&told, "place"), "The votes cannot be reached right now. Try again in a moment.");
    assert!(told.contains("Place thai"), "what is known stays readable");
    redis.thaw();
    // However long the server takes to find it: the person tries again.
    let mut tries = 0;
    while post(&server, &ann, "vote", &[("place", "Tacos")]).await.status() != StatusCode::SEE_OTHER {
        tries += 1;
        assert!(tries < 100, "it never finds Redis");
    }
    assert!(page(&ann).await.contains("> your vote for Tacos"));
}
