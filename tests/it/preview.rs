//! What a link shows where it is pasted: the page's tags, the picture behind them, and the QR code that leads to it.

use std::collections::BTreeMap;

use reqwest::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH, SET_COOKIE};
use reqwest::{Method, Response, StatusCode};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};
use rqrr::PreparedImage;
use serde_json::json;

use crate::server::{Browser, Server};

/// Bytes of a page that builders of previews read, and of a picture that they take.
const HEAD_MAX: usize = 32 << 10;
const PNG_MAX: usize = 300_000;

/// What the page says of its preview, by property or name.
async fn tags(browser: &Browser, path: &str) -> BTreeMap<String, String> {
    let page = browser.send(Method::GET, path, None).await.text().await.unwrap();
    let head = &page[..page.len().min(HEAD_MAX)];
    let metas = head.split("<meta ").skip(1).filter_map(|meta| {
        let mut quoted = meta.split('>').next()?.split('"').skip(1).step_by(2);
        Some((quoted.next()?.to_owned(), quoted.next()?.to_owned()))
    });
    metas.collect()
}

/// The picture's address, below the server's.
async fn address(browser: &Browser, path: &str) -> String {
    let image = tags(browser, path).await.remove("og:image").expect("a picture");
    image.strip_prefix(&browser.base).expect("an absolute address on this server").to_owned()
}

fn header(response: &Response, name: &str) -> String {
    response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

async fn picture(browser: &Browser, path: &str) -> Pixmap {
    let response = browser.send(Method::GET, path, None).await;
    assert_eq!((response.status(), header(&response, "content-type")), (StatusCode::OK, "image/png".to_owned()));
    let png = response.bytes().await.unwrap();
    assert!(png.len() < PNG_MAX, "{} bytes", png.len());
    Pixmap::decode_png(&png).unwrap()
}

#[tokio::test]
async fn an_empty_area_asks_where_to_eat() {
    let server = Server::start(&[]).await;
    let browser = Browser::open(&server).await;
    let tags = tags(&browser, "/a/lunch").await;
    let tag = |name: &str| tags.get(name).map(String::as_str).unwrap_or_default();
    assert_eq!(tag("og:title"), "Where are we eating? · lunch");
    assert!(tag("og:description").starts_with("Nobody has voted yet."));
    assert_eq!((tag("og:image:width"), tag("og:image:height"), tag("og:image:type")), ("1200", "630", "image/png"));
    assert_eq!(tag("twitter:card"), "summary_large_image");
    assert_eq!(tag("twitter:image"), tag("og:image"));
    assert!(!tag("og:image:alt").is_empty() && tag("og:image:alt") == tag("twitter:image:alt"));
    let pixels = picture(&browser, &address(&browser, "/a/lunch").await).await;
    assert_eq!((pixels.width(), pixels.height()), (1200, 630));
}

#[tokio::test]
async fn the_landing_page_has_a_picture_too() {
    let server = Server::start(&[]).await;
    let browser = Browser::open(&server).await;
    let path = address(&browser, "/").await;
    assert!(path.starts_with("/preview.png?v="), "{path}");
    let response = browser.send(Method::GET, &path, None).await;
    assert!(header(&response, "cache-control").contains("immutable"));
    assert_eq!(picture(&browser, &path).await.width(), 1200);
}

#[tokio::test]
async fn a_vote_changes_title_description_and_the_pictures_address() {
    let server = Server::start(&[]).await;
    let browser = Browser::open(&server).await;
    let empty = address(&browser, "/a/lunch").await;
    assert_eq!(address(&browser, "/a/lunch").await, empty, "nothing happened in between");
    let mut socket = browser.join("lunch", "Ann").await;
    assert_eq!(address(&browser, "/a/lunch").await, empty, "nobody has voted yet");
    socket.vote("ramen").await;
    let tags = tags(&browser, "/a/lunch").await;
    assert_eq!(tags["og:title"], "Place ramen 1 · lunch");
    assert!(tags["og:description"].starts_with("Place ramen 1, 1 here."), "{}", tags["og:description"]);
    assert_eq!(tags["og:image:alt"], "Place ramen 1.");
    let voted = address(&browser, "/a/lunch").await;
    assert_ne!(voted, empty);
    let now = picture(&browser, &voted).await;
    assert_eq!(picture(&browser, &empty).await.data(), now.data(), "any version gives today's picture");
    let other = picture(&browser, &address(&browser, "/a/dinner").await).await;
    assert_ne!(now.data(), other.data());
}

#[tokio::test]
async fn only_the_right_version_may_be_kept() {
    let server = Server::start(&[("WTE__AREA__LIFETIME_SECS", "600")]).await;
    let browser = Browser::open(&server).await;
    let right = address(&browser, "/a/lunch").await;
    for (path, keep) in [
        (right.as_str(), "public, max-age=600, immutable"),
        ("/a/lunch/preview.png?v=0123456789abcdef", "no-cache"),
        ("/a/lunch/preview.png", "no-cache"),
    ] {
        let response = browser.send(Method::GET, path, None).await;
        assert_eq!(
            (response.status(), header(&response, CACHE_CONTROL.as_str()).as_str()),
            (StatusCode::OK, keep),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_picture_is_for_other_sites_and_nothing_else_is() {
    let server = Server::start(&[]).await;
    let browser = Browser::open(&server).await;
    for (path, policy) in [
        ("/a/lunch/preview.png", "cross-origin"),
        ("/preview.png", "cross-origin"),
        ("/a/lunch/qr.svg", "same-site"),
        ("/a/lunch", "same-site"),
        ("/", "same-site"),
    ] {
        let response = browser.send(Method::GET, path, None).await;
        let all: Vec<_> = response.headers().get_all("cross-origin-resource-policy").iter().collect();
        assert_eq!(all, [policy], "{path}");
        assert_eq!(header(&response, "x-content-type-options"), "nosniff", "{path}");
    }
}

#[tokio::test]
async fn a_head_and_a_revalidation_carry_no_picture() {
    let server = Server::start(&[]).await;
    let browser = Browser::open(&server).await;
    let path = address(&browser, "/a/lunch").await;
    let got = browser.send(Method::GET, &path, None).await;
    let head = browser.send(Method::HEAD, &path, None).await;
    for name in [CONTENT_TYPE, CONTENT_LENGTH, CACHE_CONTROL, ETAG] {
        assert_eq!(head.headers().get(&name), got.headers().get(&name), "{name}");
    }
    let tag = header(&got, "etag");
    assert!(head.bytes().await.unwrap().is_empty() && !got.bytes().await.unwrap().is_empty());
    let again = reqwest::Client::builder().tls_certs_only([]).build().unwrap();
    let again = again.get(format!("{}{path}", browser.base)).header(IF_NONE_MATCH, tag).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn looking_at_a_picture_sets_no_session_and_stores_nothing() {
    let server = Server::start(&[]).await;
    let stranger = reqwest::Client::builder().tls_certs_only([]).build().unwrap();
    for path in ["/a/lunch/preview.png", "/a/lunch/qr.svg", "/preview.png"] {
        let response = stranger.get(server.url(path)).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert!(!response.headers().contains_key(SET_COOKIE), "{path}");
    }
    let browser = Browser::open(&server).await;
    let (_, area) = browser.get("/api/areas/lunch").await;
    assert_eq!((area["epoch"].as_str(), area["seq"].as_u64()), (Some(""), Some(0)), "{area}");
}

#[tokio::test]
async fn names_that_the_font_lacks_are_left_to_the_title() {
    let server = Server::start(&[]).await;
    let browser = Browser::open(&server).await;
    let foreign = picture(&browser, &address(&browser, "/a/%E5%8D%88%E9%A5%AD").await).await;
    let product = picture(&browser, &address(&browser, "/").await).await;
    assert_eq!(foreign.data(), product.data(), "a name that cannot be drawn leaves the product's picture");
    let mut socket = browser.join("午饭", "Ann").await;
    socket.ask("addVote", json!({"fs": {"name": "麻婆豆腐"}})).await;
    let tags = tags(&browser, "/a/%E5%8D%88%E9%A5%AD").await;
    assert_eq!(tags["og:title"], "麻婆豆腐 1 · 午饭");
    let chinese = picture(&browser, &address(&browser, "/a/%E5%8D%88%E9%A5%AD").await).await;
    socket.ask("addVote", json!({"fs": {"name": "🍜🍣"}})).await;
    let emoji = picture(&browser, &address(&browser, "/a/%E5%8D%88%E9%A5%AD").await).await;
    assert_eq!(chinese.data(), emoji.data(), "neither leaves a trace, not even a box");
    socket.ask("addVote", json!({"fs": {"name": "Ramen"}})).await;
    let latin = picture(&browser, &address(&browser, "/a/%E5%8D%88%E9%A5%AD").await).await;
    assert_ne!(latin.data(), chinese.data());
}

#[tokio::test]
async fn a_name_that_is_no_areas_has_no_picture_and_no_code() {
    let server = Server::start(&[]).await;
    let browser = Browser::open(&server).await;
    for path in ["/a/a%20b/preview.png", "/a/a%20b/qr.svg"] {
        let (status, answer) = browser.get(path).await;
        assert_eq!((status, answer["code"].as_str()), (StatusCode::BAD_REQUEST, Some("badArea")), "{path}");
    }
}

#[tokio::test]
async fn many_pictures_at_once_are_all_drawn_or_refused_in_words() {
    let server = Server::start(&[]).await;
    let browser = Browser::open(&server).await;
    let paths: Vec<String> = (0..24).map(|number| format!("/a/lunch-{}/preview.png", number % 12)).collect();
    let all = futures_util::future::join_all(paths.iter().map(|path| browser.send(Method::GET, path, None))).await;
    for response in all {
        match response.status() {
            StatusCode::OK => assert!(Pixmap::decode_png(&response.bytes().await.unwrap()).is_ok()),
            status => {
                assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
                assert!(response.text().await.unwrap().contains("overCapacity"));
            }
        }
    }
    assert_eq!(picture(&browser, "/a/lunch-1/preview.png").await.width(), 1200);
}

/// What a camera reads off the QR code at this path.
async fn scanned(browser: &Browser, path: &str) -> String {
    let response = browser.send(Method::GET, path, None).await;
    assert_eq!((response.status(), header(&response, "content-type")), (StatusCode::OK, "image/svg+xml".to_owned()));
    assert_eq!(header(&response, "cache-control"), "no-cache");
    let tree = Tree::from_str(&response.text().await.unwrap(), &Options::default()).unwrap();
    let size = tree.size().to_int_size();
    let mut pixels = Pixmap::new(size.width(), size.height()).unwrap();
    resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
    let (width, height) = (size.width() as usize, size.height() as usize);
    let mut image = PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels.pixels()[y * width + x].green());
    let grids = image.detect_grids();
    grids.first().expect("a code").decode().expect("a whole code").1
}

#[tokio::test]
async fn the_code_leads_to_the_area_on_this_host() {
    let server = Server::start(&[]).await;
    let browser = Browser::open(&server).await;
    assert_eq!(scanned(&browser, "/a/lunch/qr.svg").await, server.url("/a/lunch"));
    assert_eq!(scanned(&browser, "/a/LUNCH/qr.svg").await, server.url("/a/lunch"));
    let long = "%E5%8D%88".repeat(64);
    assert_eq!(scanned(&browser, &format!("/a/{long}/qr.svg")).await, server.url(&format!("/a/{long}")));
}

#[tokio::test]
async fn links_and_pictures_are_at_the_public_address() {
    let server = Server::start(&[("WTE__SERVER__PUBLIC_URL", "https://eat.example")]).await;
    let browser = Browser::open(&server).await;
    assert_eq!(scanned(&browser, "/a/lunch/qr.svg").await, "https://eat.example/a/lunch");
    let tags = tags(&browser, "/a/lunch").await;
    assert_eq!(tags["og:url"], "https://eat.example/a/lunch");
    assert!(tags["og:image"].starts_with("https://eat.example/a/lunch/preview.png?v="), "{}", tags["og:image"]);
}
