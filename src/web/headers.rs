//! What every answer tells the browser about what this page may do.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, STRICT_TRANSPORT_SECURITY,
};
use actix_web::middleware::Next;
use actix_web::web::Data;

use super::map::{Map, Sources};
use super::{Web, origin};

/// Two years, for this very host: what is beside or below it may be somebody else's.
const HSTS: &str = "max-age=63072000";
/// For whatever is sent.
const ALWAYS: [(&str, &str); 3] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    ("cross-origin-resource-policy", "same-site"),
];
/// For what a browser may show as a page.
const OF_PAGES: [(&str, &str); 4] = [
    ("permissions-policy", "geolocation=(self), camera=(), microphone=()"),
    ("cross-origin-opener-policy", "same-origin"),
    ("x-permitted-cross-domain-policies", "none"),
    ("x-frame-options", "DENY"),
];
/// A page is made of some thirty of these, and no browser makes a page of them: the rest would be a third of their bytes.
const PARTS: [&str; 2] = ["text/javascript", "text/css"];

pub async fn add(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let web = request.app_data::<Data<Web>>().expect("the App was built with it").clone();
    let mut response = next.call(request).await?;
    let class = match response.status().as_u16() {
        ..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    };
    metrics::counter!("wte_http_requests_total", "class" => class).increment(1);
    // A browser shows nothing of what opens a WebSocket.
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        return Ok(response);
    }
    let secure = origin::is_secure(response.request(), &web);
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let part = PARTS.iter().any(|part| kind.starts_with(part));
    let elsewhere = web.options.map.as_ref().map(Map::sources).unwrap_or_default();
    let policy = policy(origin::host(response.request()), secure, &elsewhere);
    let headers = response.headers_mut();
    let mut fixed = |list: &[(&'static str, &'static str)]| {
        for (name, value) in list {
            // What a handler has said for itself stands: pictures for link previews are for other sites too.
            if !headers.contains_key(*name) {
                headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
            }
        }
    };
    fixed(&ALWAYS);
    if !part {
        fixed(&OF_PAGES);
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    if secure {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS));
    }
    Ok(response)
}

/// Nothing but what this server itself serves, and the map's own files; and pictures, which people may have anywhere (`https:` alone,
/// as `domain/image.rs` has it): the page asks for one only where the person at the browser has said so. Older Safari does not count
/// the same host's WebSocket as 'self'.
fn policy(host: Option<&str>, secure: bool, map: &Sources) -> HeaderValue {
    let scheme = if secure { "wss" } else { "ws" };
    let socket = host.map(|host| format!(" {scheme}://{host}")).unwrap_or_default();
    let Sources { script, style, image } = map;
    let text = format!(
        "default-src 'none'; script-src 'self'{script}; style-src 'self'{style}; img-src 'self' data: https:{image}; \
         connect-src 'self'{socket}; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    HeaderValue::try_from(text).expect("a host of plain characters")
}
