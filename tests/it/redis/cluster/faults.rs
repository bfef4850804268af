//! A cluster that loses a primary, a replica, its scripts, or moves a slot, while people vote: what was acknowledged is there, and
//! whoever follows hears what comes after.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::sleep;
use where_to_eat::domain::change::Done;
use where_to_eat::domain::state::AreaState;
use where_to_eat::store::StoreError;
use where_to_eat::store::redis::RedisOptions;

use crate::contract::Ground;
use crate::contract::group::{Group, LONG, eventually, join, new_area, vote};
use crate::redis::cluster::nodes::RedisCluster;
use crate::redis::replicas::assert_acked_only_with;

/// Two servers on one area.
async fn pair(cluster: &RedisCluster) -> (Group, Group) {
    let one = Group::meet(cluster, LONG).await;
    let two = one.elsewhere(cluster).await;
    (one, two)
}

/// Votes until it is acknowledged, as a page does: with the same `n`.
async fn vote_until_acked(group: &Group, who: &str, n: u64, venue: &str) -> Done {
    let mut done = None;
    eventually("the vote is acknowledged", async || match group.act_n(who, n, vote(venue)).await {
        Ok(acked) => {
            done = Some(acked);
            true
        }
        Err(StoreError::Unavailable(_)) => false,
        Err(other) => panic!("{other}"),
    })
    .await;
    done.expect("just acknowledged")
}

/// Whoever follows at either hears again what is voted. What was published before they were back is missing here: the product
/// takes the whole state then, and the listener of these tests does not.
async fn assert_both_hear(one: &Group, two: &Group, who: &str, first: u64) {
    let mut n = first;
    eventually("both hear", async || {
        n += 1;
        let done = vote_until_acked(one, who, n, &format!("venue-{}", n % 2)).await;
        sleep(Duration::from_millis(50)).await;
        let heard = |group: &Group| {
            let changes = group.ears.changes(&one.area);
            changes.iter().any(|change| change.epoch == done.epoch && change.seq == done.seq)
        };
        heard(one) && heard(two)
    })
    .await;
}

/// The same area through a server that waits for a replica.
async fn waiting(cluster: &RedisCluster, group: &Group) -> Group {
    group.elsewhere(&RedisOptions { wait_replicas: 1, ..cluster.options() }).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vote_that_a_replica_has_survives_its_primary() {
    let mut cluster = RedisCluster::start();
    let (one, two) = pair(&cluster).await;
    one.act_n("Ann", 1, join("Ann")).await.unwrap();
    let acked = waiting(&cluster, &one).await.act_n("Ann", 2, vote("thai")).await.unwrap();
    cluster.kill(cluster.owner(&one.key("epoch")));
    eventually("its replica answers", async || one.store.snapshot(&one.area, false).await.is_ok()).await;
    let after = one.state().await;
    assert_eq!(one.votes().await, "Ann thai");
    assert_ne!(after.epoch, acked.epoch, "its tail may be lost, so it is another life");
    assert_both_hear(&one, &two, "Ann", 3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vote_that_no_replica_has_is_not_acknowledged() {
    let cluster = RedisCluster::start();
    let one = Group::meet(&cluster, LONG).await;
    one.act_n("Ann", 1, join("Ann")).await.unwrap();
    let replica = cluster.replica_of(cluster.owner(&one.key("epoch")));
    assert_acked_only_with(replica, &waiting(&cluster, &one).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_primary_that_stops_in_its_tracks_is_replaced() {
    let cluster = RedisCluster::start();
    let (one, two) = pair(&cluster).await;
    one.act_n("Ann", 1, join("Ann")).await.unwrap();
    let owner = cluster.node(cluster.owner(&one.key("epoch")));
    owner.freeze();
    vote_until_acked(&one, "Ann", 2, "thai").await;
    assert_both_hear(&one, &two, "Ann", 3).await;
    owner.thaw();
    cluster.assert_well();
    assert_both_hear(&two, &one, "Ann", 1_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slot_moves_while_people_vote() {
    let cluster = RedisCluster::start();
    let (one, two) = pair(&cluster).await;
    let voters = ["Ann", "Bob", "Cem", "Dee"];
    for who in voters {
        one.act_n(who, 1, join(who)).await.unwrap();
    }
    let (moved, before) = (AtomicBool::new(false), cluster.owner(&one.key("epoch")));
    let people = voters.iter().enumerate().map(async |(number, who)| {
        let group = if number % 2 == 0 { &one } else { &two };
        let mut n = 2;
        // Some before, some meanwhile, some after.
        let mut after = 0;
        while after < 5 {
            after += u64::from(moved.load(Ordering::SeqCst));
            vote_until_acked(group, who, n, &format!("venue-{}", n % 3)).await;
            n += 1;
        }
        format!("{who} venue-{}", (n - 1) % 3)
    });
    let moving = async {
        for to in [(before + 1) % 3, (before + 2) % 3, before] {
            eventually("something has happened", async || one.state().await.seq > 4).await;
            cluster.move_slot_of(&one.key("epoch"), to).await;
        }
        moved.store(true, Ordering::SeqCst);
    };
    let (last, ()) = tokio::join!(futures_util::future::join_all(people), moving);
    assert_eq!(one.votes().await, last.join(", "), "what was acknowledged last");
    assert_eq!(cluster.owner(&one.key("epoch")), before);
    assert_both_hear(&one, &two, "Ann", 1_000).await;
    assert_both_hear(&two, &one, "Bob", 1_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forgotten_scripts_are_sent_again_to_every_node() {
    let cluster = RedisCluster::start();
    let one = Group::meet(&cluster, LONG).await;
    let waiting = waiting(&cluster, &one).await;
    for round in 0..5 {
        cluster.primaries().for_each(|node| node.say(&["SCRIPT", "FLUSH"]));
        let area = one.with_area(new_area()).await;
        cluster.primaries().for_each(|node| node.say(&["SCRIPT", "FLUSH"]));
        area.join("Ann").await;
        area.vote("Ann", "thai").await;
        cluster.primaries().for_each(|node| node.say(&["SCRIPT", "FLUSH"]));
        waiting.with_area(area.area.clone()).await.act_n("Ann", round, vote("sushi")).await.unwrap();
        area.assert_view_is_the_store().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sweep_finds_the_areas_of_every_node() {
    let cluster = RedisCluster::start();
    let one = Group::meet(&cluster, LONG).await;
    let mut owners = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let area = one.with_area(new_area()).await;
        area.join("Ann").await;
        area.vote("Ann", "thai").await;
        owners.insert(cluster.owner(&area.key("epoch")));
    }
    assert_eq!(owners.len(), 3, "each node has some of them");
    assert_eq!(one.store.sweep(0).await.unwrap().cleared, 0);
    assert_eq!(one.store.sweep(LONG.lifetime).await.unwrap().cleared, 20);
    let left: Vec<String> =
        cluster.primaries().flat_map(|node| node.keys("*")).filter(|key| !key.contains("only-to")).collect();
    let own = [one.key("epoch"), one.key("seq")];
    assert!(left.iter().all(|key| own.contains(key)), "{left:?}");
}

impl Group {
    pub fn key(&self, part: &str) -> String {
        format!("{{{}}}:{part}", self.area)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_area_that_lives_again_is_swept_again() {
    let cluster = RedisCluster::start();
    let ground: &dyn Ground = &cluster;
    let one = Group::meet(ground, LONG).await;
    let two = one.elsewhere(ground).await;
    let list = timer_list(&cluster, &one);
    for round in 0..4 {
        let (active, sweeper) = if round % 2 == 0 { (&one, &two) } else { (&two, &one) };
        active.join("Ann").await;
        // The sweeper finds out on its way where the area is now, and where its list.
        let moved = [None, Some(one.key("epoch")), Some(list.clone()), None][round].clone();
        if let Some(key) = moved {
            cluster.move_slot_of(&key, (cluster.owner(&key) + 1) % 3).await;
        }
        assert_eq!(sweeper.store.sweep(LONG.lifetime).await.unwrap().cleared, 1, "round {round}");
        assert_eq!(sweeper.store.sweep(LONG.lifetime).await.unwrap().cleared, 0, "round {round}");
    }
}

/// The list that tells the sweep of the group's area: one for each 1,024 slots.
fn timer_list(cluster: &RedisCluster, group: &Group) -> String {
    let slot: u16 = cluster.node(0).ask(&["CLUSTER", "KEYSLOT", &group.key("epoch")]);
    format!("expireKeys:{}", slot / 1024)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_away_keeps_the_sweep_from_no_area_of_another() {
    // As an operator sets it who would rather lose a part than all.
    let mut cluster = RedisCluster::with(|_| ["cluster-require-full-coverage", "no"].map(str::to_owned).to_vec());
    let one = Group::meet(&cluster, LONG).await;
    let list = timer_list(&cluster, &one);
    let mut areas = vec![one];
    while areas.len() < 3 {
        let next = areas[0].with_area(new_area()).await;
        if timer_list(&cluster, &next) == list
            && cluster.owner(&next.key("epoch")) == cluster.owner(&areas[0].key("epoch"))
        {
            areas.push(next);
        }
    }
    let [before, lost, after] = areas.try_into().ok().expect("three areas of one list");
    let staying = [cluster.owner(&list), cluster.owner(&before.key("epoch"))];
    let away = (0..3).find(|node| !staying.contains(node)).expect("there are three");
    cluster.move_slot_of(&lost.key("epoch"), away).await;
    // A walk has them in this order, or in the other one.
    for area in [&before, &lost, &after] {
        area.join("Ann").await;
    }
    cluster.kill(away + 3);
    cluster.kill(away);
    assert!(before.store.sweep(LONG.lifetime).await.is_err(), "not all was swept");
    for area in [&before, &after] {
        assert_eq!(area.state().await, AreaState::default(), "{}", area.area);
    }
}
