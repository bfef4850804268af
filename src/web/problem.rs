//! The one error of the web's edge: a status, a code and a sentence for a person. Causes go to the log.

use std::fmt;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderMap, HeaderValue, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};

use super::limits;
use crate::hub::FollowError;
use crate::protocol::error::{Code, Problem};
use crate::store::StoreError;
use crate::venues::VenueError;

#[derive(Debug, Clone)]
pub struct WebError(pub Problem);

impl<P: Into<Problem>> From<P> for WebError {
    fn from(problem: P) -> Self {
        Self(problem.into())
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Refused(refused) => refused.into(),
            StoreError::Unavailable(cause) => {
                tracing::warn!(cause, "the store did not answer");
                Self::store_unavailable()
            }
        }
    }
}

impl From<FollowError> for Problem {
    fn from(error: FollowError) -> Self {
        match error {
            FollowError::TooManyAreas => {
                limits::reached("areas");
                Self::over_capacity("This server has as many groups as it can have. Try again later.")
            }
            FollowError::Store(error) => error.into(),
        }
    }
}

impl From<VenueError> for Problem {
    fn from(error: VenueError) -> Self {
        let message = error.to_string();
        let soon = |wait: Duration| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        match error {
            VenueError::Question(_) | VenueError::UnknownPlace => Self::new(Code::BadMessage, message),
            VenueError::RateLimited { retry_after } => {
                limits::reached("questions_per_minute");
                Self::rate_limited(&message, soon(retry_after))
            }
            VenueError::Busy => {
                limits::reached("venue_requests");
                Self::rate_limited(&message, soon(Duration::from_secs(2)))
            }
            VenueError::OverQuota { retry_after } => {
                Self { retry_in_ms: retry_after.map(soon), ..Self::new(Code::VenuesUnavailable, message) }
            }
            VenueError::TimedOut | VenueError::Unreachable | VenueError::BadKey | VenueError::BadAnswer => {
                Self::new(Code::VenuesUnavailable, message)
            }
        }
    }
}

impl fmt::Display for WebError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl WebError {
    /// When to try again, where that is known: whole seconds.
    pub fn say_when(&self, headers: &mut HeaderMap) {
        if let Some(ms) = self.0.retry_in_ms {
            headers.insert(RETRY_AFTER, HeaderValue::from(ms.div_ceil(1000).max(1)));
        }
    }
}

/// What stands after the `?` of an address is not what it should be.
pub fn bad_query() -> actix_web::Error {
    let message = "What stands after the ? of the address is not right: each name once, and numbers where they belong.";
    WebError::from(Problem::new(Code::BadMessage, message)).into()
}

impl ResponseError for WebError {
    fn status_code(&self) -> StatusCode {
        match self.0.code {
            Code::BadMessage
            | Code::UnknownEvent
            | Code::BadArea
            | Code::BadName
            | Code::BadImage
            | Code::BadVenue
            | Code::BadText
            | Code::BadPassphrase => StatusCode::BAD_REQUEST,
            Code::NoSession | Code::SignedOut => StatusCode::UNAUTHORIZED,
            Code::ForeignOrigin | Code::NotJoined | Code::WrongPassphrase | Code::NoAccount => StatusCode::FORBIDDEN,
            Code::NotFound | Code::NoSuchVenue | Code::NoSuchRoom | Code::NoSuchCode | Code::NoSuchSession => {
                StatusCode::NOT_FOUND
            }
            Code::NameTaken | Code::AreaFull | Code::NotWatching => StatusCode::CONFLICT,
            Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Code::VenuesUnavailable => StatusCode::BAD_GATEWAY,
            Code::StoreUnavailable | Code::OverCapacity => StatusCode::SERVICE_UNAVAILABLE,
            Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        metrics::counter!("wte_errors_total", "code" => self.0.code.as_str()).increment(1);
        let mut response = HttpResponse::build(self.status_code());
        response.insert_header((CACHE_CONTROL, "no-store"));
        let mut response = response.json(&self.0);
        self.say_when(response.headers_mut());
        response
    }
}
