//! What the Redis store writes, key by key: names, types, contents and ends are what other programs may rely on.

use serde_json::{Value, json};
use where_to_eat::domain::account::{Account, AccountId, PassphraseHash, SessionId};
use where_to_eat::domain::change::Act;
use where_to_eat::domain::name::AreaName;
use where_to_eat::domain::owner::Owner;
use where_to_eat::domain::presence::{Claim, ClaimChange, ServerId};
use where_to_eat::domain::takeover::Code;
use where_to_eat::store::Alive;
use where_to_eat::store::accounts::NewSession;

use crate::contract::group::{Group, LONG, join, join_as, name, vote};
use crate::redis::server::RedisServer;

/// Lifetime and three periods of the sweep, less the lifetime: how long an area's keys outlast it.
const GRACE: u64 = 3 * LONG.sweep_period;
/// How much longer still those may be kept whose ends are not set by every act.
const STEP: u64 = GRACE / 30;

async fn lunch(server: &RedisServer) -> Group {
    Group::meet_in(server, LONG, AreaName::parse("lunch").unwrap()).await
}

/// Key by key: type and contents, sets in order.
fn contents(server: &RedisServer) -> Vec<(String, Value)> {
    let sorted = |mut members: Vec<String>| {
        members.sort();
        json!(members)
    };
    let content = |key: &str| match server.ask::<String>(&["TYPE", key]).as_str() {
        "string" => json!(server.ask::<String>(&["GET", key])),
        "set" => sorted(server.ask(&["SMEMBERS", key])),
        "zset" => json!(server.ask::<Vec<(String, u64)>>(&["ZRANGE", key, "0", "-1", "WITHSCORES"])),
        "hash" => json!(server.ask::<std::collections::BTreeMap<String, String>>(&["HGETALL", key])),
        other => panic!("{key} is a {other}"),
    };
    server.keys("*").into_iter().map(|key| (key.clone(), content(&key))).collect()
}

/// When a key ends, in ms; none if never.
fn end(server: &RedisServer, key: &str) -> Option<u64> {
    let end: i64 = server.ask(&["PEXPIRETIME", key]);
    u64::try_from(end).ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_key_is_what_the_table_says() {
    let server = RedisServer::start();
    let group = lunch(&server).await;
    let ann = group.act_n("Ann", 7, join_as("Ann", "emoji:🍜")).await.unwrap();
    let voted = group.act_n("Ann", 8, vote("thai")).await.unwrap();
    let bob = group.join("Bob Lee").await;
    let (ann_owner, bob_owner) = (Owner::of("Ann"), Owner::of("Bob Lee"));
    let thai = r#"{"id":"thai","name":"The thai"}"#;
    let user = |username: &str, img: &str, since: u64, due: u64, vote: &str, owner: &Owner| {
        let owner = owner.digits();
        let owner = owner.as_str();
        format!(r#"{{"username":"{username}","img":"{img}","since":{since},"due":{due}{vote},"owner":"{owner}"}}"#)
    };
    let (ann_due, bob_due) = (voted.at + LONG.lifetime, bob.at + LONG.lifetime);
    let ann_vote = format!(r#","vote":{{"id":"thai","at":{}}}"#, voted.at);
    let expected = json!([
        ["expireKeys", ["lunch:users", "lunch:votes"]],
        ["lunch:due", [["ann", ann_due], ["bob lee", bob_due]]],
        ["lunch:epoch", bob.epoch.as_str()],
        ["lunch:owners", {
            ann_owner.digits().as_str(): "ann",
            format!("{}:n", ann_owner.digits().as_str()): "8",
            bob_owner.digits().as_str(): "bob lee",
        }],
        ["lunch:seq", "3"],
        ["lunch:state", {
            "ann": user("Ann", "emoji:🍜", ann.at, ann_due, &ann_vote, &ann_owner),
            "bob lee": user("Bob Lee", "", bob.at, bob_due, "", &bob_owner),
        }],
        ["lunch:users", ["lunch:users:ann", "lunch:users:bob lee"]],
        ["lunch:users:ann", "Ann"],
        ["lunch:users:ann:img", "emoji:🍜"],
        ["lunch:users:ann:owner", ann_owner.digits().as_str()],
        ["lunch:users:ann:vote", thai],
        ["lunch:users:bob lee", "Bob Lee"],
        ["lunch:users:bob lee:img", ""],
        ["lunch:users:bob lee:owner", bob_owner.digits().as_str()],
        ["lunch:users:timer", ""],
        ["lunch:venues", { "thai": thai }],
        ["lunch:votes", ["lunch:users:ann"]],
        ["lunch:votes:timer", ""],
    ]);
    assert_eq!(json!(contents(&server)), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_key_ends_when_the_table_says() {
    let server = RedisServer::start();
    let group = lunch(&server).await;
    let ann = group.join("Ann").await;
    group.until(ann.at + 2).await;
    let bob = group.act_n("Bob", 1, join("Bob")).await.unwrap();
    group.until(bob.at + 2).await;
    let last = group.vote("Bob", "thai").await;
    group.until(last.at + 2).await;
    // No acts: they end nothing later.
    group.act_n("Bob", 2, Act::Withdraw).await.unwrap();
    group.act("Cem", Act::Leave).await.unwrap();
    let (ann_ends, area_ends) = (ann.at + LONG.lifetime, last.at + LONG.lifetime);
    for key in server.keys("*") {
        let expected = match key.as_str() {
            "expireKeys" => None,
            "lunch:users:timer" | "lunch:votes:timer" => Some(area_ends),
            key if key.starts_with("lunch:users:ann") => Some(ann_ends),
            key if key.starts_with("lunch:users:bob") => Some(area_ends),
            "lunch:epoch" => Some(area_ends + GRACE),
            _ => {
                let (ends, from) = (end(&server, &key).expect("an end"), area_ends + GRACE);
                assert!((from..=from + STEP).contains(&ends), "{key} ends {ends}, and not from {from} on");
                continue;
            }
        };
        assert_eq!(end(&server, &key), expected, "{key}");
    }
    assert_eq!(group.state().await.expires_at, area_ends);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_servers_say_ends_with_them() {
    let server = RedisServer::start();
    let group = lunch(&server).await;
    let now = group.now().await;
    let claim = Claim { v: 1, names: vec![name("Ann")], watching: 2 };
    let step = ClaimChange { server: ServerId("a".into()), v: 1, here: vec![name("Ann")], gone: vec![], watching: 2 };
    group.store.report(&group.area, &claim, &step).await.unwrap();
    group.store.heartbeat(&ServerId("a".into()), 3).await.unwrap();
    group.store.sweep_lease(&ServerId("a".into())).await.unwrap();
    let then = group.now().await;
    let within = |key: &str, ms: u64| {
        let end = end(&server, key).unwrap_or_else(|| panic!("{key} has no end"));
        assert!((now + ms..=then + ms).contains(&end), "{key} ends {} ms from the call", end - now);
    };
    within("lunch:here", LONG.lifetime + GRACE);
    within("servers:following", 15_000);
    within("sweep:lease", LONG.sweep_period);
    assert_eq!(end(&server, "servers"), None);
    let alive: Vec<(String, u64)> = server.ask(&["ZRANGE", "servers", "0", "-1", "WITHSCORES"]);
    assert!(matches!(alive.as_slice(), [(id, until)] if id == "a" && (now + 15_000..=then + 15_000).contains(until)));
    assert_eq!(server.ask::<String>(&["HGET", "servers:following", "a"]), "3");
    assert_eq!(server.ask::<String>(&["HGET", "lunch:here", "a"]), r#"{"v":1,"names":["Ann"],"watching":2}"#);
    assert_eq!(server.ask::<String>(&["GET", "sweep:lease"]), "a");
    assert_eq!(server.keys("*").len(), 6, "{:?}", server.keys("*"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_one_time_code_is_a_digest_with_an_end() {
    let server = RedisServer::start();
    let group = lunch(&server).await;
    let code = Code::parse("K7QM-2X9D").unwrap();
    let now = group.now().await;
    group.store.keep_code(&code.digest(), "ann", 60_000).await.unwrap();
    let then = group.now().await;
    let [key] = &server.keys("takeover:*")[..] else { panic!("one key") };
    assert_eq!(key, &format!("takeover:{}", code.digest().as_str()));
    assert_eq!(server.ask::<String>(&["GET", key]), "ann");
    assert!((now + 60_000..=then + 60_000).contains(&end(&server, key).unwrap()));
    group.store.take_code(&code.digest()).await.unwrap();
    assert!(server.keys("takeover:*").is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_and_their_sessions_and_tries_end() {
    let server = RedisServer::start();
    let group = lunch(&server).await;
    let hash = PassphraseHash::from_phc("$argon2id$x");
    let ann = Account { id: AccountId::of([1; 16]), username: name("Ann"), hash };
    let id = SessionId::of([2; 16]);
    let session = NewSession { id: id.clone(), label: "Firefox".to_owned(), lifetime: 60_000, most: 0 };
    let now = group.now().await;
    assert!(group.store.add_account(&ann).await.unwrap() && group.store.begin_session(&ann, &session).await.unwrap());
    group.store.count_try(&ann.key(), 60_000).await.unwrap();
    let then = group.now().await;
    let account = format!("account:{}", ann.key().as_str());
    let (sessions, tries, sess) =
        (format!("{account}:sessions"), format!("{account}:tries"), format!("sess:{}", id.digits().as_str()));
    let mut expected = vec![account.clone(), sessions.clone(), tries.clone(), sess.clone()];
    expected.extend(["lunch:epoch".to_owned(), "lunch:seq".to_owned()]);
    expected.sort();
    assert_eq!(server.keys("*"), expected);
    for key in [&account, &sessions] {
        assert!((now + LONG.accounts..=then + LONG.accounts).contains(&end(&server, key).unwrap()), "{key}");
    }
    for key in [&tries, &sess] {
        assert!((now + 60_000..=then + 60_000).contains(&end(&server, key).unwrap()), "{key}");
    }
    group.store.delete_account(&ann, 30_000).await.unwrap();
    assert_eq!(server.keys("account:*"), Vec::<String>::new());
    assert_eq!(server.ask::<String>(&["HGET", &sess, "revoked"]), "1", "it is remembered as ended");
    assert!(end(&server, &sess).is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_servers_are_forgotten() {
    let server = RedisServer::start();
    let group = lunch(&server).await;
    let dead = (group.now().await - 1).to_string();
    server.ask::<i64>(&["ZADD", "servers", &dead, "dead", "99999999999999", "alive"]);
    server.ask::<i64>(&["HSET", "servers:following", "dead", "7", "alive", "2", "unheard-of", "1"]);
    let mut alive = group.store.heartbeat(&ServerId("a".into()), 3).await.unwrap();
    alive.sort_by_key(|alive| alive.server.clone());
    let says = |id: &str, following| Alive { server: ServerId(id.into()), following };
    assert_eq!(alive, [says("a", 3), says("alive", 2)]);
    assert_eq!(server.ask::<i64>(&["ZCARD", "servers"]), 2);
    assert_eq!(server.ask::<i64>(&["HLEN", "servers:following"]), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_that_comes_late_undoes_no_newer_one() {
    let server = RedisServer::start();
    let group = lunch(&server).await;
    let report = async |v: u64, who: &str| {
        let claim = Claim { v, names: vec![name(who)], watching: v };
        let step = ClaimChange { server: ServerId("a".into()), v, here: vec![], gone: vec![], watching: v };
        group.store.report(&group.area, &claim, &step).await.unwrap();
        server.ask::<String>(&["HGET", "lunch:here", "a"])
    };
    let newer = report(10, "Ann").await;
    assert_eq!(report(9, "Bob").await, newer);
    assert_ne!(report(11, "Bob").await, newer);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_area_that_begins_has_two_keys_and_one_that_is_looked_at_none() {
    let server = RedisServer::start();
    let group = lunch(&server).await;
    group.store.snapshot(&AreaName::parse("dinner").unwrap(), false).await.unwrap();
    assert_eq!(server.keys("*"), ["lunch:epoch", "lunch:seq"]);
    assert_eq!(server.ask::<String>(&["GET", "lunch:seq"]), "0");
    let run: String = server.ask(&["EVAL", "return redis.call('INFO', 'server'):match('run_id:(%x+)')", "0"]);
    assert_eq!(group.start.epoch.run(), &run[..8]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_made_to_collide_have_keys_of_their_own() {
    let server = RedisServer::start();
    let group = lunch(&server).await;
    for who in ["timer", "ann:img", "ann", "a%3Ab", "a:b", "{x}", "*"] {
        group.join(who).await;
        group.vote(who, who).await;
    }
    let mut records: Vec<String> = server.ask(&["SMEMBERS", "lunch:users"]);
    records.sort();
    let written = ["%74imer", "*", "a%253ab", "a%3Ab", "ann", "ann%3Aimg", "{x}"];
    assert_eq!(records, written.map(|name| format!("lunch:users:{name}")));
    assert_eq!(server.ask::<String>(&["GET", "lunch:users:timer"]), "", "the timer is no user");
    assert_eq!(server.keys("lunch:users:*").len(), written.len() * 4 + 1, "four records each, and the timer");
    assert_eq!(group.state().await.users.len(), written.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_or_is_renamed_leaves_no_key_behind() {
    let server = RedisServer::start();
    let group = lunch(&server).await;
    group.join("Ann").await;
    group.vote("Ann", "thai").await;
    group.act("Ann", join("Anna")).await.unwrap();
    assert_eq!(server.keys("lunch:users:a*").len(), 4);
    assert!(server.keys("lunch:users:ann").is_empty());
    assert_eq!(server.ask::<Vec<String>>(&["SMEMBERS", "lunch:votes"]), ["lunch:users:anna"]);
    group.act("Ann", Act::Withdraw).await.unwrap();
    assert!(server.keys("lunch:*vote").is_empty());
    assert!(server.keys("lunch:votes").is_empty());
    group.act("Ann", Act::Leave).await.unwrap();
    let left = ["lunch:epoch", "lunch:seq", "lunch:users:timer", "lunch:venues", "lunch:votes:timer"];
    assert_eq!(server.keys("lunch:*"), left);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_swept_area_leaves_no_key_behind() {
    let server = RedisServer::start();
    let group = lunch(&server).await;
    group.act_n("Ann", 1, join("Ann")).await.unwrap();
    group.vote("Ann", "thai").await;
    assert_eq!(group.store.sweep(LONG.lifetime).await.unwrap().cleared, 1);
    assert!(server.keys("*").is_empty(), "{:?}", server.keys("*"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_area_that_is_looked_at_is_not_cleared_just_before_its_first_change() {
    let server = RedisServer::start();
    let group = lunch(&server).await;
    let begun = group.head().await;
    // As in a cluster, where the list lies in another slot and is told before the change.
    let _: i64 = server.ask(&["SADD", "expireKeys", "lunch:users", "lunch:votes"]);
    let swept = group.store.sweep(0).await.unwrap();
    assert_eq!((swept.looked_at, swept.cleared), (1, 0));
    let joined = group.join("Ann").await;
    assert_eq!((joined.epoch, joined.seq), (begun.epoch, 1));
}
