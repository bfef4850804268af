//! Talk, kept: the part of a store that has rooms and messages. Who may do what is for `domain::talk`.

use async_trait::async_trait;

use super::{Result, StoreError};
use crate::domain::name::AreaName;
use crate::domain::owner::Owner;
use crate::domain::talk::{Chat, Message, NewRoom, Page, RoomId, RoomView, Said};

/// Rooms and messages of areas. Each call is one atomic step after everyone whose time is over has left, needs a name in the area
/// (`NotJoined`), and ends within two seconds. What comes of it is published if and only if it is stored: of `general` and the
/// named rooms to all who follow the area, of private ones to their two owners. A room, and with it its messages, is over a lifetime
/// after it was last used, and with its area; a private one with the name of either owner too. A room that is over, that never
/// was, and a private one of others are all `NoSuchRoom`.
#[async_trait]
pub trait Talk: Send + Sync {
    /// The rooms that the owner has, sorted, with what is unread there.
    async fn rooms(&self, area: &AreaName, owner: &Owner) -> Result<Vec<RoomView>>;

    /// Opens a room, or finds it if it is there. Where there are as many named ones as may be, one goes in which nothing was said. Errors: `RoomsFull`, `PrivateRoomsFull`, and `NobodyThere` where nobody else holds
    /// the name.
    async fn add_room(&self, area: &AreaName, owner: &Owner, wish: &NewRoom) -> Result<RoomView>;

    /// Some messages, the newest first. The newest of all count as read from then on.
    async fn messages(&self, area: &AreaName, owner: &Owner, page: &Page) -> Result<Vec<Message>>;

    /// Says something, in one round trip: an act, so the two hours begin anew, unless the room is private.
    async fn chat(&self, chat: &Chat) -> Result<Said>;
}

/// An id that no room has. An error where this machine gives no random numbers.
pub(super) fn new_room() -> Result<RoomId> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| StoreError::Unavailable(error.to_string()))?;
    Ok(RoomId::of(random))
}
