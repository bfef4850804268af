//! Tests of the embedded store with a disk that fails and a file that holds garbage.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use redb::backends::FileBackend;
use redb::{Database, StorageBackend, TableDefinition};
use tempfile::TempDir;

use super::disk::Disk;
use super::{Embedded, open};
use crate::domain::change::{Act, Change, Done, Rules};
use crate::domain::event::{Epoch, Heard};
use crate::domain::image::Image;
use crate::domain::name::{AreaName, Username};
use crate::domain::owner::Owner;
use crate::domain::state::AreaState;
use crate::domain::venue::{Pick, RawVenue, Venue};
use crate::store::{Listener, Result, Store, StoreError};

const RULES: Rules = Rules { lifetime: 7_200_000, sweep_period: 600_000, users: 0, venues: 0 };

/// A file on a disk that can be full.
#[derive(Debug)]
struct Fragile {
    file: FileBackend,
    full: Arc<AtomicBool>,
}

impl Fragile {
    fn room(&self) -> io::Result<()> {
        if self.full.load(Ordering::Acquire) { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }
}

impl StorageBackend for Fragile {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.room()?;
        self.file.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.room()?;
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.room()?;
        self.file.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }
}

#[derive(Default)]
struct Ears(Mutex<Vec<Heard>>);

impl Listener for Ears {
    fn heard(&self, _: &AreaName, heard: Heard, _: &str) {
        self.0.lock().unwrap().push(heard);
    }

    fn missed(&self, _: Option<&AreaName>) {}
}

impl Ears {
    fn seqs(&self) -> Vec<u64> {
        let seq = |heard: &Heard| match heard {
            Heard::Change(change) => Some(change.seq),
            Heard::Notice(_) => None,
        };
        self.0.lock().unwrap().iter().filter_map(seq).collect()
    }
}

struct Place {
    folder: TempDir,
    full: Arc<AtomicBool>,
}

impl Place {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap(), full: Arc::default() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("areas.redb")
    }

    /// The store on this disk, followed in `lunch`.
    fn open(&self) -> (Arc<Embedded>, Arc<Ears>) {
        let (path, full) = (self.path(), self.full.clone());
        let open = move || {
            let file = std::fs::OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
            let file = FileBackend::new(file.unwrap()).unwrap();
            open::prepared(open::database(Fragile { file, full: full.clone() }, &path)?, &path)
        };
        let store = Embedded::start(Disk::open(Box::new(open)).unwrap(), RULES).unwrap();
        let ears = Arc::new(Ears::default());
        store.listen(ears.clone());
        store.audience.follow(&lunch());
        (store, ears)
    }

    /// Changes rows behind the store's back.
    fn tamper(&self, tamper: impl FnOnce(&redb::WriteTransaction)) {
        let txn = Database::open(self.path()).unwrap().begin_write().unwrap();
        tamper(&txn);
        txn.commit().unwrap();
    }
}

fn lunch() -> AreaName {
    AreaName::parse("lunch").unwrap()
}

async fn act(store: &Embedded, who: &str, n: u64, act: Act) -> Result<Done> {
    store.change(&Change { area: lunch(), owner: Owner::of(who), held: None, n: Some(n), act }).await
}

fn join(who: &str) -> Act {
    Act::Join { username: Username::parse(who).unwrap(), img: Image::default() }
}

fn vote(id: &str) -> Act {
    let raw = RawVenue { id: Some(id.to_owned()), name: Some(id.to_owned()), ..RawVenue::default() };
    Act::Vote(Pick::Place(Venue::parse(raw).unwrap()))
}

async fn state(store: &Embedded) -> AreaState {
    store.snapshot(&lunch(), false).await.unwrap().state
}

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
    let head = store.heads(&[lunch()]).await.unwrap().remove(0);
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
    assert!(refused(place.folder.path()).contains("cannot be opened"), "{}", refused(place.folder.path()));
    let later = place.folder.path().join("later.redb");
    let db = Database::create(&later).unwrap();
    let txn = db.begin_write().unwrap();
    const META: TableDefinition<&str, &[u8]> = TableDefinition::new("meta");
    txn.open_table(META).unwrap().insert("format", b"2".as_slice()).unwrap();
    txn.commit().unwrap();
    drop(db);
    assert!(refused(&later).contains("by a later version"), "{}", refused(&later));
}
