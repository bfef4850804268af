//! Who a browser is: a signed cookie with a lasting id, and with the account that it is signed in to, if it is. Looking at pages
//! writes nothing to the store; of those that are signed in, the store knows whether they still are.

use std::pin::Pin;
use std::time::Duration;

use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::cookie::{Cookie, CookieJar, Key, SameSite};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use chrono::Utc;

use super::Web;
use super::origin::is_secure;
use super::problem::WebError;
use crate::domain::account::{AccountId, SessionId, SessionState};
use crate::domain::owner::Owner;
use crate::protocol::error::{Code, Problem};

/// A browser may keep `__Host-` cookies for this very host only, and only over TLS.
const SECURE_NAME: &str = "__Host-wte";
const PLAIN_NAME: &str = "wte";
/// A cookie is written anew when it is older than this, so that its two weeks count from the last use.
const RENEW_AFTER_SECS: i64 = 24 * 3600;

/// Signs and reads the cookies.
pub struct Sessions {
    key: Key,
    lifetime: Duration,
}

/// One browser.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    id: SessionId,
    /// Seconds since the Unix epoch, by this server's clock.
    issued: i64,
    /// The account that it is signed in to, if the store still says so; none is a guest.
    account: Option<AccountId>,
}

impl Sessions {
    /// The secret has 32 bytes or more; every server that shares it knows the others' sessions.
    pub fn new(secret: &[u8], lifetime: Duration) -> Self {
        Self { key: Key::derive_from(secret), lifetime }
    }

    /// The session that came with a request; none if there is none, or it is not ours, or too old.
    fn read(&self, request: &HttpRequest, secure: bool) -> Option<Session> {
        let cookie = request.cookie(name(secure))?;
        let mut jar = CookieJar::new();
        jar.add_original(cookie.into_owned());
        let value = jar.signed(&self.key).get(name(secure))?;
        let (id, rest) = value.value().split_once('.')?;
        let (issued, account) = rest.split_once('.').map_or((rest, None), |(issued, account)| (issued, Some(account)));
        let account = account.map(|account| AccountId::parse(account).ok_or(())).transpose().ok()?;
        let session = Session { id: SessionId::parse(id)?, issued: issued.parse().ok()?, account };
        let lifetime = i64::try_from(self.lifetime.as_secs()).unwrap_or(i64::MAX);
        (session.age() < lifetime).then_some(session)
    }

    pub(super) fn cookie(&self, session: &Session, secure: bool) -> Cookie<'static> {
        let account =
            session.account.as_ref().map(|account| format!(".{}", account.digits().as_str())).unwrap_or_default();
        let cookie =
            Cookie::build(name(secure), format!("{}.{}{account}", session.id.digits().as_str(), session.issued))
                .path("/")
                .http_only(true)
                .same_site(SameSite::Lax)
                .secure(secure)
                .max_age(CookieDuration::try_from(self.lifetime).unwrap_or(CookieDuration::MAX))
                .finish();
        let mut jar = CookieJar::new();
        jar.signed_mut(&self.key).add(cookie);
        jar.get(name(secure)).cloned().expect("it was just added")
    }
}

impl Session {
    /// A new one, of a guest or of an account.
    pub fn begin(account: Option<AccountId>) -> Result<Self, Problem> {
        Ok(Self { id: SessionId::of(random_bytes()?), issued: Utc::now().timestamp(), account })
    }

    /// The session of that lasting id in another browser; none if that is no id of ours.
    pub fn again(lasting_id: &str) -> Option<Self> {
        let (id, account) = match lasting_id.split_once('.') {
            Some((id, account)) => (id, Some(AccountId::parse(account)?)),
            None => (lasting_id, None),
        };
        Some(Self { id: SessionId::parse(id)?, issued: Utc::now().timestamp(), account })
    }

    /// What makes another browser the same one: for the store of one-time codes, and for nothing else.
    pub fn lasting_id(&self) -> String {
        match &self.account {
            Some(account) => format!("{}.{}", self.id.digits().as_str(), account.digits().as_str()),
            None => self.id.digits().to_owned(),
        }
    }

    pub fn id(&self) -> &SessionId {
        &self.id
    }

    /// The account that it is signed in to.
    pub fn account(&self) -> Option<&AccountId> {
        self.account.as_ref()
    }

    /// Who this browser is in every area.
    pub fn owner(&self) -> Owner {
        self.account.as_ref().map_or_else(|| Owner::of(&self.id.digits()), AccountId::owner)
    }

    /// Whether it is still what its cookie says; a guest's was given up when its browser signed in.
    pub async fn stands(&self, web: &Web) -> Result<bool, Problem> {
        let Some(account) = &self.account else { return Ok(!web.hub.is_given_up(&self.id).await) };
        let state = web.hub.session(&self.id).await?;
        Ok(matches!(state, SessionState::SignedIn(signed_in) if signed_in.account == *account))
    }

    fn age(&self) -> i64 {
        Utc::now().timestamp() - self.issued
    }
}

/// The cookie that a browser is to be given: one that has none, or an old one.
pub struct Gift {
    cookie: Option<Cookie<'static>>,
    /// The browser came without a valid one.
    pub fresh: bool,
}

impl Gift {
    /// One that was signed out gives way to a new one; while the store does not say, it stays.
    pub async fn choose(request: &HttpRequest, web: &Web) -> Result<Self, WebError> {
        let secure = is_secure(request, web);
        let mut known = web.sessions.read(request, secure);
        if let Some(session) = &known
            && session.stands(web).await == Ok(false)
        {
            known = None;
        }
        let fresh = known.is_none();
        let session = match known {
            Some(session) if session.age() < RENEW_AFTER_SECS => return Ok(Self { cookie: None, fresh }),
            Some(session) => Session { issued: Utc::now().timestamp(), ..session },
            None => Session::begin(None)?,
        };
        Ok(Self { cookie: Some(web.sessions.cookie(&session, secure)), fresh })
    }

    /// The cookie of this session, whatever the browser has.
    pub fn of(session: &Session, request: &HttpRequest, web: &Web) -> Self {
        Self { cookie: Some(web.sessions.cookie(session, is_secure(request, web))), fresh: true }
    }

    pub fn put_on(self, response: &mut HttpResponse) -> Result<(), WebError> {
        match self.cookie.map(|cookie| response.add_cookie(&cookie)) {
            Some(Err(_)) => Err(Problem::new(Code::Internal, "The cookie could not be set.").into()),
            _ => Ok(()),
        }
    }
}

fn name(secure: bool) -> &'static str {
    if secure { SECURE_NAME } else { PLAIN_NAME }
}

/// For an id that nobody meets by chance.
pub fn random_bytes() -> Result<[u8; 16], Problem> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| {
        tracing::error!(%error, "no random numbers");
        Problem::new(Code::Internal, "Something went wrong on our side. Try again.")
    })?;
    Ok(random)
}

/// As an argument of a handler: 401 without a valid session, and with one that was signed out.
impl FromRequest for Session {
    type Error = WebError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, WebError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let web = request.app_data::<web::Data<Web>>().expect("the App was built with it").clone();
        let session = web.sessions.read(request, is_secure(request, &web));
        Box::pin(async move {
            let message = "There is no valid session cookie. POST /api/session gives one; allow cookies for this page.";
            let session = session.ok_or_else(|| Problem::new(Code::NoSession, message))?;
            if session.stands(&web).await? { Ok(session) } else { Err(Problem::signed_out().into()) }
        })
    }
}
