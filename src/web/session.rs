//! Who a browser is: a signed cookie with a lasting id. Looking at pages writes nothing to the store.

use std::fmt::Write;
use std::future::{Ready, ready};
use std::time::Duration;

use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::cookie::{Cookie, CookieJar, Key, SameSite};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use chrono::Utc;

use super::Web;
use super::origin::is_secure;
use super::problem::WebError;
use crate::domain::owner::Owner;
use crate::protocol::error::{Code, Problem};

/// A browser may keep `__Host-` cookies for this very host only, and only over TLS.
const SECURE_NAME: &str = "__Host-wte";
const PLAIN_NAME: &str = "wte";
/// A cookie is written anew when it is older than this, so that its two weeks count from the last use.
const RENEW_AFTER_SECS: i64 = 24 * 3600;

/// Random bytes of a session's id: nobody meets another's by chance.
const ID_BYTES: usize = 16;

/// Signs and reads the cookies.
pub struct Sessions {
    key: Key,
    lifetime: Duration,
}

/// One browser.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    id: String,
    /// Seconds since the Unix epoch, by this server's clock.
    issued: i64,
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
        let (id, issued) = value.value().split_once('.')?;
        let session = Session { id: id.to_owned(), issued: issued.parse().ok()? };
        let lifetime = i64::try_from(self.lifetime.as_secs()).unwrap_or(i64::MAX);
        (session.age() < lifetime).then_some(session)
    }

    pub(super) fn cookie(&self, session: &Session, secure: bool) -> Cookie<'static> {
        let cookie = Cookie::build(name(secure), format!("{}.{}", session.id, session.issued))
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
    fn begin() -> Result<Self, WebError> {
        let mut random = [0_u8; ID_BYTES];
        getrandom::fill(&mut random).map_err(|error| {
            tracing::error!(%error, "no random numbers");
            Problem::new(Code::Internal, "Something went wrong on our side. Try again.")
        })?;
        let id = random.iter().fold(String::with_capacity(2 * ID_BYTES), |mut id, byte| {
            let _ = write!(id, "{byte:02x}");
            id
        });
        Ok(Self { id, issued: Utc::now().timestamp() })
    }

    /// The session of that id in another browser; none if that is no id of ours.
    pub fn again(id: &str) -> Option<Self> {
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let is_id = id.len() == 2 * ID_BYTES && id.bytes().all(hex);
        is_id.then(|| Self { id: id.to_owned(), issued: Utc::now().timestamp() })
    }

    /// What makes another browser the same one: for the store of one-time codes, and for nothing else.
    pub fn lasting_id(&self) -> &str {
        &self.id
    }

    /// Who this browser is in every area.
    pub fn owner(&self) -> Owner {
        Owner::of(&self.id)
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
    pub fn choose(request: &HttpRequest, web: &Web) -> Result<Self, WebError> {
        let secure = is_secure(request, web);
        let known = web.sessions.read(request, secure);
        let fresh = known.is_none();
        let session = match known {
            Some(session) if session.age() < RENEW_AFTER_SECS => return Ok(Self { cookie: None, fresh }),
            Some(session) => Session { issued: Utc::now().timestamp(), ..session },
            None => Session::begin()?,
        };
        Ok(Self { cookie: Some(web.sessions.cookie(&session, secure)), fresh })
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

/// As an argument of a handler: 401 without a valid session.
impl FromRequest for Session {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let web = request.app_data::<web::Data<Web>>().expect("the App was built with it");
        let session = web.sessions.read(request, is_secure(request, web));
        let problem = || {
            let message = "There is no valid session cookie. POST /api/session gives one; allow cookies for this page.";
            WebError::from(Problem::new(Code::NoSession, message))
        };
        ready(session.ok_or_else(problem))
    }
}
