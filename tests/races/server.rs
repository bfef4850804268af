//! One server, as a course moves it: the hub's own view of the area, what has not come to it yet, and a client that reads.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::Value;

use super::flaws::Flaw;
use super::ground::{Ground, Sound, area, server_id};
use super::play::owner_of;
use crate::domain::event::{Event, Heard, Notice};
use crate::domain::state::AreaState;
use crate::domain::talk::{Message, MessageId, RoomId};
use crate::hub::Bounds;
use crate::hub::view::{Cursor, View};
use crate::store::Snapshot;

pub struct Server {
    id: usize,
    view: View,
    /// Published, and not here yet.
    coming: VecDeque<Sound>,
    loading: bool,
    taken: Option<Snapshot>,
    /// Something was lost without a word.
    pub owes_a_pulse: bool,
    /// For a companion: the number of what was told last of talk, as it takes it, and the same when it began to load.
    talked: u64,
    talked_before: u64,
    loses: bool,
    client: Client,
}

/// Who follows the area by this server: what it is told is a state, and then each change after it. The page's own rule of what comes
/// next is `apply` in `assets/js/state.js`.
#[derive(Default)]
pub struct Client {
    cursor: Option<Cursor>,
    at: (String, u64),
    cleared: bool,
    /// It was told the whole area, and asked for the messages, when so many were said.
    pub asked_at: usize,
    /// Messages that it was told of since.
    pub heard: Vec<(RoomId, MessageId)>,
}

impl Server {
    pub fn new(id: usize, lifetime: u64) -> Self {
        // A short log, so that some readers fall behind it.
        let bounds =
            Bounds { lifetime, recent_events: 6, recent_bytes: 4096, grace: Duration::ZERO, session: lifetime };
        Self {
            id,
            view: View::new(area(), server_id(id), bounds, 0),
            coming: VecDeque::new(),
            loading: false,
            taken: None,
            owes_a_pulse: false,
            talked: 0,
            talked_before: 0,
            loses: false,
            client: Client::default(),
        }
    }

    pub fn state(&self) -> &AreaState {
        &self.view.state
    }

    pub fn published(&mut self, sounds: &[Sound]) {
        self.coming.extend(sounds.iter().cloned());
    }

    pub fn hear(&mut self, ground: &dyn Ground) -> bool {
        let Some((heard, text)) = self.coming.pop_front() else { return false };
        self.take(heard, &text, ground);
        true
    }

    fn take(&mut self, heard: Heard, text: &str, ground: &dyn Ground) {
        let changes = !is_talk(&heard);
        if changes
            && ground.flaw() == Some(Flaw::LooksBeforeItFollows)
            && (self.taken.is_some() || self.client.cursor.is_none())
        {
            return;
        }
        if let Heard::Change(change) = &heard
            && ground.flaw() == Some(Flaw::AppliesWhateverItHears)
        {
            (self.view.state.epoch, self.view.state.seq) = (change.epoch.clone(), change.seq - 1);
        }
        if ground.flaw() != Some(Flaw::MissesTalkInSilence) {
            self.view.hear(heard, text);
        } else if let Some(heard) = self.as_if_next(heard) {
            self.view.hear(heard, text);
        }
    }

    /// For a companion: every second thing that is told of talk never comes, and the others as if nothing had been told between.
    fn as_if_next(&mut self, heard: Heard) -> Option<Heard> {
        let after = self.talked;
        let told = match heard {
            Heard::Notice(Notice::Talk { number, told, .. }) => Notice::Talk { number, after, told },
            Heard::Notice(Notice::Private { number, to, told, .. }) => Notice::Private { number, after, to, told },
            heard => {
                let cleared = matches!(&heard, Heard::Change(change) if matches!(change.event, Event::Cleared { .. }));
                self.talked = if cleared { 0 } else { after };
                return Some(heard);
            }
        };
        self.loses = !self.loses;
        if self.loses {
            return None;
        }
        if let Notice::Talk { number, .. } | Notice::Private { number, .. } = &told {
            self.talked = after.max(*number);
        }
        Some(Heard::Notice(told))
    }

    /// The next one comes now, and stays to come again.
    pub fn hear_twice(&mut self, ground: &dyn Ground) {
        if let Some((heard, text)) = self.coming.front().cloned() {
            self.take(heard, &text, ground);
        }
    }

    /// Of two changes: nothing tells a notice's place among them.
    pub fn cross(&mut self) {
        if self.coming.iter().take(2).filter(|(heard, _)| matches!(heard, Heard::Change(_))).count() == 2 {
            self.coming.swap(0, 1);
        }
    }

    pub fn miss(&mut self, ground: &dyn Ground) {
        let Some((heard, _)) = self.coming.pop_front() else { return };
        if is_talk(&heard) || ground.flaw() != Some(Flaw::MissesInSilence) {
            self.view.resync = true;
        }
    }

    /// A change, or talk: another notice that is lost makes an end too early, and who asks the store then is told the right one.
    pub fn miss_in_silence(&mut self) {
        let is_numbered = |(heard, _): &mut Sound| matches!(heard, Heard::Change(_)) || is_talk(heard);
        if self.coming.pop_front_if(is_numbered).is_some() {
            self.owes_a_pulse = true;
        }
    }

    pub fn begin_load(&mut self) {
        if !self.loading {
            self.loading = self.view.begin_load();
            self.talked_before = self.talked;
        }
    }

    /// The store looks for this server: now, whatever comes before the answer does.
    pub fn look(&mut self, ground: &mut dyn Ground) {
        if self.loading && self.taken.is_none() {
            let mut snapshot = ground.snapshot(self.id, true);
            if ground.flaw() == Some(Flaw::MissesTalkInSilence) {
                snapshot.talked = self.talked_before;
            }
            self.taken = Some(snapshot);
        }
    }

    pub fn load(&mut self) {
        if let Some(snapshot) = self.taken.take() {
            self.view.load(snapshot, |_| true);
            self.loading = false;
        }
    }

    /// The snapshot never came.
    pub fn fail_to_load(&mut self) {
        if self.loading {
            self.taken = None;
            self.loading = false;
            self.view.load_failed();
        }
    }

    /// As the keeper does it.
    pub fn pulse(&mut self, ground: &mut dyn Ground) {
        let mut head = ground.head(self.id);
        if ground.flaw() == Some(Flaw::MissesTalkInSilence) {
            head.talked = 0;
        }
        if self.view.differs(&head, |_| true) {
            self.view.resync = true;
        }
    }

    pub fn needs_the_state(&self) -> bool {
        self.loading || self.view.resync
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    /// What the client is told now, after so many messages were said. An error, if it has a hole.
    pub fn read(&mut self, said: usize) -> Result<(), String> {
        if self.client.cursor.is_none() && (self.loading || self.view.resync) {
            // Nobody reads before the first state is there.
            return Ok(());
        }
        let Some(new) = self.view.read(self.client.cursor, &owner_of(0)) else { return Ok(()) };
        self.client.cursor = Some(self.view.cursor());
        let frame: Value =
            serde_json::from_str(&new.in_one()).map_err(|error| format!("a frame is no JSON: {error}"))?;
        let events = frame.as_array().map_or(std::slice::from_ref(&frame), Vec::as_slice);
        events.iter().try_for_each(|event| self.client.take(event, said))
    }

    /// The client has all that the view has.
    pub fn client_is_there(&self) -> bool {
        self.client.at == (self.view.state.epoch.as_str().to_owned(), self.view.state.seq)
    }
}

fn is_talk(heard: &Heard) -> bool {
    matches!(heard, Heard::Notice(Notice::Talk { .. } | Notice::Private { .. }))
}

impl Client {
    fn take(&mut self, event: &Value, said: usize) -> Result<(), String> {
        let number = |of: &Value| Some((of["epoch"].as_str()?.to_owned(), of["seq"].as_u64()?));
        if event["event"] == "chat" {
            let message: Message = serde_json::from_value(event["data"].clone()).map_err(|error| error.to_string())?;
            self.heard.push((message.room, message.id));
        } else if event["event"] == "updates" {
            (self.asked_at, self.heard) = (said, Vec::new());
            self.at = number(&event["data"]).ok_or("a state without a number")?;
            let none = |of: &str| event["data"][of].as_array().is_some_and(Vec::is_empty);
            self.cleared = self.at.1 > 0 && event["data"]["expiresAt"] == 0 && none("users") && none("venues");
        } else if let Some(next) = number(event) {
            let follows = next.0 == self.at.0 && next.1 == self.at.1 + 1;
            let begins = self.cleared && next.1 == 1;
            if !follows && !begins {
                return Err(format!("a follower saw a gap: {:?} after {:?}", next, self.at));
            }
            self.at = next;
            self.cleared = event["event"] == "cleared";
        }
        Ok(())
    }
}
