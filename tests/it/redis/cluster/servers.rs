//! Whole servers on a cluster: what people see, when nothing breaks and when a primary does.

use serde_json::{Value, json};

use crate::redis::cluster::nodes::RedisCluster;
use crate::server::{Browser, Server};

const SECRET: &str = "several servers share this secret of 48 characters";

async fn server_on(cluster: &RedisCluster) -> Server {
    let nodes = cluster.addresses();
    let cluster = [("WTE__REDIS__CLUSTER", "true"), ("WTE__REDIS__NODES", nodes.as_str())];
    Server::start(&[&cluster[..], &[("SESSION_SECRET", SECRET)]].concat()).await
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
    let ramen = json!({"fs": {"id": "ramen", "name": "Ramen"}});
    let mut acked = Value::Null;
    for tries in 0.. {
        assert!(tries < 30, "the vote is never acknowledged");
        match ann.try_ask("addVote", Some(7), ramen.clone()).await {
            Ok(ack) => {
                acked = ack;
                break;
            }
            Err(refused) => assert_eq!(refused["code"], "storeUnavailable"),
        }
    }
    assert_ne!(acked["epoch"], before["epoch"]);
    // As the event itself, or within the whole state of the new life.
    let reached = |event: &Value| {
        let at = if event["event"] == "updates" { &event["data"] } else { event };
        at["epoch"] == acked["epoch"] && at["seq"].as_u64() >= acked["seq"].as_u64()
    };
    for person in [&mut ann, &mut bob] {
        // The ack may be there before the state.
        person.find(reached).await;
        let votes = person.ask("getVotes", json!({})).await;
        let ids: Vec<&Value> = votes["votes"].as_array().unwrap().iter().map(|venue| &venue["id"]).collect();
        assert_eq!((&votes["epoch"], &ids[0]), (&acked["epoch"], &&json!("ramen")));
    }
}
