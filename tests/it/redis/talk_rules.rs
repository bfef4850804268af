//! The scripts of talk against the rules of `domain::talk`: whatever is asked, both decide the same, and tell it in the same bytes.

use where_to_eat::domain::change::{Act, Change, Refused, Rules};
use where_to_eat::domain::event::Notice;
use where_to_eat::domain::owner::Owner;
use where_to_eat::domain::record::{Moment, Record, Step};
use where_to_eat::domain::talk::{Chat, ChatText, NewRoom, Page, RoomId, RoomName, RoomView, Saying, Told};
use where_to_eat::store::{Result, StoreError};

use super::rules::Dice;
use crate::contract::group::{Group, LONG, join, name};
use crate::redis::server::RedisServer;

const ASKED: u64 = 1500;
/// Small enough that they are met.
const RULES: Rules = Rules { rooms: 2, private_rooms: 2, messages: 4, ..LONG };
const NAMES: [&str; 4] = ["Ann", "a/b", "\"q\\\"", "josh:vote"];
const ROOMS: [&str; 4] = ["Veggie", "VEGGIE", "a:b \"%s\"", "talk"];
const TEXTS: [&str; 3] = ["hm", "two\nlines \"\\ </b>", "👩‍🍳 {\"room\":1}"];

/// The store, and the rules beside it.
struct Both {
    group: Group,
    record: Record,
    told: Vec<Told>,
    rooms: Vec<RoomId>,
    refusals: usize,
}

impl Both {
    fn step<T>(&mut self, at: u64, act: impl FnOnce(&mut Record, Moment<'_>, &mut Step) -> T) -> T {
        let run = self.record.state.epoch.run().to_owned();
        let mut step = Step::default();
        let decided = act(&mut self.record, Moment { run: &run, micros: at * 1000 }, &mut step);
        self.told.extend(step.notices.into_iter().filter_map(|notice| match notice {
            Notice::Talk { told, .. } | Notice::Private { told, .. } => Some(told),
            _ => None,
        }));
        decided
    }

    fn same<T: PartialEq + std::fmt::Debug>(&mut self, stored: Result<T>, decided: std::result::Result<T, Refused>) {
        self.refusals += usize::from(decided.is_err());
        assert_eq!(stored, decided.map_err(StoreError::Refused));
    }

    async fn change(&mut self, owner: &Owner, act: Act) {
        let change = Change { area: self.group.area.clone(), owner: owner.clone(), held: None, n: None, act };
        let stored = self.group.store.change(&change).await;
        let at = stored.as_ref().map_or(0, |done| done.at);
        let decided = self.step(at, |record, now, step| record.change(&change, now, &RULES, step));
        self.same(stored, decided);
    }

    async fn open(&mut self, owner: &Owner, wish: NewRoom) {
        let stored = self.group.store.add_room(&self.group.area, owner, &wish).await;
        // The id that the store has made up, if it is a new one.
        let id = stored.as_ref().map_or(RoomId::of([0; 16]), |view| view.id.clone());
        let at = self.group.now().await;
        let decided = self.step(at, |record, now, step| record.add_room(owner, &wish, id.clone(), now, &RULES, step));
        if stored.is_ok() {
            self.rooms.push(id);
        }
        self.same(stored, decided);
    }

    async fn say(&mut self, chat: Chat) {
        let stored = self.group.store.chat(&chat).await;
        let at = stored.as_ref().map_or(0, |said| said.id.map_or(said.done.at, |id| id.at));
        let decided = self.step(at, |record, now, step| record.chat(&chat, now, &RULES, step));
        let decided = decided.map(|saying| match saying {
            Saying::Said(done, id) => (Some(id), done.me.map(|me| me.username)),
            Saying::Known(done) => (None, done.me.map(|me| me.username)),
        });
        let known = matches!(&decided, Ok((None, _)));
        // Whether a retry finds its message is the store's own part; the contract holds it to that.
        let said = stored.map(|said| (said.id.filter(|_| !known), said.done.me.map(|me| me.username)));
        self.same(said, decided);
    }

    async fn look(&mut self, owner: &Owner, room: &RoomId) {
        let at = self.group.now().await;
        let page = Page { room: room.clone(), before: None, limit: 1 };
        let stored = self.group.store.messages(&self.group.area, owner, &page).await.map(drop);
        let decided = self.step(at, |record, now, step| record.read(owner, room, true, now, &RULES, step));
        self.same(stored, decided.map(drop));
        let stored = self.group.store.rooms(&self.group.area, owner).await;
        let decided: std::result::Result<Vec<RoomView>, _> =
            self.step(at, |record, now, step| record.rooms(owner, now, &RULES, step));
        self.same(stored, decided);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_scripts_of_talk_decide_as_the_rules_do() {
    let server = RedisServer::start();
    let group = Group::meet(&server, RULES).await;
    let mut record = Record::default();
    record.state.epoch = group.start.epoch.clone();
    let mut both = Both { group, record, told: Vec::new(), rooms: vec![RoomId::general()], refusals: 0 };
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    for newest in 1..=ASKED {
        let owner = Owner::of(&format!("session {}", dice.throw(5)));
        let latest = both.rooms.len().saturating_sub(6);
        let room = both.rooms[(latest as u64 + dice.throw((both.rooms.len() - latest) as u64)) as usize].clone();
        match dice.throw(16) {
            0..=2 => both.change(&owner, join(dice.one_of(&NAMES))).await,
            3 => both.change(&owner, Act::Leave).await,
            4 => both.open(&owner, NewRoom::Named(RoomName::parse(dice.one_of(&ROOMS)).unwrap())).await,
            5..=6 => both.open(&owner, NewRoom::With(name(dice.one_of(&NAMES)))).await,
            7..=8 => both.look(&owner, &room).await,
            _ => {
                let room = if dice.throw(4) == 0 { RoomId::general() } else { room };
                let n = (dice.throw(3) > 0).then(|| newest.saturating_sub(dice.throw(4)));
                let text = ChatText::parse(dice.one_of(&TEXTS)).unwrap();
                both.say(Chat { area: both.group.area.clone(), owner, held: None, n, room, text }).await;
            }
        }
    }
    assert!(both.refusals > 100 && both.told.len() > 200, "much was refused, and much was not");
    let heard: Vec<Told> = both.group.until_told(both.told.len()).await.into_iter().map(|(_, told)| told).collect();
    assert_eq!(heard, both.told);
    assert!(server.keys("*").iter().all(|key| key == "expireKeys" || server.ask::<i64>(&["PTTL", key]) > 0));
}
