//! Acked means kept: kill -9, and the same server again on the same file.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::server::{Browser, Server, View};

/// A store's file in a folder of its own.
struct Disk(TempDir);

impl Disk {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self) -> String {
        self.0.path().join("areas.redb").to_string_lossy().into_owned()
    }

    async fn server(&self) -> Server {
        Server::start(&[("WTE__STORE__PATH", &self.path())]).await
    }
}

async fn lunch(browser: &Browser) -> Value {
    browser.get("/api/areas/lunch").await.1
}

#[tokio::test]
async fn an_acked_vote_outlives_kill_9() {
    let disk = Disk::new();
    let mut server = disk.server().await;
    let (ann, bob) = (Browser::open(&server).await, Browser::open(&server).await);
    let mut voters = [ann.join("lunch", "Ann").await, bob.join("lunch", "Bob").await];
    for round in 0..3 {
        // The process dies with the last ack just read.
        let mut last = Value::Null;
        for (number, voter) in voters.iter_mut().enumerate() {
            last = voter.vote(&format!("place {round} {number}")).await;
        }
        let before = lunch(&ann).await;
        server.kill().await;
        server.restart().await;

        let after = lunch(&ann).await;
        assert_eq!(View::of(&after), View::of(&before));
        assert_eq!((&after["epoch"], &after["seq"]), (&last["epoch"], &last["seq"]), "no new life was needed");
        assert_eq!((&after["votes"], &after["expiresAt"]), (&before["votes"], &before["expiresAt"]));
        voters = [ann.socket().await, bob.socket().await];
        for voter in &mut voters {
            let since = json!({"area": "lunch", "epoch": last["epoch"], "seq": last["seq"]});
            voter.ask("watch", since).await;
            assert!(voter.drain().await.iter().all(|event| event["event"] != "updates"), "nothing was missed");
        }
        assert_eq!(voters[0].ask("getMe", json!({})).await["username"], "Ann", "the cookie and the name still hold");
    }
    let next = voters[0].vote("after all").await;
    assert_eq!(next["seq"].as_u64(), Some(lunch(&bob).await["seq"].as_u64().unwrap()));
    assert_eq!(next["seq"], 9, "two names, six votes, and one more");
}

#[tokio::test]
async fn without_a_file_the_same_votes_are_lost() {
    let mut server = Server::start(&[]).await;
    let ann = Browser::open(&server).await;
    let mut voter = ann.join("lunch", "Ann").await;
    voter.vote("thai").await;
    server.kill().await;
    server.restart().await;
    assert_eq!(lunch(&ann).await["votes"], json!([]));
    assert_eq!(ann.call(reqwest::Method::DELETE, "/api/areas/lunch/me", None).await.0, 401, "nor is the cookie known");
}

#[tokio::test]
async fn many_votes_under_way_are_there_or_were_not_acked() {
    let disk = Disk::new();
    let settings = [("WTE__STORE__PATH", &*disk.path()), ("WTE__LIMITS__EVENTS_PER_SECOND", "0")];
    let mut server = Server::start(&settings).await;
    let mut voters = Vec::new();
    for number in 0..8 {
        let browser = Browser::open(&server).await;
        voters.push((browser.join("lunch", &format!("User {number}")).await, browser));
    }
    let mut tasks = Vec::new();
    for (number, (mut socket, _)) in voters.into_iter().enumerate() {
        tasks.push(tokio::spawn(async move {
            // The last acked vote of this voter, whenever the server dies.
            let mut acked = None;
            for turn in 0.. {
                let id = format!("{number} {turn}");
                let data = json!({"fs": {"id": id, "name": "x"}});
                match socket.ask_until_cut_off("addVote", data).await {
                    Some(_) => acked = Some(turn),
                    None => break,
                }
            }
            acked
        }));
    }
    let watcher = Browser::open(&server).await;
    while lunch(&watcher).await["seq"].as_u64() < Some(40) {}
    server.kill().await;
    let mut acked = Vec::new();
    for task in tasks {
        acked.push(task.await.unwrap());
    }
    server.restart().await;
    let area = lunch(&watcher).await;
    for (number, acked) in acked.iter().enumerate() {
        let name = format!("User {number}");
        let vote = area["votes"].as_array().unwrap().iter().find(|vote| vote["username"] == *name);
        let kept = vote.and_then(|vote| vote["id"].as_str()?.split(' ').nth(1)?.parse::<i32>().ok());
        // One more may be there: stored, and the ack did not get through any more.
        assert!(
            kept == *acked || kept == Some(acked.map_or(0, |turn| turn + 1)),
            "{name}: {acked:?} acked, {kept:?} kept"
        );
    }
}

#[tokio::test]
async fn a_second_server_on_the_same_file_refuses_to_start() {
    let disk = Disk::new();
    let server = disk.server().await;
    let mut voter = Browser::open(&server).await.join("lunch", "Ann").await;
    let said = Server::refusal(&[("WTE__STORE__PATH", &disk.path()), ("PORT", "0")]).await;
    assert_eq!(said.trim().lines().count(), 1, "one sentence: {said}");
    assert!(said.contains(&disk.path()), "{said}");
    voter.vote("thai").await;
    let elsewhere = Disk::new().server().await;
    Browser::open(&elsewhere).await.join("lunch", "Ann").await;
}

#[tokio::test]
async fn an_area_that_ends_while_the_server_is_away_is_gone() {
    let disk = Disk::new();
    let path = disk.path();
    let mut server = Server::start(&[("WTE__STORE__PATH", &path), ("WTE__AREA__LIFETIME_SECS", "1")]).await;
    let ann = Browser::open(&server).await;
    let vote = ann.join("lunch", "Ann").await.vote("thai").await;
    server.kill().await;
    // The store's clock is the machine's: when its second is over, nobody is there to say so.
    let over = vote["at"].as_u64().unwrap() + 1000;
    while u64::try_from(chrono::Utc::now().timestamp_millis()).unwrap() <= over {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    server.restart().await;
    assert_eq!(lunch(&ann).await["users"], json!([]));
}
