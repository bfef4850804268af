//! Claims about many people doing anything at once: whatever they did, there is one order, and one outcome.

use std::time::Duration;

use where_to_eat::domain::change::{Act, Done, Rules};
use where_to_eat::domain::state::AreaState;
use where_to_eat::store::StoreError;

use super::Ground;
use super::group::{Group, LONG, eventually, join, join_as, lasting, vote};

const SESSIONS: u64 = 12;
const ACTS: u64 = 40;

/// Throws that are the same in each run; how they meet is not.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// One session, doing anything, mostly voting; gives what was acknowledged.
async fn anything(group: &Group, session: u64) -> Vec<Done> {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15 ^ (session + 1));
    let who = format!("session {session}");
    let mut acknowledged = Vec::new();
    for n in 1..=ACTS {
        // Fewer names than sessions, so that some meet.
        let username = format!("Name {}", dice.throw(SESSIONS - 2));
        let act = match dice.throw(10) {
            0 | 1 => join(&username),
            2 => join_as(&username, "emoji:🍜"),
            3 => Act::Withdraw,
            4 => Act::Leave,
            _ => vote(&format!("venue-{}", dice.throw(5))),
        };
        // Some are sent twice, as by a client that did not hear the answer.
        for _ in 0..=dice.throw(4) / 3 {
            match group.act_n(&who, n, act.clone()).await {
                Ok(done) => acknowledged.push(done),
                Err(StoreError::Refused(_)) => {}
                Err(other) => panic!("{other}"),
            }
        }
    }
    acknowledged
}

/// Half of the sessions through each of two servers, all at once.
async fn storm(one: &Group, two: &Group) -> Vec<Done> {
    let through = |session| if session % 2 == 0 { one } else { two };
    let all = (0..SESSIONS).map(|session| anything(through(session), session));
    futures_util::future::join_all(all).await.into_iter().flatten().collect()
}

async fn meet_twice(ground: &dyn Ground, rules: Rules) -> (Group, Group) {
    let one = Group::meet(ground, rules).await;
    let two = one.elsewhere(ground).await;
    (one, two)
}

fn assert_all_acknowledged_were_heard(group: &Group, acknowledged: &[Done]) {
    let changes = group.ears.changes(&group.area);
    for done in acknowledged.iter().filter(|done| done.seq > 0) {
        let heard = changes.iter().any(|change| (&change.epoch, change.seq) == (&done.epoch, done.seq));
        assert!(heard, "{done:?} was acknowledged and never published");
    }
}

pub async fn everyone_at_once_ends_in_one_view(ground: &dyn Ground) {
    let (one, two) = meet_twice(ground, LONG).await;
    let acknowledged = storm(&one, &two).await;
    let state = one.assert_view_is_the_store().await;
    assert_eq!(two.assert_view_is_the_store().await, state);
    assert_all_acknowledged_were_heard(&one, &acknowledged);
    let changes = one.ears.changes(&one.area);
    assert_eq!(changes.len() as u64, state.seq);
    assert!(changes.is_sorted_by_key(|change| change.at), "the order of the numbers is the order of the times");
    assert!(state.seq > SESSIONS * ACTS / 4, "the storm was one: {} changes", state.seq);
    for session in 0..SESSIONS {
        // Whoever believes to hold a name is the one who is shown under it.
        if let Some(me) = one.me(&format!("session {session}")).await {
            assert_eq!(state.users[&me.username.key()].due, me.due);
        }
    }
}

pub async fn everyone_at_once_while_times_end_ends_in_one_view(ground: &dyn Ground) {
    let (one, two) = meet_twice(ground, lasting(15)).await;
    let sweeping = async {
        loop {
            two.store.sweep(0).await.unwrap();
            one.store.expire(&one.area).await.unwrap();
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
    };
    let acknowledged = tokio::select! {
        acknowledged = storm(&one, &two) => acknowledged,
        () = sweeping => unreachable!("it sweeps for ever"),
    };
    eventually("all is over", async || {
        one.store.sweep(0).await.unwrap();
        one.state().await == AreaState::default()
    })
    .await;
    eventually("the end is heard", async || one.view().users.is_empty() && one.view().venues.is_empty()).await;
    eventually("both hear the same", async || one.sounds() == two.sounds()).await;
    assert_all_acknowledged_were_heard(&one, &acknowledged);
}
