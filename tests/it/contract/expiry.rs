//! Claims about the end of a user's time: exact by the store's clock, in the order of the ends, without anybody's help.

use where_to_eat::domain::change::{Act, Refused};
use where_to_eat::domain::event::{Event, LeftReason, Numbered};

use super::Ground;
use super::group::{Group, LONG, eventually, join, lasting, name, refused, vote, votes_in};
use super::in_time::in_one_lifetime;

/// Short enough to wait for. Nothing has to be done within it: who needs that is `in_one_lifetime`.
const SHORT: u64 = 400;

fn expired(change: &Numbered) -> Option<&str> {
    match &change.event {
        Event::UserLeft { username, reason: LeftReason::Expired } => Some(username.as_str()),
        _ => None,
    }
}

pub async fn who_does_nothing_leaves_when_the_time_is_over(ground: &dyn Ground) {
    let (group, voted) = in_one_lifetime(ground, async |group| {
        group.act("Ann", join("Ann")).await?;
        group.act("Ann", vote("thai")).await
    })
    .await;
    let due = voted.at + group.rules.lifetime;
    eventually("her time is over", async || {
        group.store.expire(&group.area).await.unwrap();
        group.state().await.users.is_empty()
    })
    .await;
    let changes = group.ears.until_seq(&group.area, &voted.epoch, voted.seq + 1).await;
    let left = changes.last().unwrap();
    assert_eq!((expired(left), left.seq), (Some("Ann"), voted.seq + 1));
    assert!(left.at >= due, "not before her time");
    assert_eq!(group.votes().await, "");
    group.assert_view_is_the_store().await;
}

pub async fn expire_tells_the_next_end(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    assert_eq!(group.store.expire(&group.area).await, Ok(None));
    let ann = group.join("Ann").await;
    group.until(ann.at + 2).await;
    let bob = group.join("Bob").await;
    assert_eq!(group.store.expire(&group.area).await, Ok(Some(ann.at + LONG.lifetime)));
    group.until(ann.at + 4).await;
    let renewed = group.vote("Ann", "thai").await;
    assert_eq!(group.store.expire(&group.area).await, Ok(Some(bob.at + LONG.lifetime)));
    group.act("Bob", Act::Leave).await.unwrap();
    assert_eq!(group.store.expire(&group.area).await, Ok(Some(renewed.at + LONG.lifetime)));
}

pub async fn ends_come_in_their_order(ground: &dyn Ground) {
    let (group, last) = in_one_lifetime(ground, async |group| {
        // Not the order of the names, nor of the joining.
        let mut last = 0;
        for who in ["Cem", "Ann", "Eve", "Bob", "Dan"] {
            group.act(who, join(who)).await?;
        }
        for who in ["Dan", "Ann", "Eve", "Cem", "Bob"] {
            group.until(last + 2).await;
            last = group.act(who, vote("thai")).await?.at;
        }
        Ok(last)
    })
    .await;
    group.until(last + group.rules.lifetime).await;
    assert_eq!(group.store.expire(&group.area).await, Ok(None));
    let changes = group.ears.until_seq(&group.area, &group.start.epoch, 15).await;
    let gone: Vec<_> = changes.iter().filter_map(expired).collect();
    assert_eq!(gone, ["Dan", "Ann", "Eve", "Cem", "Bob"]);
    group.assert_view_is_the_store().await;
}

pub async fn an_act_makes_a_user_stay(ground: &dyn Ground) {
    let (group, (joined, voted)) = in_one_lifetime(ground, async |group| {
        let joined = group.act("Ann", join("Ann")).await?;
        group.until(joined.at + group.rules.lifetime / 2).await;
        Ok((joined.at, group.act("Ann", vote("thai")).await?.at))
    })
    .await;
    let (without, due) = (joined + group.rules.lifetime, voted + group.rules.lifetime);
    group.until(without).await;
    let seen = group.store.snapshot(&group.area, false).await.unwrap();
    // A look may come so late that her time is over all the same.
    assert_eq!(votes_in(&seen.state), if seen.at < due { "Ann thai" } else { "" });
    assert!(group.ears.changes(&group.area).iter().all(|change| expired(change).is_none() || change.at >= due));
}

pub async fn who_is_gone_is_nobody(ground: &dyn Ground) {
    let group = Group::meet(ground, lasting(SHORT)).await;
    let joined = group.join("Ann").await;
    group.until(joined.at + SHORT).await;
    assert_eq!(group.me("Ann").await, None, "without anybody having asked for it");
    assert_eq!(refused(group.act("Ann", vote("thai")).await), Refused::NotJoined);
    let changes = group.ears.until_seq(&group.area, &joined.epoch, joined.seq + 1).await;
    assert_eq!(changes.iter().filter_map(expired).collect::<Vec<_>>(), ["Ann"], "once");
}

pub async fn a_snapshot_shows_nobody_whose_time_is_over(ground: &dyn Ground) {
    let group = Group::meet(ground, lasting(SHORT)).await;
    let joined = group.join("Ann").await;
    let mut looks = 0;
    eventually("she is gone", async || {
        let snapshot = group.store.snapshot(&group.area, false).await.unwrap();
        looks += 1;
        let there = snapshot.state.users.contains_key(&name("Ann").key());
        assert_eq!(there, snapshot.at < joined.at + SHORT, "at {} ms", snapshot.at - joined.at);
        assert_eq!(snapshot.state.seq, joined.seq + u64::from(!there), "its seq says what it shows");
        !there
    })
    .await;
    group.assert_view_is_the_store().await;
}

pub async fn a_refused_change_still_sends_who_is_over(ground: &dyn Ground) {
    let group = Group::meet(ground, lasting(SHORT)).await;
    let joined = group.join("Ann").await;
    group.until(joined.at + SHORT).await;
    assert_eq!(refused(group.act("nobody", vote("thai")).await), Refused::NotJoined);
    let changes = group.ears.until_seq(&group.area, &joined.epoch, joined.seq + 1).await;
    assert_eq!(changes.iter().filter_map(expired).collect::<Vec<_>>(), ["Ann"]);
    group.assert_view_is_the_store().await;
}

pub async fn the_name_of_who_is_gone_is_free(ground: &dyn Ground) {
    let group = Group::meet(ground, lasting(SHORT)).await;
    let joined = group.join("Ann").await;
    group.until(joined.at + SHORT).await;
    let done = group.act("other", join("Ann")).await.expect("nobody holds it");
    assert_eq!(done.seq, joined.seq + 2, "she left, and the other came");
    group.ears.until_seq(&group.area, &done.epoch, done.seq).await;
    assert_eq!(group.ears.changes(&group.area).iter().filter_map(expired).collect::<Vec<_>>(), ["Ann"]);
}
