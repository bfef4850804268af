//! People who come to areas while others vote there by way of another server: whether anything is missing between the state that they
//! are given and the changes that follow it.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::measured::keep;
use super::town::Off;
use crate::redis::server::RedisServer;
use crate::server::{Browser, PATIENCE, Server, Socket, View};

const SECRET: (&str, &str) = ("SESSION_SECRET", "several servers share this secret of 48 characters");
/// Areas, each followed by a server for the first time when somebody comes: only then is there a place for a hole.
const AREAS: usize = 20;
/// Votes on their way when somebody comes, and after the state is there: the hole would be before the last one.
const BEFORE: usize = 5;
const AFTER: usize = 5;
/// In a companion nothing is expected to come: what a quiet machine needs, some times over.
const PATIENCE_UNGUARDED: Duration = Duration::from_secs(5);

/// Sends so many votes at once; answers their ids.
async fn post(voter: &mut Socket, votes: usize) -> Vec<i64> {
    let mut ids = Vec::new();
    for vote in 0..votes {
        let place = format!("place {vote}");
        ids.push(voter.post("addVote", None, json!({"fs": {"id": place, "name": place}})).await);
    }
    ids
}

/// What somebody does not see who comes to this area in mid-vote; none if that is nothing.
async fn missing(area: String, voting: Browser, coming: Browser, patience: Duration) -> Option<String> {
    let mut voter = voting.join(&area, "Ann").await;
    let mut socket = coming.socket().await;
    let mut ids = post(&mut voter, BEFORE).await;
    socket.ask("watch", json!({"area": area})).await;
    let mut view = View::of(&socket.event("updates").await["data"]);
    ids.extend(post(&mut voter, AFTER).await);
    for id in ids {
        let answer: Value = voter.answer(id).await;
        assert_eq!(answer["event"], "ack", "{answer}");
    }
    let stored = View::of(&voting.get(&format!("/api/areas/{area}")).await.1);
    let follow = async {
        while view.seq < stored.seq {
            view.take(&socket.next().await)?;
        }
        Ok::<(), String>(())
    };
    match timeout(patience, follow).await {
        Ok(Err(gap)) => Some(gap),
        _ => (view != stored).then(|| format!("{} is seen of {}", view.seq, stored.seq)),
    }
}

/// Of so many areas, what those who came do not see.
async fn all_missing(off: Off, patience: Duration) -> Vec<String> {
    let redis = RedisServer::start();
    let url = redis.url();
    let settings = [("REDIS_URL", &*url), SECRET, ("WTE__LIMITS__EVENTS_PER_SECOND", "0")];
    let (there, here) = (Server::start(&settings).await, Server::start_without(off, &settings).await);
    let (voting, coming) = (Browser::open(&there).await, Browser::open(&here).await);
    let mut people = JoinSet::new();
    for area in 0..AREAS {
        people.spawn(missing(format!("area{area}"), voting.clone(), coming.clone(), patience));
    }
    people.join_all().await.into_iter().flatten().collect()
}

#[tokio::test]
async fn who_comes_in_mid_vote_misses_no_vote() {
    let missing = all_missing(None, PATIENCE).await;
    assert_eq!(missing, Vec::<String>::new());
    let complete = AREAS - missing.len();
    keep("joined-in-mid-vote", &[(AREAS as u64, "people came"), (complete as u64, "of them saw every vote")]);
}

#[tokio::test]
async fn whose_area_is_followed_too_late_misses_votes() {
    let missing = all_missing(Some("follows-late"), PATIENCE_UNGUARDED).await;
    assert!(!missing.is_empty());
}
