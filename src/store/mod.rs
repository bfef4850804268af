//! Where areas are kept. Knows nothing of sockets, HTTP, or who follows what in this process.

use std::sync::Arc;

use async_trait::async_trait;

use crate::domain::Millis;
use crate::domain::account::SessionId;
use crate::domain::change::{Change, Done, Refused};
use crate::domain::event::{Epoch, Heard};
use crate::domain::name::AreaName;
use crate::domain::owner::Owner;
use crate::domain::presence::{Claim, ClaimChange, ServerId};
use crate::domain::state::AreaState;
use crate::domain::takeover::CodeDigest;

pub mod accounts;
pub mod embedded;
pub mod redis;
pub mod samples;
pub mod talk;

pub use self::accounts::Accounts;
pub use self::samples::Samples;
pub use self::talk::Talk;

/// Why a store did not do what it was asked.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StoreError {
    /// By the area's rules: nothing was stored.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Not known whether it was stored; the cause is for the log, never for a client.
    #[error("the store did not answer: {0}")]
    Unavailable(String),
}

pub type Result<T> = std::result::Result<T, StoreError>;

/// An area at `(epoch, seq)`, and who is said to be there.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    pub state: AreaState,
    /// The store's time when it was taken.
    pub at: Millis,
    pub claims: Vec<(ServerId, Claim)>,
    /// What has been told of talk, counted; from 0 again where rooms were lost.
    pub talked: u64,
}

/// Where an area is, to find out whether an event was missed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Head {
    pub epoch: Epoch,
    pub seq: u64,
    pub claims: Vec<(ServerId, Claim)>,
    /// As in `Snapshot`.
    pub talked: u64,
}

/// A server that counts as alive, and how many people follow any area there.
#[derive(Debug, Clone, PartialEq)]
pub struct Alive {
    pub server: ServerId,
    pub following: u64,
}

/// What a sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    pub looked_at: u64,
    pub cleared: u64,
}

/// Hears what stores publish. Called in the order of the changes of each area, from the store's own task: it must not
/// block, and must not call the store.
pub trait Listener: Send + Sync {
    /// Something was published on the area's channel; `text` is what clients get of a change.
    fn heard(&self, area: &AreaName, heard: Heard, text: &str);
    /// Events of the area (of every area, if none) may have been missed: only a new snapshot tells.
    fn missed(&self, area: Option<&AreaName>);
    /// A session was ended, on whatever server.
    fn session_ended(&self, _session: &SessionId) {}
    /// Sessions may have been ended without a word reaching this process.
    fn sessions_missed(&self) {}
}

/// Areas, kept. Each change is one atomic step, published if and only if it is stored, and numbered in the order of
/// the changes. Time is the store's own. Every call ends within two seconds.
#[async_trait]
pub trait Store: Samples + Talk + Accounts {
    /// Names the one that hears of changes; called once, before anything is followed.
    fn listen(&self, listener: Arc<dyn Listener>);

    /// One change, acknowledged once it is kept.
    async fn change(&self, change: &Change) -> Result<Done>;

    /// The area now, after everyone whose time is over has left. With `begin`, an area without an epoch gets one, so that
    /// who follows it can tell its first change from a gap; without it, nothing is written for an area that is not there.
    async fn snapshot(&self, area: &AreaName, begin: bool) -> Result<Snapshot>;

    /// Who the owner is in the area, and at which change, after everyone whose time is over has left. An area that is not
    /// there has the empty epoch.
    async fn me(&self, area: &AreaName, owner: &Owner) -> Result<Done>;

    /// Sends everyone whose time is over; answers when the next one's is.
    async fn expire(&self, area: &AreaName) -> Result<Option<Millis>>;

    /// Where these areas are, in one round trip, in their order. An area that is not there has the empty epoch. Each answers
    /// for itself: where a part of the store is away, the areas of the other parts are told all the same.
    async fn heads(&self, areas: &[AreaName]) -> Vec<Result<Head>>;

    /// From when this returns, the listener hears all that is published for the area.
    async fn follow(&self, area: &AreaName) -> Result<()>;

    /// The listener need not hear of the area any more.
    async fn unfollow(&self, area: &AreaName);

    /// Keeps what this server says of an area (an empty claim is taken out), and publishes the step from the last one.
    async fn report(&self, area: &AreaName, claim: &Claim, change: &ClaimChange) -> Result<()>;

    /// This server lives (for 15 s from now), with so many people following any area. Answers all that live.
    async fn heartbeat(&self, server: &ServerId, following: u64) -> Result<Vec<Alive>>;

    /// This server ends: it counts as gone from now on.
    async fn retire(&self, server: &ServerId) -> Result<()>;

    /// Writes what is under way, before the process ends.
    async fn close(&self) -> Result<()>;

    /// Whether this server is the one that sweeps in this period.
    async fn sweep_lease(&self, server: &ServerId) -> Result<bool>;

    /// Looks at every area once, and clears those whose time is over (or has less than `min_ttl` left).
    async fn sweep(&self, min_ttl: Millis) -> Result<Swept>;

    /// Whether the store, or any part of it, answers.
    async fn ping(&self) -> Result<()>;

    /// Keeps, for so long, which session a one-time code hands over; false, and nothing done, if there is such a code already. On
    /// every server that shares the store the code is good for one `take_code`.
    async fn keep_code(&self, code: &CodeDigest, session: &str, lifetime: Millis) -> Result<bool>;

    /// The session of that code, which stays good; none if it was taken, is over, or never was.
    async fn read_code(&self, code: &CodeDigest) -> Result<Option<String>>;

    /// The session of that code, for the first who takes it. `Unavailable` means that it may be used up.
    async fn take_code(&self, code: &CodeDigest) -> Result<Option<String>>;

    /// A text of 64 random bytes or more that the store made once and keeps, to sign sessions with; none where several
    /// machines share the store and it must come from the settings.
    async fn session_secret(&self) -> Result<Option<Vec<u8>>>;
}
