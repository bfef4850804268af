//! Sessions in Redis: a hash each, which Redis itself ends. In a cluster each lies where its id leads, apart from its account.

use super::RedisStore;
use super::answer::read;
use super::keys::of_session;
use super::link::Again;
use super::script::{ACCOUNT_SESSIONS, Call, SESSION_BEGIN, SESSION_REVOKE, SESSION_USE};
use crate::domain::Millis;
use crate::domain::account::{Account, AccountId, SessionId, SessionState, SignedIn};
use crate::domain::name::Username;
use crate::store::Result;
use crate::store::accounts::{NewSession, USED_EVERY};

impl RedisStore {
    pub(super) async fn keep_session(&self, account: &Account, session: &NewSession) -> Result<bool> {
        let call = Call::new(&SESSION_BEGIN, vec![of_session(&session.id)]).arg(account.id.as_str());
        let call = call.arg(account.username.as_str()).arg(&session.label).arg(session.lifetime.to_string());
        read::<i64>(self.ask_to_keep(call, Again::Never).await?).map(|begun| begun == 1)
    }

    /// With a lifetime it counts as used.
    pub(super) async fn look_at_session(&self, session: &SessionId, lifetime: Option<Millis>) -> Result<SessionState> {
        let lifetime = lifetime.map(|lifetime| lifetime.to_string()).unwrap_or_default();
        let call = Call::new(&SESSION_USE, vec![of_session(session)]).arg(lifetime).arg(USED_EVERY.to_string());
        let fields: Vec<String> = read(self.ask(call, Again::Safe).await?)?;
        let Ok([account, username, label, created, used, revoked]) = <[String; 6]>::try_from(fields) else {
            return Ok(SessionState::Unknown);
        };
        if !revoked.is_empty() {
            return Ok(SessionState::Revoked);
        }
        let known = AccountId::parse(&account).zip(Username::parse(&username).ok()).zip(created.parse().ok());
        let signed_in = known.zip(used.parse().ok()).map(|(((account, username), created), used)| {
            SessionState::SignedIn(SignedIn { account, username, label, created, used })
        });
        Ok(signed_in.unwrap_or(SessionState::Unknown))
    }

    /// Those that are over are taken out of the list.
    pub(super) async fn read_sessions(&self, account: &Account) -> Result<Vec<(SessionId, SignedIn)>> {
        let call = || self.account_call(&ACCOUNT_SESSIONS, &account.key()).arg(account.id.as_str());
        let listed: Vec<String> = read(self.ask(call(), Again::Safe).await?)?;
        let (mut found, mut over) = (Vec::new(), Vec::new());
        for id in listed {
            let session = SessionId::parse(&id);
            let state = match &session {
                Some(session) => self.look_at_session(session, None).await?,
                None => SessionState::Unknown,
            };
            match (session, state) {
                (Some(session), SessionState::SignedIn(signed_in)) if signed_in.account == account.id => {
                    found.push((session, signed_in));
                }
                _ => over.push(id),
            }
        }
        if !over.is_empty() {
            let call = over.iter().fold(call(), |call, id| call.arg(id));
            self.ask(call, Again::Safe).await?;
        }
        Ok(found)
    }

    pub(super) async fn end_session(&self, session: &SessionId, lifetime: Millis) -> Result<()> {
        let call =
            Call::new(&SESSION_REVOKE, vec![of_session(session)]).arg(session.as_str()).arg(lifetime.to_string());
        self.ask_to_keep(call, Again::Safe).await.map(drop)
    }
}
