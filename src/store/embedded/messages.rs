//! How messages lie in the file: a row each, in the order of their rooms. They are read from there when somebody asks, never kept in
//! memory. Knows nothing of who may read them.

use redb::{Database, ReadableDatabase, Table, TableDefinition};
use serde::{Deserialize, Serialize};

use super::area::Area;
use super::rows::{decode, encode};
use super::tables::end_of;
use crate::domain::owner::Owner;
use crate::domain::talk::{Made, Message, RoomId};

/// Area, room, and the message's number there.
pub type MessageKey = (&'static str, &'static str, u64);

pub const MESSAGES: TableDefinition<MessageKey, &[u8]> = TableDefinition::new("messages");

/// A message, and how a retry of it is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    pub owner: Owner,
    pub n: Option<u64>,
    pub message: Message,
}

impl From<&Made> for Kept {
    fn from(made: &Made) -> Self {
        Self { owner: made.owner.clone(), n: made.n, message: made.message.clone() }
    }
}

/// Those after number `gone`, the newest first, until `take` has enough (false). One that cannot be read is left out.
pub fn read(
    db: &Database,
    area: &str,
    room: &RoomId,
    gone: u64,
    mut take: impl FnMut(Kept) -> bool,
) -> Result<(), redb::Error> {
    let messages = db.begin_read()?.open_table(MESSAGES)?;
    let of_room = (area, room.as_str(), gone.saturating_add(1))..=(area, room.as_str(), u64::MAX);
    for entry in messages.range(of_room)?.rev() {
        let (key, row) = entry?;
        let kept: Option<Kept> = decode(row.value());
        match kept.filter(|kept| kept.message.room == *room && kept.message.id.number == key.value().2) {
            Some(kept) if !take(kept.clone()) => break,
            Some(_) => {}
            None => tracing::warn!("a message in the store's file cannot be read; it was left out"),
        }
    }
    Ok(())
}

/// Takes out what is gone, and adds what was said.
pub fn put(table: &mut Table<'_, MessageKey, &'static [u8]>, name: &str, area: &Area) -> Result<(), redb::Error> {
    let unkept = &area.unkept;
    let rooms = &area.record.talk.rooms;
    if unkept.all {
        let end = end_of(name);
        let stays = |room: &str| RoomId::parse(room).is_some_and(|room| rooms.contains_key(&room));
        table.retain_in((name, "", 0)..(&end, "", 0), |key, _| !unkept.messages_too && stays(key.1))?;
    }
    for id in unkept.talk.rooms.iter().filter(|id| !rooms.contains_key(*id)) {
        table.retain_in((name, id.as_str(), 0)..=(name, id.as_str(), u64::MAX), |_, _| false)?;
    }
    for made in unkept.messages.iter().filter(|made| rooms.contains_key(&made.message.room)) {
        let room = made.message.room.as_str();
        table.insert((name, room, made.message.id.number), encode(&Kept::from(made)).as_slice())?;
        table.retain_in((name, room, 0)..=(name, room, made.gone), |_, _| false)?;
    }
    Ok(())
}
