//! The embedded store's file over the life of several processes: kept, locked, and whole after a kill.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

use tempfile::TempDir;
use where_to_eat::domain::change::{Act, Change, Done, Rules};
use where_to_eat::domain::image::Image;
use where_to_eat::domain::name::{AreaName, Username};
use where_to_eat::domain::owner::Owner;
use where_to_eat::domain::venue::{Pick, RawVenue, Venue};
use where_to_eat::store::embedded::{Embedded, OpenError};
use where_to_eat::store::{Result, Store};

const RULES: Rules = Rules { lifetime: 7_200_000, sweep_period: 600_000, users: 0, venues: 0 };

fn area(name: &str) -> AreaName {
    AreaName::parse(name).unwrap()
}

async fn act(store: &Embedded, area: &AreaName, who: &str, n: u64, act: Act) -> Result<Done> {
    store.change(&Change { area: area.clone(), owner: Owner::of(who), held: None, n: Some(n), act }).await
}

fn join(who: &str) -> Act {
    Act::Join { username: Username::parse(who).unwrap(), img: Image::default() }
}

fn vote(id: &str) -> Act {
    let raw = RawVenue { id: Some(id.to_owned()), name: Some(id.to_owned()), ..RawVenue::default() };
    Act::Vote(Pick::Place(Venue::parse(raw).unwrap()))
}

fn open(path: &str) -> std::result::Result<Arc<Embedded>, OpenError> {
    Embedded::open(path, RULES)
}

fn file(folder: &TempDir) -> String {
    folder.path().join("areas.redb").display().to_string()
}

#[tokio::test]
async fn reopening_keeps_everything() {
    let folder = TempDir::new().unwrap();
    let (path, lunch) = (file(&folder), area("lunch"));
    let store = open(&path).unwrap();
    act(&store, &lunch, "Ann", 1, join("Ann")).await.unwrap();
    act(&store, &lunch, "Bob", 1, join("Bob")).await.unwrap();
    act(&store, &lunch, "Ann", 2, vote("thai")).await.unwrap();
    act(&store, &lunch, "Bob", 2, vote("sushi")).await.unwrap();
    act(&store, &lunch, "Bob", 3, Act::Leave).await.unwrap();
    let before = store.snapshot(&lunch, false).await.unwrap().state;
    let secret = store.session_secret().await.unwrap();
    store.close().await.unwrap();
    assert!(store.ping().await.is_err(), "it is closed");

    let store = open(&path).unwrap();
    assert_eq!(store.snapshot(&lunch, false).await.unwrap().state, before);
    assert_eq!(store.session_secret().await.unwrap(), secret);
    let replayed = act(&store, &lunch, "Bob", 1, join("Bob")).await.unwrap();
    assert_eq!((replayed.seq, replayed.me), (before.seq, None), "n is kept");
    let next = act(&store, &lunch, "Ann", 3, vote("sushi")).await.unwrap();
    assert_eq!((next.epoch, next.seq), (before.epoch, before.seq + 1), "the same life goes on");
    assert!(next.at >= before.users.values().map(|user| user.since).max().unwrap());
}

#[tokio::test]
async fn what_was_asked_before_closing_is_kept() {
    let folder = TempDir::new().unwrap();
    let (path, lunch) = (file(&folder), area("lunch"));
    let store = open(&path).unwrap();
    let joins = futures_util::future::join_all((0..50).map(|count| {
        let (store, lunch) = (store.clone(), lunch.clone());
        async move { act(&store, &lunch, &count.to_string(), 1, join(&format!("Guest {count}"))).await }
    }));
    let (joined, closed) = tokio::join!(joins, store.close());
    closed.unwrap();
    assert!(joined.iter().all(|joined| joined.is_ok()));
    let store = open(&path).unwrap();
    assert_eq!(store.snapshot(&lunch, false).await.unwrap().state.users.len(), 50);
}

#[tokio::test]
async fn the_sweep_finds_every_area_that_is_over_after_a_restart_too() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder);
    let store = open(&path).unwrap();
    let areas: Vec<_> = (0..300).map(|count| area(&format!("area-{count}"))).collect();
    let joins = areas.iter().map(|area| act(&store, area, "Ann", 1, join("Ann")));
    assert!(futures_util::future::join_all(joins).await.iter().all(|joined| joined.is_ok()));
    store.close().await.unwrap();

    let store = open(&path).unwrap();
    act(&store, &areas[7], "Ann", 2, vote("thai")).await.unwrap();
    assert_eq!(store.sweep(0).await.unwrap().cleared, 0);
    let swept = store.sweep(RULES.lifetime).await.unwrap();
    assert_eq!((swept.looked_at, swept.cleared), (300, 300));
    let heads = store.heads(&areas).await.unwrap();
    assert!(heads.iter().all(|head| head.seq == 0 && head.epoch.as_str().is_empty()));
}

const SESSIONS: u64 = 8;

/// Another process that votes without end, and says what it has been acknowledged: `acked SESSION COUNT`.
struct Voter {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Voter {
    /// With `lies`, it says so before it has asked.
    fn start(path: &str, lies: bool) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("a running test is a file"));
        command.args(["--exact", "embedded_file::vote_without_end", "--ignored", "--nocapture"]);
        command.env("WTE_TEST_FILE", path).env("WTE_TEST_LIES", lies.to_string());
        let mut process = command.stdout(Stdio::piped()).spawn().expect("a test can be run on its own");
        let lines = BufReader::new(process.stdout.take().expect("it was asked for")).lines();
        Self { process, lines }
    }

    /// Session to the count of the last vote it was acknowledged, of so many more lines, or of all that are left.
    fn acknowledged(&mut self, lines: usize) -> BTreeMap<u64, u64> {
        let mut acknowledged = BTreeMap::new();
        let said = self.lines.by_ref().map_while(|line| line.ok()).filter(|line| line.starts_with("acked "));
        for line in said.take(lines) {
            let numbers: Vec<u64> = line.split(' ').filter_map(|word| word.parse().ok()).collect();
            // The last line may be cut off by the kill; then it says too little, never too much.
            if let [session, count] = numbers[..] {
                acknowledged.insert(session, count);
            }
        }
        acknowledged
    }

    /// SIGKILL in the middle of it; gives what it had been acknowledged.
    fn kill(mut self) -> BTreeMap<u64, u64> {
        let mut acknowledged = self.acknowledged(300);
        self.process.kill().expect("it runs until it is killed");
        acknowledged.extend(self.acknowledged(usize::MAX));
        self.process.wait().expect("it was killed");
        acknowledged
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "not a claim: the process that the claims about a kill start"]
#[expect(clippy::print_stdout, reason = "what the test that started it reads")]
async fn vote_without_end() {
    let path = std::env::var("WTE_TEST_FILE").expect("the test that starts this says where");
    let lies = std::env::var("WTE_TEST_LIES").is_ok_and(|lies| lies == "true");
    let store = open(&path).unwrap();
    let voting = (0..SESSIONS).map(|session| {
        let (store, who) = (store.clone(), format!("Guest {session}"));
        async move {
            let lunch = area("lunch");
            let before = store.me(&lunch, &Owner::of(&who)).await.unwrap();
            assert!(before.is_none(), "each kill has a file of its own");
            act(&store, &lunch, &who, 1, join(&who)).await.unwrap();
            for count in 2.. {
                if lies {
                    println!("acked {session} {count}");
                }
                act(&store, &lunch, &who, count, vote(&count.to_string())).await.unwrap();
                if !lies {
                    println!("acked {session} {count}");
                }
            }
        }
    });
    futures_util::future::join_all(voting).await;
}

/// The sessions that were told of a vote that is not kept, nor a later one of theirs. Panics if the file is not whole.
async fn lost(path: &str, acknowledged: &BTreeMap<u64, u64>) -> Vec<u64> {
    let store = open(path).expect("a killed process holds no file");
    let state = store.snapshot(&area("lunch"), false).await.unwrap().state;
    let kept = |session: u64| {
        let user = state.users.get(&Username::parse(&format!("Guest {session}")).unwrap().key())?;
        let id = &user.vote.as_ref()?.id;
        assert!(state.venues.contains_key(id), "a vote and its venue are kept together");
        id.as_str().parse::<u64>().ok()
    };
    let lost = acknowledged.iter().filter(|(session, count)| kept(**session).is_none_or(|kept| kept < **count));
    let lost = lost.map(|(session, _)| *session).collect();
    store.close().await.unwrap();
    lost
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() {
    for _ in 0..5 {
        let folder = TempDir::new().unwrap();
        let path = file(&folder);
        let acknowledged = Voter::start(&path, false).kill();
        assert_eq!(acknowledged.len() as u64, SESSIONS);
        assert_eq!(lost(&path, &acknowledged).await, Vec::<u64>::new(), "of {acknowledged:?}");
    }
}

/// The companion: the same comparison, with a process that says "acked" before it is so.
#[tokio::test]
async fn a_process_that_acknowledges_too_early_is_found_out() {
    for _ in 0..20 {
        let folder = TempDir::new().unwrap();
        let path = file(&folder);
        let acknowledged = Voter::start(&path, true).kill();
        if !lost(&path, &acknowledged).await.is_empty() {
            return;
        }
    }
    panic!("nothing was lost in 20 kills: the comparison does not see it");
}

#[tokio::test]
async fn a_second_process_on_the_file_is_refused_in_one_sentence() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder);
    let mut first = Voter::start(&path, false);
    first.acknowledged(1);
    let refused = open(&path).err().expect("the file is in use");
    assert!(matches!(refused, OpenError::InUse(_)));
    assert_eq!(refused.to_string().matches(". ").count(), 0, "one sentence: {refused}");
    assert!(refused.to_string().contains(&path));
    let acknowledged = first.kill();
    assert_eq!(lost(&path, &acknowledged).await, Vec::<u64>::new(), "and the first was not disturbed");
}
