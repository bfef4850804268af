//! Talk through the hub: the store does it, and tells everyone by its channels. Knows neither sockets nor HTTP.

use super::Hub;
use crate::domain::name::AreaName;
use crate::domain::owner::Owner;
use crate::domain::talk::{Chat, Message, NewRoom, Page, RoomView, Said};
use crate::store::{Result, StoreError};

impl Hub {
    /// The rooms that the owner has in the area.
    pub async fn rooms(&self, area: &AreaName, owner: &Owner) -> Result<Vec<RoomView>> {
        self.answered(self.store.rooms(area, owner).await)
    }

    /// Opens a room, or finds it.
    pub async fn add_room(&self, area: &AreaName, owner: &Owner, wish: &NewRoom) -> Result<RoomView> {
        self.answered(self.store.add_room(area, owner, wish).await)
    }

    /// Some messages of a room, the newest first.
    pub async fn messages(&self, area: &AreaName, owner: &Owner, page: &Page) -> Result<Vec<Message>> {
        self.answered(self.store.messages(area, owner, page).await)
    }

    /// Says something.
    pub async fn chat(&self, chat: &Chat) -> Result<Said> {
        let said = self.answered(self.store.chat(chat).await)?;
        self.clock.set(said.done.at);
        Ok(said)
    }

    fn answered<T>(&self, answer: Result<T>) -> Result<T> {
        if let Err(StoreError::Unavailable(_)) = &answer {
            self.hurry.notify_one();
        }
        answer
    }
}
