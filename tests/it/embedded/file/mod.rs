//! Claims about the embedded store's file over the life of several processes: what was asked is there again.

mod kill;
mod talk;

use std::sync::Arc;

use tempfile::TempDir;
use where_to_eat::domain::change::{Act, Change, Done, Rules};
use where_to_eat::domain::image::Image;
use where_to_eat::domain::name::{AreaName, Username};
use where_to_eat::domain::owner::Owner;
use where_to_eat::domain::venue::{Pick, RawVenue, Venue};
use where_to_eat::store::embedded::{Embedded, OpenError};
use where_to_eat::store::{Head, Result, Store};

const RULES: Rules = Rules::UNBOUNDED;

fn area(name: &str) -> AreaName {
    AreaName::parse(name).unwrap()
}

async fn act(store: &Embedded, area: &AreaName, who: &str, n: u64, act: Act) -> Result<Done> {
    store.change(&Change { area: area.clone(), owner: Owner::of(who), held: None, n: Some(n), act }).await
}

fn join(who: &str) -> Act {
    Act::Join { username: Username::parse(who).unwrap(), img: Image::default() }
}

fn vote(id: &str) -> Act {
    let raw = RawVenue { id: Some(id.to_owned()), name: Some(id.to_owned()), ..RawVenue::default() };
    Act::Vote(Pick::Place(Venue::parse(raw).unwrap()))
}

fn open(path: &str) -> std::result::Result<Arc<Embedded>, OpenError> {
    Embedded::open(path, RULES)
}

fn file(folder: &TempDir) -> String {
    folder.path().join("areas.redb").display().to_string()
}

#[tokio::test]
async fn reopening_keeps_everything() {
    let folder = TempDir::new().unwrap();
    let (path, lunch) = (file(&folder), area("lunch"));
    let store = open(&path).unwrap();
    act(&store, &lunch, "Ann", 1, join("Ann")).await.unwrap();
    act(&store, &lunch, "Bob", 1, join("Bob")).await.unwrap();
    act(&store, &lunch, "Ann", 2, vote("thai")).await.unwrap();
    act(&store, &lunch, "Bob", 2, vote("sushi")).await.unwrap();
    act(&store, &lunch, "Bob", 3, Act::Leave).await.unwrap();
    let before = store.snapshot(&lunch, false).await.unwrap().state;
    let secret = store.session_secret().await.unwrap();
    store.close().await.unwrap();
    assert!(store.ping().await.is_err(), "it is closed");

    let store = open(&path).unwrap();
    assert_eq!(store.snapshot(&lunch, false).await.unwrap().state, before);
    assert_eq!(store.session_secret().await.unwrap(), secret);
    let replayed = act(&store, &lunch, "Bob", 1, join("Bob")).await.unwrap();
    assert_eq!((replayed.seq, replayed.me), (before.seq, None), "n is kept");
    let next = act(&store, &lunch, "Ann", 3, vote("sushi")).await.unwrap();
    assert_eq!((next.epoch, next.seq), (before.epoch, before.seq + 1), "the same life goes on");
    assert!(next.at >= before.users.values().map(|user| user.since).max().unwrap());
}

#[tokio::test]
async fn what_was_asked_before_closing_is_kept() {
    let folder = TempDir::new().unwrap();
    let (path, lunch) = (file(&folder), area("lunch"));
    let store = open(&path).unwrap();
    let joins = futures_util::future::join_all((0..50).map(|count| {
        let (store, lunch) = (store.clone(), lunch.clone());
        async move { act(&store, &lunch, &count.to_string(), 1, join(&format!("Guest {count}"))).await }
    }));
    let (joined, closed) = tokio::join!(joins, store.close());
    closed.unwrap();
    assert!(joined.iter().all(|joined| joined.is_ok()));
    let store = open(&path).unwrap();
    assert_eq!(store.snapshot(&lunch, false).await.unwrap().state.users.len(), 50);
}

#[tokio::test]
async fn the_sweep_finds_every_area_that_is_over_after_a_restart_too() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder);
    let store = open(&path).unwrap();
    let areas: Vec<_> = (0..300).map(|count| area(&format!("area-{count}"))).collect();
    let joins = areas.iter().map(|area| act(&store, area, "Ann", 1, join("Ann")));
    assert!(futures_util::future::join_all(joins).await.iter().all(|joined| joined.is_ok()));
    store.close().await.unwrap();

    let store = open(&path).unwrap();
    act(&store, &areas[7], "Ann", 2, vote("thai")).await.unwrap();
    assert_eq!(store.sweep(0).await.unwrap().cleared, 0);
    let swept = store.sweep(RULES.lifetime).await.unwrap();
    assert_eq!((swept.looked_at, swept.cleared), (300, 300));
    let heads = store.heads(&areas).await;
    assert!(heads.into_iter().all(|head| head.unwrap() == Head::default()));
}
