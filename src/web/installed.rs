//! What makes the page an app on a device: the manifest, which says how it is called and looks there, the icon for who asks at the
//! usual address, and the service worker, which has the page at hand where there is no network. Knows nothing of areas.

use actix_web::http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, VARY};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::{assets, wish};

/// Asked for anew each time: the addresses in them change with each version.
const ASK: (HeaderName, &str) = (CACHE_CONTROL, "no-cache");
/// The usual address of the icon names no version, so a new icon has to be found within a day.
const A_DAY: &str = "public, max-age=86400";
/// The light page's colours, as in `base.css`: a splash screen knows no dark mode.
const PAPER: &str = "#fbf6f1";
/// What the service worker has ready: what the page is made of. Icons, a device has fetched for itself.
const AT_HAND: [&str; 4] = [".js", ".css", ".svg", ".json"];
/// The worker's text among the assets; it needs no copy of itself.
const WORKER: &str = "sw.js";

/// `GET /manifest.webmanifest`
pub async fn manifest(request: HttpRequest) -> HttpResponse {
    let t = wish::texts(&request);
    let icon = |name: &str, sizes: &str, purpose: &str| {
        let src = format!("{}/icons/{name}", assets::base());
        let mime = assets::find(&format!("icons/{name}")).map_or("", |asset| asset.mime);
        json!({"src": src, "sizes": sizes, "type": mime, "purpose": purpose})
    };
    let manifest = json!({
        "id": "/",
        "name": t.say("product").to_string(),
        "short_name": t.say("appName").to_string(),
        "description": t.say("appAbout").to_string(),
        "lang": t.tag(),
        "dir": "ltr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": PAPER,
        "background_color": PAPER,
        "categories": ["food", "social"],
        "icons": [
            icon("icon.svg", "any", "any"),
            icon("icon-192.png", "192x192", "any"),
            icon("icon-512.png", "512x512", "any"),
            icon("maskable-512.png", "512x512", "maskable"),
        ],
        "shortcuts": [{
            "name": t.say("groupLabel").to_string(),
            "url": "/",
            "icons": [icon("icon-192.png", "192x192", "any")],
        }],
    });
    HttpResponse::Ok()
        .insert_header(ASK)
        .insert_header((VARY, ACCEPT_LANGUAGE.as_str()))
        .insert_header((CONTENT_TYPE, "application/manifest+json"))
        .body(manifest.to_string())
}

/// `GET /favicon.ico`: pages name their icon, but feed readers, chats and older browsers ask here without reading one.
pub async fn icon(request: HttpRequest) -> HttpResponse {
    match assets::find("icons/icon-192.png") {
        Some(asset) => {
            let mut response = assets::serve(asset, false, &request);
            response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(A_DAY));
            response
        }
        None => HttpResponse::NotFound().finish(),
    }
}

/// `GET /sw.js`: the text in `assets/sw.js`, told which version it is of. So it is another one whenever any file is.
pub async fn worker() -> HttpResponse {
    let files: Vec<&str> =
        assets::paths().filter(|path| *path != WORKER && AT_HAND.iter().any(|ending| path.ends_with(ending))).collect();
    let text = assets::find(WORKER).map_or("", |asset| std::str::from_utf8(asset.plain).unwrap_or_default());
    let body = format!("const VERSION = {};\nconst FILES = {};\n{text}", json!(assets::VERSION), json!(files));
    HttpResponse::Ok().insert_header(ASK).insert_header((CONTENT_TYPE, "text/javascript; charset=utf-8")).body(body)
}
