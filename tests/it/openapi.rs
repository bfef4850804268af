//! `/api/openapi.json` against the table of URLs, and against what a running server answers: so it says what is, or a test fails.

use std::collections::BTreeSet;
use std::fs;

use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::server::{Browser, Server};

const CHAT: &str = "/api/areas/lunch/rooms/general/chat";

/// The document, and what of it real answers have shown to be true.
struct Document {
    json: Value,
    shown: BTreeSet<String>,
}

fn source(path: &str) -> String {
    fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn document() -> Document {
    Document { json: serde_json::from_str(&source("src/web/openapi.json")).unwrap(), shown: BTreeSet::new() }
}

/// `GET /a/{area}` for each route in the text of `table`.
fn routes(table: &str) -> BTreeSet<String> {
    let (api, rest) = table.split_once("default_service(routes::to(api::not_found))").unwrap();
    let mut found = BTreeSet::new();
    for (text, prefix) in [(api, "/api"), (rest, "")] {
        for (at, _) in text.match_indices("(\"/") {
            let (path, after) = text[at + 2..].split_once('"').unwrap();
            let method = match after.trim_start_matches(", ") {
                after if after.starts_with("reading()") || after.starts_with("routes::get()") => "GET",
                after if after.starts_with("routes::post()") => "POST",
                after if after.starts_with("routes::put()") => "PUT",
                after if after.starts_with("routes::delete()") => "DELETE",
                _ => continue,
            };
            found.insert(format!("{method} {prefix}{}", path.replace(":.*", "")));
        }
    }
    found
}

impl Document {
    /// `GET /a/{area}`, for each operation.
    fn operations(&self) -> BTreeSet<String> {
        let paths = self.json["paths"].as_object().unwrap();
        let of = |(path, item): (&String, &Value)| {
            let methods = item.as_object().unwrap().keys().map(|method| format!("{} {path}", method.to_uppercase()));
            methods.collect::<Vec<_>>()
        };
        paths.iter().flat_map(of).collect()
    }

    /// What stands here, or where it refers to.
    fn at<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(to) => self.json.pointer(to.trim_start_matches('#')).unwrap_or_else(|| panic!("{to} leads nowhere")),
            None => value,
        }
    }

    /// Why this is not what the schema says; nothing if it is.
    fn faults(&self, schema: &Value, instance: &Value) -> Vec<String> {
        let whole = json!({"components": self.json["components"], "allOf": [schema]});
        let validator = jsonschema::draft202012::new(&whole).expect("a schema");
        validator.iter_errors(instance).map(|error| format!("{}: {error}", error.instance_path())).collect()
    }

    /// An answer to an operation, such as `GET /a/{area}`, is one that the document has; its JSON is as the schema says.
    async fn shows(&mut self, operation: &str, response: Response) -> Value {
        let status = response.status();
        let (method, path) = operation.split_once(' ').unwrap();
        let known = &self.json["paths"][path][method.to_lowercase()]["responses"][status.as_str()];
        assert!(known.is_object(), "{operation} answers {status}, which the document does not have");
        let content = self.at(known)["content"].clone();
        let mime = response.headers().get(CONTENT_TYPE).map(|value| value.to_str().unwrap().to_owned());
        let body = response.bytes().await.unwrap();
        self.shown.insert(format!("{operation} {}", status.as_u16()));
        let Some(mime) = mime.as_deref().and_then(|mime| mime.split(';').next()).filter(|_| content.is_object()) else {
            assert!(body.is_empty() || content.is_object(), "{operation} {status} has a body");
            return Value::Null;
        };
        assert!(content["*/*"].is_object() || content[mime].is_object(), "{operation} {status} is {mime}: {content}");
        if mime != "application/json" {
            return Value::Null;
        }
        let json: Value = serde_json::from_slice(&body).unwrap();
        let faults = self.faults(&content[mime]["schema"], &json);
        assert!(faults.is_empty(), "{operation} {status}: {faults:?} in {json}");
        json
    }
}

#[test]
fn the_document_has_every_route_of_the_table_and_no_other() {
    let table = source("src/web/mod.rs");
    let routes = routes(table.split_once("pub fn table").unwrap().1.split_once("\n}\n").unwrap().0);
    assert!(routes.contains("PUT /api/areas/{area}/vote") && routes.contains("GET /a/{area}"), "{routes:?}");
    assert_eq!(routes, document().operations());
}

#[test]
fn a_route_that_the_table_had_alone_would_be_found() {
    let text = ".route(\"/a\", routes::post().to(x))\n.default_service(routes::to(api::not_found));\n.service(packed(\"/b/{c:.*}\", reading().to(y)))";
    assert_eq!(routes(text), ["GET /b/{c}".to_owned(), "POST /api/a".to_owned()].into());
}

#[test]
fn the_document_has_every_error_code() {
    let text = source("src/protocol/error.rs");
    let (_, list) = text.split_once("pub fn as_str").unwrap();
    let codes = list.split_once("\n    }\n").unwrap().0.lines().filter_map(|line| line.split('"').nth(1));
    let document = document();
    let listed = document.json["components"]["schemas"]["Problem"]["properties"]["code"]["enum"].as_array().unwrap();
    let listed: BTreeSet<&str> = listed.iter().map(|code| code.as_str().unwrap()).collect();
    assert_eq!(listed, codes.collect());
}

/// Every value of this name, wherever it stands.
fn all<'a>(value: &'a Value, name: &str, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get(name));
            fields.values().for_each(|field| all(field, name, found));
        }
        Value::Array(items) => items.iter().for_each(|item| all(item, name, found)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_example_is_one() {
    let document = document();
    let mut references = Vec::new();
    all(&document.json, "$ref", &mut references);
    for to in references {
        document.at(&json!({"$ref": to}));
    }
    let mut contents = Vec::new();
    all(&document.json, "application/json", &mut contents);
    let examples: Vec<&Value> = contents.into_iter().filter(|content| content["example"].is_object()).collect();
    assert!(examples.len() > 10);
    for content in examples {
        assert_eq!(document.faults(&content["schema"], &content["example"]), Vec::<String>::new(), "{content}");
    }
}

#[test]
fn an_answer_that_lacks_something_or_has_more_is_a_fault() {
    let document = document();
    let schema = json!({"$ref": "#/components/schemas/Changed"});
    assert!(document.faults(&schema, &json!({"epoch": "r.1", "seq": 1, "at": 1})).is_empty());
    for wrong in [
        json!({"epoch": "r.1", "seq": 1}),
        json!({"epoch": "r.1", "seq": -1, "at": 1}),
        json!({"epoch": "r.1", "seq": 1, "at": 1, "x": 1}),
    ] {
        assert!(!document.faults(&schema, &wrong).is_empty(), "{wrong}");
    }
}

#[tokio::test]
async fn what_the_server_answers_is_what_the_document_says() {
    let server = Server::start(&[]).await;
    let (ann, bob) = (Browser::open(&server).await, Browser::open(&server).await);
    let mut stranger = ann.clone();
    stranger.cookie = String::new();
    let mut document = document();
    let (get, put, post, delete) = (Method::GET, Method::PUT, Method::POST, Method::DELETE);
    let ramen = json!({"fs": {"id": "r", "name": "Ramen", "location": {"lat": 52.5, "lng": 13.4}, "categories": [{"name": "Noodles"}]}});
    let taken = json!({"username": "Ann", "img": "emoji:🍜", "n": 1});
    let lunch = json!({"area": "lunch"});
    let zoe = json!({"username": "Zoe", "passphrase": "noodles at noon"});
    let replaced = json!({"old": "noodles at noon", "new": "dumplings at dusk"});
    for (who, method, path, at, body, status) in [
        (&ann, &post, "/api/session", "/api/session", None, 200),
        (&ann, &get, "/api/areas/{area}", "/api/areas/lunch", None, 200),
        (&ann, &get, "/api/areas/{area}", "/api/areas/%7Bx", None, 400),
        (&ann, &get, "/api/areas/{area}/me", "/api/areas/lunch/me", None, 200),
        (&stranger, &get, "/api/areas/{area}/me", "/api/areas/lunch/me", None, 401),
        (&ann, &put, "/api/areas/{area}/vote", "/api/areas/lunch/vote", Some(&ramen), 403),
        (&ann, &put, "/api/areas/{area}/me", "/api/areas/lunch/me", Some(&taken), 200),
        (&bob, &put, "/api/areas/{area}/me", "/api/areas/lunch/me", Some(&taken), 409),
        (&ann, &get, "/api/areas/{area}/me", "/api/areas/lunch/me", None, 200),
        (&ann, &put, "/api/areas/{area}/vote", "/api/areas/lunch/vote", Some(&ramen), 200),
        (&ann, &get, "/api/areas/{area}", "/api/areas/lunch", None, 200),
        (&ann, &get, "/api/areas/{area}/rooms", "/api/areas/lunch/rooms", None, 200),
        (&ann, &post, "/api/areas/{area}/rooms", "/api/areas/lunch/rooms", Some(&json!({"name": "Veggie"})), 200),
        (&ann, &post, "/api/areas/{area}/rooms", "/api/areas/lunch/rooms", Some(&json!({"with": "Zoe"})), 404),
        (&ann, &post, "/api/areas/{area}/rooms/{room}/chat", CHAT, Some(&json!({"text": "Thai?"})), 200),
        (&ann, &post, "/api/areas/{area}/rooms/{room}/chat", CHAT, Some(&json!({"text": " "})), 400),
        (&bob, &get, "/api/areas/{area}/rooms/{room}/chat", CHAT, None, 403),
        (&ann, &get, "/api/areas/{area}/rooms/{room}/chat", CHAT, None, 200),
        (&ann, &get, "/api/areas/{area}/activity", "/api/areas/lunch/activity", None, 200),
        (&ann, &get, "/api/areas/{area}/activity", "/api/areas/%7Bx/activity", None, 400),
        (&ann, &get, "/ops", "/ops", None, 200),
        (&ann, &post, "/ops", "/ops", None, 303),
        (&ann, &post, "/ops/leave", "/ops/leave", None, 303),
        (&ann, &post, "/api/takeover", "/api/takeover", Some(&lunch), 200),
        (&ann, &get, "/api/account", "/api/account", None, 200),
        (&ann, &post, "/api/account", "/api/account", Some(&json!({"username": "Ann", "passphrase": "short"})), 400),
        (&bob, &put, "/api/account/passphrase", "/api/account/passphrase", Some(&replaced), 403),
        (&bob, &post, "/api/account/session", "/api/account/session", Some(&zoe), 403),
        (&bob, &delete, "/api/account/session", "/api/account/session", None, 200),
        (&ann, &get, "/api/venues", "/api/venues?query=x&limit=99", None, 400),
        (&ann, &get, "/api/venues", "/api/venues?query=ramen", None, 200),
        (&ann, &delete, "/api/areas/{area}/vote", "/api/areas/lunch/vote?n=9", None, 200),
        (&ann, &delete, "/api/areas/{area}/me", "/api/areas/lunch/me", None, 200),
        (&ann, &get, "/api/openapi.json", "/api/openapi.json", None, 200),
        (&ann, &get, "/", "/", None, 200),
        (&ann, &get, "/", "/?area=%7B", None, 400),
        (&ann, &get, "/a/{area}", "/a/lunch", None, 200),
        (&ann, &get, "/a/{area}/qr.svg", "/a/lunch/qr.svg", None, 200),
        (&ann, &get, "/a/{area}/preview.png", "/a/lunch/preview.png", None, 200),
        (&ann, &get, "/preview.png", "/preview.png", None, 200),
        (&ann, &post, "/a/{area}/name", "/a/lunch/name", Some(&json!({})), 400),
        (&ann, &get, "/assets/{version}/{path}", "/assets/0/css/base.css", None, 200),
        (&ann, &get, "/assets/{version}/{path}", "/assets/0/none.css", None, 404),
        (&ann, &get, "/manifest.webmanifest", "/manifest.webmanifest", None, 200),
        (&ann, &get, "/sw.js", "/sw.js", None, 200),
        (&ann, &get, "/favicon.ico", "/favicon.ico", None, 200),
        (&ann, &get, "/robots.txt", "/robots.txt", None, 200),
        (&ann, &get, "/healthz", "/healthz", None, 200),
        (&ann, &get, "/readyz", "/readyz", None, 200),
        (&ann, &get, "/metrics", "/metrics", None, 200),
    ] {
        let response = who.send(method.clone(), at, body).await;
        assert_eq!(response.status(), StatusCode::from_u16(status).unwrap(), "{method} {at}");
        document.shows(&format!("{method} {path}"), response).await;
    }
    let mut zoes = Browser::open(&server).await;
    for (method, path, body) in [
        (&post, "/api/account", Some(&zoe)),
        (&get, "/api/account", None),
        (&put, "/api/account/passphrase", Some(&replaced)),
        (&delete, "/api/account/sessions/{session}", None),
        (&post, "/api/account/session", Some(&json!({"username": "Zoe", "passphrase": "dumplings at dusk"}))),
        (&delete, "/api/account", Some(&json!({"passphrase": "dumplings at dusk"}))),
    ] {
        let id = zoes.get("/api/account").await.1["sessions"][0]["id"].as_str().unwrap_or_default().to_owned();
        let response = zoes.send(method.clone(), &path.replace("{session}", &id), body).await;
        zoes.take_cookie(&response);
        document.shows(&format!("{method} {path}"), response).await;
    }
    let (_, offered) = ann.call(post.clone(), "/api/takeover", Some(&lunch)).await;
    let mut code = json!({"area": "lunch", "code": offered["code"]});
    for path in ["/api/takeover/look", "/api/takeover/claim"] {
        let response = bob.send(post.clone(), path, Some(&code)).await;
        document.shows(&format!("POST {path}"), response).await;
    }
    code["code"] = json!("K7QM-2X9D");
    let response = bob.send(post, "/api/takeover/look", Some(&code)).await;
    assert_eq!(document.shows("POST /api/takeover/look", response).await["code"], "noSuchCode");

    let unshown: Vec<String> = document
        .operations()
        .into_iter()
        .filter(|operation| {
            let (method, path) = operation.split_once(' ').unwrap();
            let answer = &document.json["paths"][path][method.to_lowercase()]["responses"]["200"];
            answer["content"]["application/json"].is_object() && !document.shown.contains(&format!("{operation} 200"))
        })
        .collect();
    assert_eq!(unshown, Vec::<String>::new(), "each answer in JSON has been seen");
}
