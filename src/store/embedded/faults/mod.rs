//! Tests of the embedded store with a disk that fails and a file that holds garbage: what they have in common.

mod failing;
mod garbage;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

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

const RULES: Rules = Rules::UNBOUNDED;

/// A file on a disk that can be full, or hang.
#[derive(Debug)]
struct Fragile {
    file: FileBackend,
    full: Arc<AtomicBool>,
    hangs: Arc<AtomicBool>,
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
        while self.hangs.load(Ordering::Acquire) {
            #[expect(clippy::disallowed_methods, reason = "a disk that hangs stops a whole thread")]
            thread::sleep(Duration::from_millis(1));
        }
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
struct Ears {
    heard: Mutex<Vec<Heard>>,
    missed: Mutex<Vec<Option<AreaName>>>,
}

impl Listener for Ears {
    fn heard(&self, _: &AreaName, heard: Heard, _: &str) {
        self.heard.lock().unwrap().push(heard);
    }

    fn missed(&self, area: Option<&AreaName>) {
        self.missed.lock().unwrap().push(area.cloned());
    }
}

impl Ears {
    /// The numbers of the changes that were heard.
    fn seqs(&self) -> Vec<u64> {
        let seq = |heard: &Heard| match heard {
            Heard::Change(change) => Some(change.seq),
            Heard::Notice(_) => None,
        };
        self.heard.lock().unwrap().iter().filter_map(seq).collect()
    }
}

struct Place {
    folder: TempDir,
    full: Arc<AtomicBool>,
    hangs: Arc<AtomicBool>,
}

impl Place {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap(), full: Arc::default(), hangs: Arc::default() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("areas.redb")
    }

    /// The store on this disk, followed in `lunch`.
    fn open(&self) -> (Arc<Embedded>, Arc<Ears>) {
        let (path, full, hangs) = (self.path(), self.full.clone(), self.hangs.clone());
        let open = move || {
            let file = std::fs::OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
            let file = FileBackend::new(file.unwrap()).unwrap();
            let fragile = Fragile { file, full: full.clone(), hangs: hangs.clone() };
            open::prepared(open::database(fragile, &path)?, &path)
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
