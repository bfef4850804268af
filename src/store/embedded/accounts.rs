//! Accounts in the embedded store: each call in its turn, a change in a durable transaction of its own. How rows lie in the file is
//! for `sessions`.

use async_trait::async_trait;

use super::Embedded;
use super::desk::Desk;
use super::sessions as rows;
use crate::domain::Millis;
use crate::domain::account::{Account, AccountKey, PassphraseHash, SessionId, SessionState, SignedIn, Tried};
use crate::store::accounts::{NewSession, Replaced, USED_EVERY};
use crate::store::{Accounts, Result};

#[async_trait]
impl Accounts for Embedded {
    async fn add_account(&self, account: &Account) -> Result<bool> {
        let account = account.clone();
        self.ask(move |desk| {
            let now = desk.clock.millis();
            desk.accounts(|txn| {
                if !rows::is_free(txn, &account.key())? {
                    return Ok(None);
                }
                rows::put_account(txn, &account, now).map(Some)
            })
        })
        .await
        .map(|added| added.is_some())
    }

    async fn account(&self, key: &AccountKey) -> Result<Option<Account>> {
        let key = key.clone();
        self.ask(move |desk| desk.shelf.disk().with(|db| rows::account(db, &key))).await
    }

    async fn change_hash(&self, account: &Account, hash: &PassphraseHash) -> Result<bool> {
        let (account, hash) = (account.clone(), hash.clone());
        self.ask(move |desk| {
            let now = desk.clock.millis();
            desk.accounts(|txn| {
                if !rows::stands(txn, &account)? {
                    return Ok(None);
                }
                rows::put_account(txn, &Account { hash, ..account }, now).map(Some)
            })
        })
        .await
        .map(|changed| changed.is_some())
    }

    async fn replace_hash(&self, change: &Replaced<'_>, lifetime: Millis) -> Result<bool> {
        let (hash, stays) = (change.hash.clone(), change.stays.clone());
        let (account, after) = (change.account.clone(), Account { hash, ..change.account.clone() });
        self.ask(move |desk| {
            let now = desk.clock.millis();
            desk.end_with(&account, lifetime, |session| *session != stays, |txn| rows::put_account(txn, &after, now))
        })
        .await
    }

    async fn delete_account(&self, account: &Account, lifetime: Millis) -> Result<bool> {
        let account = account.clone();
        self.ask(move |desk| {
            let deleted = desk.end_with(&account, lifetime, |_| true, |txn| rows::remove_account(txn, &account))?;
            desk.tries.forget(&account.key());
            Ok(deleted)
        })
        .await
    }

    async fn begin_session(&self, account: &Account, session: &NewSession) -> Result<bool> {
        let (account, session) = (account.clone(), session.clone());
        self.ask(move |desk| desk.begin_session(&account, &session)).await
    }

    async fn use_session(&self, session: &SessionId, lifetime: Millis) -> Result<SessionState> {
        let session = session.clone();
        self.ask(move |desk| desk.use_session(&session, lifetime)).await
    }

    async fn sessions(&self, account: &Account) -> Result<Vec<(SessionId, SignedIn)>> {
        let id = account.id.clone();
        self.ask(move |desk| {
            let now = desk.clock.millis();
            // A transaction to write, so that the list and its rows are of one moment; nothing is written.
            let mut found = Vec::new();
            desk.accounts(|txn| {
                found = rows::of_account(txn, &id, now)?;
                Ok(None::<()>)
            })?;
            Ok(found)
        })
        .await
    }

    async fn revoke_session(&self, session: &SessionId, lifetime: Millis) -> Result<()> {
        let session = session.clone();
        self.ask(move |desk| {
            let until = desk.clock.millis().saturating_add(lifetime);
            desk.accounts(|txn| rows::revoke(txn, &session, until))?;
            desk.audience.session_ended(&session);
            Ok(())
        })
        .await
    }

    async fn count_try(&self, key: &AccountKey, window: Millis) -> Result<Tried> {
        let key = key.clone();
        self.ask(move |desk| {
            let now = desk.clock.millis();
            Ok(desk.tries.count(&key, window, now))
        })
        .await
    }
}

impl Desk {
    /// One durable step on accounts.
    fn accounts<T>(
        &mut self,
        step: impl FnOnce(&redb::WriteTransaction) -> std::result::Result<Option<T>, redb::Error>,
    ) -> Result<Option<T>> {
        self.shelf.disk().with(|db| rows::write(db, step))
    }

    /// Ends those of the account's sessions, and does the step with them; nothing if it is not that account any more.
    fn end_with(
        &mut self,
        account: &Account,
        lifetime: Millis,
        which: impl Fn(&SessionId) -> bool,
        step: impl FnOnce(&redb::WriteTransaction) -> std::result::Result<(), redb::Error>,
    ) -> Result<bool> {
        let now = self.clock.millis();
        let ended = self.accounts(|txn| {
            if !rows::stands(txn, account)? {
                return Ok(None);
            }
            let mut sessions = rows::of_account(txn, &account.id, now)?;
            sessions.retain(|(session, _)| which(session));
            for (session, _) in &sessions {
                rows::revoke(txn, session, now.saturating_add(lifetime))?;
            }
            step(txn)?;
            Ok(Some(sessions))
        })?;
        ended.iter().flatten().for_each(|(session, _)| self.audience.session_ended(session));
        Ok(ended.is_some())
    }

    fn begin_session(&mut self, account: &Account, session: &NewSession) -> Result<bool> {
        let now = self.clock.millis();
        let until = now.saturating_add(session.lifetime);
        let (label, username) = (session.label.clone(), account.username.clone());
        let signed_in = SignedIn { account: account.id.clone(), username, label, created: now, used: now };
        let ended = self.accounts(|txn| {
            if !rows::stands(txn, account)? || !rows::begin(txn, &session.id, signed_in, until)? {
                return Ok(None);
            }
            let mut ended = rows::of_account(txn, &account.id, now)?;
            let over = if session.most > 0 { ended.len().saturating_sub(session.most) } else { 0 };
            ended.truncate(over);
            for (one, _) in &ended {
                rows::revoke(txn, one, until)?;
            }
            rows::put_account(txn, account, now)?;
            Ok(Some(ended))
        })?;
        ended.iter().flatten().for_each(|(session, _)| self.audience.session_ended(session));
        if ended.is_some() {
            self.tries.forget(&account.key());
        }
        Ok(ended.is_some())
    }

    fn use_session(&mut self, session: &SessionId, lifetime: Millis) -> Result<SessionState> {
        let now = self.clock.millis();
        let mut state = self.shelf.disk().with(|db| rows::look(db, session, now))?;
        if let SessionState::SignedIn(signed_in) = &mut state
            && signed_in.used.saturating_add(USED_EVERY) <= now
        {
            self.accounts(|txn| {
                rows::use_account(txn, signed_in, now)?;
                rows::touch(txn, session, now, now.saturating_add(lifetime))
            })?;
            signed_in.used = now;
        }
        Ok(state)
    }

    /// Makes room: what has ended by itself is never told, forgotten or not.
    pub(super) fn forget_sessions(&mut self) -> Result<()> {
        let (now, lasts) = (self.clock.millis(), self.rules.accounts);
        self.accounts(|txn| rows::forget(txn, now, lasts)).map(drop)
    }
}
