//! Areas' rows in the file: read area by area, written in one durable transaction a batch. Knows tables and keys; not
//! what the rows are good for, nor how the file is opened.

use redb::{Database, Durability, ReadableDatabase, Table, TableDefinition, WriteTransaction};
use serde::Serialize;

use super::area::Area;
use super::open::{OpenError, Opened};
use super::rows::{Header, Rows, decode, encode};
use crate::domain::Millis;
use crate::domain::event::Epoch;
use crate::domain::name::AreaName;
use crate::domain::owner::Owner;
use crate::domain::record::{Holding, Record};
use crate::domain::state::User;
use crate::domain::venue::Venue;
use crate::store::{Result, StoreError};

/// An area, and what tells the row from the area's others.
type Key = (&'static str, &'static str);

/// Area to `Header`.
const AREAS: TableDefinition<&str, &[u8]> = TableDefinition::new("areas");
/// Area and compared name to `User`.
const USERS: TableDefinition<Key, &[u8]> = TableDefinition::new("users");
/// Area and id to `Venue`.
const VENUES: TableDefinition<Key, &[u8]> = TableDefinition::new("venues");
/// Area and owner to the owner and the `Holding`.
const OWNERS: TableDefinition<Key, &[u8]> = TableDefinition::new("owners");
/// The index of ends: when somebody has to look at an area, and which.
const ENDS: TableDefinition<(Millis, &str), ()> = TableDefinition::new("ends");

type Opener = Box<dyn Fn() -> std::result::Result<Opened, OpenError> + Send>;

pub struct Disk {
    open: Opener,
    /// Not open after a failure: redb answers nothing more then, and the next call opens it anew.
    db: Option<Database>,
    run: String,
    secret: Vec<u8>,
}

/// What is to be written of an area.
pub struct Write<'a> {
    pub name: &'a AreaName,
    pub area: &'a Area,
    /// Where the index of ends is to have it.
    pub due: Option<Millis>,
}

impl Disk {
    pub fn open(open: Opener) -> std::result::Result<Self, OpenError> {
        let Opened { db, run, secret } = open()?;
        Ok(Self { open, db: Some(db), run, secret })
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

    fn with<T>(&mut self, act: impl FnOnce(&Database) -> std::result::Result<T, redb::Error>) -> Result<T> {
        let unavailable = |cause: String| {
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
            self.db = None;
            unavailable(error.to_string())
        })
    }

    /// The area, without an epoch if not all of it could be read, and where the index of ends has it.
    pub fn load(&mut self, area: &AreaName) -> Result<Option<(Record, Option<Millis>)>> {
        let rows = self.with(|db| read(db, area.as_str()))?;
        if rows.unreadable > 0 {
            tracing::warn!(
                rows = rows.unreadable,
                "an area has rows that cannot be read; what can goes on in a new epoch"
            );
        }
        Ok(rows.assemble())
    }

    /// What the area's own row says.
    pub fn head(&mut self, area: &AreaName) -> Result<Option<(Epoch, u64)>> {
        let header = self.with(|db| {
            let row = db.begin_read()?.open_table(AREAS)?.get(area.as_str())?;
            Ok(row.and_then(|row| decode::<Header>(row.value())))
        })?;
        Ok(header.map(|header| (header.epoch, header.seq)))
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
                tables.ends.remove((*due, name.as_str()))?;
            }
            for write in writes {
                tables.put(write)?;
            }
            drop(tables);
            Ok(txn.commit()?)
        })
    }
}

fn read(db: &Database, area: &str) -> std::result::Result<Rows, redb::Error> {
    let txn = db.begin_read()?;
    let mut rows = Rows::default();
    if let Some(row) = txn.open_table(AREAS)?.get(area)? {
        rows.header = rows.read(row.value(), |_: &Header| true);
    }
    let end = end_of(area);
    for entry in txn.open_table(USERS)?.range((area, "")..(&end, ""))? {
        let (key, row) = entry?;
        let user = rows.read(row.value(), |user: &User| user.username.key().as_str() == key.value().1);
        rows.users.extend(user.map(|user| (user.username.key(), user)));
    }
    for entry in txn.open_table(VENUES)?.range((area, "")..(&end, ""))? {
        let (key, row) = entry?;
        let venue = rows.read(row.value(), |venue: &Venue| venue.id.as_str() == key.value().1);
        rows.venues.extend(venue.map(|venue| (venue.id.clone(), venue)));
    }
    for entry in txn.open_table(OWNERS)?.range((area, "")..(&end, ""))? {
        let (key, row) = entry?;
        let held = rows.read(row.value(), |(owner, _): &(Owner, Holding)| owner.as_str() == key.value().1);
        rows.owners.extend(held);
    }
    Ok(rows)
}

/// What comes after all keys of the area: no area's name has a NUL.
fn end_of(area: &str) -> String {
    format!("{area}\0")
}

pub struct Tables<'txn> {
    areas: Table<'txn, &'static str, &'static [u8]>,
    users: Table<'txn, Key, &'static [u8]>,
    venues: Table<'txn, Key, &'static [u8]>,
    owners: Table<'txn, Key, &'static [u8]>,
    ends: Table<'txn, (Millis, &'static str), ()>,
}

impl<'txn> Tables<'txn> {
    pub fn open(txn: &'txn WriteTransaction) -> std::result::Result<Self, redb::Error> {
        Ok(Self {
            areas: txn.open_table(AREAS)?,
            users: txn.open_table(USERS)?,
            venues: txn.open_table(VENUES)?,
            owners: txn.open_table(OWNERS)?,
            ends: txn.open_table(ENDS)?,
        })
    }

    fn put(&mut self, Write { name, area, due }: &Write<'_>) -> std::result::Result<(), redb::Error> {
        let (name, state, unkept) = (name.as_str(), &area.record.state, &area.unkept);
        if unkept.all {
            let end = end_of(name);
            for table in [&mut self.users, &mut self.venues, &mut self.owners] {
                table.retain_in((name, "")..(&end, ""), |_, _| false)?;
            }
        }
        for key in &unkept.users {
            put(&mut self.users, name, key.as_str(), state.users.get(key))?;
        }
        for id in &unkept.venues {
            put(&mut self.venues, name, id.as_str(), state.venues.get(id))?;
        }
        for owner in &unkept.owners {
            put(&mut self.owners, name, owner.as_str(), area.record.owners.get_key_value(owner).as_ref())?;
        }
        if area.kept_due != *due {
            area.kept_due.map(|kept| self.ends.remove((kept, name))).transpose()?;
            due.map(|due| self.ends.insert((due, name), ())).transpose()?;
        }
        match due {
            None => drop(self.areas.remove(name)?),
            Some(due) => {
                let (epoch, seq, expires_at) = area.head();
                self.areas.insert(name, encode(&Header { epoch, seq, expires_at, due: *due }).as_slice())?;
            }
        }
        Ok(())
    }
}

/// The row, or none.
fn put(
    table: &mut Table<'_, Key, &'static [u8]>,
    area: &str,
    key: &str,
    row: Option<&impl Serialize>,
) -> std::result::Result<(), redb::Error> {
    match row {
        Some(row) => drop(table.insert((area, key), encode(row).as_slice())?),
        None => drop(table.remove((area, key))?),
    }
    Ok(())
}
