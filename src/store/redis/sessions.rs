//! Sessions in Redis: a hash each, which Redis itself ends. In a cluster each lies where its id leads, apart from its account.

use futures_util::future::{join_all, try_join_all};

use super::RedisStore;
use super::answer::read;
use super::keys::of_session;
use super::link::Again;
use super::script::{ACCOUNT_SESSIONS, Call, SESSION_BEGIN, SESSION_REVOKE, SESSION_USE};
use crate::domain::Millis;
use crate::domain::account::{Account, AccountId, SessionId, SessionState, SignedIn};
use crate::domain::name::Username;
use crate::store::accounts::{NewSession, USED_EVERY};
use crate::store::{Result, StoreError};

impl RedisStore {
    pub(super) async fn keep_session(&self, account: &Account, session: &NewSession) -> Result<bool> {
        let call = Call::on(&SESSION_BEGIN, vec![of_session(&session.id)]).arg(account.id.digits().as_str());
        let call = call.arg(account.username.as_str()).arg(&session.label).arg(session.lifetime.to_string());
        read::<i64>(self.ask_to_keep(call, Again::Never).await?).map(|begun| begun == 1)
    }

    /// With a lifetime it counts as used; whether that was written now stands beside it.
    pub(super) async fn look_at_session(
        &self,
        session: &SessionId,
        lifetime: Option<Millis>,
    ) -> Result<(SessionState, bool)> {
        let lifetime = lifetime.map(|lifetime| lifetime.to_string()).unwrap_or_default();
        let call = Call::on(&SESSION_USE, vec![of_session(session)]).arg(lifetime).arg(USED_EVERY.to_string());
        let fields: Vec<String> = read(self.ask(call, Again::Safe).await?)?;
        let Ok([account, username, label, created, used, revoked, written]) = <[String; 7]>::try_from(fields) else {
            return Ok((SessionState::Unknown, false));
        };
        if !revoked.is_empty() {
            return Ok((SessionState::Revoked, false));
        }
        let known = AccountId::parse(&account).zip(Username::parse(&username).ok()).zip(created.parse().ok());
        let signed_in = known.zip(used.parse().ok()).map(|(((account, username), created), used)| {
            SessionState::SignedIn(SignedIn { account, username, label, created, used })
        });
        Ok((signed_in.unwrap_or(SessionState::Unknown), !written.is_empty()))
    }

    /// Those that are over are taken out of the list. They are looked at all at once: one connection takes all questions before the
    /// first answer, and in a cluster each goes where its session lies.
    pub(super) async fn read_sessions(&self, account: &Account) -> Result<Vec<(SessionId, SignedIn)>> {
        let call = || self.account_call(&ACCOUNT_SESSIONS, &account.key()).arg(account.id.digits().as_str());
        let listed: Vec<String> = read(self.ask(call(), Again::Safe).await?)?;
        let looks = listed.iter().map(async |id| {
            let Some(session) = SessionId::parse(id) else { return Ok::<_, StoreError>(None) };
            let (state, _) = self.look_at_session(&session, None).await?;
            Ok(match state {
                SessionState::SignedIn(signed_in) if signed_in.account == account.id => Some((session, signed_in)),
                _ => None,
            })
        });
        let looked = try_join_all(looks).await?;
        let over: Vec<&String> =
            listed.iter().zip(&looked).filter(|(_, found)| found.is_none()).map(|(id, _)| id).collect();
        if !over.is_empty() {
            self.ask(over.into_iter().fold(call(), Call::arg), Again::Safe).await?;
        }
        Ok(looked.into_iter().flatten().collect())
    }

    /// All at once. One that fails keeps none of the others from its end.
    pub(super) async fn end_all(&self, sessions: impl IntoIterator<Item = &SessionId>, lifetime: Millis) -> Result<()> {
        join_all(sessions.into_iter().map(|session| self.end_session(session, lifetime))).await.into_iter().collect()
    }

    pub(super) async fn end_session(&self, session: &SessionId, lifetime: Millis) -> Result<()> {
        let call = Call::on(&SESSION_REVOKE, vec![of_session(session)])
            .arg(session.digits().as_str())
            .arg(lifetime.to_string());
        self.ask_to_keep(call, Again::Safe).await.map(drop)
    }
}
