//! One order for everyone, without a gap, whenever one joins; and a retry that counts once.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::server::{Browser, Server, Socket, View};

const NO_RATE: (&str, &str) = ("WTE__LIMITS__EVENTS_PER_SECOND", "0");
const VOTERS: usize = 8;
const VOTES: usize = 25;
/// Who goes from area to area: more in each than a thread writes to in one go.
const WANDERERS: usize = 120;
const STEPS: usize = 20;
/// Changes that one stays for.
const STAY: usize = 4;

/// Voters who vote and take back for all they are worth; done when all is acknowledged.
async fn storm(server: &Server) -> JoinSet<()> {
    let mut storm = JoinSet::new();
    for voter in 0..VOTERS {
        let browser = Browser::open(server).await;
        storm.spawn(async move {
            let mut socket = browser.join("lunch", &format!("User {voter}")).await;
            for turn in 0..VOTES {
                socket.vote(&format!("place {}", (turn * voter) % 7)).await;
                if turn % 5 == 4 {
                    socket.ask("removeVote", json!({})).await;
                }
                socket.forget();
            }
        });
    }
    storm
}

/// Follows the area until it is at this number.
async fn follow(socket: &mut Socket, view: &mut View, last: u64) -> Vec<Value> {
    let mut changes = Vec::new();
    while view.seq < last {
        let event = socket.next().await;
        view.take(&event).expect("no gap");
        if event["seq"].is_u64() {
            changes.push(event);
        }
    }
    changes
}

async fn watch(browser: &Browser, since: Option<&View>) -> Socket {
    let mut socket = browser.socket().await;
    let mut data = json!({"area": "lunch"});
    if let Some(view) = since {
        data["epoch"] = json!(view.epoch);
        data["seq"] = json!(view.seq);
    }
    socket.ask("watch", data).await;
    socket
}

#[tokio::test]
async fn everyone_sees_the_same_changes_under_the_same_numbers() {
    let server = Server::start(&[NO_RATE]).await;
    let browser = Browser::open(&server).await;
    let mut observers = [watch(&browser, None).await, watch(&browser, None).await];
    storm(&server).await.join_all().await;
    let (_, area) = browser.get("/api/areas/lunch").await;
    let last = area["seq"].as_u64().unwrap();
    let mut seen = Vec::new();
    for observer in &mut observers {
        let mut view = View::of(&observer.event("updates").await["data"]);
        let changes = follow(observer, &mut view, last).await;
        assert_eq!(view, View::of(&area));
        seen.push(changes);
    }
    assert_eq!(seen[0].len() as u64, last, "all of them, from the first on");
    assert!(seen[0] == seen[1], "the very same frames");
}

#[tokio::test]
async fn who_joins_in_a_storm_misses_nothing() {
    let server = Server::start(&[NO_RATE]).await;
    let browser = Browser::open(&server).await;
    let mut storm = storm(&server).await;
    let mut joiners = Vec::new();
    while !storm.is_empty() {
        while storm.try_join_next().is_some() {}
        // One that stays, and one that goes away and comes back to where it was.
        let mut socket = watch(&browser, None).await;
        let mut view = View::of(&socket.event("updates").await["data"]);
        if joiners.len() % 2 == 1 {
            let (next, _): (u64, ()) = (view.seq, socket.close().await);
            socket = watch(&browser, Some(&view)).await;
            assert!(view.seq >= next);
        }
        for event in socket.drain().await {
            view.take(&event).expect("no gap");
        }
        joiners.push((socket, view));
    }
    let (_, area) = browser.get("/api/areas/lunch").await;
    let last = area["seq"].as_u64().unwrap();
    assert!(joiners.len() > 2, "some joined meanwhile");
    for (mut socket, mut view) in joiners {
        follow(&mut socket, &mut view, last).await;
        assert_eq!(view, View::of(&area));
    }
}

/// Votes in both areas, in turns, until it is ended: so what happens in one is as much as in the other.
async fn vote_on(browser: Browser, areas: [&str; 2], voter: usize) {
    let mut sockets = Vec::new();
    for area in areas {
        sockets.push((area, browser.join(area, &format!("{area} {voter}")).await));
    }
    for turn in 0.. {
        for (area, socket) in &mut sockets {
            socket.vote(&format!("{area} {}", turn % 5)).await;
            socket.forget();
        }
    }
}

/// Goes from area to area, now and then by a new connection, or on from the state that it had there.
async fn wander(browser: Browser, areas: [&'static str; 2], first: usize) {
    let mut socket = browser.socket().await;
    let mut views: [Option<View>; 2] = [None, None];
    for step in first..first + STEPS {
        let (area, view) = (areas[step % 2], &mut views[step % 2]);
        let mut data = json!({"area": area});
        match view {
            Some(view) if step % 3 == 0 => (data["epoch"], data["seq"]) = (json!(view.epoch), json!(view.seq)),
            _ => *view = None,
        }
        if step % 5 == 0 {
            socket = browser.socket().await;
        }
        let id = socket.post("watch", None, data).await;
        let mut stay = None;
        while stay != Some(0) {
            let event = socket.next().await;
            let is_change = event["seq"].is_u64();
            let (place, view) = match stay {
                None if event["id"] == id => {
                    stay = Some(STAY);
                    continue;
                }
                // The area that it comes from.
                None => (areas[(step + 1) % 2], &mut views[(step + 1) % 2]),
                Some(_) => (area, &mut views[step % 2]),
            };
            match view {
                Some(view) => view.take(&event).expect("each change once, and in order"),
                None if event["event"] == "updates" => *view = Some(View::of(&event["data"])),
                None => assert!(!is_change, "a change before the state: {event}"),
            }
            if is_change {
                let username = event["data"]["username"].as_str().unwrap_or_default();
                assert!(username.starts_with(place), "in {place}: {event}");
                stay = stay.map(|left| left - 1);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_goes_from_area_to_area_gets_each_change_there_once_and_none_from_elsewhere() {
    const AREAS: [&str; 2] = ["lunch", "dinner"];
    // All on one thread, which writes to the followers of both areas in turns.
    let server = Server::start(&[NO_RATE, ("WTE__SERVER__WORKERS", "1")]).await;
    let mut voters = JoinSet::new();
    for voter in 0..VOTERS {
        voters.spawn(vote_on(Browser::open(&server).await, AREAS, voter));
    }
    let mut wanderers = JoinSet::new();
    for first in 0..WANDERERS {
        wanderers.spawn(wander(Browser::open(&server).await, AREAS, first));
    }
    wanderers.join_all().await;
    voters.abort_all();
}

#[tokio::test]
async fn a_change_that_is_sent_again_counts_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("areas.redb");
    let mut server = Server::start(&[("WTE__STORE__PATH", &path.to_string_lossy())]).await;
    let ann = Browser::open(&server).await;
    let mut socket = ann.join("lunch", "Ann").await;
    let vote = |id: &str| json!({"fs": {"id": id, "name": id}});
    let first = socket.try_ask("addVote", Some(5), vote("thai")).await.unwrap();
    let again = socket.try_ask("addVote", Some(5), vote("thai")).await.unwrap();
    assert_eq!(first["seq"], again["seq"]);
    socket.try_ask("addVote", Some(7), vote("pizza")).await.unwrap();

    // Sent again from another tab, and once more to the server's next life: still an older intent.
    let mut other_tab = ann.join("lunch", "Ann").await;
    other_tab.try_ask("addVote", Some(6), vote("sushi")).await.unwrap();
    server.kill().await;
    server.restart().await;
    let mut back = ann.join("lunch", "Ann").await;
    for (n, id) in [(5, "thai"), (6, "sushi"), (7, "thai")] {
        let ack = back.try_ask("addVote", Some(n), vote(id)).await.unwrap();
        assert_eq!(ack["seq"], 3, "{id}");
    }
    for event in ["removeVote", "leave"] {
        assert_eq!(back.try_ask(event, Some(7), json!({})).await.unwrap()["seq"], 3, "{event}");
    }
    let votes = back.ask("getVotes", json!({})).await;
    assert_eq!(votes["votes"][0]["id"], "pizza");
    assert_eq!(back.try_ask("addVote", Some(8), vote("sushi")).await.unwrap()["seq"], 4);
}

#[tokio::test]
async fn without_a_number_what_is_sent_again_counts_again() {
    let server = Server::start(&[]).await;
    let mut socket = Browser::open(&server).await.join("lunch", "Ann").await;
    for (id, seq) in [("thai", 2), ("pizza", 3), ("thai", 4)] {
        assert_eq!(socket.vote(id).await["seq"], seq);
    }
}
