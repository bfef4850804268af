//! Areas in memory: taken from the disk when they are needed, written back when they have changed, let go when nobody
//! needs them. Knows nothing of what is done to them.

use std::collections::{BTreeSet, HashMap};

use super::area::{Area, Unkept};
use super::disk::Disk;
use super::messages::Kept;
use super::tables::Write;
use crate::domain::Millis;
use crate::domain::counted::{shrink, take_out};
use crate::domain::event::Epoch;
use crate::domain::name::AreaName;
use crate::domain::record::Moment;
use crate::domain::talk::RoomId;
use crate::store::Result;

/// What nobody follows is looked for among all areas once so many rows, some 2 MB, have come into memory: so the look costs each of them
/// little however many areas there are. None of it is kept: a few that stay here and there keep the memory of all that were beside them.
const LOOK_EVERY: usize = 6_250;
/// And so long after the last look (ms), whatever came: those who leave bring nothing into memory, and what they leave is to be given back.
const LOOK_AFTER: Millis = 30_000;

pub struct Shelf {
    disk: Disk,
    areas: HashMap<AreaName, Area>,
    /// The areas with rows to be written.
    unkept: BTreeSet<AreaName>,
    /// Entries of the index of ends that lead nowhere.
    stale: Vec<(Millis, String)>,
    /// Rows that have come into memory since what is idle was looked for last.
    grown: usize,
    /// When it was.
    looked: Millis,
    look_every: usize,
}

impl Shelf {
    pub fn new(disk: Disk) -> Self {
        let (areas, unkept, stale) = (HashMap::new(), BTreeSet::new(), Vec::new());
        Self { disk, areas, unkept, stale, grown: 0, looked: 0, look_every: LOOK_EVERY }
    }

    /// The area, and the moment for a step on it. One that is not there is empty, and has no epoch.
    pub fn area(&mut self, name: &AreaName, micros: u64) -> Result<(&mut Area, Moment<'_>)> {
        if !self.areas.contains_key(name) {
            self.take_down(name, micros)?;
        }
        let area = self.areas.get_mut(name).expect("it has just been put there");
        Ok((area, Moment { run: self.disk.run(), micros }))
    }

    fn take_down(&mut self, name: &AreaName, micros: u64) -> Result<()> {
        let mut area = Area::default();
        if let Some((record, kept_due)) = self.disk.load(name)? {
            area = Area { record, kept_due, ..area };
            let now = Moment { run: self.disk.run(), micros };
            if area.record.state.epoch.run() != now.run {
                // What everybody knew is not so any more.
                metrics::counter!("wte_store_garbage_total").increment(1);
                tracing::warn!("an area could not be read whole, or is of another run; it goes on in a new epoch");
                area.begin_anew(now);
                self.unkept.insert(name.clone());
            }
        }
        self.grown += grown(&mut area);
        self.areas.insert(name.clone(), area);
        Ok(())
    }

    /// Where the area is, and how much was told of talk: from memory, or from the one row that says where it is.
    pub fn head(&mut self, name: &AreaName) -> Result<(Epoch, u64, u64)> {
        match self.areas.get(name) {
            Some(Area { record, .. }) => Ok((record.state.epoch.clone(), record.state.seq, record.talk.talked)),
            None => Ok(self.disk.head(name)?.map(|(epoch, seq)| (epoch, seq, 0)).unwrap_or_default()),
        }
    }

    /// The messages of a room that come after number `gone`, the newest first, from memory where they are not on the disk yet, until
    /// `take` has enough (false).
    pub fn messages(
        &mut self,
        name: &AreaName,
        room: &RoomId,
        gone: u64,
        mut take: impl FnMut(Kept) -> bool,
    ) -> Result<()> {
        let unkept = self.areas.get(name).into_iter().flat_map(|area| area.unkept_messages(room).rev());
        for made in unkept.filter(|made| made.message.id.number > gone) {
            if !take(Kept::from(made)) {
                return Ok(());
            }
        }
        self.disk.messages(name, room, gone, take)
    }

    /// After a step on the area.
    pub fn changed(&mut self, name: &AreaName) {
        if self.areas.get(name).is_some_and(|area| area.unkept != Unkept::default()) {
            self.unkept.insert(name.clone());
        }
    }

    /// The ends after this one, up to `until`, in their order, some at a time: when, and the area's name.
    pub fn ends(&mut self, after: &(Millis, String), until: Millis, most: usize) -> Result<Vec<(Millis, String)>> {
        self.disk.ends(after, until, most)
    }

    /// The entry was found in the index of ends. If it leads nowhere it is taken out with what is written next.
    pub fn found(&mut self, due: Millis, name: &str) {
        let known = AreaName::parse(name).ok().and_then(|name| self.areas.get(&name));
        if known.is_none_or(|area| area.kept_due != Some(due)) {
            self.stale.push((due, name.to_owned()));
        }
    }

    /// Writes all that is not kept yet, as one. If that fails, what is in memory of it is forgotten: the disk is right.
    /// `otherwise` is the end of areas that have none of their own.
    pub fn keep(&mut self, otherwise: Millis) -> Result<()> {
        let names = std::mem::take(&mut self.unkept);
        let stale = std::mem::take(&mut self.stale);
        if names.is_empty() && stale.is_empty() {
            return Ok(());
        }
        let area = |name| self.areas.get(name).expect("what is to be written is not let go");
        let writes = names.iter().map(|name| Write { name, area: area(name), due: area(name).due(otherwise) });
        let written = self.disk.write(&writes.collect::<Vec<_>>(), &stale);
        for name in &names {
            match (&written, self.areas.get_mut(name)) {
                (Ok(()), Some(area)) if area.is_there() => {
                    self.grown += grown(area);
                    area.kept_due = area.due(otherwise);
                    area.unkept = Unkept::default();
                }
                // What is over is as if it had never been.
                _ => drop(take_out(&mut self.areas, name)),
            }
        }
        written
    }

    /// Keeps what is followed. Most calls do nothing, and the others look at all areas.
    pub fn let_go(&mut self, now: Millis, followed: impl Fn(&AreaName) -> bool) {
        if self.grown < self.look_every && now < self.looked + LOOK_AFTER {
            return;
        }
        (self.grown, self.looked) = (0, now);
        self.areas.retain(|name, area| area.is_there() && followed(name));
        shrink(&mut self.areas);
    }

    /// Forgets everything that is in memory: the disk is right, once it is opened anew.
    pub fn start_over(&mut self) {
        self.areas.clear();
        shrink(&mut self.areas);
        self.unkept.clear();
        self.stale.clear();
        self.disk.start_over();
    }

    /// The file, for what is no area's.
    pub fn disk(&mut self) -> &mut Disk {
        &mut self.disk
    }

    pub fn check(&mut self) -> Result<()> {
        self.disk.check()
    }
}

/// The rows that came to an area since they were counted last.
fn grown(area: &mut Area) -> usize {
    let (rows, before) = (area.rows(), area.counted);
    area.counted = rows;
    rows.saturating_sub(before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::change::{Act, Change, Rules};
    use crate::domain::image::Image;
    use crate::domain::name::Username;
    use crate::domain::owner::Owner;
    use crate::domain::record::{Record, Step};
    use crate::store::embedded::open;

    const RULES: Rules = Rules::UNBOUNDED;

    fn area(count: usize) -> AreaName {
        AreaName::parse(&format!("area-{count}")).unwrap()
    }

    fn users(shelf: &mut Shelf, name: &AreaName) -> usize {
        shelf.area(name, 1).unwrap().0.record.state.users.len()
    }

    fn join(shelf: &mut Shelf, name: &AreaName, who: &str, second: u64) {
        let act = Act::Join { username: Username::parse(who).unwrap(), img: Image::default() };
        let change = Change { area: name.clone(), owner: Owner::of(who), held: None, n: None, act };
        let (area, now) = shelf.area(name, second * 1_000_000).unwrap();
        let (before, mut step) = (area.head(), Step::default());
        area.record.change(&change, now, &RULES, &mut step).unwrap();
        area.note(&before, step);
        shelf.changed(name);
    }

    #[test]
    fn what_nobody_follows_is_let_go_and_comes_back() {
        let mut shelf = Shelf::new(Disk::open(Box::new(open::in_memory)).unwrap());
        shelf.look_every = 1;
        for count in 0..50 {
            join(&mut shelf, &area(count), "Ann", 1);
            shelf.keep(1).unwrap();
            shelf.let_go(1, |name| *name == area(0));
            assert_eq!(shelf.areas.keys().collect::<Vec<_>>(), [&area(0)]);
        }
        for count in 0..50 {
            assert_eq!(users(&mut shelf, &area(count)), 1);
        }
    }

    #[test]
    fn rows_that_come_to_an_area_later_count_as_well() {
        let mut shelf = Shelf::new(Disk::open(Box::new(open::in_memory)).unwrap());
        shelf.look_every = 25;
        for count in 0..20 {
            for who in ["Ann", "Bob", "Cem", "Dan", "Eve"] {
                join(&mut shelf, &area(count), who, 1);
                shelf.keep(1).unwrap();
                shelf.let_go(1, |_| false);
            }
        }
        // An area of five has eleven rows.
        assert!(shelf.areas.len() <= 3, "{} areas in memory", shelf.areas.len());
    }

    #[test]
    fn what_is_idle_is_looked_for_once_in_so_many_new_rows() {
        let mut shelf = Shelf::new(Disk::open(Box::new(open::in_memory)).unwrap());
        // A look lets all go. An area with one user has three rows: every tenth brings one about.
        shelf.look_every = 30;
        let mut act = |count: usize, second| {
            join(&mut shelf, &area(count), "Ann", second);
            shelf.keep(1).unwrap();
            shelf.let_go(1, |_| false);
            shelf.areas.len()
        };
        for count in 1..=30 {
            assert_eq!(act(count, 1), count % 10, "after {count} areas");
            // What is done in an area that is in memory brings none.
            for second in (2..5).filter(|_| count % 10 > 0) {
                assert_eq!(act(count, second), count % 10, "after {count} areas");
            }
        }
    }

    #[test]
    fn what_was_left_is_given_back_in_time_though_nothing_else_comes() {
        let mut shelf = Shelf::new(Disk::open(Box::new(open::in_memory)).unwrap());
        for count in 0..50 {
            join(&mut shelf, &area(count), "Ann", 1);
        }
        shelf.keep(1).unwrap();
        shelf.let_go(1, |_| true);
        shelf.let_go(LOOK_AFTER - 1, |_| false);
        assert_eq!(shelf.areas.len(), 50);
        shelf.let_go(LOOK_AFTER, |_| true);
        assert_eq!(shelf.areas.len(), 50, "all are followed");
        shelf.let_go(2 * LOOK_AFTER, |_| false);
        assert!(shelf.areas.is_empty());
    }

    #[test]
    fn an_area_has_one_end_however_often_it_moves() {
        let mut shelf = Shelf::new(Disk::open(Box::new(open::in_memory)).unwrap());
        for second in 1..5 {
            join(&mut shelf, &area(1), "Ann", second);
            shelf.keep(1).unwrap();
        }
        let ends = shelf.ends(&(0, String::new()), Millis::MAX, 9).unwrap();
        assert_eq!(ends, [(4000 + RULES.lifetime, area(1).to_string())]);
    }

    #[test]
    fn areas_that_are_not_there_take_no_memory() {
        let mut shelf = Shelf::new(Disk::open(Box::new(open::in_memory)).unwrap());
        for count in 0..2 * LOOK_EVERY {
            assert_eq!(users(&mut shelf, &area(count)), 0);
            shelf.keep(1).unwrap();
            shelf.let_go(1, |_| true);
            assert!(shelf.areas.len() <= LOOK_EVERY);
        }
        assert!(shelf.areas.is_empty());
        assert!(shelf.areas.capacity() <= 1024, "room for {}", shelf.areas.capacity());
    }

    #[test]
    fn an_area_that_is_over_takes_no_memory_from_then_on() {
        let mut shelf = Shelf::new(Disk::open(Box::new(open::in_memory)).unwrap());
        join(&mut shelf, &area(1), "Ann", 1);
        shelf.keep(1).unwrap();
        assert!(shelf.areas.contains_key(&area(1)));
        let (there, _) = shelf.area(&area(1), 1).unwrap();
        let before = there.head();
        there.record = Record::default();
        there.note(&before, Step::default());
        shelf.changed(&area(1));
        shelf.keep(1).unwrap();
        assert!(shelf.areas.is_empty());
        assert_eq!(users(&mut shelf, &area(1)), 0);
    }

    #[test]
    fn opening_loads_no_area() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("areas.redb");
        let opened = |path: &std::path::Path| {
            let path = path.to_owned();
            Shelf::new(Disk::open(Box::new(move || open::in_file(&path))).unwrap())
        };
        let mut shelf = opened(&path);
        for count in 0..1000 {
            join(&mut shelf, &area(count), "Ann", 1);
        }
        shelf.keep(1).unwrap();
        drop(shelf);
        let mut shelf = opened(&path);
        assert!(shelf.areas.is_empty());
        assert_eq!(users(&mut shelf, &area(999)), 1);
        assert_eq!(shelf.areas.len(), 1);
    }
}
