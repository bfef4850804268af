//! What the hub hears from the store: to the live area that it is about, and how late it came.

use super::Hub;
use crate::domain::event::Heard;
use crate::domain::name::AreaName;
use crate::store::Listener;

impl Listener for Hub {
    fn heard(&self, area: &AreaName, heard: Heard, text: &str) {
        if let Heard::Change(change) = &heard {
            self.clock.heard(change.at);
        }
        let area = self.areas.read().expect("a short lock").get(area).cloned();
        if let Some(area) = area {
            area.hear(heard, text);
        }
    }

    fn missed(&self, area: Option<&AreaName>) {
        match area {
            Some(name) => {
                self.areas.read().expect("a short lock").get(name).into_iter().for_each(|a| a.needs_snapshot())
            }
            None => self.areas().iter().for_each(|area| area.needs_snapshot()),
        }
    }
}
