//! Talk in the embedded store: the rules of `domain::talk` in memory, the messages from the file. Knows no database.

use async_trait::async_trait;

use super::Embedded;
use super::desk::Desk;
use crate::domain::name::AreaName;
use crate::domain::owner::Owner;
use crate::domain::talk::{Chat, Message, NewRoom, Page, RoomId, RoomView, Said, Saying};
use crate::store::{Result, StoreError, Talk};

#[async_trait]
impl Talk for Embedded {
    async fn rooms(&self, area: &AreaName, owner: &Owner) -> Result<Vec<RoomView>> {
        let (area, owner) = (area.clone(), owner.clone());
        self.ask(move |desk| desk.rooms(&area, &owner)).await
    }

    async fn add_room(&self, area: &AreaName, owner: &Owner, wish: &NewRoom) -> Result<RoomView> {
        let (area, owner, wish) = (area.clone(), owner.clone(), wish.clone());
        let id = crate::store::talk::new_room()?;
        self.ask(move |desk| desk.add_room(&area, &owner, &wish, id)).await
    }

    async fn messages(&self, area: &AreaName, owner: &Owner, page: &Page) -> Result<Vec<Message>> {
        let (area, owner, page) = (area.clone(), owner.clone(), page.clone());
        self.ask(move |desk| desk.messages(&area, &owner, &page)).await
    }

    async fn chat(&self, chat: &Chat) -> Result<Said> {
        let chat = chat.clone();
        self.ask(move |desk| desk.chat(&chat)).await
    }
}

impl Desk {
    fn rooms(&mut self, area: &AreaName, owner: &Owner) -> Result<Vec<RoomView>> {
        let rooms = self.step(area, |record, now, rules, step| record.rooms(owner, now, rules, step))?;
        rooms.map_err(StoreError::Refused)
    }

    fn add_room(&mut self, area: &AreaName, owner: &Owner, wish: &NewRoom, id: RoomId) -> Result<RoomView> {
        let added = self.step(area, |record, now, rules, step| record.add_room(owner, wish, id, now, rules, step))?;
        added.map_err(StoreError::Refused)
    }

    fn messages(&mut self, area: &AreaName, owner: &Owner, page: &Page) -> Result<Vec<Message>> {
        let newest = page.before.is_none();
        let gone =
            self.step(area, |record, now, rules, step| record.read(owner, &page.room, newest, now, rules, step))??;
        let mut messages = Vec::new();
        self.shelf.messages(area, &page.room, gone, |kept| {
            if page.before.is_none_or(|before| kept.message.id < before) {
                messages.push(kept.message);
            }
            messages.len() < page.limit
        })?;
        Ok(messages)
    }

    /// A retry is told the message that it stored the first time, if the room has it.
    fn chat(&mut self, chat: &Chat) -> Result<Said> {
        let (saying, kept) =
            self.step(&chat.area, |record, now, rules, step| (record.chat(chat, now, rules, step), rules.messages))?;
        match saying? {
            Saying::Said(done, id) => Ok(Said { done, id: Some(id) }),
            Saying::Known(done) => {
                let (mut id, mut left) = (None, if kept == 0 { usize::MAX } else { kept });
                self.shelf.messages(&chat.area, &chat.room, 0, |kept| {
                    if kept.owner == chat.owner && kept.n == chat.n {
                        id = Some(kept.message.id);
                    }
                    left -= 1;
                    id.is_none() && left > 0
                })?;
                Ok(Said { done, id })
            }
        }
    }
}
