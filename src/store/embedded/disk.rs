//! The file: areas are read one by one and written in one durable transaction a batch; after a failure it is opened
//! anew. Knows nothing of how rows lie in it (`tables`), nor of what they are good for.

use redb::{Database, Durability, ReadableDatabase};

use super::messages::{self, Kept};
use super::open::{OpenError, Opened};
use super::rows::{Header, decode};
use super::tables::{AREAS, ENDS, Tables, Write, read};
use crate::domain::Millis;
use crate::domain::event::Epoch;
use crate::domain::name::AreaName;
use crate::domain::record::Record;
use crate::domain::talk::RoomId;
use crate::store::{Result, StoreError};

type Opener = Box<dyn Fn() -> std::result::Result<Opened, OpenError> + Send>;

pub struct Disk {
    open: Opener,
    /// Not open after a failure: redb answers nothing more then, and the next call opens it anew.
    db: Option<Database>,
    /// Whether what was there is there again when it is opened anew.
    lasts: bool,
    run: String,
    secret: Vec<u8>,
}

impl Disk {
    pub fn open(open: Opener) -> std::result::Result<Self, OpenError> {
        let Opened { db, lasts, run, secret } = open()?;
        Ok(Self { open, db: Some(db), lasts, run, secret })
    }

    pub fn run(&self) -> &str {
        &self.run
    }

    pub fn secret(&self) -> &[u8] {
        &self.secret
    }

    /// Whether the file is open, or can be opened again.
    pub fn check(&mut self) -> Result<()> {
        self.with(|_| Ok(()))
    }

    /// Lets go of the file; the next call opens it anew.
    pub fn start_over(&mut self) {
        if self.lasts {
            self.db = None;
        }
    }

    /// Does something with the file, which is opened anew if it has to be.
    pub fn with<T>(&mut self, act: impl FnOnce(&Database) -> std::result::Result<T, redb::Error>) -> Result<T> {
        let unavailable = |cause: String| {
            metrics::counter!("wte_file_failures_total").increment(1);
            tracing::error!(cause, "the store's file failed");
            StoreError::Unavailable(cause)
        };
        if self.db.is_none() {
            let Opened { db, run, .. } = (self.open)().map_err(|error| unavailable(error.to_string()))?;
            self.db = Some(db);
            self.run = run;
        }
        let done = act(self.db.as_ref().expect("it was opened above"));
        done.map_err(|error| {
            self.start_over();
            unavailable(error.to_string())
        })
    }

    /// The area, without an epoch if not all of it could be read, and where the index of ends has it.
    pub fn load(&mut self, area: &AreaName) -> Result<Option<(Record, Option<Millis>)>> {
        Ok(self.with(|db| read(db, area.as_str()))?.assemble())
    }

    /// What the area's own row says, if it is of this run.
    pub fn head(&mut self, area: &AreaName) -> Result<Option<(Epoch, u64)>> {
        let header = self.with(|db| {
            let row = db.begin_read()?.open_table(AREAS)?.get(area.as_str())?;
            Ok(row.and_then(|row| decode::<Header>(row.value())))
        })?;
        Ok(header.filter(|header| header.epoch.run() == self.run).map(|header| (header.epoch, header.seq)))
    }

    /// The messages of a room after number `gone`, the newest first, until `take` has enough (false).
    pub fn messages(
        &mut self,
        area: &AreaName,
        room: &RoomId,
        gone: u64,
        take: impl FnMut(Kept) -> bool,
    ) -> Result<()> {
        self.with(|db| messages::read(db, area.as_str(), room, gone, take))
    }

    /// The entries of the index of ends after this one, up to `until`, in their order; so many at most.
    pub fn ends(&mut self, after: &(Millis, String), until: Millis, most: usize) -> Result<Vec<(Millis, String)>> {
        self.with(|db| {
            let ends = db.begin_read()?.open_table(ENDS)?;
            let after = (after.0, after.1.as_str());
            let mut found = Vec::new();
            for entry in ends.range(after..(until.saturating_add(1), ""))? {
                let (key, _) = entry?;
                let (due, area) = key.value();
                if (due, area) != after {
                    found.push((due, area.to_owned()));
                }
                if found.len() == most {
                    break;
                }
            }
            Ok(found)
        })
    }

    /// All of it is on the disk when this returns, or, on an error, as a rule nothing of it.
    pub fn write(&mut self, writes: &[Write<'_>], stale: &[(Millis, String)]) -> Result<()> {
        self.with(|db| {
            let mut txn = db.begin_write()?;
            txn.set_durability(Durability::Immediate)?;
            let mut tables = Tables::open(&txn)?;
            for (due, name) in stale {
                tables.remove_end(*due, name)?;
            }
            for write in writes {
                tables.put(write)?;
            }
            drop(tables);
            Ok(txn.commit()?)
        })
    }
}
