//! What a course is played on: a store with two servers, one call after the other, where the course decides when a server hears
//! what. Each call is one atomic step of the store, so these orders are all that there are.

use super::flaws::Flaw;
use crate::domain::change::{Change, Done};
use crate::domain::event::Heard;
use crate::domain::name::AreaName;
use crate::domain::owner::Owner;
use crate::domain::presence::ServerId;
use crate::domain::talk::{Chat, Message, NewRoom, Page, RoomView, Said};
use crate::store::{Head, Result, Snapshot};

/// What was published, and the text of it.
pub type Sound = (Heard, String);

pub trait Ground {
    /// Milliseconds that a user stays after an act.
    fn lifetime(&self) -> u64;
    fn change(&mut self, server: usize, change: &Change) -> Result<Done>;
    fn snapshot(&mut self, server: usize, begin: bool) -> Snapshot;
    fn add_room(&mut self, server: usize, owner: &Owner, wish: &NewRoom) -> Result<RoomView>;
    fn chat(&mut self, server: usize, chat: &Chat) -> Result<Said>;
    fn messages(&mut self, server: usize, owner: &Owner, page: &Page) -> Result<Vec<Message>>;
    fn expire(&mut self, server: usize);
    fn sweep(&mut self, server: usize);
    fn head(&mut self, server: usize) -> Head;
    /// The store's clock moves on.
    fn rest(&mut self, ms: u64);
    /// What has been published since the last call, as it came to a server.
    fn heard(&mut self, server: usize) -> Vec<Sound>;
    /// The names of keys that never end and should.
    fn endless_keys(&mut self) -> Vec<String>;

    /// One key, if there are keys, gets no end; for a companion.
    fn keep_for_ever(&mut self) {}

    /// What is wrong with it, on purpose.
    fn flaw(&self) -> Option<Flaw> {
        None
    }
}

pub fn area() -> AreaName {
    AreaName::parse("lunch").expect("the test's own name")
}

pub fn server_id(server: usize) -> ServerId {
    ServerId(format!("server {server}"))
}
