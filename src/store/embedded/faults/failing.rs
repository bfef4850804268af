//! Claims about a disk that is full, and about a listener that fails.

use super::*;

#[tokio::test]
async fn a_full_disk_refuses_for_a_while_and_loses_nothing() {
    let place = Place::new();
    let (store, ears) = place.open();
    act(&store, "ann", 1, join("Ann")).await.unwrap();
    let before = state(&store).await;
    place.full.store(true, Ordering::Release);
    for _ in 0..3 {
        let refused = act(&store, "ann", 2, vote("thai")).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    }
    assert!(store.ping().await.is_err(), "it says that it is not well");
    assert_eq!(ears.seqs(), [1], "what is not kept is not published");
    place.full.store(false, Ordering::Release);
    assert_eq!(state(&store).await, before);
    assert_eq!(store.ping().await, Ok(()));
    let done = act(&store, "ann", 2, vote("thai")).await.expect("there is room again, and it had no effect before");
    assert_eq!((&done.epoch, done.seq), (&before.epoch, 2));
    assert_eq!(ears.seqs(), [1, 2]);
}

#[tokio::test]
async fn what_is_known_can_be_read_while_the_disk_is_full() {
    let place = Place::new();
    let (store, _) = place.open();
    act(&store, "ann", 1, join("Ann")).await.unwrap();
    let other = AreaName::parse("dinner").unwrap();
    place.full.store(true, Ordering::Release);
    assert!(store.snapshot(&other, true).await.is_err());
    assert_eq!(state(&store).await.users.len(), 1);
}

#[tokio::test]
async fn a_listener_that_panics_does_not_end_the_store() {
    struct Bomb;
    impl Listener for Bomb {
        fn heard(&self, _: &AreaName, _: Heard, _: &str) {
            panic!("on purpose");
        }
        fn missed(&self, _: Option<&AreaName>) {}
    }
    let store = Embedded::open(":memory:", RULES).unwrap();
    store.listen(Arc::new(Bomb));
    store.follow(&lunch()).await.unwrap();
    assert!(matches!(act(&store, "ann", 1, join("Ann")).await, Err(StoreError::Unavailable(_))));
    assert_eq!(state(&store).await.users.len(), 1, "it was kept, and who asks again learns it");
    store.unfollow(&lunch()).await;
    assert!(act(&store, "ann", 1, join("Ann")).await.unwrap().me.is_some());
}
