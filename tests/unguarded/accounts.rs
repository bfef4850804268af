//! Accounts and sessions of a store with one protection missing: none of them is of accounts, so all is handed on. Who is patient asks
//! again here, too: the name of who joins is looked for among the accounts first.

use async_trait::async_trait;
use where_to_eat::domain::Millis;
use where_to_eat::domain::account::{Account, AccountKey, PassphraseHash, SessionId, SessionState, SignedIn, Tried};
use where_to_eat::store::accounts::{NewSession, Replaced};
use where_to_eat::store::{Accounts, Result};

use crate::store::Unguarded;

#[async_trait]
impl Accounts for Unguarded {
    async fn add_account(&self, account: &Account) -> Result<bool> {
        self.inner.add_account(account).await
    }

    async fn account(&self, key: &AccountKey) -> Result<Option<Account>> {
        loop {
            let answer = self.inner.account(key).await;
            if !self.asks_again(&answer).await {
                return answer;
            }
        }
    }

    async fn change_hash(&self, account: &Account, hash: &PassphraseHash) -> Result<bool> {
        self.inner.change_hash(account, hash).await
    }

    async fn replace_hash(&self, change: &Replaced<'_>, lifetime: Millis) -> Result<bool> {
        self.inner.replace_hash(change, lifetime).await
    }

    async fn delete_account(&self, account: &Account, lifetime: Millis) -> Result<bool> {
        self.inner.delete_account(account, lifetime).await
    }

    async fn begin_session(&self, account: &Account, session: &NewSession) -> Result<bool> {
        self.inner.begin_session(account, session).await
    }

    async fn use_session(&self, session: &SessionId, lifetime: Millis) -> Result<SessionState> {
        self.inner.use_session(session, lifetime).await
    }

    async fn sessions(&self, account: &Account) -> Result<Vec<(SessionId, SignedIn)>> {
        self.inner.sessions(account).await
    }

    async fn revoke_session(&self, session: &SessionId, lifetime: Millis) -> Result<()> {
        self.inner.revoke_session(session, lifetime).await
    }

    async fn count_try(&self, key: &AccountKey, window: Millis) -> Result<Tried> {
        self.inner.count_try(key, window).await
    }
}
