//! A client that goes without a word, as a phone out of reach does: its connection stays open and carries nothing. Pings find it
//! out, and what it held is given back.

use serde_json::json;

use crate::figures::figure;
use crate::redis::path::Path;
use crate::server::{Browser, Server, Socket};

/// A person is gone with the connection: what is looked at here is the connection.
const NO_GRACE: (&str, &str) = ("WTE__PRESENCE__GRACE_MS", "0");
const PINGS: (&str, &str) = ("WTE__SERVER__PING_SECS", "1");
const SHORT: [(&str, &str); 3] = [NO_GRACE, PINGS, ("WTE__SERVER__SILENT_SECS", "2")];
/// Longer than any test waits.
const LONG: [(&str, &str); 3] = [NO_GRACE, PINGS, ("WTE__SERVER__SILENT_SECS", "3600")];

/// Somebody who watches `lunch`, and of whom nothing is heard any more; with what keeps the connection open.
async fn gone_silent(server: &Server) -> (Path, Socket) {
    let path = Path::to(server.port).await;
    let near = Browser::open(server).await;
    let far = Browser { base: format!("http://127.0.0.1:{}", path.port()), ..near };
    let mut socket = far.socket().await;
    socket.ask("watch", json!({"area": "lunch"})).await;
    path.forget_connections();
    (path, socket)
}

/// Waits until so many watch, and says nothing meanwhile but what answers pings.
async fn until_watching(looking: &mut Socket, watching: u64) {
    looking.find(|event| event["event"] == "presence" && event["data"]["watching"] == watching).await;
}

#[tokio::test]
async fn a_client_that_goes_silent_gives_its_place_back_and_one_that_answers_pings_stays() {
    let (short, long) = (Server::start(&SHORT).await, Server::start(&LONG).await);
    let mut answering = Browser::open(&short).await.socket().await;
    answering.ask("watch", json!({"area": "lunch"})).await;
    let kept = gone_silent(&long).await;
    let open_files = short.open_files();
    // The second is there for longer than the limit after the one that answers spoke last.
    for _ in 0..2 {
        let silent = gone_silent(&short).await;
        until_watching(&mut answering, 2).await;
        until_watching(&mut answering, 1).await;
        short.until_open_files(|open| open == open_files).await;
        drop(silent);
    }
    let area: serde_json::Value = long.get("/api/areas/lunch").await.json().await.unwrap();
    assert_eq!(area["watching"], 1, "with a long limit the same client is still there");
    drop(kept);
    assert_eq!(figure(&short, "wte_connections_silent_total").await, 2);
}
