//! A slot that is held open while some keys of an area have moved and some have not: nobody sees a part of it, nobody changes a
//! part of it, and when the slot is closed all is as it was.

use where_to_eat::domain::change::Act;
use where_to_eat::domain::presence::{Claim, ClaimChange, ServerId};
use where_to_eat::store::{Result, StoreError};

use crate::contract::group::{Group, LONG, eventually, join, name, vote};
use crate::redis::cluster::nodes::RedisCluster;

/// Whatever is asked for now gets no answer but "not known".
async fn assert_nobody_gets_a_part(group: &Group, half: &str) {
    let gave_up = |what: &str, answer: Result<()>| {
        assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{half}, {what}: {answer:?}");
    };
    let act = async |who: &str, n: u64, act: Act| group.act_n(who, n, act).await.map(drop);
    let (area, store) = (&group.area, &group.store);
    let ann = where_to_eat::domain::owner::Owner::of("Ann");
    // Together, for each of them takes all of its time.
    let answers = tokio::join!(
        act("Ann", 3, vote("sushi")),
        act("Ann", 3, Act::Withdraw),
        act("Ann", 3, Act::Leave),
        act("Bob", 3, join("Bobby")),
        act("Cem", 1, join("Cem")),
        async { store.snapshot(area, true).await.map(drop) },
        async { store.me(area, &ann).await.map(drop) },
        async { store.expire(area).await.map(drop) },
        async { store.report(area, &claim().0, &claim().1).await },
        store.sweep(LONG.lifetime),
    );
    gave_up("a vote", answers.0);
    gave_up("a vote taken back", answers.1);
    gave_up("leaving", answers.2);
    gave_up("another name", answers.3);
    gave_up("somebody new", answers.4);
    gave_up("the picture", answers.5);
    gave_up("who one is", answers.6);
    gave_up("whose time is over", answers.7);
    gave_up("who is here", answers.8);
    // The sweep goes on with the other areas, and leaves this one alone.
    assert!(!answers.9.is_ok_and(|swept| swept.cleared > 0), "{half}: the sweep");
    // Single keys can be read at either end, and nobody writes them now.
    let head = group.head().await;
    assert_eq!((head.epoch, head.seq, head.claims.len()), (group.start.epoch.clone(), 4, 1), "{half}");
}

fn claim() -> (Claim, ClaimChange) {
    let (names, server) = (vec![name("Ann")], ServerId("one".into()));
    let here = Claim { v: 1, names: names.clone(), watching: 1 };
    (here, ClaimChange { server, v: 1, here: names, gone: Vec::new(), watching: 1 })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_sees_or_changes_a_part_of_an_area_whose_slot_is_open() {
    let cluster = RedisCluster::start();
    let one = Group::meet(&cluster, LONG).await;
    let two = one.elsewhere(&cluster).await;
    for who in ["Ann", "Bob"] {
        one.act_n(who, 1, join(who)).await.unwrap();
        one.act_n(who, 2, vote("thai")).await.unwrap();
    }
    // With this all keys are there that scripts name, so a node would run them for as long as none has moved.
    one.store.report(&one.area, &claim().0, &claim().1).await.unwrap();
    let before = one.assert_view_is_the_store().await;

    let to = (cluster.owner(&one.key("epoch")) + 1) % 3;
    let open = cluster.open_slot_of(&one.key("epoch"), to);
    let is_record = |key: &&String| key.contains(":users:") && !key.ends_with(":timer");
    let records: Vec<String> = open.left().iter().filter(is_record).cloned().collect();
    assert_eq!(records.len(), 8);
    open.carry(&records);
    assert_nobody_gets_a_part(&one, "the records have moved").await;
    open.carry(&["epoch", "seq", "state"].map(|part| one.key(part)));
    assert_nobody_gets_a_part(&two, "the picture has moved").await;
    open.carry(&open.left());
    assert_nobody_gets_a_part(&two, "all has moved").await;
    assert_eq!(one.assert_heard_nothing_after(&before), two.assert_heard_nothing_after(&before));
    open.close();

    let mut after = None;
    eventually("the slot is found at its new node", async || {
        after = one.store.snapshot(&one.area, false).await.ok();
        after.is_some()
    })
    .await;
    let after = after.expect("just there").state;
    assert_eq!((&after.users, &after.venues), (&before.users, &before.venues), "all of it, and nothing twice");
    // The numbers are another Redis's from now on; whoever sent meanwhile sends again, and is heard by all.
    assert_ne!(after.epoch.run(), before.epoch.run());
    let done = one.act_n("Ann", 3, vote("sushi")).await.unwrap();
    assert_eq!((&done.epoch, done.seq), (&after.epoch, 1));
    for group in [&one, &two] {
        eventually("who follows is at the new node too", async || {
            one.act("Bob", Act::Withdraw).await.unwrap();
            let last = one.act("Bob", vote("thai")).await.unwrap();
            group.ears.changes(&one.area).iter().any(|change| change.epoch == last.epoch)
        })
        .await;
    }
    assert_eq!(one.votes().await, "Ann sushi, Bob thai");
}

impl Group {
    fn assert_heard_nothing_after(&self, before: &where_to_eat::domain::state::AreaState) -> u64 {
        let last = self.ears.changes(&self.area).last().map(|change| (change.epoch.clone(), change.seq));
        assert_eq!(last, Some((before.epoch.clone(), before.seq)), "nothing was published");
        before.seq
    }
}
