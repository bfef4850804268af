//! The server of the companions is the same one, but for what is taken off.

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use crate::server::{Browser, Server};

#[tokio::test]
async fn with_everything_on_it_keeps_votes_and_counts_a_retry_once() {
    let server = Server::start_unguarded("", &[]).await;
    let mut ann = Browser::open(&server).await.join("lunch", "Ann").await;
    let thai = json!({"fs": {"id": "thai", "name": "Thai"}});
    let first = ann.try_ask("addVote", Some(2), thai).await.unwrap();
    let ramen = json!({"fs": {"id": "ramen", "name": "Ramen"}});
    assert_eq!(ann.try_ask("addVote", Some(1), ramen).await.unwrap()["seq"], first["seq"]);
    assert_eq!(ann.ask("getVotes", json!({})).await["votes"][0]["id"], "thai");
}

#[tokio::test]
async fn without_its_guard_an_older_intent_wins() {
    let server = Server::start_unguarded("forgets-n", &[]).await;
    let mut ann = Browser::open(&server).await.join("lunch", "Ann").await;
    for (n, id) in [(2, "thai"), (1, "ramen")] {
        ann.try_ask("addVote", Some(n), json!({"fs": {"id": id, "name": id}})).await.unwrap();
    }
    assert_eq!(ann.ask("getVotes", json!({})).await["votes"][0]["id"], "ramen");
}

#[tokio::test]
async fn a_setting_may_be_out_of_its_range_there() {
    let setting = [("WTE__REDIS__COMMAND_MS", "60000")];
    Server::start_unguarded("", &setting).await;
    let said = Server::refusal(&setting).await;
    assert!(said.contains("50 to 2000"), "{said}");
}

#[tokio::test]
async fn its_echo_sends_back_text_and_bytes() {
    let server = Server::start_unguarded("", &[]).await;
    let (mut socket, _) = connect_async(server.url("/echo").replace("http:", "ws:")).await.expect("a socket");
    for message in [Message::text("lunch?"), Message::binary(vec![0, 159, 146]), Message::text("x".repeat(70_000))] {
        socket.send(message.clone()).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap(), message);
    }
}
