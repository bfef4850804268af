//! Claims about the embedded store's process killed with SIGKILL while it works, and about its lock on the file.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

use tempfile::TempDir;
use where_to_eat::domain::name::Username;
use where_to_eat::domain::owner::Owner;
use where_to_eat::store::Store;
use where_to_eat::store::embedded::OpenError;

use super::{act, area, file, join, open, vote};

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
        command.args(["--exact", "embedded::file::kill::votes_go_on_one_after_another", "--nocapture"]);
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

/// A claim of its own; and, where a claim about a kill has started it, the process that votes until it is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stdout, reason = "what the test that started it reads")]
async fn votes_go_on_one_after_another() {
    let own = tempfile::tempdir().unwrap();
    let started = std::env::var("WTE_TEST_FILE").ok();
    let most = if started.is_some() { u64::MAX } else { 20 };
    let path = started.unwrap_or_else(|| file(&own));
    let lies = std::env::var("WTE_TEST_LIES").is_ok_and(|lies| lies == "true");
    let store = open(&path).unwrap();
    let voting = (0..SESSIONS).map(|session| {
        let (store, who) = (store.clone(), format!("Guest {session}"));
        async move {
            let lunch = area("lunch");
            let before = store.me(&lunch, &Owner::of(&who)).await.unwrap();
            assert!(before.me.is_none(), "each kill has a file of its own");
            act(&store, &lunch, &who, 1, join(&who)).await.unwrap();
            for count in 2..most {
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
    store.close().await.unwrap();
    let all: BTreeMap<_, _> = (0..SESSIONS).map(|session| (session, most - 1)).collect();
    assert!(lost(&path, &all).await.is_empty());
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
