//! How a browser becomes signed in, and what it was before ends. Each step runs to its end, also if who asked hangs up half-way.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::USER_AGENT;
use actix_web::web::Data;
use futures_util::future::join_all;
use tokio::time::{sleep, timeout};

use super::AccountBounds;
use crate::domain::account::{Account, SessionId, label};
use crate::domain::change::{Act, Change};
use crate::domain::name::AreaName;
use crate::protocol::error::{Code, Problem};
use crate::store::accounts::NewSession;
use crate::web::origin::{self, Address};
use crate::web::session::Session;
use crate::web::{Web, acts};

/// All areas together have this long, twice what one call of the store may take: a name left behind ends by itself.
const AREAS_WITHIN: Duration = Duration::from_secs(4);
/// A guest's session ends so long after its browser signed in: the answer with the new cookie is there by then, so its other tabs,
/// which come back as soon as they are closed, have that one.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(3);
/// Attempts to give one up, each as long after the other.
const ATTEMPTS: usize = 3;

/// Who signs in, as far as the steps need it.
pub struct Caller {
    pub before: Session,
    pub label: String,
    pub address: Address,
}

impl Caller {
    pub fn of(request: &HttpRequest, web: &Web, before: Session) -> Self {
        Self { before, label: agent(request), address: origin::address(request, web) }
    }
}

/// The browser that asks, in a few words.
pub fn agent(request: &HttpRequest) -> String {
    let agent = request.headers().get(USER_AGENT).and_then(|agent| agent.to_str().ok());
    label(agent.unwrap_or_default())
}

/// Half of it would be a name without its person, or a session that nobody has.
pub async fn to_its_end<T: 'static>(step: impl Future<Output = Result<T, Problem>> + 'static) -> Result<T, Problem> {
    actix_web::rt::spawn(step).await.unwrap_or_else(|error| {
        tracing::error!(%error, "signing in ended in a panic");
        Err(Problem::new(Code::Internal, "Something went wrong on our side. Try again."))
    })
}

/// The browser is signed in from now on, by a session of its own; the one that it had ends. What it was as a guest goes along.
pub async fn enter(
    web: &Data<Web>,
    caller: &Caller,
    account: &Account,
    areas: &[AreaName],
) -> Result<Session, Problem> {
    let session = begin(web, account, caller.label.clone()).await?;
    if caller.before.account().is_some() {
        leave_behind(web, &caller.before).await;
    } else {
        in_areas(web, caller, areas, &Act::HandOver { to: session.owner() }).await;
        // Dropping the handle lets it go on by itself.
        drop(actix_web::rt::spawn(give_up(web.clone(), caller.before.id().clone())));
    }
    Ok(session)
}

/// A guest's session is nobody's from now on: who has copied its cookie, or given it to this browser, has nothing by it.
async fn give_up(web: Data<Web>, session: SessionId) {
    for _ in 0..ATTEMPTS {
        sleep(GIVEN_UP_AFTER).await;
        match web.store.revoke_session(&session, web.accounts.bounds.lifetime).await {
            Ok(()) => return,
            Err(error) => tracing::warn!(%error, "a guest's session could not be given up"),
        }
    }
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

/// A session of that account for the browser of that label.
pub async fn begin(web: &Web, account: &Account, label: String) -> Result<Session, Problem> {
    let session = Session::begin(Some(account.id.clone()))?;
    let AccountBounds { lifetime, sessions: most, .. } = web.accounts.bounds;
    let new = NewSession { id: session.id().clone(), label, lifetime, most };
    // Between the look at the account and this, it was changed or deleted.
    if web.store.begin_session(account, &new).await? { Ok(session) } else { Err(Problem::wrong_passphrase()) }
}

/// The same in all of these areas, for who the caller was. Where it fails, what is left there ends by itself: signing in and out goes
/// on.
pub async fn in_areas(web: &Web, caller: &Caller, areas: &[AreaName], act: &Act) {
    let owner = caller.before.owner();
    let all = areas.iter().map(async |area| {
        let change = Change { area: area.clone(), owner: owner.clone(), held: None, n: None, act: act.clone() };
        if let Err(problem) = acts::change(web, &change, caller.address).await {
            tracing::warn!(code = problem.code.as_str(), "a name was left behind");
        }
    });
    if timeout(AREAS_WITHIN, join_all(all)).await.is_err() {
        tracing::warn!(code = "late", "a name was left behind");
    }
}
