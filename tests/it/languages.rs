//! The language of a page: the one that the browser wishes for, in all that is said; and what the server says is in `lang/`, each
//! text with the holes that are filled.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use reqwest::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, COOKIE, ORIGIN, VARY};
use reqwest::{Method, Response};
use serde_json::Value;

use crate::server::{Browser, Server};

/// A language's tag, its word for a vote as a button, and its "1 vote" and "2 votes".
const LANGUAGES: [(&str, &str, [&str; 2]); 5] = [
    ("en", "Vote", ["1 vote", "2 votes"]),
    ("de", "Abstimmen", ["1 Stimme", "2 Stimmen"]),
    ("fr", "Voter", ["1 vote", "2 votes"]),
    ("es", "Votar", ["1 voto", "2 votos"]),
    ("zh-Hans", "投票", ["1 票", "2 票"]),
];

async fn ask(server: &Server, path: &str, wish: &str) -> Response {
    server.request(Method::GET, path).header(ACCEPT_LANGUAGE, wish).send().await.expect("the server answers")
}

async fn page(server: &Server, path: &str, wish: &str) -> String {
    ask(server, path, wish).await.text().await.unwrap()
}

fn file(tag: &str) -> Value {
    let path = here("lang").join(format!("{tag}.json"));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn here(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)
}

#[tokio::test]
async fn a_page_speaks_the_language_that_is_wished_for_most() {
    let server = Server::start(&[]).await;
    for (wish, tag) in [
        ("de-AT, en;q=0.5", "de"),
        ("en;q=0.3, fr-CA;q=0.7, pl", "fr"),
        ("es-419", "es"),
        ("zh-TW, en;q=0.1", "zh-Hans"),
        ("de;q=0, es;q=0.1", "es"),
        ("en-GB, de;q=0.9", "en"),
        ("pl, cs;q=0.5", "en"),
        ("*", "en"),
        ("", "en"),
        ("de;q=x, \t, ;;, 1", "en"),
        (&*"x-".repeat(500), "en"),
    ] {
        let page = page(&server, "/", wish).await;
        assert!(page.contains(&format!("<html lang=\"{tag}\" dir=\"ltr\"")), "{wish} does not get {tag}");
    }
    let crawler = server.get("/").await.text().await.unwrap();
    assert!(crawler.contains("<html lang=\"en\""), "who wishes for nothing gets English");
}

#[tokio::test]
async fn every_page_says_that_it_goes_by_the_language() {
    let server = Server::start(&[]).await;
    for path in ["/", "/a/lunch", "/a/a%20b", "/nowhere"] {
        let response = ask(&server, path, "de").await;
        let vary: Vec<_> = response.headers().get_all(VARY).iter().map(|value| value.to_str().unwrap()).collect();
        assert!(vary.iter().any(|value| value.eq_ignore_ascii_case("accept-language")), "{path}: {vary:?}");
    }
}

#[tokio::test]
async fn an_areas_page_counts_and_asks_in_its_language() {
    let server = Server::start(&[]).await;
    for (name, place) in [("Ann", "ramen"), ("Bob", "ramen"), ("Cem", "tacos")] {
        Browser::open(&server).await.join("lunch", name).await.vote(place).await;
    }
    for (tag, vote, counts) in LANGUAGES {
        let page = page(&server, "/a/lunch", tag).await;
        for count in counts {
            assert!(page.contains(&format!("<span class=\"votes\">{count}</span>")), "{tag}: no {count}");
        }
        assert!(page.contains(&format!("<button type=\"submit\" class=\"button vote\">{vote}<span")), "{tag}: {vote}");
    }
}

#[tokio::test]
async fn a_form_that_is_refused_says_why_in_the_persons_language() {
    let server = Server::start(&[]).await;
    let browser = Browser::open(&server).await;
    for (tag, ..) in LANGUAGES {
        let errors = &file(tag)["errors"];
        for (form, body, code) in
            [("name", "username=", "badName"), ("vote", "id=nowhere", "notJoined"), ("vote", "place=", "badVenue")]
        {
            let request = server.request(Method::POST, &format!("/a/lunch/{form}")).header(ACCEPT_LANGUAGE, tag);
            let request = request.header(ORIGIN, &browser.base).header(COOKIE, &browser.cookie);
            let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
            let page = request.send().await.unwrap().text().await.unwrap();
            assert!(page.contains(errors[code].as_str().unwrap()), "{tag} {form} {body}: {page}");
        }
    }
}

#[tokio::test]
async fn a_page_hands_its_scripts_the_texts_of_its_language() {
    let server = Server::start(&[]).await;
    for (tag, ..) in LANGUAGES {
        let page = page(&server, "/a/lunch", tag).await;
        let (_, rest) = page.split_once("<script type=\"application/json\" id=\"texts\">").expect("a block of texts");
        let (block, _) = rest.split_once("</script>").unwrap();
        let (block, file): (Value, Value) = (serde_json::from_str(block).unwrap(), file(tag));
        assert_eq!((&block["page"], &block["errors"]), (&file["page"], &file["errors"]), "{tag}");
    }
}

/// Everything below the folder whose name ends so, as text.
fn sources(folder: &str, ending: &str) -> String {
    let (mut folders, mut all) = (vec![here(folder)], String::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) && !path.ends_with("lang/tests.rs") {
                all += &fs::read_to_string(path).unwrap();
            }
        }
    }
    all
}

/// Every `say("name")` with the holes that are filled after it.
fn said(code: &str) -> Vec<(String, BTreeSet<String>)> {
    let quoted = |text: &str| text.split('"').nth(1).unwrap_or_default().to_owned();
    let call = |(at, _): (usize, &str)| {
        let mut rest = &code[at + "say(".len()..];
        let (name, mut holes) = (quoted(rest), BTreeSet::new());
        rest = &rest[rest.find(')').unwrap_or(rest.len())..];
        loop {
            let next = rest[1..].trim_start();
            if next.starts_with(".n(") {
                holes.insert("n".to_owned());
            } else if next.starts_with(".with(\"") {
                holes.insert(quoted(next));
            } else {
                return (name, holes);
            }
            rest = closed(next);
        }
    };
    code.match_indices("say(\"").map(call).collect()
}

/// From the `)` on that closes the first `(`.
fn closed(text: &str) -> &str {
    let mut depth = 0;
    let end = text.find(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth == 0 && c == ')'
    });
    &text[end.unwrap_or(text.len() - 1)..]
}

fn holes(text: &Value) -> BTreeSet<String> {
    let text = text.to_string().replace("{\"", "");
    text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0.to_owned())).collect()
}

#[test]
fn every_text_of_the_html_is_there_with_its_holes_and_none_for_nothing() {
    let english = file("en");
    let said = said(&(sources("templates", ".html") + &sources("src", ".rs")));
    assert!(said.len() > 60, "the texts are not found in the templates");
    for (name, filled) in &said {
        let text = english["html"].get(name).or_else(|| english["page"].get(name));
        let text = text.unwrap_or_else(|| panic!("{name} is said, and lang/en.json does not have it"));
        assert_eq!(filled, &holes(text), "{name} is said with other holes than it has");
    }
    for name in english["html"].as_object().unwrap().keys() {
        assert!(said.iter().any(|(said, _)| said == name), "nobody says {name}: take it out of html in lang/");
    }
}

#[test]
fn every_code_of_an_error_has_its_sentence() {
    let source = fs::read_to_string(here("src/protocol/error.rs")).unwrap();
    let codes: Vec<_> = source.split("=> \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(codes.len() > 15, "the codes are not found in the source");
    let english = file("en");
    for code in codes {
        assert!(english["errors"].get(code).is_some(), "lang/ has no sentence for the code {code}");
    }
}

#[test]
fn calls_are_read_with_their_holes() {
    let code = r#"{{ t.say("a") }} {{ t.say("b").with("x", f(1)).n(row.len()) }} t.say("c")
        .with("y", &z) t.say("d")). .n(1)"#;
    let found: Vec<_> =
        said(code).into_iter().map(|(name, holes)| (name, holes.into_iter().collect::<String>())).collect();
    assert_eq!(found, [("a", ""), ("b", "nx"), ("c", "y"), ("d", "")].map(|(a, b)| (a.to_owned(), b.to_owned())));
}
