//! One call to a source, from its request to its JSON, with a bound on everything but time. Knows HTTP, not venues.
//!
//! Failures are logged here, for only here their cause is known. An address is never logged: it holds what somebody
//! searches for, and where.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url};
use serde_json::Value;
use tracing::warn;

use super::error::{SetupError, VenueError};

/// Bytes of an answer, at most: fifty venues take some 50 KiB.
const BODY_MAX: usize = 1024 * 1024;
/// A source that wants longer silence is asked again all the same, once in this time: a quota that was raised, or a wrong header,
/// must not cost a lunch.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(10 * 60);

/// Says who asks, as public services want to know. Follows no redirects: a key must not travel to another host.
pub fn client(public_url: Option<&str>) -> Result<Client, SetupError> {
    let product = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));
    let agent = public_url.map_or(product.to_owned(), |url| format!("{product} (+{url})"));
    let client = Client::builder().user_agent(agent).redirect(Policy::none()).build();
    client.map_err(|error| SetupError::Client(error.to_string()))
}

/// The address of `call` on the host that `setting` names by `base`, which may name the call already.
pub fn address(setting: &'static str, base: &str, call: &str) -> Result<Url, SetupError> {
    let mut url = Url::parse(base).map_err(|_| SetupError::Address(setting))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(SetupError::Address(setting));
    }
    let path = url.path().trim_end_matches('/');
    let path = format!("{}{call}", path.strip_suffix(call).unwrap_or(path));
    url.set_path(&path);
    Ok(url)
}

/// Whatever the source answers, its status unread.
pub async fn send(source: &'static str, request: RequestBuilder) -> Result<Response, VenueError> {
    request.send().await.map_err(|error| broken_off(source, error))
}

/// The JSON of a good answer; what is wrong with any other.
pub async fn json(source: &'static str, mut response: Response) -> Result<Value, VenueError> {
    let status = response.status();
    if !status.is_success() {
        warn!(source, status = status.as_u16(), "the venue source refused a question");
        return Err(refusal(status, response.headers()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| broken_off(source, error))? {
        if body.len() + chunk.len() > BODY_MAX {
            warn!(source, "the venue source's answer has no end");
            return Err(VenueError::BadAnswer);
        }
        body.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&body).map_err(|cause| {
        warn!(source, %cause, "the venue source's answer is no JSON");
        VenueError::BadAnswer
    })
}

fn broken_off(source: &'static str, error: reqwest::Error) -> VenueError {
    let error = error.without_url();
    warn!(source, cause = ?error, "the venue source cannot be reached");
    if error.is_timeout() { VenueError::TimedOut } else { VenueError::Unreachable }
}

fn refusal(status: StatusCode, headers: &HeaderMap) -> VenueError {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => VenueError::BadKey,
        StatusCode::TOO_MANY_REQUESTS => VenueError::OverQuota { retry_after: retry_after(headers) },
        status if status.is_server_error() => VenueError::Unreachable,
        _ => VenueError::BadAnswer,
    }
}

/// How long the source wants to be left alone: it says seconds, or a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let wait = match text(headers, RETRY_AFTER)?.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            // Its own clock tells what it means by a date; ours serves where it does not show its own.
            let now = date(headers, DATE).unwrap_or_else(Utc::now);
            (date(headers, RETRY_AFTER)? - now).to_std().ok()?
        }
    };
    Some(wait.min(RETRY_AFTER_MAX)).filter(|wait| !wait.is_zero())
}

fn date(headers: &HeaderMap, name: HeaderName) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(text(headers, name)?).ok().map(|date| date.to_utc())
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(headers: &[(HeaderName, &str)]) -> Option<Duration> {
        retry_after(&headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect())
    }

    #[test]
    fn the_wait_is_told_in_seconds_or_as_a_date_by_the_sources_own_clock() {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(wait(&[(RETRY_AFTER, " 30")]), seconds(30));
        let long_ago = (DATE, "Wed, 21 Oct 2015 07:28:00 GMT");
        let asked_for = |date| wait(&[long_ago.clone(), (RETRY_AFTER, date)]);
        assert_eq!(asked_for("Wed, 21 Oct 2015 07:28:45 GMT"), seconds(45));
        assert_eq!(asked_for("Wed, 21 Oct 2015 07:27:00 GMT"), None);
        let soon = (Utc::now() + Duration::from_secs(300)).to_rfc2822();
        let by_our_clock = wait(&[(RETRY_AFTER, &soon)]).unwrap();
        assert!((200..=300).contains(&by_our_clock.as_secs()), "{by_our_clock:?}");
    }

    #[test]
    fn no_wait_is_without_end_and_an_odd_one_is_none() {
        for long in ["86400", "18446744073709551615", "Fri, 31 Dec 9999 23:59:59 GMT"] {
            assert_eq!(wait(&[(RETRY_AFTER, long)]), Some(RETRY_AFTER_MAX), "{long}");
        }
        for odd in ["", "0", "-1", "1e3", "soon", "Wed, 99 Oct 2015 07:28:00 GMT"] {
            assert_eq!(wait(&[(RETRY_AFTER, odd)]), None, "{odd}");
        }
        assert_eq!(wait(&[]), None);
    }

    #[test]
    fn a_base_address_may_have_a_slash_a_path_or_the_call_itself() {
        for base in ["https://example.org", "https://example.org/", "https://example.org/api"] {
            assert_eq!(address("a", base, "/api").unwrap().as_str(), "https://example.org/api");
        }
        assert_eq!(address("a", "http://[::1]:7/osm", "/api").unwrap().as_str(), "http://[::1]:7/osm/api");
        for bad in ["", "example.org", "ftp://example.org", "https://"] {
            assert_eq!(address("venues.photon_url", bad, "/api"), Err(SetupError::Address("venues.photon_url")));
        }
    }
}
