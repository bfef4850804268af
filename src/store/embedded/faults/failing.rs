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
    assert_eq!(ears.missed.lock().unwrap()[0], Some(lunch()), "only looking tells");
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
async fn nobody_waits_longer_than_two_seconds_for_a_disk_that_hangs() {
    let place = Place::new();
    let (store, ears) = place.open();
    act(&store, "ann", 1, join("Ann")).await.unwrap();
    place.hangs.store(true, Ordering::Release);
    // From here on the clock jumps to whatever is waited for.
    tokio::time::pause();
    let asked = tokio::time::Instant::now();
    let late = act(&store, "ann", 2, vote("thai")).await;
    assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
    assert!(store.ping().await.is_err());
    assert_eq!(asked.elapsed().as_secs(), 4, "two seconds for each of the two");
    tokio::time::resume();
    place.hangs.store(false, Ordering::Release);
    let again = act(&store, "ann", 2, vote("thai")).await.unwrap();
    assert_eq!(again.seq, 2, "the disk had only been slow, and the same n counts once");
    assert_eq!(ears.seqs(), [1, 2]);
}

#[tokio::test]
async fn a_listener_that_panics_does_not_end_the_store() {
    #[derive(Default)]
    struct Bomb(Ears);
    impl Listener for Bomb {
        fn heard(&self, _: &AreaName, _: Heard, _: &str) {
            panic!("on purpose");
        }
        fn missed(&self, area: Option<&AreaName>) {
            self.0.missed(area);
            panic!("on purpose, too");
        }
    }
    let store = Embedded::open(":memory:", RULES).unwrap();
    let bomb = Arc::new(Bomb::default());
    store.listen(bomb.clone());
    store.follow(&lunch()).await.unwrap();
    assert!(matches!(act(&store, "ann", 1, join("Ann")).await, Err(StoreError::Unavailable(_))));
    assert_eq!(state(&store).await.users.len(), 1, "it was kept, and who asks again learns it");
    assert_eq!(*bomb.0.missed.lock().unwrap(), [None]);
    store.unfollow(&lunch()).await;
    assert!(act(&store, "ann", 1, join("Ann")).await.unwrap().me.is_some());
}
