//! Claims about one-time codes: each is good once, for a while, on every server.

use futures_util::future::join_all;
use where_to_eat::domain::takeover::{Code, CodeDigest};

use super::Ground;
use super::group::{Group, LONG, eventually};

/// Longer than any test takes.
const MINUTES: u64 = 600_000;

fn code(last: u8) -> CodeDigest {
    Code::of([1, 2, 3, 4, last]).digest()
}

fn session(text: &str) -> Option<String> {
    Some(text.to_owned())
}

pub async fn a_code_is_good_once_on_every_server(ground: &dyn Ground) {
    let one = Group::meet(ground, LONG).await;
    let two = one.elsewhere(ground).await;
    assert_eq!(two.store.take_code(&code(1)).await, Ok(None), "there is none yet");
    assert_eq!(one.store.keep_code(&code(1), "ann", MINUTES).await, Ok(true));
    assert_eq!(one.store.take_code(&code(2)).await, Ok(None), "another one is none");
    assert_eq!(two.store.take_code(&code(1)).await, Ok(session("ann")));
    assert_eq!(one.store.take_code(&code(1)).await, Ok(None));
    assert_eq!(two.store.take_code(&code(1)).await, Ok(None));
}

pub async fn looking_at_a_code_does_not_use_it_up(ground: &dyn Ground) {
    let one = Group::meet(ground, LONG).await;
    one.store.keep_code(&code(1), "ann", MINUTES).await.unwrap();
    for _ in 0..3 {
        assert_eq!(one.store.read_code(&code(1)).await, Ok(session("ann")));
    }
    assert_eq!(one.store.take_code(&code(1)).await, Ok(session("ann")));
    assert_eq!(one.store.read_code(&code(1)).await, Ok(None));
}

pub async fn a_code_that_is_there_keeps_its_session(ground: &dyn Ground) {
    let one = Group::meet(ground, LONG).await;
    assert_eq!(one.store.keep_code(&code(1), "ann", MINUTES).await, Ok(true));
    assert_eq!(one.store.keep_code(&code(1), "bob", MINUTES).await, Ok(false));
    assert_eq!(one.store.take_code(&code(1)).await, Ok(session("ann")));
    assert_eq!(one.store.keep_code(&code(1), "bob", MINUTES).await, Ok(true), "it is free again");
}

pub async fn a_code_ends_when_its_time_is_over(ground: &dyn Ground) {
    let one = Group::meet(ground, LONG).await;
    let begun = one.now().await;
    one.store.keep_code(&code(1), "ann", 200).await.unwrap();
    one.store.keep_code(&code(2), "bob", 200).await.unwrap();
    one.store.keep_code(&code(3), "cem", MINUTES).await.unwrap();
    let store = &one.store;
    eventually("the first is over", async || store.read_code(&code(1)).await.unwrap().is_none()).await;
    assert!(one.now().await >= begun + 200, "not before its time");
    one.until(one.now().await + 201).await;
    assert_eq!(store.take_code(&code(2)).await, Ok(None), "nobody had looked at it");
    assert_eq!(store.keep_code(&code(2), "dee", MINUTES).await, Ok(true), "nothing is left of it");
    assert_eq!(store.take_code(&code(3)).await, Ok(session("cem")), "one with time left is good");
}

pub async fn of_many_who_take_a_code_one_gets_it(ground: &dyn Ground) {
    let one = Group::meet(ground, LONG).await;
    let two = one.elsewhere(ground).await;
    for round in 0..20 {
        let code = code(round);
        one.store.keep_code(&code, "ann", MINUTES).await.unwrap();
        let takes = (0..8).map(|taker| if taker % 2 == 0 { &one } else { &two }.store.take_code(&code));
        let taken = join_all(takes).await;
        let got: Vec<_> = taken.into_iter().filter_map(|taken| taken.expect("the store answers")).collect();
        assert_eq!(got, ["ann"], "round {round}");
    }
}
