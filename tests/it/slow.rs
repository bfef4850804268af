//! A client that does not read: it costs no memory and no time of others, gets the outcome when it reads again, and is closed
//! when it never does.

use serde_json::{Value, json};

use crate::figures::until;
use crate::server::{Browser, Server, Socket, View};

pub const NO_RATE: (&str, &str) = ("WTE__LIMITS__EVENTS_PER_SECOND", "0");
/// Without the bound of recent events.
pub const UNBOUNDED: [(&str, &str); 3] =
    [NO_RATE, ("WTE__LIMITS__RECENT_EVENTS", "0"), ("WTE__LIMITS__RECENT_BYTES", "0")];
/// Votes of a flood: with some 3.5 KiB each, far more than sockets and the log of recent events hold together.
pub const FLOOD: usize = 3_000;
/// Far above what a flood leaves behind in a server that keeps to its limits, far below the flood.
pub const BOUND: u64 = 5 * 1024 * 1024;

/// Two places whose renderings are as large as they may be, or nearly.
pub async fn two_large_places(voter: &mut Socket) {
    for id in ["large", "larger"] {
        let categories: Vec<Value> = (0..5)
            .map(|_| json!({"name": "x".repeat(60), "icon": format!("https://x.org/{}", "x".repeat(600))}))
            .collect();
        voter.ask("addVote", json!({"fs": {"id": id, "name": id, "categories": categories}})).await;
    }
}

/// Changes a vote so many times; answers the last number.
pub async fn flood(voter: &mut Socket, votes: usize) -> u64 {
    let mut last = Value::Null;
    for chunk in 0..votes / 100 {
        let mut ids = Vec::new();
        for turn in 0..100 {
            let id = if (chunk + turn) % 2 == 0 { "large" } else { "larger" };
            ids.push(voter.post("addVote", None, json!({"fs": {"id": id}})).await);
        }
        for id in ids {
            last = voter.answer(id).await["data"]["seq"].clone();
        }
        voter.forget();
    }
    last.as_u64().expect("the last vote was acknowledged")
}

/// Ann in `lunch`, ready for a flood.
pub async fn voter(server: &Server) -> Socket {
    let mut voter = Browser::open(server).await.join("lunch", "Ann").await;
    two_large_places(&mut voter).await;
    voter
}

/// How much the server's memory grew by a flood, and the last number.
pub async fn grown_by_flood(server: &Server, voter: &mut Socket) -> (u64, u64) {
    // What the first votes take is kept anyway.
    flood(voter, FLOOD / 10).await;
    let before = server.memory();
    let last = flood(voter, FLOOD).await;
    (server.memory().saturating_sub(before), last)
}

/// A flood that one client does not read: what it cost the server, and that client, and the last number.
pub async fn flooded(server: &Server) -> (u64, Socket, u64) {
    let mut voter = voter(server).await;
    let mut idle = Browser::open(server).await.narrow_socket().await;
    idle.ask("watch", json!({"area": "lunch"})).await;
    let (grown, last) = grown_by_flood(server, &mut voter).await;
    (grown, idle, last)
}

#[tokio::test]
async fn who_does_not_read_costs_no_memory_and_gets_the_outcome_in_the_end() {
    let server = Server::start(&[NO_RATE]).await;
    let (grown, mut idle, last) = flooded(&server).await;
    assert!(grown < BOUND, "{grown} bytes more than before");

    let mut view = View::of(&idle.event("updates").await["data"]);
    while view.seq < last {
        let event = idle.next().await;
        view.take(&event).expect("no hole, or the whole state");
    }
    let (_, area) = Browser::open(&server).await.get("/api/areas/lunch").await;
    assert_eq!(view, View::of(&area));
}

#[tokio::test]
async fn without_the_bound_of_recent_events_the_same_flood_takes_memory() {
    let (grown, ..) = flooded(&Server::start(&UNBOUNDED).await).await;
    assert!(grown > BOUND, "{grown} bytes more than before");
}

#[tokio::test]
async fn who_never_reads_is_closed_and_others_go_on() {
    let server = Server::start(&[NO_RATE, ("WTE__LIMITS__READ_STALL_SECS", "1")]).await;
    let mut voter = voter(&server).await;
    let lazy = Browser::open(&server).await;
    let mut idle = lazy.narrow_socket().await;
    idle.ask("add", json!({"area": "lunch", "username": "Bob"})).await;
    voter.find(|event| event["event"] == "presence" && event["data"]["watching"] == 2).await;
    let open_files = server.open_files();
    // The flood goes on until who does not read is gone: so nobody waited for it.
    loop {
        flood(&mut voter, 100).await;
        let area: Value = server.get("/api/areas/lunch").await.json().await.unwrap();
        if area["watching"] == 1 {
            break;
        }
    }
    server.until_open_files(|open| open < open_files).await;
    until(&server, "wte_connections_stalled_total", 1).await;
    let mut view = lazy.socket().await;
    view.ask("watch", json!({"area": "lunch"})).await;
    assert_eq!(view.ask("getMe", json!({})).await["username"], "Bob", "the name is still there to come back to");
}
