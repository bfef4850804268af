//! Accounts, kept: the part of a store that has names which are somebody's own, and the sessions that are signed in to them. What a
//! passphrase is, and whether one is right, is for who asks.

use async_trait::async_trait;

use super::Result;
use crate::domain::Millis;
use crate::domain::account::{Account, AccountKey, PassphraseHash, SessionId, SessionState, SignedIn, Tried};

/// A session is about to be an account's.
#[derive(Debug, Clone, PartialEq)]
pub struct NewSession {
    pub id: SessionId,
    /// The browser, in a few words.
    pub label: String,
    /// How long after its last use it is remembered.
    pub lifetime: Millis,
    /// Sessions that the account may have; beyond, the oldest are ended. 0: any number.
    pub most: usize,
}

/// The passphrase of an account is about to be another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Replaced<'a> {
    /// As it was verified.
    pub account: &'a Account,
    pub hash: &'a PassphraseHash,
    /// The session that goes on.
    pub stays: &'a SessionId,
}

/// Accounts and sessions. Each call ends within two seconds. An account is what was verified before: where a call takes one, it does
/// nothing (false) if by now the name's account is another, or has another hash, or is gone.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// False, and nothing done, if the name has an account. It lasts for `Rules::accounts` after it was last used or signed in to.
    async fn add_account(&self, account: &Account) -> Result<bool>;

    /// Whether `Store::change` itself refuses a name that is somebody else's account, in the very step that takes it. Where it does not
    /// (in a cluster the two lie on different nodes), who asks has to look before and after.
    fn guards_names(&self) -> bool {
        false
    }

    /// The account of that name.
    async fn account(&self, key: &AccountKey) -> Result<Option<Account>>;

    /// Gives the account another hash, of the same passphrase. Its sessions stay.
    async fn change_hash(&self, account: &Account, hash: &PassphraseHash) -> Result<bool>;

    /// Gives the account another hash, of another passphrase, after all its sessions but `stays` were ended, which are remembered as
    /// ended for `lifetime`. If that fails half-way the account has its old hash, so the same can be done again.
    async fn replace_hash(&self, change: &Replaced<'_>, lifetime: Millis) -> Result<bool>;

    /// Ends the account's sessions, which are remembered as ended for `lifetime`, and deletes it then. If that fails half-way the account
    /// is still there, so the same can be done again.
    async fn delete_account(&self, account: &Account, lifetime: Millis) -> Result<bool>;

    /// Signs a session in; the tries of the name count no more.
    async fn begin_session(&self, account: &Account, session: &NewSession) -> Result<bool>;

    /// What is remembered of a session, which is used now, so it is remembered for `lifetime` from now on.
    async fn use_session(&self, session: &SessionId, lifetime: Millis) -> Result<SessionState>;

    /// The account's sessions, who signed in first comes first.
    async fn sessions(&self, account: &Account) -> Result<Vec<(SessionId, SignedIn)>>;

    /// Ends a session, and tells the listeners of all servers. It is remembered as ended for `lifetime`, also where it never was an
    /// account's: a guest's that was given up.
    async fn revoke_session(&self, session: &SessionId, lifetime: Millis) -> Result<()>;

    /// Counts a try of that name's passphrase, whether or not there is such an account. Tries count for `window` after the first.
    async fn count_try(&self, key: &AccountKey, window: Millis) -> Result<Tried>;
}

/// A session's last use is written once in so many ms: pages tell the hour, and a click must not cost a write.
pub(super) const USED_EVERY: Millis = 3_600_000;
