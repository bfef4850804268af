//! What is subscribed in Redis is what is followed, however areas come and go: together by thousands, left and followed again at once,
//! given up before they were there.

use futures_util::future::join_all;
use tokio::join;
use tokio::task::yield_now;
use where_to_eat::domain::name::AreaName;
use where_to_eat::store::redis::RedisOptions;
use where_to_eat::store::{Result, Store};

use crate::contract::ears::PATIENCE;
use crate::contract::group::{eventually, new_area};
use crate::redis::outages::{Out, assert_unavailable};
use crate::redis::path::Path;
use crate::redis::server::RedisServer;

/// Of areas, in their order.
fn channels(server: &RedisServer) -> Vec<String> {
    let mut channels: Vec<String> = server.ask(&["PUBSUB", "CHANNELS", "*:*"]);
    channels.sort();
    channels
}

/// Waits until nothing but this one's area is subscribed.
async fn until_alone(out: &Out, server: &RedisServer) {
    let own = [":events", ":private"].map(|kind| format!("{}{kind}", out.area));
    eventually("only what is followed is a channel", async || channels(server) == own).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_that_is_followed_is_followed_again() {
    let server = RedisServer::start();
    let out = Out::following(server.url()).await;
    let mut outs = Vec::new();
    // More than go into one command.
    for _ in 0..1200 {
        let area = new_area();
        out.store.follow(&area).await.unwrap();
        outs.push(Out { store: out.store.clone(), watch: out.watch.clone(), area });
    }
    out.store.unfollow(&outs[0].area).await;
    server.ask::<i64>(&["CLIENT", "KILL", "TYPE", "pubsub"]);
    eventually("who follows is told", async || out.missed() > 0).await;
    for other in [&outs[1], &outs[600], &outs[1199]] {
        other.assert_well("Ann").await;
    }
    for kind in [":events", ":private"] {
        let followed = channels(&server).iter().filter(|channel| channel.ends_with(kind)).count();
        assert_eq!(followed, 1200, "the one that is followed no more is not among those {kind}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn areas_that_are_left_by_thousands_leave_no_channel_behind() {
    let server = RedisServer::start();
    let out = Out::following(server.url()).await;
    let areas: Vec<AreaName> = (0..1500).map(|_| new_area()).collect();
    let followed = join_all(areas.iter().map(|area| out.store.follow(area))).await;
    assert!(followed.iter().all(Result::is_ok));
    assert_eq!(channels(&server).len(), 2 * (1500 + 1), "each has both, and so has the one of before");
    for area in &areas {
        out.store.unfollow(area).await;
    }
    until_alone(&out, &server).await;
    out.assert_well("Ann").await;
}

#[tokio::test]
async fn what_is_followed_again_at_once_is_heard() {
    let server = RedisServer::start();
    let out = Out::following(server.url()).await;
    // On one thread both wishes wait for the connection together.
    out.store.unfollow(&out.area).await;
    out.store.follow(&out.area).await.unwrap();
    // Whatever was to be left has been once another area is followed.
    out.store.follow(&new_area()).await.unwrap();
    out.assert_well("Ann").await;
}

#[tokio::test]
async fn a_follow_that_was_given_up_leaves_nothing_subscribed() {
    let server = RedisServer::start();
    let path = Path::to(server.port()).await;
    // The connection stands for as long as the test does: only the callers are out of patience.
    let out = Out::with(&RedisOptions { answer: PATIENCE, ..RedisOptions::new(path.url()) });
    out.store.follow(&out.area).await.unwrap();
    path.stall();
    let (asked, waiting) = (new_area(), new_area());
    let later = async {
        // By then the connection is at the first one, and this one waits for its turn.
        for _ in 0..10 {
            yield_now().await;
        }
        out.store.follow(&waiting).await
    };
    join!(assert_unavailable(out.store.follow(&asked)), assert_unavailable(later));
    assert!(path.release() > 0, "Redis has not heard of it until now");
    // In their order: both have been seen to once this one is followed.
    let next = new_area();
    out.store.follow(&next).await.unwrap();
    out.store.unfollow(&next).await;
    until_alone(&out, &server).await;
    out.assert_well("Ann").await;
}
