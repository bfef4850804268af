//! Accounts in Redis: which script does it, and what its answer means. What the keys hold is the scripts' to know.

use async_trait::async_trait;

use super::RedisStore;
use super::answer::read;
use super::keys::Layout;
use super::link::{Again, within_limit};
use super::script::{
    ACCOUNT_ADD, ACCOUNT_CHANGE, ACCOUNT_DELETE, ACCOUNT_ENTER, ACCOUNT_READ, ACCOUNT_RENEW, ACCOUNT_REPLACE,
    ACCOUNT_TRY, Call, Script,
};
use crate::domain::Millis;
use crate::domain::account::{
    Account, AccountId, AccountKey, PassphraseHash, SessionId, SessionState, SignedIn, Tried,
};
use crate::domain::name::Username;
use crate::store::accounts::{NewSession, Replaced};
use crate::store::{Accounts, Result};

#[async_trait]
impl Accounts for RedisStore {
    async fn add_account(&self, account: &Account) -> Result<bool> {
        let call = self.account_call(&ACCOUNT_ADD, &account.key()).arg(account.id.digits().as_str());
        let call = call.arg(account.username.as_str()).arg(account.hash.as_phc()).arg(self.lasts());
        // Sent a second time it would meet itself.
        read::<i64>(self.ask_to_keep(call, Again::Never).await?).map(|added| added == 1)
    }

    fn guards_names(&self) -> bool {
        self.reach.layout() == Layout::One
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

    async fn replace_hash(&self, change: &Replaced<'_>, lifetime: Millis) -> Result<bool> {
        let call = || {
            self.of_account(&ACCOUNT_REPLACE, change.account)
                .arg(change.hash.as_phc())
                .arg(change.stays.digits().as_str())
        };
        within_limit(self.once_ended(call, lifetime)).await
    }

    async fn delete_account(&self, account: &Account, lifetime: Millis) -> Result<bool> {
        within_limit(self.once_ended(|| self.of_account(&ACCOUNT_DELETE, account), lifetime)).await
    }

    /// Two steps, for the two lie apart in a cluster. Nobody has the session's cookie before both are done, so none is used that its
    /// owner does not see.
    async fn begin_session(&self, account: &Account, session: &NewSession) -> Result<bool> {
        within_limit(async {
            if !self.keep_session(account, session).await? {
                return Ok(false);
            }
            let call = self
                .of_account(&ACCOUNT_ENTER, account)
                .arg(session.id.digits().as_str())
                .arg(session.most.to_string());
            let (listed, full): (i64, i64) = read(self.ask_to_keep(call.arg(self.lasts()), Again::Safe).await?)?;
            if listed != 1 {
                self.end_session(&session.id, session.lifetime).await?;
            } else if full == 1 {
                let living = self.read_sessions(account).await?;
                let over = living.len().saturating_sub(session.most);
                let over = living.iter().take(over).map(|(id, _)| id);
                // They stay in the list until it is read again: one that could not be ended now is seen by its owner.
                self.end_all(over, session.lifetime).await?;
            }
            Ok(listed == 1)
        })
        .await
    }

    async fn use_session(&self, session: &SessionId, lifetime: Millis) -> Result<SessionState> {
        self.reach.hear_of_sessions();
        within_limit(async {
            let (state, written) = self.look_at_session(session, Some(lifetime)).await?;
            if let SessionState::SignedIn(SignedIn { account, username, .. }) = &state
                && written
            {
                let call = self.account_call(&ACCOUNT_RENEW, &AccountKey::of(&username.key()));
                self.ask(call.arg(account.digits().as_str()).arg(self.lasts()), Again::Safe).await?;
            }
            Ok(state)
        })
        .await
    }

    async fn sessions(&self, account: &Account) -> Result<Vec<(SessionId, SignedIn)>> {
        within_limit(self.read_sessions(account)).await
    }

    async fn revoke_session(&self, session: &SessionId, lifetime: Millis) -> Result<()> {
        self.end_session(session, lifetime).await
    }

    async fn count_try(&self, key: &AccountKey, window: Millis) -> Result<Tried> {
        let mut keys = self.reach.layout().account(key);
        let call = Call::on(&ACCOUNT_TRY, vec![keys.swap_remove(2)]).arg(window.to_string());
        // Counted twice by a broken connection it counts twice: that is the safe side.
        let (count, over_in) = read(self.ask(call, Again::Safe).await?)?;
        Ok(Tried { count, over_in })
    }
}

impl RedisStore {
    pub(super) fn account_call(&self, script: &'static Script, key: &AccountKey) -> Call {
        Call::on(script, self.reach.layout().account(key))
    }

    /// For the account as it was verified.
    fn of_account(&self, script: &'static Script, account: &Account) -> Call {
        self.account_call(script, &account.key()).arg(account.id.digits().as_str()).arg(account.hash.as_phc())
    }

    fn lasts(&self) -> String {
        self.rules.accounts.to_string()
    }

    /// Does what the script does once no session is left that is in its way: one may begin while others are ended. Sessions are ended
    /// first, so that none goes on of which nobody knows whose it is.
    async fn once_ended(&self, call: impl Fn() -> Call, lifetime: Millis) -> Result<bool> {
        let mut ended: Vec<String> = Vec::new();
        loop {
            let call = ended.iter().fold(call(), Call::arg);
            let (stands, left): (i64, Vec<String>) = read(self.ask_to_keep(call, Again::Never).await?)?;
            if stands != 1 || left.is_empty() {
                return Ok(stands == 1);
            }
            let sessions: Vec<SessionId> = left.iter().filter_map(|id| SessionId::parse(id)).collect();
            self.end_all(&sessions, lifetime).await?;
            ended.extend(left);
        }
    }
}
