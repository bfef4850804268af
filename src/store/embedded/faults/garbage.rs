//! Claims about a file that holds garbage, or is none of ours.

use super::*;
use crate::store::embedded::OpenError;

const GARBAGE: &[u8] = b"{\"epoch\": half a row";
const AREAS: TableDefinition<&str, &[u8]> = TableDefinition::new("areas");
const USERS: TableDefinition<(&str, &str), &[u8]> = TableDefinition::new("users");
const ENDS: TableDefinition<(u64, &str), ()> = TableDefinition::new("ends");

/// Ann and Bob, both for thai; then the file is closed and tampered with.
async fn tampered(place: &Place, tamper: impl FnOnce(&redb::WriteTransaction)) -> Epoch {
    let (store, _) = place.open();
    for who in ["Ann", "Bob"] {
        act(&store, who, 1, join(who)).await.unwrap();
        act(&store, who, 2, vote("thai")).await.unwrap();
    }
    let epoch = state(&store).await.epoch;
    store.close().await.unwrap();
    place.tamper(tamper);
    epoch
}

#[tokio::test]
async fn an_unreadable_user_hides_nobody_else() {
    let place = Place::new();
    let epoch = tampered(&place, |txn| {
        txn.open_table(USERS).unwrap().insert(("lunch", "ann"), GARBAGE).unwrap();
    })
    .await;
    let (store, _) = place.open();
    let mended = state(&store).await;
    assert_eq!(mended.users.values().map(|user| user.username.as_str()).collect::<Vec<_>>(), ["Bob"]);
    assert_eq!(mended.standings()[0].voters.len(), 1);
    assert!(mended.epoch != epoch && mended.epoch != Epoch::default(), "what was known is not so any more");
    act(&store, "Ann", 3, join("Ann")).await.expect("she can come again");
    let after = state(&store).await;
    store.close().await.unwrap();
    let (store, _) = place.open();
    assert_eq!(state(&store).await, after, "it is mended for good");
}

#[tokio::test]
async fn an_area_whose_own_row_is_unreadable_begins_a_new_epoch_and_still_ends() {
    let place = Place::new();
    let epoch = tampered(&place, |txn| {
        txn.open_table(AREAS).unwrap().insert("lunch", GARBAGE).unwrap();
        txn.open_table(ENDS).unwrap().insert((1, "no area is called so!"), ()).unwrap();
    })
    .await;
    let (store, ears) = place.open();
    let head = store.heads(&[lunch()]).await.remove(0).unwrap();
    assert_ne!(head.epoch, epoch);
    let mended = state(&store).await;
    assert_ne!(mended.epoch, epoch);
    assert_eq!((mended.users.len(), mended.standings()[0].voters.len()), (2, 2));
    assert_eq!(store.sweep(RULES.lifetime).await.unwrap().cleared, 1);
    assert_eq!(ears.seqs(), [2], "cleared is its last change");
    assert_eq!(store.sweep(RULES.lifetime).await.unwrap().looked_at, 0, "no entry is left that leads nowhere");
    store.close().await.unwrap();
    place.tamper(|txn| {
        use redb::ReadableTableMetadata;
        assert_eq!(txn.open_table(ENDS).unwrap().len().unwrap(), 0);
        assert_eq!(txn.open_table(USERS).unwrap().len().unwrap(), 0);
    });
}

/// Bytes of a page of redb's.
const PAGE: usize = 4096;

#[tokio::test]
async fn a_page_that_the_disk_has_lost_stops_the_start_in_words_or_costs_what_was_in_it() {
    let place = Place::new();
    tampered(&place, |_| {}).await;
    let whole = std::fs::read(place.path()).unwrap();
    let (mut refused, mut opened) = (0, 0);
    for page in 0..whole.len() / PAGE {
        let mut damaged = whole.clone();
        damaged[page * PAGE..(page + 1) * PAGE].fill(0);
        std::fs::write(place.path(), damaged).unwrap();
        match Embedded::open(place.path().to_str().unwrap(), RULES) {
            Ok(store) => {
                let looked = store.snapshot(&lunch(), true).await;
                assert!(matches!(looked, Ok(_) | Err(StoreError::Unavailable(_))), "{looked:?}");
                // It goes on answering, and gives the file back.
                let _ = store.ping().await;
                store.close().await.unwrap();
                opened += 1;
            }
            Err(error) => {
                assert!(matches!(error, OpenError::Damaged { .. }), "{error}");
                refused += 1;
            }
        }
    }
    assert!(refused > 0 && opened > 0, "{refused} refused, {opened} opened");
}

#[test]
fn what_cannot_be_opened_says_so_and_what_to_do() {
    let place = Place::new();
    let refused = |path: &Path| Embedded::open(path.to_str().unwrap(), RULES).err().expect("it is refused").to_string();
    let path = place.path();
    let held = Embedded::open(path.to_str().unwrap(), RULES).unwrap();
    assert_eq!(
        refused(&path),
        format!(
            "{} is in use by another process: stop that one first, or give this one a file of its own (store.path).",
            path.display()
        )
    );
    drop(held);
    let text = place.folder.path().join("text");
    std::fs::write(&text, "a shopping list".repeat(1000)).unwrap();
    assert!(refused(&text).contains("is damaged, or is no file of this store"), "{}", refused(&text));
    assert!(refused(place.folder.path()).contains("cannot be used"), "{}", refused(place.folder.path()));
    let later = place.folder.path().join("later.redb");
    let db = Database::create(&later).unwrap();
    let txn = db.begin_write().unwrap();
    const META: TableDefinition<&str, &[u8]> = TableDefinition::new("meta");
    txn.open_table(META).unwrap().insert("format", b"2".as_slice()).unwrap();
    txn.commit().unwrap();
    drop(db);
    assert!(refused(&later).contains("by a later version"), "{}", refused(&later));
}
