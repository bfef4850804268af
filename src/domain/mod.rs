//! What an area is and what may happen in it. Pure: no I/O, no clock of its own, no randomness.

pub mod account;
pub mod activity;
pub mod assembler;
pub mod change;
pub mod counted;
pub mod event;
mod handing_over;
pub mod id;
pub mod image;
pub mod name;
pub mod owner;
pub mod presence;
pub mod queue;
pub mod record;
pub mod sample;
pub mod state;
pub mod takeover;
pub mod talk;
pub mod venue;

/// Milliseconds since the Unix epoch, by the store's clock.
pub type Millis = u64;

/// What came from outside does not keep the rules of the wire protocol ("Rules for values").
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    #[error("A group's name has 1 to 64 letters, digits, - or _.")]
    Area,
    #[error("A name has 1 to 32 visible characters.")]
    Name,
    #[error("A picture is an https address of at most 512 characters, or one emoji.")]
    Image,
    #[error("{0}")]
    Venue(&'static str),
    #[error("A message has 1 to 500 visible characters.")]
    Text,
    #[error("A passphrase has 10 to 200 characters.")]
    Passphrase,
    #[error("A room's name has 1 to 32 visible characters.")]
    RoomName,
}
