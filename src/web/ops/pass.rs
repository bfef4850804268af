//! Who may look at the servers: who has given the token, or where none is set, who sits at this very machine. The token comes in a
//! form's body, never in an address; what a browser keeps is a signed cookie, and not the token.

use std::time::{Duration, Instant};

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::cookie::{Cookie, CookieJar, Key, SameSite};
use chrono::Utc;
use sha2::{Digest, Sha256};

use crate::protocol::error::Problem;
use crate::web::Web;
use crate::web::origin::{self, Address, is_secure};
use crate::web::rates::{Rate, Rates};

/// Browsers keep a `__Secure-` cookie only if it came over TLS; `__Host-` ones cannot be kept to `/ops`.
const SECURE_NAME: &str = "__Secure-wte-ops";
const PLAIN_NAME: &str = "wte-ops";
const PATH: &str = "/ops";
/// A working day; the token is asked for again then.
const LIFETIME: Duration = Duration::from_secs(12 * 3600);
/// Tokens that an address may try at once, and in each second after: hands are slower, and sixteen characters are not guessed so.
const TRIES: Rate = Rate { per_second: Some(1), burst: Some(5) };

/// Whether somebody may look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    In {
        /// By a token, so that one can sign out: for how long it is still good. None: by where one sits.
        signed_in: Option<Duration>,
    },
    /// With the token, yes.
    SignIn,
    /// No token opens anything, and this is not the server's own machine.
    Elsewhere,
}

pub struct Operators {
    token: Option<String>,
    key: Key,
    tries: Rates<Address>,
}

impl Operators {
    /// The secret has 32 bytes or more; servers that share it and the token know each other's cookies, and another token makes all
    /// of them worthless.
    pub fn new(secret: &[u8], token: Option<String>) -> Self {
        let material = [secret, b"/ops", token.as_deref().unwrap_or_default().as_bytes()].concat();
        Self { token, key: Key::derive_from(&material), tries: Rates::new("ops_token_tries", TRIES) }
    }

    pub fn ask_for_token(&self) -> bool {
        self.token.is_some()
    }

    /// With a token set, the machine that one sits at does not count: a proxy there is not to open it to everyone.
    pub fn admit(&self, request: &HttpRequest, web: &Web) -> Admission {
        match &self.token {
            Some(_) => match self.left(request, is_secure(request, web)) {
                Some(left) => Admission::In { signed_in: Some(left) },
                None => Admission::SignIn,
            },
            None if origin::is_this_machine(request) => Admission::In { signed_in: None },
            None => Admission::Elsewhere,
        }
    }

    /// Whether that is the token; a problem if that address has tried too often.
    pub fn try_token(&self, given: &str, address: Address) -> Result<bool, Problem> {
        self.tries.take(&address, Instant::now())?;
        Ok(self.token.as_deref().is_some_and(|token| same(token, given)))
    }

    pub fn cookie(&self, secure: bool) -> Cookie<'static> {
        let cookie = Cookie::build(name(secure), Utc::now().timestamp().to_string())
            .path(PATH)
            .http_only(true)
            .same_site(SameSite::Strict)
            .secure(secure)
            .max_age(CookieDuration::try_from(LIFETIME).unwrap_or(CookieDuration::MAX))
            .finish();
        let mut jar = CookieJar::new();
        jar.signed_mut(&self.key).add(cookie);
        jar.get(name(secure)).cloned().expect("it was just added")
    }

    /// How long the request's cookie is still good; none if it is not.
    fn left(&self, request: &HttpRequest, secure: bool) -> Option<Duration> {
        let mut jar = CookieJar::new();
        jar.add_original(request.cookie(name(secure))?.into_owned());
        let issued: i64 = jar.signed(&self.key).get(name(secure))?.value().parse().ok()?;
        let age = Utc::now().timestamp().checked_sub(issued).and_then(|age| u64::try_from(age).ok())?;
        LIFETIME.checked_sub(Duration::from_secs(age)).filter(|left| !left.is_zero())
    }
}

fn name(secure: bool) -> &'static str {
    if secure { SECURE_NAME } else { PLAIN_NAME }
}

/// Takes as long for a near miss as for a far one, and for a short one as for a long one: digests are compared.
fn same(a: &str, b: &str) -> bool {
    let (a, b) = (Sha256::digest(a.as_bytes()), Sha256::digest(b.as_bytes()));
    a.iter().zip(b.iter()).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"thirty-two bytes are the least of it";

    fn holder(cookie: Cookie<'static>) -> HttpRequest {
        actix_web::test::TestRequest::default().cookie(cookie).to_http_request()
    }

    fn operators(token: &str) -> Operators {
        Operators::new(SECRET, Some(token.to_owned()))
    }

    impl Operators {
        fn knows(&self, request: &HttpRequest, secure: bool) -> bool {
            self.left(request, secure).is_some()
        }
    }

    #[test]
    fn a_cookie_is_good_for_the_token_that_it_was_given_for() {
        let (one, same, other) = (operators("first token"), operators("first token"), operators("other token"));
        let request = holder(one.cookie(false));
        assert!(one.knows(&request, false) && same.knows(&request, false));
        assert!(!other.knows(&request, false), "another token");
        assert!(!one.knows(&request, true), "one that came without TLS");
        assert!(
            !Operators::new(b"another secret of thirty-two bytes!", Some("first token".to_owned()))
                .knows(&request, false)
        );
        let mut tampered = one.cookie(false);
        tampered.set_value(format!("{}9", tampered.value()));
        assert!(!one.knows(&holder(tampered), false));
        let now = Utc::now().timestamp().to_string();
        assert!(!one.knows(&holder(Cookie::new(PLAIN_NAME, now)), false), "not signed");
    }

    #[test]
    fn a_cookie_ends_after_its_time() {
        let operators = operators("a token");
        for (age, good) in [(0, true), (12 * 3600 - 60, true), (12 * 3600, false), (-60, false)] {
            let mut jar = CookieJar::new();
            let value = (Utc::now().timestamp() - age).to_string();
            jar.signed_mut(&operators.key).add(Cookie::new(PLAIN_NAME, value));
            let left = operators.left(&holder(jar.get(PLAIN_NAME).cloned().unwrap()), false);
            assert_eq!(left.is_some(), good, "{age} s");
            assert!(left.is_none_or(|left| left.as_secs() <= LIFETIME.as_secs() - u64::try_from(age).unwrap()));
        }
    }

    #[test]
    fn a_cookie_is_for_this_view_and_for_no_script() {
        let cookie = operators("a token").cookie(true).to_string();
        for part in ["__Secure-wte-ops=", "HttpOnly", "SameSite=Strict", "Secure", "Path=/ops", "Max-Age=43200"] {
            assert!(cookie.contains(part), "{part}: {cookie}");
        }
    }

    #[test]
    fn only_the_whole_token_is_the_token() {
        for (given, is) in [("token", true), ("toke", false), ("tokens", false), ("Token", false), ("", false)] {
            assert_eq!(same("token", given), is, "{given}");
        }
    }
}
