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
    let rooms = area.record.talk.all();
    if unkept.all {
        let end = end_of(name);
        let stays = |room: &str| RoomId::parse(room).is_some_and(|room| rooms.contains_key(&room));
        table.retain_in((name, "", 0)..(&end, "", 0), |key, _| !unkept.messages_too && stays(key.1))?;
    }
    for id in unkept.talk.rooms.iter().filter(|id| !rooms.contains_key(*id)) {
        table.retain_in((name, id.as_str(), 0)..=(name, id.as_str(), u64::MAX), |_, _| false)?;
    }
    for (id, gone) in &unkept.talk.emptied {
        table.retain_in((name, id.as_str(), 0)..=(name, id.as_str(), *gone), |_, _| false)?;
    }
    for made in unkept.messages.iter().filter(|made| rooms.contains_key(&made.message.room)) {
        let room = made.message.room.as_str();
        table.insert((name, room, made.message.id.number), encode(&Kept::from(made)).as_slice())?;
        table.retain_in((name, room, 0)..=(name, room, made.gone), |_, _| false)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::change::{Act, Change, Rules};
    use crate::domain::image::Image;
    use crate::domain::name::{AreaName, Username};
    use crate::domain::record::{Moment, Record, Step};
    use crate::domain::talk::{Chat, ChatText, NewRoom, RoomName};
    use crate::store::embedded::disk::Disk;
    use crate::store::embedded::open;
    use crate::store::embedded::shelf::Shelf;

    const RULES: Rules = Rules::UNBOUNDED;
    const HOUR: u64 = 3_600_000_000;

    fn lunch() -> AreaName {
        AreaName::parse("lunch").unwrap()
    }

    fn step<T>(shelf: &mut Shelf, micros: u64, act: impl FnOnce(&mut Record, Moment<'_>, &mut Step) -> T) -> T {
        let (area, now) = shelf.area(&lunch(), micros).unwrap();
        let (before, mut step) = (area.head(), Step::default());
        let result = act(&mut area.record, now, &mut step);
        area.note(&before, step);
        shelf.changed(&lunch());
        shelf.keep(1).unwrap();
        result
    }

    fn join(shelf: &mut Shelf, who: &str, micros: u64) {
        let act = Act::Join { username: Username::parse(who).unwrap(), img: Image::default() };
        let change = Change { area: lunch(), owner: Owner::of(who), held: None, n: None, act };
        step(shelf, micros, |record, now, step| record.change(&change, now, &RULES, step)).unwrap();
    }

    fn kept(shelf: &mut Shelf, room: &RoomId) -> usize {
        let mut count = 0;
        let counted = shelf.messages(&lunch(), room, 0, |_| {
            count += 1;
            true
        });
        counted.unwrap();
        count
    }

    #[test]
    fn what_is_over_leaves_the_file_of_an_area_that_goes_on() {
        let mut shelf = Shelf::new(Disk::open(Box::new(open::in_memory)).unwrap());
        join(&mut shelf, "Ann", HOUR);
        let (ann, wish) = (Owner::of("Ann"), NewRoom::Named(RoomName::parse("Veggie").unwrap()));
        let veggie = step(&mut shelf, HOUR, |record, now, step| {
            record.add_room(&ann, &wish, RoomId::of([7; 16]), now, &RULES, step)
        });
        let rooms = [RoomId::general(), veggie.unwrap().id];
        for room in &rooms {
            let text = ChatText::parse("soon over").unwrap();
            let chat = Chat { area: lunch(), owner: ann.clone(), held: None, n: None, room: room.clone(), text };
            step(&mut shelf, HOUR, |record, now, step| record.chat(&chat, now, &RULES, step)).unwrap();
            assert_eq!(kept(&mut shelf, room), 1);
        }
        join(&mut shelf, "Bob", 2 * HOUR);
        assert_eq!(kept(&mut shelf, &rooms[1]), 1, "not yet");
        join(&mut shelf, "Cem", 3 * HOUR);
        assert_eq!(rooms.each_ref().map(|room| kept(&mut shelf, room)), [0, 0]);
        shelf.start_over();
        let left = step(&mut shelf, 3 * HOUR, |record, _, _| record.talk.all().keys().cloned().collect::<Vec<_>>());
        assert_eq!(left, [RoomId::general()], "nor are the rooms there, but for the one that always is");
    }
}
