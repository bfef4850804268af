//! What a link shows where it is pasted: the page's tags, the picture behind them, and the QR code that leads to it.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use reqwest::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, StatusCode};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};
use rqrr::PreparedImage;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::server::{Browser, PATIENCE, Server};

/// Bytes of a page that builders of previews read, and of a picture that they take.
const HEAD_MAX: usize = 32 << 10;
const PNG_MAX: usize = 300_000;

/// What builds a preview asks like this: without a cookie, and without following anything.
async fn ask(server: &Server, method: Method, path: &str, held: Option<&str>) -> Response {
    let client = Client::builder().redirect(Policy::none()).tls_certs_only([]).build().unwrap();
    let request = client.request(method, server.url(path));
    let request = held.iter().fold(request, |request, tag| request.header(IF_NONE_MATCH, *tag));
    request.send().await.expect("the server answers")
}

/// A busy machine says "in a moment" first.
async fn get(server: &Server, path: &str) -> Response {
    let answered = async {
        loop {
            let response = ask(server, Method::GET, path, None).await;
            if response.status() != StatusCode::SERVICE_UNAVAILABLE {
                return response;
            }
        }
    };
    timeout(PATIENCE, answered).await.unwrap_or_else(|_| panic!("{path} is not to be had"))
}

fn header(response: &Response, name: &str) -> String {
    response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

/// What the page says of its preview, by property or name.
async fn tags(server: &Server, path: &str) -> BTreeMap<String, String> {
    let page = get(server, path).await.text().await.unwrap();
    // No character takes more than four bytes.
    let head: String = page.chars().take(HEAD_MAX / 4).collect();
    let metas = head.split("<meta ").skip(1).filter_map(|meta| {
        let mut quoted = meta.split('>').next()?.split('"').skip(1).step_by(2);
        Some((quoted.next()?.to_owned(), quoted.next()?.to_owned()))
    });
    metas.collect()
}

/// The same once its description says this: presence takes a moment.
async fn tags_with(server: &Server, path: &str, words: &str) -> BTreeMap<String, String> {
    let told = async {
        loop {
            let tags = tags(server, path).await;
            if tags["og:description"].contains(words) {
                return tags;
            }
        }
    };
    timeout(PATIENCE, told).await.unwrap_or_else(|_| panic!("{path} never says {words:?}"))
}

/// Where the picture is, on this server.
fn address(server: &Server, tags: &BTreeMap<String, String>) -> String {
    tags["og:image"].strip_prefix(&server.url("")).expect("an absolute address on this server").to_owned()
}

async fn picture(server: &Server, path: &str) -> Pixmap {
    let response = get(server, path).await;
    assert_eq!((response.status(), header(&response, "content-type")), (StatusCode::OK, "image/png".to_owned()));
    let png = response.bytes().await.unwrap();
    assert!(png.len() < PNG_MAX, "{} bytes", png.len());
    Pixmap::decode_png(&png).unwrap()
}

#[tokio::test]
async fn an_empty_area_asks_where_to_eat() {
    let server = Server::start(&[]).await;
    let tags = tags(&server, "/a/lunch").await;
    assert_eq!(tags["og:title"], "Where are we eating? · lunch");
    assert!(tags["og:description"].starts_with("Nobody has voted yet."));
    assert_eq!(
        ["width", "height", "type"].map(|name| tags[&format!("og:image:{name}")].as_str()),
        ["1200", "630", "image/png"]
    );
    assert_eq!(tags["twitter:card"], "summary_large_image");
    assert_eq!(tags["twitter:image"], tags["og:image"]);
    assert!(!tags["og:image:alt"].is_empty());
    let pixels = picture(&server, &address(&server, &tags)).await;
    assert_eq!((pixels.width(), pixels.height()), (1200, 630));
}

#[tokio::test]
async fn the_landing_page_has_a_picture_too() {
    let server = Server::start(&[]).await;
    let path = address(&server, &tags(&server, "/").await);
    assert!(path.starts_with("/preview.png?v="), "{path}");
    assert!(header(&get(&server, &path).await, "cache-control").contains("immutable"));
    assert_eq!(picture(&server, &path).await.width(), 1200);
}

#[tokio::test]
async fn a_vote_changes_title_description_and_the_pictures_address() {
    let server = Server::start(&[]).await;
    let empty = address(&server, &tags(&server, "/a/lunch").await);
    let mut ann = Browser::open(&server).await.join("lunch", "Ann").await;
    assert_eq!(address(&server, &tags(&server, "/a/lunch").await), empty, "nobody has voted yet");
    ann.vote("ramen").await;
    let voted = tags_with(&server, "/a/lunch", "Place ramen 1, 1 here.").await;
    assert_eq!(voted["og:title"], "Place ramen 1 · lunch");
    assert_eq!(voted["og:image:alt"], "Place ramen 1.");
    let address = address(&server, &voted);
    assert_ne!(address, empty);
    let now = picture(&server, &address).await;
    assert!(picture(&server, &empty).await == now, "any version gives today's picture");
    assert!(picture(&server, "/a/dinner/preview.png").await != now);
}

#[tokio::test]
async fn only_the_right_version_may_be_kept_and_not_for_longer_than_an_area() {
    let server = Server::start(&[("WTE__AREA__LIFETIME_SECS", "6000")]).await;
    let right = address(&server, &tags(&server, "/a/lunch").await);
    for (path, keep) in [
        (right.as_str(), "public, max-age=6000, immutable"),
        ("/a/lunch/preview.png?v=0123456789abcdef", "no-cache"),
        ("/a/lunch/preview.png", "no-cache"),
    ] {
        let response = get(&server, path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(header(&response, "cache-control"), keep, "{path}");
    }
}

#[tokio::test]
async fn a_picture_is_for_other_sites_and_nothing_else_is() {
    let server = Server::start(&[]).await;
    for (path, policy) in [
        ("/a/lunch/preview.png", "cross-origin"),
        ("/preview.png", "cross-origin"),
        ("/a/lunch/qr.svg", "same-site"),
        ("/a/lunch", "same-site"),
        ("/", "same-site"),
    ] {
        let response = get(&server, path).await;
        let all: Vec<_> = response.headers().get_all("cross-origin-resource-policy").iter().collect();
        assert_eq!(all, [policy], "{path}");
        assert_eq!(header(&response, "x-content-type-options"), "nosniff", "{path}");
    }
}

#[tokio::test]
async fn a_head_and_a_revalidation_carry_no_picture() {
    let server = Server::start(&[]).await;
    let path = address(&server, &tags(&server, "/a/lunch").await);
    let got = get(&server, &path).await;
    let head = ask(&server, Method::HEAD, &path, None).await;
    for name in [CONTENT_TYPE, CONTENT_LENGTH, CACHE_CONTROL, ETAG] {
        assert_eq!(head.headers().get(&name), got.headers().get(&name), "{name}");
    }
    let tag = header(&got, "etag");
    assert!(head.bytes().await.unwrap().is_empty() && !got.bytes().await.unwrap().is_empty());
    let again = ask(&server, Method::GET, &path, Some(&tag)).await;
    assert_eq!((again.status(), header(&again, "etag")), (StatusCode::NOT_MODIFIED, tag));
}

#[tokio::test]
async fn looking_at_a_picture_sets_no_session_and_stores_nothing() {
    let server = Server::start(&[]).await;
    for path in ["/a/lunch/preview.png", "/a/lunch/qr.svg", "/preview.png"] {
        let response = get(&server, path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert!(!response.headers().contains_key(SET_COOKIE), "{path}");
    }
    let area: Value = get(&server, "/api/areas/lunch").await.json().await.unwrap();
    assert_eq!((&area["epoch"], &area["seq"]), (&json!(""), &json!(0)), "{area}");
}

#[tokio::test]
async fn names_that_the_font_lacks_are_left_to_the_title() {
    let server = Server::start(&[]).await;
    let foreign = picture(&server, "/a/午饭/preview.png").await;
    assert!(foreign == picture(&server, "/preview.png").await, "what is left is the product's picture");
    let mut pictures = Vec::new();
    for (area, place) in [("午饭", "麻婆豆腐"), ("晚饭", "🍜🍣"), ("早饭", "Ramen")] {
        let mut ann = Browser::open(&server).await.join(area, "Ann").await;
        ann.ask("addVote", json!({"fs": {"name": place}})).await;
        let tags = tags_with(&server, &format!("/a/{area}"), "1 here").await;
        assert_eq!(tags["og:title"], format!("{place} 1 · {area}"));
        pictures.push(picture(&server, &address(&server, &tags)).await);
    }
    assert!(pictures[0] == pictures[1], "neither Chinese nor emoji leave a trace, not even a box");
    assert!(pictures[0] != pictures[2], "what the font has is drawn");
}

#[tokio::test]
async fn what_is_no_areas_name_has_neither_picture_nor_code() {
    let server = Server::start(&[]).await;
    for path in ["/a/a%20b/preview.png", "/a/a%20b/qr.svg"] {
        let response = get(&server, path).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(response.json::<Value>().await.unwrap()["code"], "badArea", "{path}");
    }
}

#[tokio::test]
async fn many_pictures_at_once_are_drawn_or_refused_in_words() {
    let server = Server::start(&[]).await;
    let paths: Vec<String> = (0..24).map(|number| format!("/a/lunch-{}/preview.png", number % 12)).collect();
    for response in join_all(paths.iter().map(|path| ask(&server, Method::GET, path, None))).await {
        match response.status() {
            StatusCode::OK => assert!(Pixmap::decode_png(&response.bytes().await.unwrap()).is_ok()),
            status => {
                assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
                assert_eq!(response.json::<Value>().await.unwrap()["code"], "overCapacity");
            }
        }
    }
    assert_eq!(picture(&server, "/a/lunch-1/preview.png").await.width(), 1200);
}

/// What a camera reads off the QR code at this path.
async fn scanned(server: &Server, path: &str) -> String {
    let response = get(server, path).await;
    assert_eq!((response.status(), header(&response, "content-type")), (StatusCode::OK, "image/svg+xml".to_owned()));
    assert_eq!(header(&response, "cache-control"), "no-cache");
    read_off(&response.text().await.unwrap())
}

/// What a camera reads off a QR code.
pub fn read_off(svg: &str) -> String {
    let tree = Tree::from_str(svg, &Options::default()).unwrap();
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
    assert_eq!(scanned(&server, "/a/lunch/qr.svg").await, server.url("/a/lunch"));
    assert_eq!(scanned(&server, "/a/LUNCH/qr.svg").await, server.url("/a/lunch"));
    let long = "%E5%8D%88".repeat(64);
    assert_eq!(scanned(&server, &format!("/a/{long}/qr.svg")).await, server.url(&format!("/a/{long}")));
}

#[tokio::test]
async fn links_and_pictures_are_at_the_public_address() {
    let server = Server::start(&[("WTE__SERVER__PUBLIC_URL", "https://eat.example")]).await;
    assert_eq!(scanned(&server, "/a/lunch/qr.svg").await, "https://eat.example/a/lunch");
    let tags = tags(&server, "/a/lunch").await;
    assert_eq!(tags["og:url"], "https://eat.example/a/lunch");
    assert!(tags["og:image"].starts_with("https://eat.example/a/lunch/preview.png?v="), "{}", tags["og:image"]);
}
