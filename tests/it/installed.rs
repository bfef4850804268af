//! The manifest and the service worker as they are served; what browsers make of them, tests/browser/installed.test.js tells.

use reqwest::Method;
use reqwest::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY};
use serde_json::Value;

use crate::server::Server;

#[tokio::test]
async fn the_manifest_speaks_the_language_that_is_wished_for() {
    let server = Server::start(&[]).await;
    for (wish, tag, name) in [("de-AT,en;q=0.5", "de", "Essen"), ("zh-CN", "zh-Hans", "吃什么"), ("nl", "en", "Eat")]
    {
        let asked = server.request(Method::GET, "/manifest.webmanifest").header(ACCEPT_LANGUAGE, wish);
        let response = asked.send().await.unwrap();
        let headers = response.headers();
        assert_eq!(headers[CONTENT_TYPE], "application/manifest+json");
        assert_eq!(headers[CACHE_CONTROL], "no-cache");
        assert!(headers.get_all(VARY).iter().any(|value| value.to_str().unwrap().contains("accept-language")));
        let manifest: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        assert_eq!((&manifest["lang"], &manifest["short_name"]), (&tag.into(), &name.into()), "{wish}");
        for field in ["id", "start_url", "scope"] {
            assert_eq!(manifest[field], "/", "{field}");
        }
    }
}

#[tokio::test]
async fn every_file_that_the_worker_has_ready_is_there_to_be_kept() {
    let server = Server::start(&[]).await;
    let response = server.get("/sw.js").await;
    assert_eq!(response.headers()[CONTENT_TYPE], "text/javascript; charset=utf-8");
    assert_eq!(response.headers()[CACHE_CONTROL], "no-cache", "a browser finds a new version with the next page");
    let text = response.text().await.unwrap();
    let constant = |name: &str| -> Value {
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("const {name} = "))).unwrap();
        serde_json::from_str(line.trim_end_matches(';')).unwrap()
    };
    let (version, files) = (constant("VERSION"), constant("FILES"));
    let files: Vec<&str> = files.as_array().unwrap().iter().map(|file| file.as_str().unwrap()).collect();
    for wanted in ["js/main.js", "js/offline.js", "css/base.css", "icons/icon.svg"] {
        assert!(files.contains(&wanted), "{wanted}");
    }
    for file in files {
        let kept = server.get(&format!("/assets/{}/{file}", version.as_str().unwrap())).await;
        assert!(kept.headers()[CACHE_CONTROL].to_str().unwrap().contains("immutable"), "{file}");
    }
}

#[tokio::test]
async fn a_page_may_have_a_worker_and_a_manifest_of_its_own_server() {
    let server = Server::start(&[]).await;
    let response = server.get("/").await;
    let policy = response.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
    assert!(policy.contains("worker-src 'self'") && policy.contains("manifest-src 'self'"), "{policy}");
    assert!(response.text().await.unwrap().contains("<link rel=\"manifest\" href=\"/manifest.webmanifest\">"));
}

#[tokio::test]
async fn who_asks_for_an_icon_without_reading_a_page_gets_one() {
    let server = Server::start(&[]).await;
    let response = server.get("/favicon.ico").await;
    assert_eq!(response.headers()[CONTENT_TYPE], "image/png");
    assert_eq!(response.headers()[CACHE_CONTROL], "public, max-age=86400");
    assert!(response.bytes().await.unwrap().starts_with(b"\x89PNG"));
}
