//! What is subscribed at the nodes of a cluster is what is followed, however areas come and go.

use futures_util::future::join_all;
use tokio::join;
use where_to_eat::domain::name::AreaName;
use where_to_eat::store::Result;

use crate::contract::group::{Group, LONG, eventually, new_area};
use crate::redis::cluster::nodes::RedisCluster;

/// Areas, some hundred at each node.
const MANY: usize = 600;

/// Of areas, at all nodes, in their order.
fn channels(cluster: &RedisCluster) -> Vec<String> {
    let mut channels: Vec<String> =
        cluster.primaries().flat_map(|node| node.ask::<Vec<String>>(&["PUBSUB", "SHARDCHANNELS", "*:*"])).collect();
    channels.sort();
    channels
}

/// Waits until nothing but this one's area is subscribed.
async fn until_alone(group: &Group, cluster: &RedisCluster) {
    let own = ["events", "private"].map(|kind| group.key(kind));
    eventually("only what is followed is a channel", async || channels(cluster) == own).await;
}

#[tokio::test]
async fn areas_leave_no_channel_behind_at_any_node_however_they_are_left() {
    let cluster = RedisCluster::start();
    let group = Group::meet(&cluster, LONG).await;
    let store = &group.store;

    let areas: Vec<AreaName> = (0..MANY).map(|_| new_area()).collect();
    let followed = join_all(areas.iter().map(|area| store.follow(area))).await;
    assert!(followed.iter().all(Result::is_ok));
    assert_eq!(channels(&cluster).len(), 2 * (MANY + 1), "each has both, and so has the one of before");
    for area in &areas {
        store.unfollow(area).await;
    }
    until_alone(&group, &cluster).await;

    // Left before the node has heard of it: on one thread the wish to follow is still on its way.
    let hasty = new_area();
    let (_, ()) = join!(store.follow(&hasty), store.unfollow(&hasty));
    until_alone(&group, &cluster).await;

    // Nobody waits any more when the node hears of it. Another area of that node is followed after it.
    let given_up = new_area();
    let owner = |area: &AreaName| cluster.owner(&format!("{{{area}}}:epoch"));
    let next = std::iter::repeat_with(new_area).find(|next| owner(next) == owner(&given_up)).expect("there is no end");
    let node = cluster.node(owner(&given_up));
    node.freeze();
    let followed = store.follow(&given_up).await;
    node.thaw();
    assert!(followed.is_err());
    eventually("the node is there again", async || store.follow(&next).await.is_ok()).await;
    store.unfollow(&next).await;
    until_alone(&group, &cluster).await;

    let joined = group.join("Ann").await;
    group.heard(&joined).await;
}
