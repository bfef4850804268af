//! What others wrote under the store's keys: under an area's (on one server and in a cluster alike), and under those that all areas
//! share.

use std::collections::BTreeSet;

use where_to_eat::domain::event::Epoch;

use self::areas::{GARBAGE, put, sound, two_voters};
use crate::contract::group::{Group, eventually, lasting};
use crate::redis::cluster::nodes::RedisCluster;
use crate::redis::server::RedisServer;

mod areas;

/// Each claim on a server of its own, and all of them on one cluster.
macro_rules! on_both {
    ($($claim:ident)+) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $claim() {
            areas::$claim(&RedisServer::start()).await;
        })+

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn garbage_in_a_cluster_is_survived_as_on_one_server() {
            let cluster = RedisCluster::start();
            $(areas::$claim(&cluster).await;)+
        }
    };
}

on_both! {
    a_wrong_type_under_any_key_is_mended
    a_key_that_is_gone_is_written_anew
    a_half_user_is_gone_and_hides_nobody
    a_half_user_met_by_its_own_act_is_gone_then_and_there
    a_half_venue_is_gone_with_its_votes
    a_half_venue_met_by_a_vote_is_mended_then_and_there
    an_unreadable_number_begins_a_new_epoch
    a_wrong_end_is_set_right_and_nobody_leaves_early
    a_bad_record_does_not_hide_who_is_over
    garbage_on_a_channel_is_skipped
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_as_a_record_or_a_list_of_servers_is_written_over() {
    let server = RedisServer::start();
    let group = two_voters(&server).await.0;
    for (_, command) in GARBAGE {
        for part in ["", ":img", ":owner", ":vote"] {
            put(&server, &format!("{}:users:ann{part}", group.area), command);
        }
        put(&server, &format!("{}:here", group.area), command);
        for key in ["expireKeys", "servers", "servers:following", "sweep:lease"] {
            put(&server, key, command);
        }
        let id = where_to_eat::domain::presence::ServerId("one".into());
        group.store.heartbeat(&id, 1).await.unwrap();
        group.store.sweep_lease(&id).await.unwrap();
        group.store.sweep(0).await.unwrap();
        group.vote("Ann", "sushi").await;
        group.vote("Ann", "thai").await;
        let head = group.head().await;
        assert_eq!(head.epoch, group.start.epoch, "the area's changes are whole");
        let record = |part: &str| server.ask::<String>(&["GET", &format!("{}:users:ann{part}", group.area)]);
        assert_eq!((record("").as_str(), record(":img").as_str()), ("Ann", ""));
        assert!(record(":vote").contains("thai"));
        let members: BTreeSet<String> = server.ask(&["SMEMBERS", "expireKeys"]);
        assert_eq!(members, ["users", "votes"].map(|part| format!("{}:{part}", group.area)).into());
        server.ask::<i64>(&["DEL", "servers", "servers:following", "sweep:lease", &format!("{}:here", group.area)]);
    }
    sound(&server, &group).await;
    assert_eq!(group.votes().await, "Ann thai, Bob thai");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_among_the_timers_hides_no_area_from_the_sweep() {
    let server = RedisServer::start();
    let over = Group::meet(&server, lasting(300)).await;
    let bad = over.with_area(crate::contract::group::new_area()).await;
    let joined = over.join("Ann").await;
    bad.join("Ann").await;
    put(&server, &format!("{}:state", bad.area), GARBAGE[1].1);
    let members = ["", "no area", "UPPER:users", "lunch:state", "a:b:c", "\u{7}:users", "never-there:users"];
    for member in members {
        server.ask::<i64>(&["SADD", "expireKeys", member]);
    }
    over.until(joined.at + 310).await;
    assert!(over.store.sweep(0).await.unwrap().cleared >= 1);
    assert_eq!(over.state().await.epoch, Epoch::default());
    eventually("nothing is left", async || {
        over.store.sweep(0).await.unwrap();
        server.keys("*").is_empty()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_in_place_of_one_servers_samples_hides_no_others() {
    let server = RedisServer::start();
    let group = two_voters(&server).await.0;
    let id = |name: &str| where_to_eat::domain::presence::ServerId(name.into());
    for (_, command) in GARBAGE {
        for name in ["dead", "alive"] {
            group.store.keep_sample(&id(name), &crate::contract::samples::measured(1), 60_000).await.unwrap();
        }
        put(&server, "samples:dead", command);
        let samples = group.store.samples(0).await.expect("the others are there").samples;
        assert!(samples.iter().any(|sample| sample.server == id("alive")), "{command:?}");
    }
}
