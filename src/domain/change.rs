//! What an owner may ask of an area, and what comes of it. Every store answers the same.

use super::Millis;
use super::event::Epoch;
use super::image::Image;
use super::name::{AreaName, Username};
use super::owner::Owner;
use super::venue::Pick;

/// A wish to change an area.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub area: AreaName,
    pub owner: Owner,
    /// The name that the owner is believed to hold: a hint that may save a store a look, never a claim.
    pub held: Option<Username>,
    /// The session's own count. A change whose `n` is not above the last one of that owner in that area is
    /// acknowledged and has no effect. None: no such guard.
    pub n: Option<u64>,
    pub act: Act,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Take a name, or another one, or come back to it; an act, so the two hours begin anew.
    Join { username: Username, img: Image },
    /// Cast, replace or renew the vote; an act too.
    Vote(Pick),
    /// Take the vote back.
    Withdraw,
    /// Sign out: the vote is withdrawn, the name is free again.
    Leave,
    /// This owner's name, vote and private rooms are `to`'s from now on, and nobody sees a difference; where `to` holds a name
    /// already this one's is given back as by `Leave`, for one person has one vote. No act of a person's hand: nothing is renewed.
    HandOver { to: Owner },
}

/// The change is stored (or had no effect, by its `n` or because all was so already).
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    pub epoch: Epoch,
    /// The area's latest change, this one included.
    pub seq: u64,
    /// The store's time.
    pub at: Millis,
    /// Who the owner is in the area now.
    pub me: Option<Me>,
}

/// What an owner holds in an area.
#[derive(Debug, Clone, PartialEq)]
pub struct Me {
    pub username: Username,
    pub img: Image,
    /// When the name was taken: the same name at another time may be another owner's.
    pub since: Millis,
    /// When the two hours end.
    pub due: Millis,
}

/// The area's rules do not allow it; nothing was stored.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refused {
    #[error("Somebody else has that name here. {free} is free.")]
    NameTaken { free: Username },
    #[error("This group does not have that place.")]
    NoSuchVenue,
    #[error("Take a name in this group first.")]
    NotJoined,
    #[error("This group is full: it has as many people as it can have.")]
    UsersFull,
    #[error("This group has as many places as it can have. Vote for one that is there.")]
    VenuesFull,
    #[error("There is no such room.")]
    NoSuchRoom,
    #[error("Nobody else here has that name.")]
    NobodyThere,
    #[error("This group has as many rooms as it can have. Use one that is there.")]
    RoomsFull,
    #[error("You have opened as many private rooms as one can. One that is not used for two hours goes by itself.")]
    PrivateRoomsFull,
}

/// The bounds and times that a store keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// How long a user stays after the last act, and an area after the last act in it.
    pub lifetime: Millis,
    /// How often the sweep comes; keys of an area live three periods longer than the area.
    pub sweep_period: Millis,
    /// Users of an area, at most, and as many more who left are remembered by their last `n`; 0: no limit.
    pub users: usize,
    /// Venues of an area, at most; 0: no limit.
    pub venues: usize,
    /// Named rooms of an area, at most; 0: no limit.
    pub rooms: usize,
    /// Private rooms that an owner has opened in an area, at most; 0: no limit.
    pub private_rooms: usize,
    /// Messages kept of a room, the oldest go; 0: no limit.
    pub messages: usize,
    /// How long an account stays after somebody last signed in to it, or used it.
    pub accounts: Millis,
}

impl Rules {
    /// The product's own times, and no bounds: what tests, and other programs that use areas, begin with.
    pub const UNBOUNDED: Self = Self {
        lifetime: 7_200_000,
        sweep_period: 600_000,
        users: 0,
        venues: 0,
        rooms: 0,
        private_rooms: 0,
        messages: 0,
        accounts: 31_536_000_000,
    };
}
