//! Votes of one moment in one area go to Redis in one call, and come to the same as if each had gone alone; and the usual vote takes few
//! commands. All on one thread: who asks at once has asked before the first answer can come.

use futures_util::future::join_all;
use futures_util::poll;
use where_to_eat::domain::change::{Act, Done, Rules};
use where_to_eat::domain::event::{Event, Heard};
use where_to_eat::store::StoreError;

use super::server::RedisServer;
use crate::contract::group::{Group, LONG, eventually, join, join_as, known, vote};

/// With one whose name is written with escapes.
const VOTERS: [&str; 7] = ["Ann", "Bob", "Cid", "Dan", "Eve", "Fay", "\"q\""];
/// One place more than a round begins with, and the first two of it.
const RULES: Rules = Rules { venues: 3, ..LONG };

type Wish = (&'static str, Option<u64>, Act);

/// So often was this asked of Redis so far, by us or by a script.
pub fn calls(server: &RedisServer, of: impl Fn(&str) -> bool) -> u64 {
    let stats: String = server.ask(&["INFO", "commandstats"]);
    let calls = |line: &str| {
        let (command, told) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
        of(command).then(|| told.split(',').next()?.parse::<u64>().ok())?
    };
    stats.lines().filter_map(calls).sum()
}

fn scripts(server: &RedisServer) -> u64 {
    calls(server, |command| command.starts_with("eval"))
}

/// Commands that this took, but for those of this test and of a connection that is tried.
async fn commands(server: &RedisServer, act: impl Future<Output = Done>) -> u64 {
    let counted = || {
        calls(server, |command| {
            !["info", "ping", "auth", "hello", "client"].iter().any(|other| command.starts_with(other))
        })
    };
    let before = counted();
    act.await;
    counted() - before
}

/// Everyone is there, and has voted with their number 1.
async fn meet(server: &RedisServer, rules: Rules) -> Group {
    let group = Group::meet(server, rules).await;
    for who in VOTERS {
        group.join(who).await;
        group.act_n(who, 1, vote("thai")).await.expect("a member may vote");
    }
    group
}

async fn ask(group: &Group, (who, n, act): &Wish) -> Result<Done, StoreError> {
    group.change(who, *n, Some(who), act.clone()).await
}

/// What it came to, without the times, which differ.
fn outcome(asked: Result<Done, StoreError>) -> String {
    match asked {
        Ok(Done { seq, me, .. }) => format!("{seq} {}", me.expect("who votes is there").username),
        Err(error) => error.to_string(),
    }
}

/// What was heard, without the times.
async fn heard(group: &Group) -> Vec<(u64, Event)> {
    let state = group.assert_view_is_the_store().await;
    let changes = group.ears.until_seq(&group.area, &state.epoch, state.seq).await;
    changes.into_iter().map(|change| (change.seq, change.event)).collect()
}

fn renewed(group: &Group) -> usize {
    group.sounds().iter().filter(|sound| matches!(sound.heard, Heard::Notice(_))).count()
}

#[tokio::test]
async fn votes_of_one_moment_come_to_the_same_as_one_after_the_other() {
    let first = [("Fay", Some(2), vote("thai"))];
    let usual = [
        ("Ann", Some(2), vote("sushi")),
        ("Bob", None, vote("thai")),
        ("Cid", Some(2), vote("pizza")),
        // Only just new, and by its id alone.
        ("Dan", None, known("pizza")),
    ];
    let alone = [
        // There are as many places as there may be, by then.
        ("Eve", Some(2), vote("ramen")),
        // Somebody who is among the others already.
        ("Ann", Some(3), vote("thai")),
        // A number that was used.
        ("Fay", Some(2), vote("pizza")),
        ("\"q\"", Some(2), vote("pizza")),
        ("Eve", Some(2), known("nowhere")),
        ("Nobody", Some(1), vote("thai")),
    ];
    let orderly: Vec<Wish> = first.iter().chain(&usual).chain(&alone).cloned().collect();
    // Those that go alone stand between the others, in the same order.
    let mut mixed = first.to_vec();
    mixed.extend(usual[..3].to_vec());
    for (place, wish) in alone.iter().enumerate() {
        mixed.push(wish.clone());
        mixed.extend(usual.get(3 + place).cloned());
    }

    let server = RedisServer::start();
    let (singly, together) = (meet(&server, RULES).await, meet(&server, RULES).await);
    let mut expected = Vec::new();
    for wish in &orderly {
        expected.push((wish.clone(), outcome(ask(&singly, wish).await)));
    }
    let before = scripts(&server);
    let asked = join_all(mixed.iter().map(|wish| ask(&together, wish))).await;
    assert!(scripts(&server) - before > alone.len() as u64, "who is not as usual is asked for alone");
    for (wish, asked) in mixed.iter().zip(asked) {
        let (_, expected) = expected.iter().find(|(other, _)| other == wish).expect("asked in both ways");
        assert_eq!(outcome(asked), *expected, "{wish:?}");
    }
    assert_eq!(heard(&together).await, heard(&singly).await);
    assert_eq!(renewed(&together), renewed(&singly));
    assert_eq!(together.votes().await, singly.votes().await);
}

#[tokio::test]
async fn votes_of_one_moment_are_one_call() {
    let server = RedisServer::start();
    let group = meet(&server, LONG).await;
    let usual = VOTERS.iter().filter(|who| **who != "\"q\"");
    let round = |n| usual.clone().map(move |who| (*who, Some(n), vote(&format!("place {n}")))).collect::<Vec<Wish>>();
    let mut n = 1;
    // A machine that stands still for long lets nobody wait that long; and the first time Redis does not know the script.
    eventually("six votes are one call", async || {
        n += 1;
        let (before, round) = (scripts(&server), round(n));
        let asked = join_all(round.iter().map(|wish| ask(&group, wish))).await;
        assert!(asked.iter().all(Result::is_ok));
        scripts(&server) - before == 1
    })
    .await;
    let state = group.assert_view_is_the_store().await;
    assert_eq!(heard(&group).await.len() as u64, state.seq - group.start.seq);
    for key in server.keys(&format!("{}:users:*", group.area)) {
        let (ttl, lifetime): (i64, i64) = (server.ask(&["PTTL", &key]), LONG.lifetime as i64);
        assert!(ttl > lifetime - 60_000 && ttl <= lifetime, "{key} is kept as long as its user");
    }
}

#[tokio::test]
async fn who_hangs_up_loses_nobody_elses_vote() {
    let server = RedisServer::start();
    let group = meet(&server, LONG).await;
    let [mut leads, mut other] = ["Ann", "Bob"].map(|who| Box::pin(group.change(who, None, Some(who), vote("sushi"))));
    for one in [&mut leads, &mut other] {
        assert!(poll!(one.as_mut()).is_pending());
    }
    assert!(poll!(leads.as_mut()).is_pending(), "it is sent with the other one");
    drop(leads);
    let seq = other.await.expect("it is told").seq;
    assert_eq!(group.votes().await.matches("sushi").count(), 2, "and what was sent was sent");
    assert_eq!(group.state().await.seq, seq);
}

#[tokio::test]
async fn an_area_of_another_run_begins_anew_before_any_of_them_counts() {
    let server = RedisServer::start();
    let group = meet(&server, LONG).await;
    let sushi = |who| group.change(who, Some(2), Some(who), vote("sushi"));
    let before = sushi("Ann").await.expect("a member may vote");
    let () = server.ask(&["SET", &format!("{}:epoch", group.area), "0123abcd.1700000000000000", "KEEPTTL"]);
    let (one, two) = tokio::join!(sushi("Bob"), sushi("Cid"));
    let (one, two) = (one.expect("it is kept"), two.expect("so is this"));
    assert!(one.epoch != before.epoch && one.epoch == two.epoch);
    assert_eq!([one.seq.min(two.seq), one.seq.max(two.seq)], [1, 2]);
    assert_eq!(group.votes().await.matches("sushi").count(), 3);
    assert_eq!(group.head().await.epoch, one.epoch);
}

#[tokio::test]
async fn the_usual_act_takes_few_commands() {
    let server = RedisServer::start();
    let group = meet(&server, LONG).await;
    let act = async |who: &'static str, act| group.change(who, None, Some(who), act).await.expect("a member may");
    // Redis is to know the scripts.
    act("Ann", vote("sushi")).await;
    act("Ann", join("Ann")).await;
    for (wish, usual_at_most) in [(vote("pizza"), 24), (vote("thai"), 22), (join_as("Ann", "emoji:🍜"), 22)] {
        let usual = commands(&server, act("Ann", wish.clone())).await;
        let whole = match wish {
            Act::Join { .. } => commands(&server, act("\"q\"", join_as("\"q\"", "emoji:🍜"))).await,
            vote => commands(&server, act("\"q\"", vote)).await,
        };
        assert!(usual <= usual_at_most, "{usual} commands");
        assert!(whole > usual_at_most, "what is not usual takes the full course: {whole} commands");
    }
}
