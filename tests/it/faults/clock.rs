//! A server whose clock is wrong, and jumps: times are the store's, so nobody can tell which server it was.

use std::fs;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use super::measured::keep;
use super::town::Off;
use crate::contract::group::eventually;
use crate::redis::server::RedisServer;
use crate::server::{Browser, Server, Socket};

const SECRET: (&str, &str) = ("SESSION_SECRET", "several servers share this secret of 48 characters");
/// Short enough to be waited for.
const SHORT: (&str, &str) = ("WTE__AREA__LIFETIME_SECS", "2");
/// Seconds by which a clock is wrong, and from which on it counts as wrong: a busy machine takes less for any step.
const WRONG: i64 = 90;
const NOTICED: i64 = 60;

/// Puts itself between a program and its clock.
fn library() -> String {
    let folders = fs::read_dir("/usr/lib").expect("Linux has it").flatten();
    let library = |folder: fs::DirEntry| folder.path().join("faketime/libfaketimeMT.so.1");
    let found: Option<PathBuf> = folders.map(library).find(|path| path.exists());
    let path = found.expect("libfaketime is installed: tests/run does it, and apt-get install libfaketime");
    path.to_str().expect("a plain path").to_owned()
}

/// A clock that can be set while a server goes by it. How fast time passes is not touched.
struct Clock(NamedTempFile);

impl Clock {
    fn off_by(secs: i64) -> Self {
        let clock = Self(NamedTempFile::new().expect("a file"));
        clock.set(secs);
        clock
    }

    fn set(&self, secs: i64) {
        fs::write(self.0.path(), format!("{secs:+}s\n")).expect("a file of our own");
    }

    fn path(&self) -> &str {
        self.0.path().to_str().expect("a plain path")
    }
}

/// By how many seconds a server's clock is ahead, as its answers say.
async fn ahead(server: &Server) -> i64 {
    let answer = server.get("/healthz").await;
    let date = answer.headers()["date"].to_str().unwrap();
    (DateTime::parse_from_rfc2822(date).unwrap().to_utc() - Utc::now()).num_seconds()
}

struct Two {
    redis: RedisServer,
    right: Server,
    wrong: Server,
    clock: Clock,
}

impl Two {
    /// One server with the right time and one that is ahead, which may lack a protection.
    async fn start(off: Off, settings: &[(&str, &str)]) -> Self {
        let (redis, clock, library) = (RedisServer::start(), Clock::off_by(WRONG), library());
        let url = redis.url();
        let usual = [&[("REDIS_URL", &*url), SECRET], settings].concat();
        let faked = [
            ("LD_PRELOAD", &*library),
            ("FAKETIME_TIMESTAMP_FILE", clock.path()),
            // Looked at each time; and what measures how long something takes is left alone, as a jump of the clock does.
            ("FAKETIME_NO_CACHE", "1"),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
            ("DONT_FAKE_MONOTONIC", "1"),
        ];
        let (right, wrong) =
            (Server::start(&usual).await, Server::start_without(off, &[&usual[..], &faked].concat()).await);
        assert!(ahead(&right).await < NOTICED && ahead(&wrong).await > NOTICED, "the clock is wrong");
        Self { redis, right, wrong, clock }
    }

    async fn jump(&self) {
        self.clock.set(-WRONG);
        eventually("the clock has jumped", async || ahead(&self.wrong).await < -NOTICED).await;
    }

    /// Whether this is now, in ms by the store.
    fn is_now(&self, at: &Value) -> bool {
        let time: (i64, i64) = self.redis.ask(&["TIME"]);
        (at.as_i64().expect("a time") / 1000 - time.0).abs() < NOTICED
    }

    /// How much of what people get to see was looked at, at either server, and what is wrong with it.
    async fn look(&self) -> (usize, Vec<String>) {
        let (ann, bob) = (Browser::open(&self.right).await, Browser::open(&self.wrong).await);
        let (mut here, mut there) = (ann.join("lunch", "Ann").await, bob.join("lunch", "Bob").await);
        let (mut looks, mut faults) = (0, Vec::new());
        // A retry counts once, whichever server gets it.
        let sushi = json!({"fs": {"id": "sushi", "name": "Sushi"}});
        for (server, n) in [(&self.wrong, 2), (&self.right, 2), (&self.wrong, 1)] {
            let vote = json!({"fs": {"id": format!("at {n}"), "name": "Thai"}, "n": n});
            let (status, ack) = ann.at(server).call(reqwest::Method::PUT, "/api/areas/lunch/vote", Some(&vote)).await;
            faults.extend((status != 200).then(|| format!("a session of one server is none at the other: {ack}")));
            looks += 1;
            faults.extend((!self.is_now(&ack["at"])).then(|| format!("an ack tells another time: {ack}")));
        }
        let last = there.ask("addVote", sushi).await;
        let seq = last["seq"].as_u64().expect("a number");
        let (told_here, told_there) = (told(&mut here, seq).await, told(&mut there, seq).await);
        let common =
            |told: &[Value]| told.iter().filter(|event| event["seq"].as_u64() > Some(2)).cloned().collect::<Vec<_>>();
        let (told_here, told_there) = (common(&told_here), common(&told_there));
        looks += told_here.len();
        faults.extend((told_here != told_there).then(|| format!("{told_here:?} here, {told_there:?} there")));
        let (_, one) = ann.get("/api/areas/lunch").await;
        let (_, other) = bob.get("/api/areas/lunch").await;
        for part in ["epoch", "seq", "users", "votes", "expiresAt", "online"] {
            let differs = one[part] != other[part];
            looks += 1;
            faults.extend(differs.then(|| format!("{part} is {} here, {} there", one[part], other[part])));
        }
        (looks, faults)
    }
}

/// The changes that came, up to this one.
async fn told(socket: &mut Socket, seq: u64) -> Vec<Value> {
    let mut told = Vec::new();
    loop {
        let event = socket.find(|event| event["seq"].is_u64() && event["id"].is_null()).await;
        let last = event["seq"] == seq;
        told.push(event);
        if last {
            return told;
        }
    }
}

#[tokio::test]
async fn a_wrong_clock_shows_nowhere() {
    let two = Two::start(None, &[]).await;
    let (looks, faults) = two.look().await;
    assert_eq!(faults, Vec::<String>::new());
    keep("wrong-clock", &[(looks as u64, "answers, events and parts of the state compared")]);
}

#[tokio::test]
async fn a_server_that_goes_by_its_own_clock_is_found_by_the_same_look() {
    let (_, faults) = Two::start(Some("own-clock"), &[]).await.look().await;
    assert!(faults.iter().any(|fault| fault.contains("an ack tells another time")), "{faults:?}");
    assert!(faults.iter().any(|fault| fault.contains("here") && fault.contains("\"at\"")), "{faults:?}");
}

#[tokio::test]
async fn a_clock_that_jumps_neither_ends_nor_keeps_anybody() {
    let two = Two::start(None, &[SHORT]).await;
    // Only the server with the wrong clock follows these areas, so it alone sees to their ends.
    let (mut ann, due_before) = come(&two.wrong, "lunch").await;
    two.jump().await;
    let (mut bob, due_after) = come(&two.wrong, "dinner").await;
    let mut late = 0;
    for (socket, due) in [(&mut ann, due_before), (&mut bob, due_after)] {
        let left = socket.event("userLeft").await;
        assert_eq!(left["data"]["reason"], "expired");
        let at = left["at"].as_u64().expect("a time");
        assert!(at >= due, "not before its time, which was {due}: {left}");
        late = late.max(at - due);
    }
    keep("clock-set", &[(late, "ms at the most from the end of somebody's time to its being told")]);
}

#[tokio::test]
async fn a_server_that_goes_by_its_own_clock_keeps_who_should_be_gone() {
    let two = Two::start(Some("own-clock"), &[SHORT]).await;
    let mut ann = Browser::open(&two.wrong).await.join("lunch", "Ann").await;
    two.jump().await;
    let mut bob = Browser::open(&two.wrong).await.join("dinner", "Bob").await;
    // Who came later is gone, and Ann has minutes left by that clock.
    tokio::select! {
        left = ann.event("userLeft") => panic!("in time: {left}"),
        _ = bob.event("userLeft") => {}
    }
}

/// Somebody in an area, and until when by the store.
async fn come(server: &Server, area: &str) -> (Socket, u64) {
    let mut socket = Browser::open(server).await.join(area, "Ann").await;
    let me = socket.ask("getMe", json!({})).await;
    let due = me["expiresAt"].as_u64().unwrap_or_else(|| panic!("no time: {me}"));
    (socket, due)
}
