//! Accounts: a name that is one's own in every area and on every device. The calls; what a session is, is for `session`, what a hash,
//! for `hashing`.

use std::time::{Duration, Instant};

use actix_web::http::header::{CACHE_CONTROL, USER_AGENT};
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::origin::{self, Address};
use super::problem::WebError;
use super::session::{Gift, Session};
use super::{Web, acts, body};
use crate::domain::Millis;
use crate::domain::account::{Account, AccountId, AccountKey, Passphrase, SessionState, SignedIn, label};
use crate::domain::change::{Act, Change, Refused};
use crate::domain::name::{AreaName, Username};
use crate::protocol::account::AccountFields;
use crate::protocol::error::Problem;
use crate::store::accounts::NewSession;

mod hashing;
mod names;
mod tries;

pub use hashing::{Cost, Hashing};
pub use names::check;

use tries::Tries;

type Answer = Result<HttpResponse, WebError>;

/// What all workers share.
pub struct Accounts {
    hashing: Hashing,
    tries: Tries,
    bounds: AccountBounds,
}

/// What the settings say of accounts.
#[derive(Debug, Clone, Copy)]
pub struct AccountBounds {
    /// Wrong tries of one name, and of one address, within the window.
    pub tries: u64,
    pub tries_per_address: u32,
    pub window: Duration,
    /// Sessions of an account.
    pub sessions: usize,
    /// How long a session is remembered after its last use.
    pub lifetime: Millis,
}

impl Accounts {
    pub fn new(hashing: Hashing, bounds: AccountBounds) -> Self {
        Self { hashing, tries: Tries::new(bounds.tries_per_address, bounds.window), bounds }
    }
}

/// `POST /api/account {username, passphrase, areas?}`: keeps a name, and signs in. In `areas` the browser's name and vote go along.
pub async fn create(request: HttpRequest, body: Payload, web: Data<Web>, session: Session) -> Answer {
    let body = body::text(body, &web).await?;
    let fields = AccountFields::read(&body)?;
    let (username, passphrase, areas) = (fields.username()?, fields.passphrase()?, fields.areas()?);
    // Each one made costs a hash and is kept, so an address makes few: this counts, right or wrong.
    web.accounts.tries.take(origin::address(&request, &web), Instant::now())?;
    let taken = async || -> Result<Problem, Problem> {
        Ok(Refused::NameTaken { free: names::offer(&web, None, &username).await? }.into())
    };
    if web.store.account(&AccountKey::of(&username.key())).await?.is_some() {
        return Err(taken().await?.into());
    }
    let hash = web.accounts.hashing.hash(passphrase).await?;
    let id = AccountId::of(super::session::random_bytes()?);
    let account = Account { id, username: username.clone(), hash };
    if !web.store.add_account(&account).await? {
        return Err(taken().await?.into());
    }
    enter(&request, &web, &session, &account, &areas).await
}

/// `POST /api/account/session {username, passphrase, areas?}`: signs in.
pub async fn sign_in(request: HttpRequest, body: Payload, web: Data<Web>, session: Session) -> Answer {
    let body = body::text(body, &web).await?;
    let fields = AccountFields::read(&body)?;
    let (username, passphrase, areas) = (fields.username()?, fields.passphrase()?, fields.areas()?);
    let account = verified(&web, origin::address(&request, &web), &username, passphrase, |_| true).await?;
    enter(&request, &web, &session, &account, &areas).await
}

/// `DELETE /api/account/session`: signs out; the browser goes on as a new guest.
pub async fn sign_out(request: HttpRequest, web: Data<Web>, session: Session) -> Answer {
    web.rates.take(&session.owner(), Instant::now())?;
    if session.account().is_some() {
        web.store.revoke_session(session.id(), web.accounts.bounds.lifetime).await?;
        return anew(&request, &web);
    }
    Ok(fresh(&json!({})))
}

/// `PUT /api/account/passphrase {old, new}`: all other sessions are ended.
pub async fn change_passphrase(request: HttpRequest, body: Payload, web: Data<Web>, session: Session) -> Answer {
    let body = body::text(body, &web).await?;
    let fields = AccountFields::read(&body)?;
    let (old, new) = (fields.old()?, fields.replacement()?);
    let account = verified_own(&request, &web, &session, old).await?;
    let hash = web.accounts.hashing.hash(new).await?;
    if !web.store.change_hash(&account, &hash).await? {
        return Err(Problem::wrong_passphrase().into());
    }
    let account = Account { hash, ..account };
    for (other, _) in web.store.sessions(&account).await? {
        if other != *session.id() {
            web.store.revoke_session(&other, web.accounts.bounds.lifetime).await?;
        }
    }
    Ok(fresh(&json!({})))
}

/// `DELETE /api/account {passphrase, areas?}`: the name is free again, and every session ended. In `areas` the account leaves; what it
/// holds elsewhere ends by itself.
pub async fn delete(request: HttpRequest, body: Payload, web: Data<Web>, session: Session) -> Answer {
    let body = body::text(body, &web).await?;
    let fields = AccountFields::read(&body)?;
    let (passphrase, areas) = (fields.passphrase()?, fields.areas()?);
    let account = verified_own(&request, &web, &session, passphrase).await?;
    if !web.store.delete_account(&account, web.accounts.bounds.lifetime).await? {
        return Err(Problem::wrong_passphrase().into());
    }
    in_areas(&request, &web, &session, &areas, &Act::Leave).await;
    anew(&request, &web)
}

/// `GET /api/account`: who one is, and where else one is signed in. A guest has no name here.
pub async fn show(web: Data<Web>, session: Session) -> Answer {
    web.rates.take(&session.owner(), Instant::now())?;
    let Some(account) = of(&web, &session).await? else {
        return Ok(fresh(&json!({"username": null, "sessions": []})));
    };
    let sessions = web.store.sessions(&account).await?;
    let shown = sessions.iter().map(|(id, SignedIn { label, created, used, .. })| {
        json!({"id": id.shown(), "label": label, "created": created, "used": used, "current": id == session.id()})
    });
    Ok(fresh(&json!({"username": account.username, "sessions": shown.collect::<Vec<_>>()})))
}

/// `DELETE /api/account/sessions/ID`: ends one of the account's sessions.
pub async fn end_session(request: HttpRequest, path: Path<String>, web: Data<Web>, session: Session) -> Answer {
    web.rates.take(&session.owner(), Instant::now())?;
    let account = of(&web, &session).await?.ok_or_else(Problem::no_account)?;
    let sessions = web.store.sessions(&account).await?;
    let found = sessions.iter().find(|(id, _)| id.shown() == *path).ok_or_else(Problem::no_such_session)?;
    web.store.revoke_session(&found.0, web.accounts.bounds.lifetime).await?;
    if found.0 == *session.id() { anew(&request, &web) } else { Ok(fresh(&json!({}))) }
}

/// The account of this session as it is now; none for a guest.
pub async fn of(web: &Web, session: &Session) -> Result<Option<Account>, Problem> {
    let Some(id) = session.account() else { return Ok(None) };
    let SessionState::SignedIn(signed_in) = web.hub.session(session.id()).await? else {
        return Err(Problem::signed_out());
    };
    let account = web.store.account(&AccountKey::of(&signed_in.username.key())).await?;
    account.filter(|account| account.id == *id).ok_or_else(Problem::signed_out).map(Some)
}

async fn verified_own(
    request: &HttpRequest,
    web: &Web,
    session: &Session,
    passphrase: Passphrase,
) -> Result<Account, Problem> {
    let account = of(web, session).await?.ok_or_else(Problem::no_account)?;
    let is_own = |found: &Account| found.id == account.id;
    verified(web, origin::address(request, web), &account.username, passphrase, is_own).await
}

/// The account of that name if this is its passphrase. There is one answer to all that is wrong, and one course that leads to it: both
/// counts, one look at the store, one hash.
async fn verified(
    web: &Web,
    address: Address,
    username: &Username,
    passphrase: Passphrase,
    is_meant: impl Fn(&Account) -> bool,
) -> Result<Account, Problem> {
    let (accounts, key) = (&web.accounts, AccountKey::of(&username.key()));
    accounts.tries.take(address, Instant::now())?;
    let window = Millis::try_from(accounts.bounds.window.as_millis()).unwrap_or(Millis::MAX);
    let tried = web.store.count_try(&key, window).await?;
    if tried.count > accounts.bounds.tries {
        return Err(tries::too_many("tries", Duration::from_millis(tried.over_in)));
    }
    let account = web.store.account(&key).await?.filter(is_meant);
    let right = accounts.hashing.verify(passphrase, account.as_ref().map(|account| &account.hash)).await?;
    let account = account.filter(|_| right).ok_or_else(Problem::wrong_passphrase)?;
    accounts.tries.give_back(address);
    Ok(account)
}

/// The browser is signed in from now on, by a session of its own; the one that it had ends. What it was as a guest goes along.
async fn enter(request: &HttpRequest, web: &Web, before: &Session, account: &Account, areas: &[AreaName]) -> Answer {
    let session = begin(request, web, account).await?;
    if before.account().is_none() {
        in_areas(request, web, before, areas, &Act::HandOver { to: session.owner() }).await;
    }
    leave_behind(web, before).await;
    let mut response = fresh(&json!({"username": account.username}));
    Gift::of(&session, request, web).put_on(&mut response)?;
    Ok(response)
}

/// The browser has another session from now on, so nobody has this one any more.
pub async fn leave_behind(web: &Web, session: &Session) {
    if session.account().is_none() {
        return;
    }
    if let Err(error) = web.store.revoke_session(session.id(), web.accounts.bounds.lifetime).await {
        // Its owner sees it in the list, and can end it there.
        tracing::warn!(%error, "the session before could not be ended");
    }
}

/// A session of that account for the browser that asks.
pub async fn begin(request: &HttpRequest, web: &Web, account: &Account) -> Result<Session, Problem> {
    let session = Session::begin(Some(account.id.clone()))?;
    let agent = request.headers().get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let AccountBounds { lifetime, sessions: most, .. } = web.accounts.bounds;
    let new = NewSession { id: session.id().clone(), label: label(agent), lifetime, most };
    // Between the look at the account and this, it was changed or deleted.
    if web.store.begin_session(account, &new).await? { Ok(session) } else { Err(Problem::wrong_passphrase()) }
}

/// The same in each of these areas, for the owner of `session`. Where it fails, what is left there ends by itself: signing in and
/// out goes on.
async fn in_areas(request: &HttpRequest, web: &Web, session: &Session, areas: &[AreaName], act: &Act) {
    for area in areas {
        let change = Change { area: area.clone(), owner: session.owner(), held: None, n: None, act: act.clone() };
        if let Err(problem) = acts::change(web, &change, origin::address(request, web)).await {
            tracing::warn!(code = problem.code.as_str(), "a name was left behind");
        }
    }
}

/// As a new guest.
fn anew(request: &HttpRequest, web: &Web) -> Answer {
    let mut response = fresh(&json!({}));
    Gift::of(&Session::begin(None)?, request, web).put_on(&mut response)?;
    Ok(response)
}

/// Good for this moment, and for this browser alone.
fn fresh(data: &serde_json::Value) -> HttpResponse {
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(data)
}
