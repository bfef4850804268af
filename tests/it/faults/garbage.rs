//! What others wrote under the keys of an area that people sit in, or took away, and a script cache that is emptied under their votes:
//! two servers on one Redis, and what each shows in the end. Which key is mended how is for `crate::redis::garbage`.
//!
//! It is the scripts themselves that mend, so a companion is no server without a protection: Redis lets nobody delete, or send a
//! script, any more.

use serde_json::{Value, json};

use super::measured::keep;
use crate::contract::group::eventually;
use crate::redis::server::RedisServer;
use crate::server::{Browser, Server, Socket, View};

const SECRET: &str = "several servers share this secret of 48 characters";
/// People of the area, in turn at either server.
const NAMES: [&str; 4] = ["Ann", "Bob", "Cem", "Dan"];
/// What can be made anew from the one place where votes stand, and what it is broken by.
const BROKEN: [&str; 8] = [
    "SET lunch:users {\"half",
    "RPUSH lunch:votes a b",
    "HSET lunch:due a b",
    "SADD lunch:owners a",
    "SET lunch:seq many",
    "ZADD lunch:epoch 1 a",
    "RPUSH lunch:users:ann a",
    "HSET lunch:users:timer a b",
];

struct Bench {
    redis: RedisServer,
    servers: [Server; 2],
    sockets: Vec<Socket>,
    /// Votes acknowledged so far.
    acked: usize,
}

impl Bench {
    /// Everybody has voted, in two areas.
    async fn start() -> Self {
        let redis = RedisServer::start();
        let url = redis.url();
        let settings = [("REDIS_URL", &*url), ("SESSION_SECRET", SECRET)];
        let servers = [Server::start(&settings).await, Server::start(&settings).await];
        let mut sockets = Vec::new();
        for area in ["dinner", "lunch"] {
            for (name, server) in NAMES.iter().zip(servers.iter().cycle()) {
                let mut socket = Browser::open(server).await.join(area, name).await;
                socket.vote("thai").await;
                sockets.push(socket);
            }
        }
        let acked = sockets.len();
        Self { redis, servers, sockets, acked }
    }

    /// Gives this command to Redis, instead of what its key had before.
    fn put(&self, command: &str) {
        let words: Vec<&str> = command.split(' ').collect();
        self.redis.ask::<i64>(&["DEL", words[1]]);
        self.redis.ask::<redis::Value>(&words);
    }

    async fn area(&self, server: usize, area: &str) -> Value {
        self.servers[server].get(&format!("/api/areas/{area}")).await.json().await.unwrap()
    }

    /// Once both servers show the same: whose acknowledged vote for `id` is not there.
    async fn lost(&self, area: &str, id: &str) -> Vec<&'static str> {
        eventually("both servers show what Redis has", async || {
            let (one, other) = (self.area(0, area).await, self.area(1, area).await);
            let epoch: Option<String> = self.redis.ask(&["GET", &format!("{area}:epoch")]);
            View::of(&one) == View::of(&other) && one["epoch"].as_str() == epoch.as_deref()
        })
        .await;
        let view = View::of(&self.area(0, area).await);
        NAMES.into_iter().filter(|name| view.votes.get(*name).is_none_or(|vote| vote != id)).collect()
    }

    /// An act in `lunch`, which meets whatever is there.
    async fn act(&mut self) -> Result<Value, Value> {
        let place = json!({"fs": {"id": "thai", "name": "Thai"}});
        self.sockets.last_mut().expect("Dan").try_ask("addVote", None, place).await
    }

    fn break_all_that_can_be_mended(&self) -> usize {
        BROKEN.iter().for_each(|command| self.put(command));
        let _: i64 = self.redis.ask(&["PUBLISH", "lunch:events", "{\"event\":"]);
        BROKEN.len()
    }
}

#[tokio::test]
async fn garbage_under_the_keys_of_an_area_loses_no_vote_and_harms_no_other() {
    let mut bench = Bench::start().await;
    let broken = bench.break_all_that_can_be_mended();
    bench.act().await.expect("it is mended");
    let lost = [bench.lost("lunch", "thai").await, bench.lost("dinner", "thai").await].concat();
    assert_eq!(lost, Vec::<&str>::new());
    let kept = bench.acked - lost.len();
    let figures = [(broken, "keys broken"), (bench.acked, "votes acked before"), (kept, "of them kept")];
    keep("garbage", &figures.map(|(number, what)| (number as u64, what)));
    assert!(bench.servers.iter().any(|server| server.log().contains("mended")), "the log tells of it");
}

#[tokio::test]
async fn where_nothing_can_be_deleted_the_same_garbage_keeps_everybody_from_voting() {
    let mut bench = Bench::start().await;
    bench.break_all_that_can_be_mended();
    bench.redis.ask::<String>(&["ACL", "SETUSER", "default", "-del"]);
    assert_eq!(bench.act().await.unwrap_err()["code"], "storeUnavailable");
    bench.redis.ask::<String>(&["ACL", "SETUSER", "default", "+del"]);
    bench.act().await.expect("and that was all that kept Dan from it");
}

#[tokio::test]
async fn half_a_record_takes_one_person_along_and_hides_nobody() {
    let mut bench = Bench::start().await;
    bench.redis.ask::<i64>(&["HSET", "lunch:state", "ann", "{\"username\":\"Ann\","]);
    bench.act().await.expect("Dan is whole");
    // Found by the next who reads all of it, at the latest when Ann acts herself.
    let ann = bench.sockets.get_mut(NAMES.len()).expect("Ann in lunch");
    assert_eq!(ann.refused("addVote", json!({"fs": {"id": "sushi", "name": "Sushi"}})).await, "notJoined");
    assert_eq!(bench.lost("lunch", "thai").await, ["Ann"]);
    assert_eq!(bench.lost("dinner", "thai").await, Vec::<&str>::new());
    let ann = bench.sockets.get_mut(NAMES.len()).expect("Ann in lunch");
    ann.ask("add", json!({"area": "lunch", "username": "Ann"})).await;
    ann.vote("thai").await;
    assert_eq!(bench.lost("lunch", "thai").await, Vec::<&str>::new());
}

#[tokio::test]
async fn garbage_in_the_one_place_where_votes_stand_takes_them_along_and_no_other_area() {
    let mut bench = Bench::start().await;
    bench.put("SET lunch:state {\"half");
    assert_eq!(bench.act().await.unwrap_err()["code"], "notJoined");
    assert_eq!(bench.lost("lunch", "thai").await, NAMES);
    assert_eq!(bench.lost("dinner", "thai").await, Vec::<&str>::new(), "and the other area goes on");
}

/// Rounds of votes, with the scripts forgotten under them: how many, and how many of them were acknowledged.
async fn votes_while_scripts_are_forgotten(bench: &mut Bench) -> (usize, usize) {
    let (mut cast, mut acked) = (0, 0);
    for round in 0..10 {
        let place = json!({"fs": {"id": format!("{round}"), "name": "Place"}});
        let mut ids = Vec::new();
        for socket in bench.sockets.iter_mut().skip(NAMES.len()) {
            ids.push(socket.post("addVote", Some(round + 2), place.clone()).await);
            bench.redis.ask::<String>(&["SCRIPT", "FLUSH"]);
        }
        for (socket, id) in bench.sockets.iter_mut().skip(NAMES.len()).zip(ids) {
            cast += 1;
            acked += usize::from(socket.answer(id).await["event"] == "ack");
        }
    }
    (cast, acked)
}

#[tokio::test]
async fn forgotten_scripts_keep_nobody_from_voting() {
    let mut bench = Bench::start().await;
    let (cast, acked) = votes_while_scripts_are_forgotten(&mut bench).await;
    assert_eq!(acked, cast);
    assert_eq!(bench.lost("lunch", "9").await, Vec::<&str>::new());
    keep("scripts-flushed", &[(cast as u64, "votes cast"), (acked as u64, "of them acked")]);
}

#[tokio::test]
async fn where_scripts_cannot_be_sent_again_they_do() {
    let mut bench = Bench::start().await;
    bench.redis.ask::<String>(&["ACL", "SETUSER", "default", "-eval", "-script|load"]);
    let (cast, acked) = votes_while_scripts_are_forgotten(&mut bench).await;
    assert!(acked < cast);
}
