//! The search for places through the running server: its answer, its limits, and a source that is away.

use reqwest::Method;
use reqwest::header::RETRY_AFTER;
use serde_json::json;

use crate::server::{Browser, Server};
use crate::venues::stand_in::{Reply, StandIn};

async fn server_asking(source: &StandIn, settings: &[(&str, &str)]) -> Server {
    let url = source.url();
    let mut all = vec![("WTE__VENUES__SOURCE", "openstreetmap"), ("WTE__VENUES__PHOTON_URL", &*url)];
    all.extend(settings);
    Server::start(&all).await
}

#[tokio::test]
async fn what_is_found_can_be_voted_for_as_it_is() {
    let source = StandIn::recorded("photon-mitte").await;
    let server = server_asking(&source, &[]).await;
    let browser = Browser::open(&server).await;
    let (status, answer) = browser.get("/api/venues?query=ramen&ll=52.52,13.4&limit=5").await;
    assert_eq!((status.as_u16(), &answer["source"]), (200, &json!("openstreetmap")));
    assert!(answer["attribution"].to_string().contains("OpenStreetMap"), "{answer}");
    let first = &answer["venues"][0];
    let mut socket = browser.join("lunch", "Ann").await;
    socket.ask("addVote", json!({"fs": first})).await;
    let vote = socket.event("vote").await;
    assert_eq!((&vote["data"]["fs"]["id"], &vote["data"]["fs"]["name"]), (&first["id"], &first["name"]));
}

#[tokio::test]
async fn a_source_that_fails_is_a_plain_sentence_and_write_ins_go_on() {
    for reply in [
        || Reply::status("500 Internal Server Error"),
        || Reply::Whole("200 OK", "", "no JSON".to_owned()),
        || Reply::Cut("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".to_owned()),
        || Reply::Silence(String::new()),
    ] {
        let source = StandIn::start(move |_| reply()).await;
        let server = server_asking(&source, &[("WTE__VENUES__TIMEOUT_MS", "300")]).await;
        let browser = Browser::open(&server).await;
        let (status, error) = browser.get("/api/venues?query=ramen&ll=52.52,13.4").await;
        assert_eq!((status.as_u16(), &error["code"]), (502, &json!("venuesUnavailable")));
        assert!(error["message"].as_str().unwrap().ends_with('.'), "{error}");
        let mut socket = browser.join("lunch", "Ann").await;
        socket.ask("addVote", json!({"fs": {"name": "Bob's Truck"}})).await;
    }
}

#[tokio::test]
async fn a_session_may_ask_so_often_and_no_more() {
    let source = StandIn::recorded("photon-mitte").await;
    let server = server_asking(&source, &[("WTE__VENUES__QUESTIONS_PER_MINUTE", "2")]).await;
    let (ann, bob) = (Browser::open(&server).await, Browser::open(&server).await);
    for (query, status) in [("ramen", 200), ("tacos", 200), ("sushi", 429)] {
        let answer = ann.send(Method::GET, &format!("/api/venues?query={query}&ll=52.52,13.4"), None).await;
        assert_eq!(answer.status(), status, "{query}");
        if status == 429 {
            assert!(answer.headers()[RETRY_AFTER].to_str().unwrap().parse::<u64>().unwrap() >= 1);
        }
    }
    assert_eq!(bob.get("/api/venues?query=sushi&ll=52.52,13.4").await.0, 200, "each session has its own");
    assert!(
        source.asked().iter().all(|asked| !format!("{:?}", asked.headers).contains("wte=")),
        "no cookie is passed on"
    );
}
