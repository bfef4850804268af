//! What is said, by a store with one protection missing: of them only the count of changes is of talk.

use async_trait::async_trait;
use where_to_eat::domain::name::AreaName;
use where_to_eat::domain::owner::Owner;
use where_to_eat::domain::talk::{Chat, Message, NewRoom, Page, RoomView, Said};
use where_to_eat::store::{Result, Talk};

use crate::off::Off;
use crate::store::Unguarded;

#[async_trait]
impl Talk for Unguarded {
    async fn rooms(&self, area: &AreaName, owner: &Owner) -> Result<Vec<RoomView>> {
        self.inner.rooms(area, owner).await
    }

    async fn add_room(&self, area: &AreaName, owner: &Owner, wish: &NewRoom) -> Result<RoomView> {
        self.inner.add_room(area, owner, wish).await
    }

    async fn messages(&self, area: &AreaName, owner: &Owner, page: &Page) -> Result<Vec<Message>> {
        self.inner.messages(area, owner, page).await
    }

    async fn chat(&self, chat: &Chat) -> Result<Said> {
        match self.off {
            Off::ForgetsN => self.inner.chat(&Chat { n: None, ..chat.clone() }).await,
            _ => self.inner.chat(chat).await,
        }
    }
}
