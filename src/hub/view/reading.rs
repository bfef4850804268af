//! What followers read of a live area: what is new after their cursor, or the whole state. Changes nothing that others see.

use bytestring::ByteString;

use super::presence::presence;
use super::{Cursor, View};
use crate::domain::owner::Owner;
use crate::protocol::client::Since;
use crate::protocol::server::{self, Updates};

/// In a crowd the state is encoded anew for who joins after so many events: what it costs is shared by those who join until then.
const EVENTS_BESIDE_STATE: usize = 32;
/// Or after one for so many users, if that is more: a longer state costs the more, and an event is the less beside it.
const USERS_AN_EVENT: usize = 16;

/// What is new in an area.
#[derive(Debug)]
pub struct New {
    /// A frame, as clients get it.
    pub text: ByteString,
    /// A second one, where the first is the whole state, which all get who join at about the same time.
    pub beside: Option<ByteString>,
    /// The state that a client has with it.
    pub since: Since,
}

impl New {
    /// All of it in one frame.
    pub fn in_one(&self) -> ByteString {
        match &self.beside {
            Some(beside) => server::joined([server::inside(&self.text), server::inside(beside)].into_iter()).into(),
            None => self.text.clone(),
        }
    }

    /// With these events after it.
    pub fn and(self, events: &str) -> Self {
        let text = server::joined([server::inside(&self.in_one()), server::inside(events)].into_iter()).into();
        Self { text, beside: None, since: self.since }
    }
}

impl Cursor {
    /// What `View::turns` is for who stands here and has everything.
    pub fn turn(&self) -> u64 {
        self.log.get() + self.whispers
    }

    /// Whether something was told to some owners alone between here and there.
    pub fn has_whispers_until(&self, later: &Self) -> bool {
        self.whispers != later.whispers
    }
}

impl View {
    /// The place of who has everything.
    pub fn cursor(&self) -> Cursor {
        Cursor { log: self.log.next(), whispers: self.whispers.next() }
    }

    /// Another number whenever there is something new.
    pub fn turns(&self) -> u64 {
        self.log.next().get() + self.whispers.next()
    }

    /// Where a follower that has `since` goes on; none: it needs the whole state. What was said meanwhile it asks for itself.
    pub fn cursor_after(&self, since: &Since) -> Option<Cursor> {
        if since.epoch == self.state.epoch && since.seq == self.state.seq && since.seq > 0 {
            return Some(self.cursor());
        }
        self.log.after(since).map(|log| Cursor { log, ..self.cursor() })
    }

    /// All that is new after `cursor` for this owner, joined into one frame. One that is behind gets the state, and what came since it was
    /// encoded as a second one.
    pub fn read(&mut self, cursor: Option<Cursor>, owner: &Owner) -> Option<New> {
        let texts: Option<Vec<&ByteString>> = cursor.and_then(|cursor| {
            let whispered = self.whispers.from(cursor.whispers, owner)?;
            Some(self.log.from(cursor.log.get())?.chain(whispered).collect())
        });
        let Some(texts) = texts else {
            if cursor.is_some() {
                metrics::counter!("wte_followers_behind_total").increment(1);
            }
            let (text, beside) = self.encoded_state();
            return Some(New { text, beside, since: Since::from(&self.state) });
        };
        let since = Since::from(&self.state);
        (!texts.is_empty()).then(|| New { text: in_one(&texts), beside: None, since })
    }

    /// The area for who joins now, encoded once for all who join at about the same time, and never copied; the later ones get what happened
    /// since beside it.
    fn encoded_state(&mut self) -> (ByteString, Option<ByteString>) {
        // Where few are, the state costs little: they get it as it is now, and it is kept for nobody.
        let few = if self.is_crowd() { EVENTS_BESIDE_STATE.max(self.state.users.len() / USERS_AN_EVENT) } else { 0 };
        if let Some((at, text)) = &self.encoded.1
            && let Some(since) = self.log.from(*at).filter(|since| since.len() <= few)
        {
            let since: Vec<&ByteString> = since.collect();
            return (text.clone(), (!since.is_empty()).then(|| in_one(&since)));
        }
        let position = self.log.next().get();
        let (online, watching) = &self.told;
        let updates = server::event("updates", &Updates::new(&self.area, &self.state, online, *watching));
        let here: Vec<_> = online.values().cloned().collect();
        let presence = presence(&here, &[], here.len(), *watching);
        let text: ByteString = server::joined([updates.as_str(), presence.as_str()].into_iter()).into();
        self.encoded.1 = self.is_crowd().then(|| (position, text.clone()));
        (text, None)
    }

    /// The answer to `getVotes`: encoded once for all who ask until something of it changes, but for the number.
    pub fn votes(&mut self, id: i64) -> String {
        let inside = self.votes.get_or_insert_with(|| server::votes_inside(&self.state).into());
        server::votes_ack(id, &self.state, inside)
    }

    /// Who is here, to one that goes on from a state it had: everyone else is not.
    pub fn whole_presence(&self) -> ByteString {
        let (online, watching) = &self.told;
        let away = self.state.users.iter().filter(|(key, _)| !online.contains_key(*key));
        let gone: Vec<_> = away.map(|(_, user)| user.username.clone()).collect();
        let here: Vec<_> = online.values().cloned().collect();
        presence(&here, &gone, here.len(), *watching).into()
    }
}

/// Texts of the log as one frame.
fn in_one(texts: &[&ByteString]) -> ByteString {
    match texts {
        [text] => (*text).clone(),
        _ => server::joined(texts.iter().map(|text| &***text)).into(),
    }
}
