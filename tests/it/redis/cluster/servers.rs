//! Whole servers on a cluster: what people see, when nothing breaks and when a primary does.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::accounts::{CHEAP, code, create, take};
use crate::redis::cluster::nodes::RedisCluster;
use crate::server::{Browser, Server, Socket};

const SECRET: &str = "several servers share this secret of 48 characters";

async fn server_on(cluster: &RedisCluster) -> Server {
    let nodes = cluster.addresses();
    let cluster = [("WTE__REDIS__CLUSTER", "true"), ("WTE__REDIS__NODES", nodes.as_str())];
    Server::start(&[&cluster[..], &CHEAP, &[("SESSION_SECRET", SECRET)]].concat()).await
}

/// As a page does, with the same `n`: while a node is away, or has just come back, it may have to be said again.
async fn vote_until_acked(person: &mut Socket, venue: &str) -> Value {
    for _ in 0..30 {
        match person.try_ask("addVote", Some(7), json!({"fs": {"id": venue, "name": venue}})).await {
            Ok(acked) => return acked,
            Err(refused) => assert_eq!(refused["code"], "storeUnavailable"),
        }
    }
    panic!("the vote is never acknowledged");
}

/// Whether who is told this has what was acknowledged: as the event itself, or within the whole state.
fn has_reached(event: &Value, acked: &Value) -> bool {
    let at = if event["event"] == "updates" { &event["data"] } else { event };
    at["epoch"] == acked["epoch"] && at["seq"].as_u64() >= acked["seq"].as_u64()
}

#[tokio::test]
async fn two_servers_on_a_cluster_agree_before_and_after_a_primary_is_killed() {
    let mut cluster = RedisCluster::start();
    let (one, two) = tokio::join!(server_on(&cluster), server_on(&cluster));
    let mut ann = Browser::open(&one).await.join("lunch", "Ann").await;
    let mut bob = Browser::open(&two).await.join("lunch", "Bob").await;
    ann.find(|event| event["event"] == "presence" && event["data"]["online"] == 2).await;
    let before = ann.vote("thai").await;
    bob.find(|event| event["event"] == "vote" && event["seq"] == before["seq"]).await;

    cluster.kill(cluster.owner("{lunch}:epoch"));
    let acked = vote_until_acked(&mut ann, "ramen").await;
    assert_ne!(acked["epoch"], before["epoch"]);
    for person in [&mut ann, &mut bob] {
        // The ack may be there before the state.
        person.find(|event| has_reached(event, &acked)).await;
        let votes = person.ask("getVotes", json!({})).await;
        let ids: Vec<&Value> = votes["votes"].as_array().unwrap().iter().map(|venue| &venue["id"]).collect();
        assert_eq!((&votes["epoch"], &ids[0]), (&acked["epoch"], &&json!("ramen")));
    }
}

/// There the account lies on another node than the area, mostly, so the store cannot look at both in one step.
#[tokio::test]
async fn an_accounts_name_is_refused_to_a_guest_and_to_another_account_on_a_cluster_too() {
    let cluster = RedisCluster::start();
    let server = server_on(&cluster).await;
    let (mut ann, mut bob) = (Browser::open(&server).await, Browser::open(&server).await);
    let guest = Browser::open(&server).await;
    create(&mut ann, "Ann", &[]).await;
    create(&mut bob, "Bob", &[]).await;
    for (who, thief) in [("a guest", &guest), ("another account", &bob)] {
        assert_eq!(code(&take(thief, "ANN").await), (409, "nameTaken"), "{who}");
        let mut socket = thief.socket().await;
        assert_eq!(socket.refused("add", json!({"area": "dinner", "username": "Ann"})).await, "nameTaken", "{who}");
    }
    assert_eq!(take(&ann, "Ann").await.0, StatusCode::OK, "it is free for whose it is");
    assert_eq!(take(&guest, "Anne").await.0, StatusCode::OK, "any other name is");
}

/// The part that is lost is the one that keeps who is alive, too.
#[tokio::test]
async fn a_lost_part_of_the_cluster_makes_its_own_areas_stale_and_no_others() {
    // As an operator sets it who would rather lose a part than all.
    let cluster = RedisCluster::with(|_| ["cluster-require-full-coverage", "no"].map(str::to_owned).into());
    let server = server_on(&cluster).await;
    let lost = cluster.owner("servers");
    let area_at = |like: &dyn Fn(usize) -> bool| {
        let names = (0..).map(|number| format!("area-{number}"));
        names.into_iter().find(|name| like(cluster.owner(&format!("{{{name}}}:epoch")))).expect("each part has some")
    };
    let (here, away) = (area_at(&|owner| owner != lost), area_at(&|owner| owner == lost));
    let browser = Browser::open(&server).await;
    let mut ann = browser.join(&here, "Ann").await;
    let mut bob = Browser::open(&server).await.join(&away, "Bob").await;
    for person in [&mut ann, &mut bob] {
        let acked = person.vote("thai").await;
        // The server has it, too: the ack comes by another connection, and the node may be lost between the two.
        person.find(|event| event["event"] == "vote" && has_reached(event, &acked)).await;
    }
    ann.drain().await;

    let part = [cluster.node(lost), cluster.replica_of(lost)];
    part.iter().for_each(|node| node.freeze());
    bob.event("stale").await;
    let refused = bob.try_ask("addVote", Some(7), json!({"fs": {"id": "ramen", "name": "Ramen"}})).await;
    assert_eq!(refused.unwrap_err()["code"], "storeUnavailable");
    for venue in ["ramen", "sushi", "thai"] {
        let acked = ann.vote(venue).await;
        ann.find(|event| event["event"] == "vote" && event["seq"] == acked["seq"]).await;
        // The store is asked meanwhile where all areas are.
        ann.linger(Duration::from_secs(1)).await;
    }
    let told = ann.drain().await;
    assert!(told.iter().all(|event| event["event"] != "stale"), "{told:?}");
    assert_eq!(browser.get(&format!("/api/areas/{here}")).await.1["staleSince"], Value::Null);
    let known = browser.get(&format!("/api/areas/{away}")).await.1;
    assert!(known["staleSince"].is_u64() && known["votes"][0]["id"] == "thai", "what is known stays readable: {known}");
    assert_eq!(browser.send(Method::GET, "/readyz", None).await.status(), StatusCode::OK, "most of it can be used");
    let figures = server.get("/metrics").await.text().await.unwrap();
    assert!(figures.contains("\nwte_store_up 0\n") && figures.contains("\nwte_areas_stale 1\n"), "{figures}");
    // Who comes to a lost area now is told so; who goes on to another one is told that this one is current.
    ann.ask("watch", json!({"area": away})).await;
    ann.event("stale").await;
    ann.ask("watch", json!({"area": here})).await;
    ann.event("current").await;

    part.iter().for_each(|node| node.thaw());
    bob.event("current").await;
    let acked = vote_until_acked(&mut bob, "ramen").await;
    bob.find(|event| has_reached(event, &acked)).await;
    assert_eq!(bob.ask("getVotes", json!({})).await["votes"][0]["id"], "ramen");
}
