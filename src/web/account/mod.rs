//! Accounts: a name that is one's own in every area and on every device. The calls; what a session is, is for `session`, what a hash,
//! for `hashing`.

use std::time::{Duration, Instant};

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::origin::{self, Address};
use super::problem::WebError;
use super::session::{Gift, Session};
use super::{Web, body};
use crate::domain::Millis;
use crate::domain::account::{Account, AccountId, AccountKey, Passphrase, PassphraseHash, SessionState, SignedIn};
use crate::domain::change::{Act, Refused};
use crate::domain::name::Username;
use crate::protocol::account::AccountFields;
use crate::protocol::error::Problem;
use crate::store::accounts::Replaced;

mod entering;
mod hashing;
pub mod names;
mod tries;

pub use entering::{agent, begin, leave_behind};
pub use hashing::{Cost, Hashing};

use entering::{Caller, enter, in_areas, to_its_end};
use tries::Tries;

type Answer = Result<HttpResponse, WebError>;

/// Accounts made are counted for so long.
const DAY: Duration = Duration::from_secs(86_400);

/// What all workers share.
pub struct Accounts {
    hashing: Hashing,
    tries: Tries,
    made: Tries,
    bounds: AccountBounds,
}

/// What the settings say of accounts.
#[derive(Debug, Clone, Copy)]
pub struct AccountBounds {
    /// Wrong tries of one name, and of one address, within the window.
    pub tries: u64,
    pub tries_per_address: u32,
    pub window: Duration,
    /// Accounts made from one address in a day.
    pub new_per_address: u32,
    /// Sessions of an account.
    pub sessions: usize,
    /// How long a session is remembered after its last use.
    pub lifetime: Millis,
}

impl Accounts {
    pub fn new(hashing: Hashing, bounds: AccountBounds) -> Self {
        let tries = Tries::new("tries_per_address", bounds.tries_per_address, bounds.window);
        Self { hashing, tries, made: Tries::new("new_per_address", bounds.new_per_address, DAY), bounds }
    }
}

/// `POST /api/account {username, passphrase, areas?}`: keeps a name, and signs in. In `areas` the browser's name and vote go along.
pub async fn create(request: HttpRequest, body: Payload, web: Data<Web>, session: Session) -> Answer {
    let body = body::text(body, &web).await?;
    let fields = AccountFields::read(&body)?;
    let (username, passphrase, areas) = (fields.username()?, fields.passphrase()?, fields.areas()?);
    let address = origin::address(&request, &web);
    // Each one made costs a hash and is kept, so an address makes few: this counts, right or wrong.
    web.accounts.tries.take(address, Instant::now())?;
    web.accounts.made.take(address, Instant::now())?;
    let made = make(&web, username, passphrase).await.inspect_err(|_| web.accounts.made.give_back(address))?;
    let (caller, shared) = (Caller::of(&request, &web, session), web.clone());
    let entered = to_its_end(async move {
        if !shared.store.add_account(&made).await? {
            shared.accounts.made.give_back(caller.address);
            return Err(taken(&shared, &made.username).await);
        }
        Ok((enter(&shared, &caller, &made, &areas).await?, made.username))
    });
    welcome(&request, &web, entered.await?)
}

async fn taken(web: &Web, username: &Username) -> Problem {
    match names::offer(web, None, username).await {
        Ok(free) => Refused::NameTaken { free }.into(),
        Err(problem) => problem,
    }
}

/// A new account, not kept yet.
async fn make(web: &Web, username: Username, passphrase: Passphrase) -> Result<Account, Problem> {
    if web.store.account(&AccountKey::of(&username.key())).await?.is_some() {
        return Err(taken(web, &username).await);
    }
    let hash = web.accounts.hashing.hash(passphrase).await?;
    Ok(Account { id: AccountId::of(super::session::random_bytes()?), username, hash })
}

/// `POST /api/account/session {username, passphrase, areas?}`: signs in.
pub async fn sign_in(request: HttpRequest, body: Payload, web: Data<Web>, session: Session) -> Answer {
    let body = body::text(body, &web).await?;
    let fields = AccountFields::read(&body)?;
    let (username, passphrase, areas) = (fields.username()?, fields.passphrase()?, fields.areas()?);
    let (caller, key) = (Caller::of(&request, &web, session), AccountKey::of(&username.key()));
    let account = verified(&web, caller.address, (&username, &key), passphrase, |_| true).await?;
    let shared = web.clone();
    let entered = to_its_end(async move { Ok((enter(&shared, &caller, &account, &areas).await?, account.username)) });
    welcome(&request, &web, entered.await?)
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
    let lifetime = web.accounts.bounds.lifetime;
    let replaced = to_its_end(async move {
        let change = Replaced { account: &account, hash: &hash, stays: session.id() };
        Ok(web.store.replace_hash(&change, lifetime).await?)
    });
    if replaced.await? { Ok(fresh(&json!({}))) } else { Err(Problem::wrong_passphrase().into()) }
}

/// `DELETE /api/account {passphrase, areas?}`: the name is free again, and every session ended. In `areas` the account leaves; what it
/// holds elsewhere ends by itself.
pub async fn delete(request: HttpRequest, body: Payload, web: Data<Web>, session: Session) -> Answer {
    let body = body::text(body, &web).await?;
    let fields = AccountFields::read(&body)?;
    let (passphrase, areas) = (fields.passphrase()?, fields.areas()?);
    let account = verified_own(&request, &web, &session, passphrase).await?;
    let (caller, shared) = (Caller::of(&request, &web, session), web.clone());
    let deleted = to_its_end(async move {
        let deleted = shared.store.delete_account(&account, shared.accounts.bounds.lifetime).await?;
        if deleted {
            in_areas(&shared, &caller, &areas, &Act::Leave).await;
        }
        Ok(deleted)
    });
    if deleted.await? { anew(&request, &web) } else { Err(Problem::wrong_passphrase().into()) }
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

/// The account of this session if this is its passphrase. Its tries are counted by the session: whoever tries the name elsewhere must not
/// keep its owner from it.
async fn verified_own(
    request: &HttpRequest,
    web: &Web,
    session: &Session,
    passphrase: Passphrase,
) -> Result<Account, Problem> {
    let account = of(web, session).await?.ok_or_else(Problem::no_account)?;
    let counted = AccountKey::of_tries(session.id());
    let is_own = |found: &Account| found.id == account.id;
    verified(web, origin::address(request, web), (&account.username, &counted), passphrase, is_own).await
}

/// The account of that name if this is its passphrase; tries count for the key beside it. There is one answer to all that is wrong, and
/// one course that leads to it: both counts, one look at the store, one hash.
async fn verified(
    web: &Web,
    address: Address,
    (username, counted): (&Username, &AccountKey),
    passphrase: Passphrase,
    is_meant: impl Fn(&Account) -> bool,
) -> Result<Account, Problem> {
    let accounts = &web.accounts;
    accounts.tries.take(address, Instant::now())?;
    // Whoever is turned away because others sign in has not tried.
    let turn = accounts.hashing.turn().await.inspect_err(|_| accounts.tries.give_back(address))?;
    let window = Millis::try_from(accounts.bounds.window.as_millis()).unwrap_or(Millis::MAX);
    let tried = web.store.count_try(counted, window).await?;
    if tried.count > accounts.bounds.tries {
        return Err(tries::too_many("tries", Duration::from_millis(tried.over_in)));
    }
    let account = web.store.account(&AccountKey::of(&username.key())).await?.filter(is_meant);
    let verified = accounts.hashing.verify(turn, passphrase, account.as_ref().map(|account| &account.hash)).await?;
    let account = account.filter(|_| verified.right).ok_or_else(Problem::wrong_passphrase)?;
    accounts.tries.give_back(address);
    match verified.renewed {
        Some(hash) => Ok(renewed(web, account, hash).await),
        None => Ok(account),
    }
}

/// The account with its passphrase hashed by the settings of now; as it was where that cannot be kept.
async fn renewed(web: &Web, account: Account, hash: PassphraseHash) -> Account {
    match web.store.change_hash(&account, &hash).await {
        Ok(true) => Account { hash, ..account },
        Ok(false) => account,
        Err(error) => {
            tracing::debug!(%error, "a passphrase keeps its old hash");
            account
        }
    }
}

/// The browser's answer, with the cookie of its new session.
fn welcome(request: &HttpRequest, web: &Web, (session, username): (Session, Username)) -> Answer {
    let mut response = fresh(&json!({"username": username}));
    Gift::of(&session, request, web).put_on(&mut response)?;
    Ok(response)
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
