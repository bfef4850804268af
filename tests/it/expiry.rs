//! Expiry: two hours by the store's clock (here: seconds), as changes like any other; and the sweep that makes room.

use serde_json::{Value, json};

use crate::server::{Browser, Server, Socket, View};

const LIFETIME: (&str, &str) = ("WTE__AREA__LIFETIME_SECS", "2");
const NO_SWEEP: (&str, &str) = ("WTE__SWEEP__EVERY_SECS", "86400");
const SWEEP: (&str, &str) = ("WTE__SWEEP__EVERY_SECS", "1");

async fn watcher(server: &Server) -> Socket {
    let mut socket = Browser::open(server).await.socket().await;
    socket.ask("watch", json!({"area": "lunch"})).await;
    socket
}

/// All changes up to the first event of this name, it included.
async fn changes_until(socket: &mut Socket, name: &str) -> Vec<Value> {
    let mut changes = Vec::new();
    loop {
        let event = socket.next().await;
        let last = event["event"] == name;
        if event["seq"].is_u64() {
            changes.push(event);
        }
        if last {
            return changes;
        }
    }
}

#[tokio::test]
async fn whose_time_is_over_leaves_in_the_same_order_for_everyone() {
    let server = Server::start(&[LIFETIME, NO_SWEEP]).await;
    let mut watchers = [watcher(&server).await, watcher(&server).await];
    let mut due = Vec::new();
    let mut sockets = Vec::new();
    for name in ["Cem", "Ann", "Bob"] {
        let mut socket = Browser::open(&server).await.join("lunch", name).await;
        socket.vote("thai").await;
        due.push(socket.ask("getMe", json!({})).await["expiresAt"].as_u64().unwrap());
        sockets.push(socket);
    }
    let mut orders = Vec::new();
    for watcher in &mut watchers {
        let mut order = Vec::new();
        for due in &due {
            let left = watcher.event("userLeft").await;
            assert_eq!(left["data"]["reason"], "expired");
            assert!(left["at"].as_u64().unwrap() >= *due, "not a millisecond too early: {left}");
            order.push((left["seq"].clone(), left["data"]["username"].clone()));
        }
        orders.push(order);
        let votes = watcher.ask("getVotes", json!({})).await;
        assert_eq!(votes["votes"], json!([]));
        assert_eq!(votes["venues"][0]["id"], "thai", "places stay until the sweep");
    }
    assert_eq!(orders[0], [(json!(7), json!("Cem")), (json!(8), json!("Ann")), (json!(9), json!("Bob"))]);
    assert_eq!(orders[0], orders[1]);
    let me = sockets[0].ask("getMe", json!({})).await;
    assert_eq!((&me["username"], &me["area"]), (&Value::Null, &json!("lunch")), "a watcher from there on");
    assert_eq!(sockets[0].refused("addVote", json!({"fs": {"id": "thai"}})).await, "notJoined");
}

#[tokio::test]
async fn every_act_renews_the_two_hours() {
    let server = Server::start(&[LIFETIME, NO_SWEEP]).await;
    let mut looking = watcher(&server).await;
    let mut active = [
        Browser::open(&server).await.join("lunch", "Voting").await,
        Browser::open(&server).await.join("lunch", "Renewing").await,
        Browser::open(&server).await.join("lunch", "Joining").await,
    ];
    active[1].vote("thai").await;
    let mut idle = Browser::open(&server).await.join("lunch", "Idle").await;
    idle.ask("addVote", json!({"fs": {"id": "thai"}})).await;
    let over = idle.ask("getMe", json!({})).await["expiresAt"].as_u64().unwrap();
    for turn in 0.. {
        let at = active[0].vote(&turn.to_string()).await["at"].as_u64().unwrap();
        active[1].vote("thai").await;
        active[2].ask("add", json!({"area": "lunch", "username": "Joining"})).await;
        if at > over {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(looking.event("userLeft").await["data"]["username"], "Idle");
    let users = looking.ask("getUsers", json!({})).await["users"].clone();
    assert_eq!(users.as_array().unwrap().len(), 3, "{users}");
}

#[tokio::test]
async fn looking_does_not_renew() {
    let server = Server::start(&[LIFETIME, NO_SWEEP]).await;
    let ann = Browser::open(&server).await;
    let mut socket = ann.join("lunch", "Ann").await;
    let due = socket.ask("getMe", json!({})).await["expiresAt"].clone();
    for event in ["getVotes", "getUsers"] {
        socket.ask(event, json!({})).await;
    }
    ann.get("/api/areas/lunch").await;
    let mut reloaded = ann.socket().await;
    reloaded.ask("watch", json!({"area": "lunch"})).await;
    assert_eq!(reloaded.ask("getMe", json!({})).await["expiresAt"], due);
    assert_eq!(reloaded.event("userLeft").await["data"], json!({"username": "Ann", "reason": "expired"}));
}

#[tokio::test]
async fn what_is_over_is_not_shown_even_where_nobody_looked() {
    let server = Server::start(&[LIFETIME, NO_SWEEP]).await;
    let ann = Browser::open(&server).await;
    let (_, joined) = ann.call(reqwest::Method::PUT, "/api/areas/lunch/me", Some(&json!({"username": "Ann"}))).await;
    loop {
        let (_, area) = ann.get("/api/areas/lunch").await;
        if area["users"] == json!([]) {
            assert_eq!(area["seq"], 2, "it left by an event, which the picture holds");
            break;
        }
        assert_eq!(area["users"][0]["expiresAt"], joined["expiresAt"]);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn the_sweep_clears_an_area_and_the_next_life_begins_at_one() {
    let server = Server::start(&[LIFETIME, SWEEP]).await;
    let mut looking = watcher(&server).await;
    let mut view = View::of(&looking.event("updates").await["data"]);
    let ann = Browser::open(&server).await;
    let mut voter = ann.join("lunch", "Ann").await;
    voter.vote("thai").await;

    let first_life = changes_until(&mut looking, "cleared").await;
    for event in &first_life {
        view.take(event).expect("no gap");
    }
    let names: Vec<&str> = first_life.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(names, ["user", "vote", "userLeft", "cleared"], "and cleared comes once");
    assert_eq!(first_life[3]["data"], json!({"reason": "expired"}));
    let (_, area) = ann.get("/api/areas/lunch").await;
    assert_eq!((&area["venues"], &area["users"], &area["votes"]), (&json!([]), &json!([]), &json!([])));

    voter.ask("add", json!({"area": "lunch", "username": "Ann"})).await;
    voter.vote("pizza").await;
    let second_life = changes_until(&mut looking, "vote").await;
    for event in &second_life {
        view.take(event).expect("no gap");
    }
    assert_eq!((&second_life[0]["event"], &second_life[0]["seq"]), (&json!("user"), &json!(1)));
    assert_ne!(second_life[0]["epoch"], first_life[0]["epoch"]);
    assert_eq!(view.venues.iter().collect::<Vec<_>>(), ["pizza"]);
    assert!(looking.drain().await.iter().all(|event| event["event"] != "updates"), "nobody had to ask anew");
}

#[tokio::test]
async fn a_sweep_with_a_margin_clears_before_the_time_is_over() {
    let margin = [("WTE__AREA__LIFETIME_SECS", "600"), SWEEP, ("WTE__SWEEP__MIN_TTL_SECS", "599")];
    let server = Server::start(&margin).await;
    let mut looking = watcher(&server).await;
    Browser::open(&server).await.join("lunch", "Ann").await.vote("thai").await;
    let changes = changes_until(&mut looking, "cleared").await;
    assert_eq!(changes.len(), 3, "user, vote, cleared: {changes:?}");
    assert_eq!(looking.ask("getUsers", json!({})).await["users"], json!([]));
}

#[tokio::test]
async fn without_a_margin_the_same_sweep_leaves_the_living_alone() {
    let server = Server::start(&[("WTE__AREA__LIFETIME_SECS", "600"), SWEEP]).await;
    let ann = Browser::open(&server).await;
    let mut voter = ann.join("lunch", "Ann").await;
    voter.vote("thai").await;
    let sweeps = server.log().matches("swept").count();
    server.logged("swept", sweeps + 2).await;
    assert_eq!(voter.ask("getMe", json!({})).await["username"], "Ann");
    assert!(voter.drain().await.iter().all(|event| event["event"] != "cleared"));
}
