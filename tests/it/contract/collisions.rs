//! Claims about what is made to collide: names, ids and areas that would meet in the keys of a careless store.

use where_to_eat::domain::change::{Act, Refused};
use where_to_eat::domain::name::AreaName;

use super::Ground;
use super::group::{Group, LONG, join, known, name, refused, vote};

/// Names that would meet another's keys, or the store's own, if they were put together from the names as they are.
const COLLIDING: [&str; 22] = [
    "josh",
    "josh:vote",
    "josh:img",
    "josh:owner",
    "timer",
    "%74imer",
    "users:timer",
    "a:b",
    "a%3Ab",
    "a%3ab!",
    "%",
    "%25",
    "{x}",
    "a}b",
    "{}",
    "*",
    "here",
    "state",
    "__proto__",
    "\"quoted\"",
    "back\\slash",
    "null",
];

pub async fn names_made_to_collide_stay_apart(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    for who in COLLIDING {
        group.join(who).await;
    }
    for (count, who) in COLLIDING.iter().enumerate() {
        group.vote(who, &format!("venue-{count}")).await;
    }
    let state = group.assert_view_is_the_store().await;
    for (count, who) in COLLIDING.iter().enumerate() {
        let user = &state.users[&name(who).key()];
        let voted = user.vote.as_ref().map(|vote| vote.id.as_str().to_owned());
        assert_eq!((user.username.as_str(), voted), (*who, Some(format!("venue-{count}"))));
    }
    let mut left = state.users.len();
    for who in COLLIDING {
        group.act(who, Act::Leave).await.unwrap();
        left -= 1;
        let state = group.state().await;
        assert_eq!(state.users.len(), left, "{who} took somebody along");
        assert!(state.users.values().all(|user| user.vote.is_some()), "{who} took a vote along");
    }
}

pub async fn areas_with_like_names_stay_apart(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    let mut others = Vec::new();
    for tail in ["_users", "-users", "_state", "_", "-", "1"] {
        let area = AreaName::parse(&format!("{}{tail}", group.area)).unwrap();
        others.push(group.with_area(area).await);
    }
    group.join("Ann").await;
    group.vote("Ann", "thai").await;
    for other in &others {
        assert_eq!(other.state().await, other.start, "{} is empty", other.area);
        other.act("Ann", join("Ann elsewhere")).await.expect("a session has a name in each area");
        assert_eq!(refused(other.act("Ann", known("thai")).await), Refused::NoSuchVenue);
        other.vote("Ann", "sushi").await;
    }
    assert_eq!(group.votes().await, "Ann thai");
    for other in &others {
        assert_eq!(other.votes().await, "Ann elsewhere sushi");
        other.assert_view_is_the_store().await;
    }
}

pub async fn a_wrong_hint_of_the_held_name_does_no_harm(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    group.join("Bob").await;
    group.vote("Bob", "sushi").await;
    for (hint, id) in [(None, "a"), (Some("Ann"), "b"), (Some("Bob"), "c"), (Some("nobody"), "d")] {
        group.change("Ann", None, hint, vote(id)).await.unwrap();
        assert_eq!(group.votes().await, format!("Ann {id}, Bob sushi"), "hinted at {hint:?}");
    }
    group.change("Ann", None, Some("Bob"), Act::Withdraw).await.unwrap();
    assert_eq!(group.votes().await, "Bob sushi");
    group.change("Ann", None, Some("Bob"), join("Ann the second")).await.unwrap();
    group.change("Ann", None, Some("Bob"), Act::Leave).await.unwrap();
    assert_eq!(group.votes().await, "Bob sushi");
    assert_eq!(refused(group.change("Ann", None, Some("Bob"), vote("x")).await), Refused::NotJoined);
    assert_eq!(group.state().await.users.len(), 1);
    group.assert_view_is_the_store().await;
}

pub async fn ids_made_to_collide_stay_apart(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    let ids =
        ["timer", "a:b", "a%3Ab", "{x}", "a b", "A", "a", "null", "0", "00", "__proto__", "é", "e\u{301}", "\"", "\\"];
    for (count, id) in ids.into_iter().enumerate() {
        group.join(&format!("Voter {count}")).await;
        group.vote(&format!("Voter {count}"), id).await;
    }
    let state = group.assert_view_is_the_store().await;
    assert_eq!(state.venues.len(), ids.len());
    assert!(state.standings().iter().all(|standing| standing.voters.len() == 1));
}
