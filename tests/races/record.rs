//! The rules alone, as the embedded store keeps them, with a clock in the test's hand.

use super::flaws::Flaw;
use super::ground::{Ground, Sound};
use crate::domain::change::{Change, Done, Rules};
use crate::domain::event::{Epoch, Event, Heard, Notice, Numbered};
use crate::domain::owner::Owner;
use crate::domain::record::{Moment, Record, Step};
use crate::domain::talk::{Chat, Made, Message, NewRoom, Page, RoomId, RoomView, Said, Saying};
use crate::store::{Head, Result, Snapshot, StoreError};

const RULES: Rules = Rules { lifetime: 40, sweep_period: 10, ..Rules::UNBOUNDED };
/// Somewhen after 1970.
const BEGINNING: u64 = 1_795_340_000_000_000;
/// What a call takes, in microseconds: no two begin at the same.
const CALL: u64 = 300;

pub struct OnRecord {
    flaw: Option<Flaw>,
    /// A sweep in two steps has looked.
    doomed: bool,
    record: Record,
    micros: u64,
    /// All messages of this life.
    made: Vec<Made>,
    /// Rooms opened so far: what the next one goes by.
    rooms: u128,
    heard: [Vec<Sound>; 2],
}

impl Default for OnRecord {
    fn default() -> Self {
        Self {
            flaw: None,
            doomed: false,
            record: Record::default(),
            micros: BEGINNING,
            made: Vec::new(),
            rooms: 0,
            heard: Default::default(),
        }
    }
}

impl OnRecord {
    pub fn flawed(flaw: Flaw) -> Self {
        Self { flaw: Some(flaw), ..Self::default() }
    }

    fn step<T>(&mut self, act: impl FnOnce(&mut Record, Moment<'_>, &mut Step) -> T) -> T {
        self.micros += CALL;
        let mut step = Step::default();
        let result = act(&mut self.record, Moment { run: "run", micros: self.micros }, &mut step);
        self.repeat(&mut step);
        for made in std::mem::take(&mut step.messages) {
            let (room, gone) = (made.message.room.clone(), made.gone);
            self.made.retain(|made| made.message.room != room || made.message.id.number > gone);
            self.made.push(made);
        }
        let changes = step.events.into_iter().map(|change| (change.encode(), Heard::Change(change)));
        let tells_everyone = self.flaw == Some(Flaw::TellsEveryone);
        let notices = step.notices.into_iter().map(|notice| match notice {
            Notice::Private { number, after, told, .. } if tells_everyone => Notice::Talk { number, after, told },
            notice => notice,
        });
        let notices = notices.map(|notice| (notice.encode(), Heard::Notice(notice)));
        for (text, heard) in changes.chain(notices) {
            self.heard.iter_mut().for_each(|queue| queue.push((heard.clone(), text.clone())));
        }
        result
    }

    /// For two companions: what a store would publish that does not count as it should.
    fn repeat(&self, step: &mut Step) {
        let Some(last) = step.events.last().cloned() else { return };
        match (self.flaw, &last.event) {
            (Some(Flaw::ClearsTwice), Event::Cleared { .. }) => {
                step.events.push(Numbered { seq: last.seq + 1, ..last });
            }
            (Some(Flaw::UsesANumberTwice), Event::Vote { .. }) => step.events.push(last),
            _ => {}
        }
    }

    /// For a companion: whoever does something between the two steps is cleared away with the rest.
    fn sweep_in_two_steps(&mut self) {
        if std::mem::take(&mut self.doomed) {
            self.record.state.expires_at = 0;
        } else {
            self.doomed = self.record.state.seq > 0 && self.record.state.expires_at <= self.micros / 1000;
        }
    }
}

impl Ground for OnRecord {
    fn lifetime(&self) -> u64 {
        RULES.lifetime
    }

    fn change(&mut self, _: usize, change: &Change) -> Result<Done> {
        self.step(|record, now, step| record.change(change, now, &RULES, step)).map_err(StoreError::Refused)
    }

    fn add_room(&mut self, _: usize, owner: &Owner, wish: &NewRoom) -> Result<RoomView> {
        self.rooms += 1;
        let id = RoomId::of(self.rooms.to_be_bytes());
        let added = self.step(|record, now, step| record.add_room(owner, wish, id, now, &RULES, step));
        added.map_err(StoreError::Refused)
    }

    fn chat(&mut self, _: usize, chat: &Chat) -> Result<Said> {
        match self.step(|record, now, step| record.chat(chat, now, &RULES, step))? {
            Saying::Said(done, id) => Ok(Said { done, id: Some(id) }),
            Saying::Known(done) => {
                let own = |made: &&Made| (&made.owner, made.n, &made.message.room) == (&chat.owner, chat.n, &chat.room);
                Ok(Said { done, id: self.made.iter().find(own).map(|made| made.message.id) })
            }
        }
    }

    fn messages(&mut self, _: usize, owner: &Owner, page: &Page) -> Result<Vec<Message>> {
        let gone = self.step(|record, now, step| record.read(owner, &page.room, true, now, &RULES, step))?;
        let kept = self.made.iter().rev().map(|made| &made.message);
        let kept = kept.filter(|message| message.room == page.room && message.id.number > gone);
        Ok(kept.take(page.limit).cloned().collect())
    }

    fn snapshot(&mut self, _: usize, begin: bool) -> Snapshot {
        let state = self.step(|record, now, step| {
            record.expire(now, &RULES, step);
            if begin {
                record.begin(now);
            }
            record.state.clone()
        });
        Snapshot { state, at: self.micros / 1000, claims: Vec::new(), talked: self.record.talk.talked }
    }

    fn expire(&mut self, _: usize) {
        let by_beginning = self.flaw == Some(Flaw::ExpiresWhoRenewed);
        self.step(|record, now, step| {
            for user in record.state.users.values_mut().filter(|_| by_beginning) {
                let end = user.since + RULES.lifetime;
                user.due = if end <= now.millis() { end } else { user.due };
            }
            record.expire(now, &RULES, step);
        });
    }

    fn sweep(&mut self, _: usize) {
        if self.flaw == Some(Flaw::SweepsInTwoSteps) {
            self.sweep_in_two_steps();
        }
        self.step(|record, now, step| {
            if record.state.epoch != Epoch::default() && record.sweep(now, 0, &RULES, step) {
                *record = Record::default();
            }
        });
        if self.record.state.epoch == Epoch::default() {
            self.made.clear();
        }
    }

    fn head(&mut self, _: usize) -> Head {
        let state = &self.record.state;
        Head { epoch: state.epoch.clone(), seq: state.seq, claims: Vec::new(), talked: self.record.talk.talked }
    }

    fn rest(&mut self, ms: u64) {
        self.micros += ms * 1000;
    }

    fn heard(&mut self, server: usize) -> Vec<Sound> {
        std::mem::take(&mut self.heard[server])
    }

    /// There are no keys.
    fn endless_keys(&mut self) -> Vec<String> {
        Vec::new()
    }
}
