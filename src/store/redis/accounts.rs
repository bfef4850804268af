//! Accounts in Redis: which script does it, and what its answer means. What the keys hold is the scripts' to know.

use async_trait::async_trait;

use super::RedisStore;
use super::answer::read;
use super::link::Again;
use super::script::{
    ACCOUNT_ADD, ACCOUNT_CHANGE, ACCOUNT_DELETE, ACCOUNT_ENTER, ACCOUNT_READ, ACCOUNT_TRY, Call, Script,
};
use crate::domain::Millis;
use crate::domain::account::{
    Account, AccountId, AccountKey, PassphraseHash, SessionId, SessionState, SignedIn, Tried,
};
use crate::domain::name::Username;
use crate::store::accounts::NewSession;
use crate::store::{Accounts, Result};

#[async_trait]
impl Accounts for RedisStore {
    async fn add_account(&self, account: &Account) -> Result<bool> {
        let call = self.account_call(&ACCOUNT_ADD, &account.key()).arg(account.id.as_str());
        let call = call.arg(account.username.as_str()).arg(account.hash.as_phc());
        // Sent a second time it would meet itself.
        read::<i64>(self.ask_to_keep(call, Again::Never).await?).map(|added| added == 1)
    }

    async fn account(&self, key: &AccountKey) -> Result<Option<Account>> {
        let answer = self.ask(self.account_call(&ACCOUNT_READ, key), Again::Safe).await?;
        let [id, username, hash] = read::<Vec<Option<String>>>(answer)?.try_into().unwrap_or_default();
        let id = id.as_deref().and_then(AccountId::parse);
        let username = username.and_then(|name| Username::parse(&name).ok());
        Ok(id.zip(username).zip(hash).map(|((id, username), hash)| {
            let hash = PassphraseHash::from_phc(hash);
            Account { id, username, hash }
        }))
    }

    async fn change_hash(&self, account: &Account, hash: &PassphraseHash) -> Result<bool> {
        let call = self.of_account(&ACCOUNT_CHANGE, account).arg(hash.as_phc());
        read::<i64>(self.ask_to_keep(call, Again::Never).await?).map(|changed| changed == 1)
    }

    async fn delete_account(&self, account: &Account, lifetime: Millis) -> Result<bool> {
        let answer = self.ask_to_keep(self.of_account(&ACCOUNT_DELETE, account), Again::Never).await?;
        let (deleted, sessions): (i64, Vec<String>) = read(answer)?;
        self.revoke_all(&sessions, lifetime).await?;
        Ok(deleted == 1)
    }

    /// Two steps, for the two lie apart in a cluster. Nobody has the session's cookie before both are done, so none is used that its
    /// owner does not see.
    async fn begin_session(&self, account: &Account, session: &NewSession) -> Result<bool> {
        if !self.keep_session(account, session).await? {
            return Ok(false);
        }
        let call = self.of_account(&ACCOUNT_ENTER, account).arg(session.id.as_str()).arg(session.most.to_string());
        let (listed, over): (i64, Vec<String>) = read(self.ask_to_keep(call, Again::Safe).await?)?;
        if listed != 1 {
            self.end_session(&session.id, session.lifetime).await?;
        }
        self.revoke_all(&over, session.lifetime).await?;
        Ok(listed == 1)
    }

    async fn use_session(&self, session: &SessionId, lifetime: Millis) -> Result<SessionState> {
        self.look_at_session(session, Some(lifetime)).await
    }

    async fn sessions(&self, account: &Account) -> Result<Vec<(SessionId, SignedIn)>> {
        self.read_sessions(account).await
    }

    async fn revoke_session(&self, session: &SessionId, lifetime: Millis) -> Result<()> {
        self.end_session(session, lifetime).await
    }

    async fn count_try(&self, key: &AccountKey, window: Millis) -> Result<Tried> {
        let mut keys = self.reach.layout().account(key);
        let call = Call::new(&ACCOUNT_TRY, vec![keys.swap_remove(2)]).arg(window.to_string());
        // Counted twice by a broken connection it counts twice: that is the safe side.
        let (count, over_in) = read(self.ask(call, Again::Safe).await?)?;
        Ok(Tried { count, over_in })
    }
}

impl RedisStore {
    pub(super) fn account_call(&self, script: &'static Script, key: &AccountKey) -> Call {
        Call::new(script, self.reach.layout().account(key))
    }

    /// For the account as it was verified.
    fn of_account(&self, script: &'static Script, account: &Account) -> Call {
        self.account_call(script, &account.key()).arg(account.id.as_str()).arg(account.hash.as_phc())
    }

    async fn revoke_all(&self, sessions: &[String], lifetime: Millis) -> Result<()> {
        for session in sessions.iter().filter_map(|id| SessionId::parse(id)) {
            self.end_session(&session, lifetime).await?;
        }
        Ok(())
    }
}
