//! Connections that say nothing, half of something, or everything too slowly: closed after the limits of [server], and nobody
//! else is any the worse.

use crate::faults::measured::keep;
use crate::figures::figure;
use crate::server::{Browser, Raw, Server};

/// Limits short enough for a test, and long enough for a busy machine to send a head in time.
const SHORT: [(&str, &str); 3] = [
    ("WTE__SERVER__HEADER_TIMEOUT_MS", "1500"),
    ("WTE__SERVER__BODY_TIMEOUT_MS", "500"),
    ("WTE__SERVER__KEEP_ALIVE_SECS", "1"),
];

/// Limits that no test waits for.
const LONG: [(&str, &str); 3] = [
    ("WTE__SERVER__HEADER_TIMEOUT_MS", "10000"),
    ("WTE__SERVER__BODY_TIMEOUT_MS", "10000"),
    ("WTE__SERVER__KEEP_ALIVE_SECS", "600"),
];

const WHOLE: &str = "GET /healthz HTTP/1.1\r\nHost: lunch\r\n\r\n";
const HALF: &str = "GET /healthz HTTP/1.1\r\nHo";

/// A request with this body to come, or what there is of it.
fn with_body(server: &Server, path: &str, encoding: &str, body: &str) -> String {
    let origin = server.url("");
    format!("POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nOrigin: {origin}\r\n{encoding}\r\n\r\n{body}", server.port)
}

#[tokio::test]
async fn a_silent_connection_is_closed() {
    let server = Server::start(&SHORT).await;
    Raw::open(&server).await.closed().await;
}

#[tokio::test]
async fn half_a_head_is_not_waited_for() {
    let server = Server::start(&SHORT).await;
    let mut half = Raw::open(&server).await;
    half.send(HALF).await;
    half.closed().await;
}

#[tokio::test]
async fn a_dripping_head_is_not_waited_for() {
    let server = Server::start(&SHORT).await;
    let mut dripping = Raw::open(&server).await;
    dripping.send(HALF).await;
    let begun = std::time::Instant::now();
    dripping.drip("x").await;
    let took = begun.elapsed().as_millis() as u64;
    keep("dripping-requests", &[(took, "ms until a dripping one is closed, with a limit of 1500 ms")]);
}

#[tokio::test]
async fn with_a_longer_limit_the_same_dripping_head_is_waited_for() {
    let (short, long) = (Server::start(&SHORT).await, Server::start(&LONG).await);
    let (mut closed, mut patient) = (Raw::open(&short).await, Raw::open(&long).await);
    closed.send(HALF).await;
    patient.send(HALF).await;
    tokio::select! {
        () = patient.drip("x") => panic!("it was closed no later than beside it"),
        () = closed.drip("x") => {}
    }
    // What dripped is the name of a header that nobody knows.
    patient.send(": x\r\nHost: lunch\r\n\r\n").await;
    assert!(patient.answer().await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_connection_that_was_answered_is_not_kept_for_ever() {
    let server = Server::start(&SHORT).await;
    let mut idle = Raw::open(&server).await;
    idle.send(WHOLE).await;
    assert!(idle.answer().await.starts_with("HTTP/1.1 200"));
    idle.send(WHOLE).await;
    assert!(idle.answer().await.starts_with("HTTP/1.1 200"), "the next request may come on the same connection");
    idle.closed().await;
}

#[tokio::test]
async fn half_a_head_after_an_answer_is_not_waited_for() {
    let server = Server::start(&SHORT).await;
    let mut half = Raw::open(&server).await;
    half.send(WHOLE).await;
    half.answer().await;
    half.send(HALF).await;
    half.closed().await;
    let mut dripping = Raw::open(&server).await;
    dripping.send(WHOLE).await;
    dripping.answer().await;
    dripping.send(HALF).await;
    dripping.drip("x").await;
}

#[tokio::test]
async fn a_body_that_drips_is_not_waited_for() {
    let server = Server::start(&SHORT).await;
    let session = Browser::open(&server).await;
    let head = format!("Content-Length: 1000\r\nCookie: {}", session.cookie);
    let mut dripping = Raw::open(&server).await;
    dripping.send(&with_body(&server, "/api/areas/lunch/me", &head, "").replace("POST", "PUT")).await;
    dripping.drip(" ").await;
    let mut half = Raw::open(&server).await;
    half.send(&with_body(&server, "/api/areas/lunch/me", &head, "{\"user").replace("POST", "PUT")).await;
    let said = half.closed().await;
    assert!(said.starts_with("HTTP/1.1 400") && said.contains("\"code\":\"badMessage\""), "{said}");
}

#[tokio::test]
async fn a_body_that_nobody_wants_is_not_waited_for() {
    let server = Server::start(&SHORT).await;
    for path in ["/api/session", "/nowhere"] {
        for (encoding, first, drop) in
            [("Content-Length: 100000", "x", "x"), ("Transfer-Encoding: chunked", "1\r\nx\r\n", "1\r\nx\r\n")]
        {
            let mut dripping = Raw::open(&server).await;
            dripping.send(&with_body(&server, path, encoding, first)).await;
            dripping.drip(drop).await;
        }
    }
}

/// One connection for each way of holding it open.
async fn open_ends(server: &Server) -> Vec<Raw> {
    let mut connections = Vec::new();
    for (before, after) in [("", ""), ("", HALF), (WHOLE, ""), (WHOLE, HALF)] {
        let mut connection = Raw::open(server).await;
        connection.send(before).await;
        if !before.is_empty() {
            connection.answer().await;
        }
        connection.send(after).await;
        connections.push(connection);
    }
    connections
}

/// The rest of what `open_ends` left open.
const RESTS: [&str; 4] = [WHOLE, "st: lunch\r\n\r\n", WHOLE, "st: lunch\r\n\r\n"];

/// A body that is a byte short; that byte closes it.
async fn open_body(server: &Server) -> Raw {
    let cookie = Browser::open(server).await.cookie;
    let body = r#"{"username":"Ann""#;
    let head = format!("Content-Length: {}\r\nCookie: {cookie}", body.len() + 1);
    let mut connection = Raw::open(server).await;
    connection.send(&with_body(server, "/api/areas/lunch/me", &head, body).replace("POST", "PUT")).await;
    connection
}

#[tokio::test]
async fn what_comes_in_time_is_served_and_what_does_not_is_closed() {
    let (short, long) = (Server::start(&SHORT).await, Server::start(&LONG).await);
    let (mut patient, mut patient_body) = (open_ends(&long).await, open_body(&long).await);
    let mut late_body = open_body(&short).await;
    for mut connection in open_ends(&short).await {
        connection.closed().await;
    }
    assert!(late_body.closed().await.starts_with("HTTP/1.1 400"));
    assert!(figure(&short, "wte_connections_late_total").await >= 1);
    // As late as the others were, and still in time.
    for (connection, rest) in patient.iter_mut().zip(RESTS) {
        connection.send(rest).await;
        assert!(connection.answer().await.starts_with("HTTP/1.1 200"));
    }
    patient_body.send("}").await;
    assert!(patient_body.answer().await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_socket_outlives_them_all() {
    let server = Server::start(&SHORT).await;
    let mut socket = Browser::open(&server).await.join("lunch", "Ann").await;
    for mut connection in open_ends(&server).await {
        connection.closed().await;
    }
    socket.vote("thai").await;
}

#[tokio::test]
async fn what_is_closed_leaves_nothing_behind() {
    let server = Server::start(&SHORT).await;
    let browser = Browser::open(&server).await;
    let before = server.open_files();
    for _ in 0..5 {
        for connection in open_ends(&server).await {
            drop(connection);
        }
        browser.join("lunch", "Ann").await.close().await;
        drop(browser.socket().await);
    }
    server.until_open_files(|open| open <= before).await;
}
