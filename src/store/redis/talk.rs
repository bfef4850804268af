//! Talk in Redis: which script does it, and what its answer means. The rules are the scripts'; what a text is, is `domain::talk`'s.

use async_trait::async_trait;
use redis::Value;

use super::RedisStore;
use super::answer::{me_in, note_garbage, note_mended, parts, read};
use super::changes::{ATTEMPTS, outcome_of, unexpected};
use super::keys::written;
use super::link::{Again, within_limit};
use super::script::{CHAT, Call, MESSAGES, ROOM, ROOMS};
use crate::domain::change::{Done, Refused};
use crate::domain::event::Epoch;
use crate::domain::name::AreaName;
use crate::domain::owner::Owner;
use crate::domain::talk::{Chat, Message, MessageId, NewRoom, Page, RoomId, RoomView, Said};
use crate::store::talk::new_room;
use crate::store::{Result, StoreError, Talk};

#[async_trait]
impl Talk for RedisStore {
    async fn rooms(&self, area: &AreaName, owner: &Owner) -> Result<Vec<RoomView>> {
        let call = self.call(&ROOMS, area, None).arg(owner.digits().as_str()).arg(self.rules.messages.to_string());
        let (outcome, rooms): (String, Vec<(String, Vec<String>, u64)>) = parts(self.ask(call, Again::Safe).await?)?;
        if outcome != "rooms" {
            return refused(&outcome);
        }
        let views = rooms.into_iter().map(|(id, names, unread)| view(&id, names, Some(unread)));
        views.collect::<Result<Vec<_>>>().map(RoomView::sorted)
    }

    async fn add_room(&self, area: &AreaName, owner: &Owner, wish: &NewRoom) -> Result<RoomView> {
        let (key, name, with) = match wish {
            NewRoom::Named(name) => (name.key(), name.as_str(), String::new()),
            NewRoom::With(username) => (String::new(), "", written(&username.key())),
        };
        // Without `n`: a room that is there is found.
        let call = self
            .call(&ROOM, area, None)
            .arg(owner.digits().as_str())
            .arg("")
            .arg(new_room()?.as_str())
            .arg(key)
            .arg(name);
        let call = call.arg(with).arg(self.rules.rooms.to_string()).arg(self.rules.private_rooms.to_string());
        let (outcome, mended, what) = outcome_of(self.ask_to_keep(call, Again::Safe).await?)?;
        note_mended(mended);
        if outcome != "room" {
            return refused(&outcome);
        }
        let (id, names): (String, Vec<String>) = read(Value::Array(what))?;
        view(&id, names, None)
    }

    async fn messages(&self, area: &AreaName, owner: &Owner, page: &Page) -> Result<Vec<Message>> {
        let before = page.before.map(|before| before.to_string()).unwrap_or_default();
        let call =
            self.call(&MESSAGES, area, None).key([&self.keys(area).chat(&page.room)]).arg(owner.digits().as_str());
        let call = call.arg(page.room.as_str()).arg(before).arg(page.limit.to_string());
        let (outcome, messages): (String, Vec<Vec<u8>>) = parts(self.ask(call, Again::Safe).await?)?;
        if outcome != "messages" {
            return refused(&outcome);
        }
        let readable = |text: Vec<u8>| {
            let message = serde_json::from_slice::<Message>(&text).ok().filter(|message| message.room == page.room);
            if message.is_none() {
                note_garbage();
                tracing::warn!("Redis held a message that cannot be read; it was left out");
            }
            message
        };
        Ok(messages.into_iter().filter_map(readable).collect())
    }

    async fn chat(&self, chat: &Chat) -> Result<Said> {
        within_limit(self.keep_message(chat)).await
    }
}

impl RedisStore {
    async fn keep_message(&self, chat: &Chat) -> Result<Said> {
        let mut held = chat.held.as_ref().map(|name| written(&name.key()));
        // With `n`, a message that was kept already is not kept a second time.
        let again = if chat.n.is_some() { Again::Safe } else { Again::Never };
        self.list_before(&chat.area).await;
        for _ in 0..ATTEMPTS {
            let answer = self.ask_to_keep(self.call_to_say(chat, held.as_deref()), again).await?;
            let (outcome, mended, what) = outcome_of(answer)?;
            note_mended(mended);
            match outcome.as_str() {
                "done" => {
                    let (epoch, seq, at, user, id): (String, u64, u64, Vec<u8>, String) = read(Value::Array(what))?;
                    let done = Done { epoch: Epoch::from_text(&epoch), seq, at, me: me_in(&user) };
                    self.list_after(&chat.area, &done.epoch).await;
                    return Ok(Said { done, id: MessageId::parse(&id) });
                }
                // The script needs the records of the name that the owner really holds.
                "held" => {
                    let (name,) = read(Value::Array(what))?;
                    held = Some(name);
                }
                _ => return refused(&outcome),
            }
        }
        Err(StoreError::Unavailable("the owner took another name between any two attempts".into()))
    }

    fn call_to_say(&self, chat: &Chat, held: Option<&str>) -> Call {
        let n = chat.n.map(|n| n.to_string()).unwrap_or_default();
        let call = self.call(&CHAT, &chat.area, held).key([&self.keys(&chat.area).chat(&chat.room)]);
        let call = call
            .arg(chat.owner.digits().as_str())
            .arg(n)
            .arg(held.unwrap_or_default())
            .arg(chat.room.as_str())
            .arg(chat.text.as_str());
        call.arg(self.rules.messages.to_string())
    }
}

fn view(id: &str, names: Vec<String>, unread: Option<u64>) -> Result<RoomView> {
    match RoomId::parse(id) {
        Some(id) => Ok(RoomView { id, names, unread }),
        None => unexpected(),
    }
}

fn refused<T>(outcome: &str) -> Result<T> {
    Err(StoreError::Refused(match outcome {
        "notJoined" => Refused::NotJoined,
        "noSuchRoom" => Refused::NoSuchRoom,
        "nobodyThere" => Refused::NobodyThere,
        "roomsFull" => Refused::RoomsFull,
        "privateRoomsFull" => Refused::PrivateRoomsFull,
        _ => return unexpected(),
    }))
}
