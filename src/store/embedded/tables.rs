//! How rows lie in the file: the tables, their keys, and what is written of an area. Knows nothing of transactions' ends,
//! nor of what the rows are good for.

use redb::{Database, ReadableDatabase, Table, TableDefinition, WriteTransaction};
use serde::Serialize;

use super::area::Area;
use super::messages::{self, MESSAGES, MessageKey};
use super::rows::{Header, Rows, encode};
use crate::domain::Millis;
use crate::domain::name::AreaName;
use crate::domain::owner::Owner;
use crate::domain::record::Holding;
use crate::domain::state::User;
use crate::domain::talk::{Marks, Room, RoomId};
use crate::domain::venue::Venue;

/// An area, and what tells the row from the area's others.
type Key = (&'static str, &'static str);

/// Area to `Header`.
pub const AREAS: TableDefinition<&str, &[u8]> = TableDefinition::new("areas");
/// Area and compared name to `User`.
const USERS: TableDefinition<Key, &[u8]> = TableDefinition::new("users");
/// Area and id to `Venue`.
const VENUES: TableDefinition<Key, &[u8]> = TableDefinition::new("venues");
/// Area and owner to the owner and the `Holding`.
const OWNERS: TableDefinition<Key, &[u8]> = TableDefinition::new("owners");
/// Area and id to the id and the `Room`.
const ROOMS: TableDefinition<Key, &[u8]> = TableDefinition::new("rooms");
/// Area and owner to the owner and what was read.
const READ: TableDefinition<Key, &[u8]> = TableDefinition::new("read");
/// The index of ends: when somebody has to look at an area, and which.
pub const ENDS: TableDefinition<(Millis, &str), ()> = TableDefinition::new("ends");

/// All rows of an area, as far as they can be read.
pub fn read(db: &Database, area: &str) -> Result<Rows, redb::Error> {
    let txn = db.begin_read()?;
    let mut rows = Rows::default();
    if let Some(row) = txn.open_table(AREAS)?.get(area)? {
        rows.header = rows.read(row.value(), |_: &Header| true);
    }
    let end = end_of(area);
    for entry in txn.open_table(USERS)?.range((area, "")..(&end, ""))? {
        let (key, row) = entry?;
        let user = rows.read(row.value(), |user: &User| user.username.key().as_str() == key.value().1);
        rows.users.extend(user.map(|user| (user.username.key(), Box::new(user))));
    }
    for entry in txn.open_table(VENUES)?.range((area, "")..(&end, ""))? {
        let (key, row) = entry?;
        let venue = rows.read(row.value(), |venue: &Venue| venue.id.as_str() == key.value().1);
        rows.venues.extend(venue.map(|venue| (venue.id.clone(), Box::new(venue))));
    }
    for entry in txn.open_table(OWNERS)?.range((area, "")..(&end, ""))? {
        let (key, row) = entry?;
        let held = rows.read(row.value(), |(owner, _): &(Owner, Holding)| owner.digits().as_str() == key.value().1);
        rows.owners.extend(held);
    }
    for entry in txn.open_table(ROOMS)?.range((area, "")..(&end, ""))? {
        let (key, row) = entry?;
        let room =
            rows.read(row.value(), |(id, room): &(RoomId, Room)| id.as_str() == key.value().1 && room.is_sound());
        rows.rooms.extend(room);
    }
    for entry in txn.open_table(READ)?.range((area, "")..(&end, ""))? {
        let (key, row) = entry?;
        let read = rows.read(row.value(), |(owner, _): &(Owner, Marks)| owner.digits().as_str() == key.value().1);
        rows.read.extend(read);
    }
    Ok(rows)
}

/// What comes after all keys of the area: no area's name has a NUL.
pub fn end_of(area: &str) -> String {
    format!("{area}\0")
}

/// What is to be written of an area.
pub struct Write<'a> {
    pub name: &'a AreaName,
    pub area: &'a Area,
    /// Where the index of ends is to have it.
    pub due: Option<Millis>,
}

/// All tables of areas, to write in one transaction.
pub struct Tables<'txn> {
    areas: Table<'txn, &'static str, &'static [u8]>,
    users: Table<'txn, Key, &'static [u8]>,
    venues: Table<'txn, Key, &'static [u8]>,
    owners: Table<'txn, Key, &'static [u8]>,
    rooms: Table<'txn, Key, &'static [u8]>,
    read: Table<'txn, Key, &'static [u8]>,
    messages: Table<'txn, MessageKey, &'static [u8]>,
    ends: Table<'txn, (Millis, &'static str), ()>,
}

impl<'txn> Tables<'txn> {
    pub fn open(txn: &'txn WriteTransaction) -> Result<Self, redb::Error> {
        Ok(Self {
            areas: txn.open_table(AREAS)?,
            users: txn.open_table(USERS)?,
            venues: txn.open_table(VENUES)?,
            owners: txn.open_table(OWNERS)?,
            rooms: txn.open_table(ROOMS)?,
            read: txn.open_table(READ)?,
            messages: txn.open_table(MESSAGES)?,
            ends: txn.open_table(ENDS)?,
        })
    }

    pub fn remove_end(&mut self, due: Millis, name: &str) -> Result<(), redb::Error> {
        self.ends.remove((due, name))?;
        Ok(())
    }

    pub fn put(&mut self, Write { name, area, due }: &Write<'_>) -> Result<(), redb::Error> {
        let (name, state, unkept) = (name.as_str(), &area.record.state, &area.unkept);
        if unkept.all {
            let end = end_of(name);
            for table in [&mut self.users, &mut self.venues, &mut self.owners, &mut self.rooms, &mut self.read] {
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
            put(&mut self.owners, name, owner.digits().as_str(), area.record.owners.get_key_value(owner).as_ref())?;
        }
        let talk = &area.record.talk;
        for id in &unkept.talk.rooms {
            put(&mut self.rooms, name, id.as_str(), talk.all().get_key_value(id).as_ref())?;
        }
        for owner in &unkept.talk.readers {
            put(&mut self.read, name, owner.digits().as_str(), talk.read.get_key_value(owner).as_ref())?;
        }
        messages::put(&mut self.messages, name, area)?;
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
) -> Result<(), redb::Error> {
    match row {
        Some(row) => drop(table.insert((area, key), encode(row).as_slice())?),
        None => drop(table.remove((area, key))?),
    }
    Ok(())
}
