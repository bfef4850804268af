//! What a client may send on its socket and what it is answered, as protocol.md has it: acks, their order, refusals.

use serde_json::{Value, json};

use crate::server::{Browser, Server};

fn keys(object: &Value) -> Vec<&str> {
    object.as_object().expect("an object").keys().map(String::as_str).collect()
}

fn names(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["event"].as_str().expect("a name")).collect()
}

#[tokio::test]
async fn every_ack_says_what_it_promises() {
    let server = Server::start(&[]).await;
    let mut socket = Browser::open(&server).await.socket().await;

    let watch = socket.ask("watch", json!({"area": "LUNCH"})).await;
    assert_eq!(keys(&watch), ["area", "at"]);
    assert_eq!(watch["area"], "lunch");
    let add = socket.ask("add", json!({"area": "lunch", "username": " Ann ", "img": "emoji:🍜"})).await;
    assert_eq!(keys(&add), ["at", "epoch", "expiresAt", "img", "seq", "username"]);
    assert_eq!((&add["username"], &add["img"], &add["seq"]), (&json!("Ann"), &json!("emoji:🍜"), &json!(1)));
    assert_eq!(add["expiresAt"].as_u64().unwrap() - add["at"].as_u64().unwrap(), 7_200_000);
    let vote = socket.vote("thai").await;
    assert_eq!(keys(&vote), ["at", "epoch", "seq"]);
    assert_eq!((&vote["seq"], &vote["epoch"]), (&json!(2), &add["epoch"]));

    let votes = socket.ask("getVotes", json!({})).await;
    assert_eq!(keys(&votes), ["epoch", "seq", "venues", "votes"]);
    assert_eq!(votes["venues"], json!([{"id": "thai", "name": "Place thai"}]));
    assert_eq!(keys(&votes["votes"][0]), ["at", "expiresAt", "id", "img", "username"]);
    let users = socket.ask("getUsers", json!({})).await;
    assert_eq!(keys(&users), ["users"]);
    assert_eq!(keys(&users["users"][0]), ["at", "expiresAt", "img", "online", "username"]);
    let me = socket.ask("getMe", json!({})).await;
    assert_eq!(keys(&me), ["area", "expiresAt", "img", "username"]);
    assert_eq!((&me["username"], &me["area"]), (&json!("Ann"), &json!("lunch")));

    for (event, seq) in [("removeVote", 3), ("removeVote", 3), ("leave", 4), ("leave", 4)] {
        let ack = socket.ask(event, json!({})).await;
        assert_eq!((keys(&ack), &ack["seq"]), (vec!["at", "epoch", "seq"], &json!(seq)), "{event}");
    }
}

#[tokio::test]
async fn a_socket_that_follows_nothing_is_nobody() {
    let server = Server::start(&[]).await;
    let mut socket = Browser::open(&server).await.socket().await;
    let me = socket.ask("getMe", json!({})).await;
    assert_eq!(me, json!({"username": null, "img": null, "area": null, "expiresAt": null}));
}

#[tokio::test]
async fn after_the_ack_comes_the_state_and_then_who_is_here() {
    let server = Server::start(&[]).await;
    let browser = Browser::open(&server).await;
    for (event, data) in [("watch", json!({"area": "a"})), ("add", json!({"area": "b", "username": "Ann"}))] {
        let mut socket = browser.socket().await;
        let id = socket.post(event, None, data).await;
        let first = socket.next().await;
        assert_eq!((&first["event"], &first["id"]), (&json!("ack"), &json!(id)));
        let updates = socket.next().await;
        assert_eq!(updates["event"], "updates");
        assert_eq!(
            keys(&updates["data"]),
            ["area", "epoch", "expiresAt", "online", "seq", "users", "venues", "votes", "watching"]
        );
        let presence = socket.next().await;
        assert_eq!(presence["event"], "presence");
        assert_eq!(keys(&presence["data"]), ["gone", "here", "online", "watching"]);
    }
}

#[tokio::test]
async fn who_comes_back_gets_the_changes_since_and_then_who_is_here() {
    let server = Server::start(&[]).await;
    let browser = Browser::open(&server).await;
    let mut voter = browser.join("lunch", "Ann").await;
    let seen = voter.vote("thai").await;
    voter.vote("pizza").await;
    voter.ask("removeVote", json!({})).await;

    let mut again = browser.socket().await;
    let since = json!({"area": "lunch", "epoch": seen["epoch"], "seq": seen["seq"]});
    let id = again.post("watch", None, since).await;
    assert_eq!(again.next().await["id"], id);
    let events = [again.next().await, again.next().await];
    assert_eq!(names(&events), ["vote", "voteRemoved"]);
    // What was said of who is here between the changes is said again; the last word is the whole truth.
    again.find(|event| event["event"] == "presence" && event["data"]["here"] == json!(["Ann"])).await;
    assert!(again.drain().await.iter().all(|event| event["event"] != "updates"));
}

#[tokio::test]
async fn an_id_is_answered_exactly_once_and_in_order() {
    let server = Server::start(&[]).await;
    let mut socket = Browser::open(&server).await.join("lunch", "Ann").await;
    let mut ids = Vec::new();
    for (event, data) in [
        ("addVote", json!({"fs": {"id": "a", "name": "A"}})),
        ("addVote", json!({"fs": {"id": "unknown"}})),
        ("addVote", json!({"fs": 7})),
        ("addVote", json!({"fs": {"id": "a"}})),
        ("getVotes", json!({})),
        ("nonsense", json!({})),
        ("getUsers", json!({})),
        ("watch", json!({"area": "a b"})),
        ("watch", json!({"area": "lunch"})),
        ("add", json!({"area": "lunch", "username": ""})),
        ("add", json!({"area": "lunch", "username": "Ann"})),
        ("removeVote", json!({})),
        ("leave", json!({})),
        ("getMe", json!({})),
    ] {
        ids.push(socket.post(event, None, data).await);
    }
    let answers = socket.drain().await;
    let answered: Vec<i64> = answers.iter().filter_map(|event| event["id"].as_i64()).collect();
    assert_eq!(answered, ids);
}

#[tokio::test]
async fn without_an_id_there_is_no_ack_but_the_effect() {
    let server = Server::start(&[]).await;
    let mut socket = Browser::open(&server).await.socket().await;
    for frame in [
        json!({"event": "add", "data": {"area": "lunch", "username": "Ann"}}),
        json!({"event": "addVote", "data": {"fs": {"id": "thai", "name": "Thai"}}}),
        json!({"event": "getVotes"}),
        json!({"event": "getUsers"}),
        json!({"event": "getMe"}),
    ] {
        socket.send_text(&frame.to_string()).await;
    }
    assert_eq!(socket.event("vote").await["data"]["fs"]["id"], "thai");
    let told = socket.drain().await;
    assert!(told.iter().all(|event| event["event"] != "ack" && event["event"] != "serverError"), "{told:?}");
}

#[tokio::test]
async fn an_error_without_an_id_is_told_all_the_same() {
    let server = Server::start(&[]).await;
    let mut socket = Browser::open(&server).await.socket().await;
    socket.send_text(r#"{"event":"removeVote"}"#).await;
    let error = socket.next().await;
    assert_eq!((error["event"].as_str(), error.get("id")), (Some("serverError"), None));
    assert_eq!(keys(&error["data"]), ["code", "message"]);
}

#[tokio::test]
async fn each_refusal_has_its_code() {
    let server = Server::start(&[]).await;
    let mut socket = Browser::open(&server).await.socket().await;
    let place = json!({"fs": {"id": "thai", "name": "Thai"}});
    for (event, data) in [
        ("addVote", &place),
        ("removeVote", &json!({})),
        ("leave", &json!({})),
        ("getVotes", &json!({})),
        ("getUsers", &json!({})),
        ("getRooms", &json!({})),
        ("addChat", &json!({"room": "general", "text": "hi"})),
    ] {
        assert_eq!(socket.refused(event, data.clone()).await, "notWatching", "{event}");
    }
    socket.ask("watch", json!({"area": "lunch"})).await;
    assert_eq!(socket.refused("addVote", place.clone()).await, "notJoined");
    assert_eq!(socket.refused("removeVote", json!({})).await, "notJoined");
    assert_eq!(socket.refused("addChat", json!({"room": "general", "text": "hi"})).await, "notJoined");
    socket.ask("add", json!({"area": "lunch", "username": "Ann"})).await;
    assert_eq!(socket.refused("addVote", json!({"fs": {"id": "thai"}})).await, "noSuchVenue");
    assert_eq!(socket.refused("constructor", json!({})).await, "unknownEvent");
    assert_eq!(socket.refused("addChat", json!({"room": "general", "text": " "})).await, "badText");
    assert_eq!(socket.refused("getChat", json!({"room": "f".repeat(32)})).await, "noSuchRoom");
}

#[tokio::test]
async fn watching_no_area_tells_the_live_count_alone() {
    let server = Server::start(&[]).await;
    let (ann, bob) = (Browser::open(&server).await, Browser::open(&server).await);
    let mut on_the_landing_page = ann.socket().await;
    let ack = on_the_landing_page.ask("watch", json!({})).await;
    assert_eq!(keys(&ack), ["at"]);
    on_the_landing_page.event("count").await;

    let _following = [bob.join("lunch", "Bob").await, bob.join("dinner", "Bob").await];
    let count = on_the_landing_page.find(|event| event["event"] == "count" && event["data"]["live"] == 1).await;
    assert_eq!(count["data"], json!({"live": 1}), "one person in two tabs");
    let told = on_the_landing_page.drain().await;
    assert!(told.iter().all(|event| event["event"] == "count"), "{told:?}");
}

#[tokio::test]
async fn a_socket_follows_one_area() {
    let server = Server::start(&[]).await;
    let (ann, bob) = (Browser::open(&server).await, Browser::open(&server).await);
    let mut switching = ann.join("lunch", "Ann").await;
    let mut bob_at_lunch = bob.join("lunch", "Bob").await;
    switching.ask("watch", json!({"area": "dinner"})).await;
    assert_eq!(switching.event("updates").await["data"]["area"], "dinner");
    switching.drain().await;

    bob_at_lunch.vote("thai").await;
    let told = switching.drain().await;
    assert!(told.iter().all(|event| event["seq"].is_null()), "{told:?}");
    assert_eq!(switching.ask("getMe", json!({})).await["username"], Value::Null, "a name is one area's");
    switching.ask("watch", json!({"area": "lunch"})).await;
    assert_eq!(switching.ask("getMe", json!({})).await["username"], "Ann");
}

#[tokio::test]
async fn the_same_venue_again_makes_no_event_but_renews() {
    let server = Server::start(&[]).await;
    let (ann, bob) = (Browser::open(&server).await, Browser::open(&server).await);
    let mut voter = ann.join("lunch", "Ann").await;
    let mut looking = bob.socket().await;
    looking.ask("watch", json!({"area": "lunch"})).await;
    let first = voter.vote("thai").await;
    looking.event("vote").await;
    let due = voter.ask("getMe", json!({})).await["expiresAt"].as_u64().unwrap();
    // A millisecond later by the store's clock at the latest after some more of them.
    loop {
        let again = voter.vote("thai").await;
        assert_eq!(again["seq"], first["seq"]);
        if again["at"].as_u64() > first["at"].as_u64() {
            break;
        }
    }
    assert!(voter.ask("getMe", json!({})).await["expiresAt"].as_u64().unwrap() > due);
    assert!(looking.drain().await.iter().all(|event| event["seq"].is_null()));
}

#[tokio::test]
async fn leaving_withdraws_the_vote_and_frees_the_name() {
    let server = Server::start(&[]).await;
    let (ann, bob) = (Browser::open(&server).await, Browser::open(&server).await);
    let mut leaving = ann.join("lunch", "Ann").await;
    leaving.vote("thai").await;
    leaving.ask("leave", json!({})).await;
    let left = leaving.event("userLeft").await;
    assert_eq!(left["data"], json!({"username": "Ann", "reason": "left"}));
    let votes = leaving.ask("getVotes", json!({})).await;
    assert_eq!(votes["votes"], json!([]));
    assert_eq!(votes["venues"][0]["id"], "thai", "a place that was suggested can be voted for again");
    assert_eq!(leaving.ask("getMe", json!({})).await["username"], Value::Null);

    let mut next = bob.join("lunch", "Ann").await;
    next.ask("addVote", json!({"fs": {"id": "thai"}})).await;
    assert_eq!(leaving.event("vote").await["data"]["username"], "Ann", "who left still watches");
}
