//! The scripts against the rules of `domain::record`: whatever is asked, both decide the same, and say so in the same bytes.

use where_to_eat::domain::change::{Act, Change, Done, Refused, Rules};
use where_to_eat::domain::event::Epoch;
use where_to_eat::domain::image::Image;
use where_to_eat::domain::owner::Owner;
use where_to_eat::domain::record::{Moment, Record, Step};
use where_to_eat::domain::venue::Pick;
use where_to_eat::store::StoreError;

use crate::contract::group::{Group, LONG, name, place};
use crate::redis::server::RedisServer;

const CHANGES: u64 = 1500;
/// Small enough that they are met.
pub const RULES: Rules = Rules { users: 5, venues: 4, ..LONG };
/// What JSON escapes, what cjson would escape otherwise, what keys escape, and what compares alike.
pub const NAMES: [&str; 9] = ["Ann", "ANN", "a/b", "\"q\\\"", "</b>&", "josh:vote", "timer", "50%", "👩‍🍳 ünï"];
const IMAGES: [&str; 3] = ["", "emoji:🍜", "https://example.org/%22/?q=%5C"];
pub const PLACES: [&str; 6] = ["thai", "a/b", "\"", "\\", "ünï", "{x}"];

/// Throws that are the same in each run.
pub struct Dice(pub u64);

impl Dice {
    pub fn throw(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    pub fn one_of<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.throw(of.len() as u64) as usize]
    }

    fn act(&mut self) -> Act {
        match self.throw(12) {
            0..=4 => {
                let img = Image::parse(self.one_of(&IMAGES)).expect("a good picture");
                Act::Join { username: name(self.one_of(&NAMES)), img }
            }
            // The name of a place differs, but the first rendering stands.
            5..=7 => Act::Vote(Pick::Place(place(self.one_of(&PLACES), self.one_of(&NAMES)))),
            8 => Act::Vote(Pick::Known(place(self.one_of(&PLACES), "any").id)),
            9 => Act::Withdraw,
            _ => Act::Leave,
        }
    }

    fn change(&mut self, group: &Group, newest: u64) -> Change {
        let held = (self.throw(2) == 0).then(|| name(self.one_of(&NAMES)));
        // Mostly newer, at times the same or older.
        let n = (self.throw(3) > 0).then(|| newest.saturating_sub(self.throw(4)));
        let owner = Owner::of(&format!("session {}", self.throw(7)));
        Change { area: group.area.clone(), owner, held, n, act: self.act() }
    }
}

/// What the rules say, at the time the store says.
pub fn decided(
    record: &mut Record,
    change: &Change,
    done: Option<&Done>,
    texts: &mut Vec<String>,
) -> Result<Done, Refused> {
    let run = record.state.epoch.run().to_owned();
    let moment = Moment { run: &run, micros: done.map_or(0, |done| done.at) * 1000 };
    let mut step = Step::default();
    let decided = record.change(change, moment, &RULES, &mut step);
    texts.extend(step.events.iter().map(|event| event.encode()));
    texts.extend(step.notices.iter().map(|notice| notice.encode()));
    decided
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_scripts_decide_as_the_rules_do() {
    let server = RedisServer::start();
    let group = Group::meet(&server, RULES).await;
    let mut record = Record::default();
    record.state.epoch = group.start.epoch.clone();
    assert_ne!(record.state.epoch, Epoch::default());
    let mut dice = Dice(0x2545_F491_4F6C_DD1D);
    let mut texts = Vec::new();
    let mut refusals = 0;
    for newest in 1..=CHANGES {
        let change = dice.change(&group, newest);
        match group.store.change(&change).await {
            Ok(done) => assert_eq!(decided(&mut record, &change, Some(&done), &mut texts), Ok(done), "{change:?}"),
            Err(StoreError::Refused(why)) => {
                assert_eq!(decided(&mut record, &change, None, &mut texts), Err(why), "{change:?}");
                refusals += 1;
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(group.state().await, record.state);
    assert!(refusals > CHANGES / 10 && record.state.seq > CHANGES / 10, "much was refused, and much was not");
    let last = record.state.seq;
    group.ears.until_seq(&group.area, &record.state.epoch, last).await;
    let heard: Vec<String> = group.sounds().into_iter().map(|sound| sound.text).collect();
    // A renewal after the last change may still be on its way.
    assert!(texts.starts_with(&heard) && texts.len() - heard.len() < 20);
    assert!(server.keys("*").iter().all(|key| key == "expireKeys" || server.ask::<i64>(&["PTTL", key]) > 0));
}
