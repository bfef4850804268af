//! What followers read of a live area: what is new after their cursor, or the whole state. Changes nothing that others see.

use bytestring::ByteString;

use super::{Cursor, View, presence};
use crate::domain::owner::Owner;
use crate::protocol::client::Since;
use crate::protocol::server::{self, Updates};

/// Above this, the state is encoded anew for who joins: what it costs is shared by those who join until then.
const EVENTS_BESIDE_STATE: usize = 32;

impl Cursor {
    /// What `View::turns` is for who stands here and has everything.
    pub fn turn(&self) -> u64 {
        self.log + self.whispers
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
        self.log.next() + self.whispers.next()
    }

    /// Where a follower that has `since` goes on; none: it needs the whole state. What was said meanwhile it asks for itself.
    pub fn cursor_after(&self, since: &Since) -> Option<Cursor> {
        if since.epoch == self.state.epoch && since.seq == self.state.seq && since.seq > 0 {
            return Some(self.cursor());
        }
        self.log.after(since).map(|log| Cursor { log, ..self.cursor() })
    }

    /// All that is new after `cursor` for this owner, joined into one frame. One that is behind gets the state.
    pub fn read(&mut self, cursor: Option<Cursor>, owner: &Owner) -> Option<ByteString> {
        let texts: Option<Vec<&ByteString>> = cursor.and_then(|cursor| {
            let whispered = self.whispers.from(cursor.whispers, owner)?;
            Some(self.log.from(cursor.log)?.chain(whispered).collect())
        });
        let Some(texts) = texts else {
            if cursor.is_some() {
                metrics::counter!("wte_followers_behind_total").increment(1);
            }
            return Some(self.encoded_state());
        };
        match texts.as_slice() {
            [] => None,
            [text] => Some((*text).clone()),
            _ => Some(server::joined(texts.iter().map(|text| &***text)).into()),
        }
    }

    /// The area for who joins now, encoded once for all who join at about the same time: the later ones get what happened since beside
    /// it.
    fn encoded_state(&mut self) -> ByteString {
        if let Some((at, text)) = &self.encoded.1
            && let Some(since) = self.log.from(*at).filter(|since| since.len() <= EVENTS_BESIDE_STATE)
        {
            return match since.len() {
                0 => text.clone(),
                _ => {
                    let events: Vec<&str> =
                        std::iter::once(server::inside(text)).chain(since.map(|text| &**text)).collect();
                    server::joined(events.into_iter()).into()
                }
            };
        }
        let position = self.log.next();
        let (online, watching) = &self.told;
        let updates = server::event("updates", &Updates::new(&self.area, &self.state, online, *watching));
        let here: Vec<_> = online.values().cloned().collect();
        let presence = presence(&here, &[], here.len(), *watching);
        let text: ByteString = server::joined([updates.as_str(), presence.as_str()].into_iter()).into();
        self.encoded.1 = Some((position, text.clone()));
        text
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
