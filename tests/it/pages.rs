//! The pages and their files: what is in the HTML, where addresses lead, which headers every answer has.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use reqwest::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, ETAG, HOST,
    IF_NONE_MATCH, LOCATION, ORIGIN, VARY,
};
use reqwest::{Method, Response, StatusCode};
use serde_json::json;

use crate::server::{Browser, Server};

async fn html(server: &Server, path: &str) -> String {
    let response = server.get(path).await;
    assert_eq!(response.headers()[CONTENT_TYPE], "text/html; charset=utf-8", "{path}");
    response.text().await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

#[tokio::test]
async fn the_landing_page_is_there() {
    let server = Server::start(&[]).await;
    let page = html(&server, "/").await;
    assert!(page.contains("Name your group") && page.contains("data-view=\"landing\""));
    assert!(!page.contains("noindex"));
    assert!(page.contains(&format!("<link rel=\"canonical\" href=\"{}/\">", server.url(""))));
}

#[tokio::test]
async fn an_areas_standings_are_in_its_html() {
    let server = Server::start(&[]).await;
    for (name, place) in [("Ann", "Ramen"), ("Bob", "Ramen"), ("<i>Cem</i>", "Tacos & \"more\"")] {
        let mut socket = Browser::open(&server).await.join("lunch", name).await;
        socket.ask("addVote", json!({"fs": {"name": place}})).await;
    }
    let page = html(&server, "/a/lunch").await;
    assert!(page.contains("<title>Ramen 2, Tacos &#38; &#34;more&#34; 1 · lunch</title>"), "{page}");
    assert!(page.find("Ramen").unwrap() < page.find("Tacos").unwrap(), "most votes first");
    for wanted in ["Ann", "Bob", "2 votes", "1 vote<", "noindex", "og:title", "twitter:card", "data-view=\"area\""] {
        assert!(page.contains(wanted), "{wanted}");
    }
    assert!(!page.contains("<i>Cem"), "a name is text");
    assert!(page.contains(&format!("<link rel=\"canonical\" href=\"{}/a/lunch\">", server.url(""))));
}

/// Nobody follows the area, so each page is a look at the store; those that come at once share some of them.
#[tokio::test]
async fn whoever_opens_the_page_after_a_vote_was_acknowledged_sees_it_however_many_open_it() {
    let server = Server::start(&[("WTE__LIMITS__EVENTS_PER_SECOND", "0")]).await;
    let voter = Browser::open(&server).await;
    voter.call(Method::PUT, "/api/areas/lunch/me", Some(&json!({"username": "Ann"}))).await;
    let voted = AtomicUsize::new(0);
    let vote = async {
        for number in 1..=60 {
            let vote = json!({"fs": {"name": format!("Place {number:02}")}});
            let (status, _) = voter.call(Method::PUT, "/api/areas/lunch/vote", Some(&vote)).await;
            assert_eq!(status, StatusCode::OK);
            voted.store(number, Ordering::SeqCst);
        }
    };
    let open = || async {
        let mut newest = 0;
        while newest < 60 {
            newest = voted.load(Ordering::SeqCst);
            let page = html(&server, "/a/lunch").await;
            let shown = page.split_once("<title>Place ").map_or(0, |(_, rest)| rest[..2].parse::<usize>().unwrap());
            assert!(shown >= newest, "Place {shown} was shown after {newest} had been acknowledged");
        }
    };
    tokio::join!(vote, join_all((0..16).map(|_| open())));
}

#[tokio::test]
async fn links_begin_with_the_public_address_where_it_is_known() {
    let server = Server::start(&[("WTE__SERVER__PUBLIC_URL", "https://lunch.example")]).await;
    let page = html(&server, "/a/%E5%8D%88%E9%A5%AD").await;
    assert!(page.contains("<link rel=\"canonical\" href=\"https://lunch.example/a/%E5%8D%88%E9%A5%AD\">"), "{page}");
    assert!(page.contains("data-origin=\"https://lunch.example\""));
}

#[tokio::test]
async fn no_header_but_host_says_where_links_lead() {
    let server = Server::start(&[]).await;
    for (name, value) in [("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example")] {
        let page = server.request(Method::GET, "/a/lunch").header(name, value).send().await.unwrap();
        assert!(!page.text().await.unwrap().contains("evil.example"), "{name}");
    }
    let odd =
        server.request(Method::GET, "/a/lunch").header(HOST, "x\"><script>alert(1)</script>").send().await.unwrap();
    assert!(!odd.text().await.unwrap().contains("<script>alert"));
}

#[tokio::test]
async fn one_area_has_one_address() {
    let server = Server::start(&[]).await;
    for (path, leads_to) in [
        ("/a/LUNCH", "/a/lunch"),
        ("/a/Caf%65%CC%81", "/a/caf%C3%A9"),
        ("/?area=Team+Berlin", "/a/team-berlin"),
        ("/?area=%E5%8D%88%E9%A5%AD", "/a/%E5%8D%88%E9%A5%AD"),
    ] {
        let response = server.get(path).await;
        assert_eq!(
            (response.status(), header(&response, LOCATION.as_str())),
            (StatusCode::SEE_OTHER, leads_to),
            "{path}"
        );
    }
}

#[tokio::test]
async fn what_is_no_areas_name_gets_a_page_that_says_so() {
    let server = Server::start(&[]).await;
    for (path, status) in [
        ("/a/a%20b", 404),
        ("/a/%7Bx%7D", 404),
        ("/a/%E2%80%AElunch", 404),
        ("/a/%00", 404),
        ("/a/%FF", 404),
        (&*format!("/a/{}", "x".repeat(65)), 404),
        ("/?area=a%2Fb", 400),
        ("/?area=", 400),
        ("/nowhere", 404),
        ("/a/", 404),
        ("/a/lunch/more", 404),
        ("/..%2f..%2fetc/passwd", 404),
    ] {
        let response = server.get(path).await;
        assert_eq!(response.status(), status, "{path}");
        assert_eq!(header(&response, CONTENT_TYPE.as_str()), "text/html; charset=utf-8", "{path}");
    }
}

#[tokio::test]
async fn every_kind_of_answer_has_the_headers_that_keep_a_browser_safe() {
    let server = Server::start(&[]).await;
    let browser = Browser::open(&server).await;
    for (method, path, cookie, origin, status) in [
        (Method::GET, "/", false, false, 200),
        (Method::GET, "/a/lunch", true, false, 200),
        (Method::GET, "/a/LUNCH", false, false, 303),
        (Method::GET, "/nowhere", false, false, 404),
        (Method::GET, "/assets/any/nothing.js", false, false, 404),
        (Method::GET, "/api/areas/lunch", false, false, 200),
        (Method::GET, "/api/areas/a%20b", false, false, 400),
        (Method::GET, "/api/nowhere", false, false, 404),
        (Method::GET, "/api/venues?query=x&query=y", true, false, 400),
        (Method::DELETE, "/api/areas/lunch/vote", true, true, 403),
        (Method::DELETE, "/api/areas/lunch/vote", false, true, 401),
        (Method::DELETE, "/api/areas/lunch/vote", true, false, 403),
        (Method::DELETE, "/api/areas/lunch/vote?n=x", true, true, 400),
        (Method::POST, "/", true, true, 405),
        (Method::GET, "/ws", true, true, 400),
        (Method::GET, "/ws", true, false, 403),
        (Method::GET, "/healthz", false, false, 200),
        (Method::GET, "/metrics", false, false, 200),
    ] {
        let mut request = server.request(method.clone(), path);
        if cookie {
            request = request.header(COOKIE, &browser.cookie);
        }
        if origin {
            request = request.header(ORIGIN, &browser.base);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status, "{method} {path}");
        let policy = header(&response, CONTENT_SECURITY_POLICY.as_str());
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{path}: {policy}");
        for (name, value) in [
            ("referrer-policy", "strict-origin-when-cross-origin"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(header(&response, name), value, "{method} {path}");
        }
        assert_eq!(header(&response, "strict-transport-security"), "", "{path}: plain HTTP");
    }
}

#[tokio::test]
async fn a_map_adds_its_own_addresses_to_the_policy_and_nothing_else() {
    let with = Server::start(&[]).await;
    let own = Server::start(&[
        ("WTE__MAP__SCRIPT", "https://cdn.example/l@1/leaflet.js"),
        ("WTE__MAP__STYLE", "https://cdn.example/l@1/leaflet.css"),
        ("WTE__MAP__TILES", "http://127.0.0.1:8099/{z}/{x}/{y}.png"),
        ("WTE__MAP__TILE_ATTRIBUTION", "<b>\"us\" & 'them'</b>"),
    ])
    .await;
    let without = Server::start(&[("WTE__MAP__TILES", "none")]).await;
    for (server, script, style, tiles) in [
        (
            &with,
            " https://unpkg.com/leaflet@1.9.4/dist/leaflet.js",
            " https://unpkg.com/leaflet@1.9.4/dist/leaflet.css",
            " https://tile.openstreetmap.org",
        ),
        (&own, " https://cdn.example/l@1/leaflet.js", " https://cdn.example/l@1/leaflet.css", " http://127.0.0.1:8099"),
        (&without, "", "", ""),
    ] {
        let response = server.request(Method::GET, "/a/lunch").send().await.unwrap();
        let policy = header(&response, "content-security-policy");
        let part = |name: &str| policy.split("; ").find(|part| part.starts_with(name)).unwrap_or_default().to_owned();
        assert_eq!(part("script-src"), format!("script-src 'self'{script}"));
        assert_eq!(part("style-src"), format!("style-src 'self'{style}"));
        assert!(part("img-src").ends_with(tiles), "{policy}");
    }
    let page = html(&own, "/a/lunch").await;
    assert!(!page.contains("<b>"), "the settings reach the page as text");
    assert!(page.contains("id=\"map-tab\"") && !html(&without, "/a/lunch").await.contains("id=\"map-"));
}

#[tokio::test]
async fn only_behind_tls_a_browser_is_told_to_insist_on_it() {
    let proxied = Server::start(&[("WTE__SERVER__TRUSTED_PROXIES", "1")]).await;
    let public = Server::start(&[("WTE__SERVER__PUBLIC_URL", "https://lunch.example")]).await;
    let plain = Server::start(&[]).await;
    for (server, proto, tls) in [
        (&proxied, Some("https"), true),
        (&proxied, Some("https, http"), false),
        (&proxied, Some("http"), false),
        (&proxied, None, false),
        (&public, None, true),
        (&plain, Some("https"), false),
    ] {
        let mut request = server.request(Method::GET, "/");
        if let Some(proto) = proto {
            request = request.header("x-forwarded-proto", proto);
        }
        let response = request.send().await.unwrap();
        assert_eq!(!header(&response, "strict-transport-security").is_empty(), tls, "{proto:?}");
        let sockets = header(&response, CONTENT_SECURITY_POLICY.as_str()).contains(" wss://");
        assert_eq!(sockets, tls, "{proto:?}");
    }
}

/// The first file that a page asks for with this ending.
async fn asset(server: &Server, ending: &str) -> String {
    let page = html(server, "/").await;
    let quoted = page.split('"').find(|text| text.starts_with("/assets/") && text.ends_with(ending));
    quoted.unwrap_or_else(|| panic!("no {ending} in the page")).to_owned()
}

#[tokio::test]
async fn the_pages_files_are_kept_for_ever_and_come_compressed() {
    let server = Server::start(&[]).await;
    for ending in [".js", ".css"] {
        let path = asset(&server, ending).await;
        for (accepted, encoding) in [("br, gzip", "br"), ("gzip", "gzip"), ("identity", "")] {
            let response = server.request(Method::GET, &path).header(ACCEPT_ENCODING, accepted).send().await.unwrap();
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            assert_eq!(header(&response, CACHE_CONTROL.as_str()), "public, max-age=31536000, immutable");
            assert_eq!(header(&response, CONTENT_ENCODING.as_str()), encoding, "{path}");
            assert_eq!(header(&response, VARY.as_str()), "accept-encoding");
            let tag = header(&response, ETAG.as_str()).to_owned();
            let again = server.request(Method::GET, &path).header(ACCEPT_ENCODING, accepted).header(IF_NONE_MATCH, tag);
            assert_eq!(again.send().await.unwrap().status(), StatusCode::NOT_MODIFIED);
        }
        let head = server.request(Method::HEAD, &path).send().await.unwrap();
        assert_eq!(head.status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn another_versions_file_is_todays_and_not_kept() {
    let server = Server::start(&[]).await;
    let path = asset(&server, ".css").await;
    let file = path.splitn(4, '/').nth(3).unwrap();
    let response = server.get(&format!("/assets/of-yesterday/{file}")).await;
    assert_eq!((response.status(), header(&response, CACHE_CONTROL.as_str())), (StatusCode::OK, "no-store"));
}

#[tokio::test]
async fn a_page_comes_compressed_to_who_takes_that() {
    let server = Server::start(&[]).await;
    for path in ["/", "/a/lunch"] {
        let packed = server.request(Method::GET, path).header(ACCEPT_ENCODING, "br, gzip").send().await.unwrap();
        assert!(!header(&packed, CONTENT_ENCODING.as_str()).is_empty(), "{path}");
        assert!(packed.headers().get_all(VARY).iter().any(|value| value == "accept-encoding"));
        assert_eq!(header(&server.get(path).await, CONTENT_ENCODING.as_str()), "", "{path}");
    }
}
