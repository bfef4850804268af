//! What operators and their tools ask: alive, ready, figures.

use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, ContentType};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::problem::WebError;
use super::{Web, origin};
use crate::protocol::error::{Code, Problem};

/// `GET /healthz`: the process serves.
pub async fn healthz() -> HttpResponse {
    plain(StatusCode::OK, "alive")
}

/// `GET /readyz`: the store answers, and this process is not about to end.
pub async fn readyz(web: Data<Web>) -> HttpResponse {
    let not_ready = if web.draining.borrow().is_draining() {
        Some("The server is about to end.")
    } else if web.store.ping().await.is_err() {
        Some("The store does not answer.")
    } else {
        None
    };
    match not_ready {
        None => plain(StatusCode::OK, "ready"),
        Some(why) => plain(StatusCode::SERVICE_UNAVAILABLE, why),
    }
}

fn plain(status: StatusCode, line: &str) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    response.insert_header((CACHE_CONTROL, "no-store")).insert_header(ContentType::plaintext());
    response.body(format!("{line}\n"))
}

/// `GET /metrics`: for this machine alone; with a token, for who has it.
pub async fn metrics(request: HttpRequest, web: Data<Web>) -> Result<HttpResponse, WebError> {
    if !may_read(&request, &web) {
        let message = "The figures are for this machine alone, asked for as localhost; with server.metrics_token, for who has it.";
        return Err(Problem::new(Code::ForeignOrigin, message).into());
    }
    metrics::gauge!("wte_areas_live").set(u32::try_from(web.hub.live_areas()).unwrap_or(u32::MAX));
    let text = (web.options.figures)();
    let mut response = HttpResponse::Ok();
    response.insert_header((CACHE_CONTROL, "no-store")).content_type("text/plain; version=0.0.4; charset=utf-8");
    Ok(response.body(text))
}

fn may_read(request: &HttpRequest, web: &Web) -> bool {
    let Some(token) = &web.options.metrics_token else { return origin::is_this_machine(request) };
    let given = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    given.is_some_and(|given| same(token.as_bytes(), given.as_bytes()))
}

/// Takes as long for a near miss as for a far one.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}
