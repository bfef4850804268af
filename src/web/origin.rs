//! Where a request comes from: the page that sent it, the client's address, and whether TLS was in between.

use std::net::{IpAddr, Ipv6Addr};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HOST, HeaderName, LOCATION, ORIGIN, REFERER};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use url::Url;

use super::problem::WebError;
use super::{Web, pages};
use crate::protocol::error::{Code, Problem};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// What proxies say of whom they ask for, beside all that begins with `x-forwarded-`.
const HANDED_ON: [&str; 20] = [
    "forwarded",
    "forwarded-for",
    "via",
    "x-real-ip",
    "x-client-ip",
    "client-ip",
    "x-remote-ip",
    "x-remote-addr",
    "x-originating-ip",
    "x-original-forwarded-for",
    "x-original-host",
    "x-original-url",
    "x-cluster-client-ip",
    "x-envoy-external-address",
    "cf-connecting-ip",
    "cf-connecting-ipv6",
    "true-client-ip",
    "fastly-client-ip",
    "fly-client-ip",
    "x-appengine-user-ip",
];
const FORWARDED: &str = "x-forwarded-";

/// What limits count by: an IPv4 address, or the /64 that one IPv6 customer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Address(IpAddr);

impl From<IpAddr> for Address {
    fn from(ip: IpAddr) -> Self {
        Self(match ip.to_canonical() {
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
            v4 => v4,
        })
    }
}

/// The client's address: the peer's, or the one that so many trusted hops back in X-Forwarded-For says. What is further
/// left in that header, anybody can write.
pub fn address(request: &HttpRequest, web: &Web) -> Address {
    let peer = request.peer_addr().map_or(IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    let hops = web.options.trusted_proxies;
    let forwarded = || {
        let values = request.headers().get_all(FORWARDED_FOR).filter_map(|value| value.to_str().ok());
        let list: Vec<_> = values.flat_map(|value| value.split(',')).collect();
        list.get(list.len().checked_sub(hops)?)?.trim().parse::<IpAddr>().ok()
    };
    (if hops > 0 { forwarded() } else { None }).unwrap_or(peer).into()
}

/// Whether the browser spoke TLS: the public address says so, or the trusted proxy does.
pub fn is_secure(request: &HttpRequest, web: &Web) -> bool {
    public_is_secure(web) || forwarded_scheme(request, web).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"))
}

/// Where a page is to be asked for instead, if the public address is behind TLS and the browser came without: the cookie that a page
/// needs would not be kept there. A proxy that does not say how the browser came is believed to have spoken TLS.
fn behind_tls(request: &HttpRequest, web: &Web) -> Option<String> {
    let plain = forwarded_scheme(request, web).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http"));
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let is_page = matches!(request.path(), "/" | "/ops") || request.path().starts_with("/a/");
    (plain && is_page && public_is_secure(web)).then(|| format!("{}{path}", own_base(request, web)))
}

fn public_is_secure(web: &Web) -> bool {
    web.options.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
}

/// What the nearest trusted proxy says: `https` or `http`.
fn forwarded_scheme<'a>(request: &'a HttpRequest, web: &Web) -> Option<&'a str> {
    let value = request.headers().get(FORWARDED_PROTO).filter(|_| web.options.trusted_proxies > 0)?;
    value.to_str().ok()?.rsplit(',').next().map(str::trim)
}

/// The address that this server has for the client, as `https://lunch.example`. Host is the client's word, so it is used
/// for what goes back to that client alone.
pub fn own_base(request: &HttpRequest, web: &Web) -> String {
    match &web.options.public_url {
        Some(url) => url.as_str().trim_end_matches('/').to_owned(),
        None => {
            let scheme = if is_secure(request, web) { "https" } else { "http" };
            format!("{scheme}://{}", host(request).unwrap_or_default())
        }
    }
}

/// The Host header, if it looks like one; X-Forwarded-Host can be forged and is not read.
pub fn host(request: &HttpRequest) -> Option<&str> {
    let host = request.headers().get(HOST)?.to_str().ok()?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']' | b'_');
    (!host.is_empty() && host.len() <= 255 && host.bytes().all(plain)).then_some(host)
}

/// Whether somebody at this machine asks, and nobody from elsewhere by way of a proxy here: the peer is this machine, Host is a name
/// that only this machine has, and nothing says that the request was handed on. A proxy here that says nothing of that and names us
/// `localhost` cannot be told from somebody at this machine; `docs/running.md` says what to set there.
pub fn is_this_machine(request: &HttpRequest) -> bool {
    let says_so = |name: &HeaderName| name.as_str().starts_with(FORWARDED) || HANDED_ON.contains(&name.as_str());
    let handed_on = request.headers().keys().any(says_so);
    let peer_is_here = request.peer_addr().is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    !handed_on && peer_is_here && host(request).is_some_and(is_local)
}

/// `localhost`, or an address that leads nowhere else; with any port.
fn is_local(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}

/// 403 unless the request comes from a page of this server, or of an allowed origin. Browsers always say where an unsafe
/// request comes from, and scripts of other sites cannot change it.
pub fn check(request: &HttpRequest, web: &Web) -> Result<(), WebError> {
    let origin = request.headers().get(ORIGIN).and_then(|origin| origin.to_str().ok()).unwrap_or_default();
    check_page(origin, request, web)
}

/// The same for the forms of `/a/AREA`. Browsers without scripts (lynx, w3m) send no Origin with a form, but the page's address as
/// Referer: another site's page can leave that out, and forge it as little. An Origin that says `null` is no page of ours: under our
/// Referrer-Policy browsers name it with each form.
fn check_form(request: &HttpRequest, web: &Web) -> Result<(), WebError> {
    if request.headers().contains_key(ORIGIN) {
        return check(request, web);
    }
    let page = request.headers().get(REFERER).and_then(|page| page.to_str().ok()).unwrap_or_default();
    check_page(page, request, web)
}

/// `page` is the address of a page, or its origin.
fn check_page(page: &str, request: &HttpRequest, web: &Web) -> Result<(), WebError> {
    if is_as_written(page, request, web) {
        return Ok(());
    }
    let allowed = |url: &Url| web.options.allowed_origins.contains(&url.origin().ascii_serialization());
    if Url::parse(page).is_ok_and(|url| is_own(&url, request, web) || allowed(&url)) {
        return Ok(());
    }
    let message = "This came from a page of another site. Open the page of this server and try again.";
    Err(Problem::new(Code::ForeignOrigin, message).into())
}

/// Whether it is the Host of the request, letter by letter: nearly all are, and need not be taken apart.
fn is_as_written(page: &str, request: &HttpRequest, web: &Web) -> bool {
    let Some((scheme, rest)) = page.split_once("://") else { return false };
    schemes(request, web).contains(&scheme) && host(request) == Some(rest)
}

/// A page over plain HTTP is no page of a server behind TLS.
fn schemes(request: &HttpRequest, web: &Web) -> &'static [&'static str] {
    if is_secure(request, web) { &["https"] } else { &["http", "https"] }
}

fn is_own(url: &Url, request: &HttpRequest, web: &Web) -> bool {
    if web.options.public_url.as_ref().is_some_and(|public| public.origin() == url.origin()) {
        return true;
    }
    let Some(host) = host(request) else { return false };
    let same = |scheme: &&str| Url::parse(&format!("{scheme}://{host}")).is_ok_and(|own| own.origin() == url.origin());
    schemes(request, web).iter().any(same)
}

/// Guards every unsafe method, and leads who only reads to TLS. What it answers is an answer like any other, with all the headers that
/// answers have.
pub async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let web = request.app_data::<Data<Web>>().expect("the App was built with it");
    if !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        // `/a/AREA/name` and its like.
        let is_form = request.path().strip_prefix("/a/").is_some_and(|rest| rest.contains('/'));
        let checked = if is_form { check_form(request.request(), web) } else { check(request.request(), web) };
        if let Err(error) = checked {
            let refusal = if is_form { pages::refused(request.request(), &error) } else { error.error_response() };
            return Ok(request.into_response(refusal).map_into_right_body());
        }
    } else if let Some(address) = behind_tls(request.request(), web) {
        let there = HttpResponse::PermanentRedirect().insert_header((LOCATION, address)).finish();
        return Ok(request.into_response(there).map_into_right_body());
    }
    Ok(next.call(request).await?.map_into_left_body())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_customer_is_one_address() {
        let address = |text: &str| Address::from(text.parse::<IpAddr>().unwrap());
        assert_eq!(address("2001:db8:1:2::1"), address("2001:db8:1:2:ffff::9"));
        assert_ne!(address("2001:db8:1:2::1"), address("2001:db8:1:3::1"));
        assert_eq!(address("::ffff:192.0.2.1"), address("192.0.2.1"));
        assert_ne!(address("192.0.2.1"), address("192.0.2.2"));
    }
}
