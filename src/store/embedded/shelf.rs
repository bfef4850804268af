//! Areas in memory: taken from the disk when they are needed, written back when they have changed, let go when nobody
//! needs them. Knows nothing of what is done to them.

use std::collections::{BTreeSet, HashMap};

use super::area::{Area, Unkept};
use super::disk::{Disk, Write};
use crate::domain::Millis;
use crate::domain::event::Epoch;
use crate::domain::name::AreaName;
use crate::domain::record::Moment;
use crate::store::Result;

/// Rows of areas that nobody follows here, kept in memory at most, some 30 MB: whoever comes back to one within a while
/// need not wait for the disk.
const IDLE_ROWS: usize = 100_000;

pub struct Shelf {
    disk: Disk,
    areas: HashMap<AreaName, Area>,
    /// The areas with rows to be written.
    unkept: BTreeSet<AreaName>,
    /// Entries of the index of ends that lead nowhere.
    stale: Vec<(Millis, String)>,
    /// Counts the batches, to tell which area was needed last.
    batch: u64,
    /// Whether there is more in memory than after the last batch.
    grown: bool,
}

impl Shelf {
    pub fn new(disk: Disk) -> Self {
        let (areas, unkept, stale) = (HashMap::new(), BTreeSet::new(), Vec::new());
        Self { disk, areas, unkept, stale, batch: 0, grown: false }
    }

    /// The area, and the moment for a step on it. One that is not there is empty, and has no epoch.
    pub fn area(&mut self, name: &AreaName, micros: u64) -> Result<(&mut Area, Moment<'_>)> {
        if !self.areas.contains_key(name) {
            self.take_down(name, micros)?;
        }
        let area = self.areas.get_mut(name).expect("it has just been put there");
        area.used = self.batch;
        Ok((area, Moment { run: self.disk.run(), micros }))
    }

    fn take_down(&mut self, name: &AreaName, micros: u64) -> Result<()> {
        let mut area = Area::default();
        if let Some((record, kept_due)) = self.disk.load(name)? {
            area = Area { record, kept_due, ..area };
            if !area.is_there() {
                // Something of it could not be read: what everybody knew is not so any more.
                area.record.begin(Moment { run: self.disk.run(), micros });
                area.rewrite();
                self.unkept.insert(name.clone());
            }
        }
        self.areas.insert(name.clone(), area);
        self.grown = true;
        Ok(())
    }

    /// Where the area is: from memory, or from the one row that says it.
    pub fn head(&mut self, name: &AreaName) -> Result<(Epoch, u64)> {
        match self.areas.get(name) {
            Some(area) => Ok((area.record.state.epoch.clone(), area.record.state.seq)),
            None => Ok(self.disk.head(name)?.unwrap_or_default()),
        }
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
    pub fn keep(&mut self, otherwise: Millis) -> Result<()> {
        self.batch += 1;
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
                (Ok(()), Some(area)) => {
                    area.kept_due = area.due(otherwise);
                    area.unkept = Unkept::default();
                }
                _ => drop(self.areas.remove(name)),
            }
        }
        written
    }

    /// Keeps what is followed, and of the rest what was needed last.
    pub fn let_go(&mut self, followed: impl Fn(&AreaName) -> bool) {
        if !std::mem::take(&mut self.grown) {
            return;
        }
        self.areas.retain(|_, area| area.is_there());
        let idle = self.areas.iter().filter(|(name, _)| !followed(name));
        let mut idle: Vec<_> = idle.map(|(name, area)| (area.used, area.rows(), name.clone())).collect();
        let mut rows: usize = idle.iter().map(|(_, rows, _)| rows).sum();
        if rows <= IDLE_ROWS {
            return;
        }
        // Down to half, so that it need not be done again at once.
        idle.sort_by_key(|(used, ..)| *used);
        for (_, size, name) in idle {
            if rows <= IDLE_ROWS / 2 {
                break;
            }
            rows -= size;
            self.areas.remove(&name);
        }
    }

    /// Forgets everything that is in memory.
    pub fn start_over(&mut self) {
        self.areas.clear();
        self.unkept.clear();
        self.stale.clear();
        self.disk.start_over();
    }

    pub fn check(&mut self) -> Result<()> {
        self.disk.check()
    }
}
