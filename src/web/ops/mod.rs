//! `/ops`, the live view of the servers, for operators: the page, and its samples as server-sent events. In English alone: the five
//! languages are for those who eat. Knows not how a server is sampled, nor who may look (`pass.rs`).

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, ContentType, LOCATION};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, rt};
use askama::Template;
use serde::Serialize;
use tokio::time::sleep;
use url::form_urlencoded;

use super::events::message::{message, retry};
use super::events::outlet::{Outlet, Stalled};
use super::problem::WebError;
use super::{Draining, Web, assets, body, origin, random_below};
use crate::domain::Millis;
use crate::domain::sample::{SAMPLES_LAST, Sample};
use crate::lang::Texts;
use crate::ops::{Board, News, Viewer};
use crate::protocol::error::{Code, Problem};
use crate::protocol::server::{self, Watching};

mod pass;

use pass::Admission;
pub use pass::Operators;

/// Who loses the stream comes back in half a second to one and a half: servers that come and go are seen within three.
const RETRY_MS: u64 = 500;
const RETRY_SPREAD_MS: u64 = 1000;

/// What everybody shares who looks at the servers, and who may.
pub struct Ops {
    pub board: Arc<Board>,
    pub operators: Operators,
}

/// `templates/ops.html` says what each of these is.
#[derive(Template)]
#[template(path = "ops.html")]
struct Page {
    t: &'static Texts,
    assets: String,
    signed_in: bool,
}

#[derive(Template)]
#[template(path = "ops-door.html")]
struct Door {
    t: &'static Texts,
    assets: String,
    form: bool,
    text: &'static str,
    error: &'static str,
}

const GIVE_TOKEN: &str =
    "This view is for who runs the servers. Give the token that they were started with (OPS_TOKEN).";
const NOT_FROM_HERE: &str = "This view is for who runs the servers. It answers on the server's own machine, asked for as localhost; \
                             started with OPS_TOKEN, it answers everywhere to who has that token.";

/// `GET /ops`
pub async fn page(request: HttpRequest, web: Data<Web>) -> HttpResponse {
    match web.ops.operators.admit(&request, &web) {
        Admission::In { signed_in } => {
            let signed_in = signed_in.is_some();
            html(StatusCode::OK, &Page { t: english(), assets: assets::base(), signed_in })
        }
        Admission::SignIn => door(StatusCode::FORBIDDEN, GIVE_TOKEN, ""),
        Admission::Elsewhere => door(StatusCode::FORBIDDEN, NOT_FROM_HERE, ""),
    }
}

/// `POST /ops token=…`: a cookie for who has the token, and back to the page.
pub async fn sign_in(request: HttpRequest, body: Payload, web: Data<Web>) -> Result<HttpResponse, WebError> {
    if !web.ops.operators.ask_for_token() {
        return back(None);
    }
    let body = body::text(body, &web).await?;
    let given = form_urlencoded::parse(body.as_bytes()).find(|(name, _)| name == "token");
    let given = given.map(|(_, value)| value.into_owned()).unwrap_or_default();
    match web.ops.operators.try_token(given.trim(), origin::address(&request, &web)) {
        Ok(true) => back(Some(web.ops.operators.cookie(origin::is_secure(&request, &web)))),
        Ok(false) => {
            Ok(door(StatusCode::FORBIDDEN, GIVE_TOKEN, "That is not the token. Look at how the server is started."))
        }
        Err(_) => {
            let error = "Too many tokens were tried from your network. Wait a moment, then try again.";
            Ok(door(StatusCode::TOO_MANY_REQUESTS, GIVE_TOKEN, error))
        }
    }
}

/// `POST /ops/leave`: the cookie goes.
pub async fn sign_out(request: HttpRequest, web: Data<Web>) -> Result<HttpResponse, WebError> {
    let mut cookie = web.ops.operators.cookie(origin::is_secure(&request, &web));
    cookie.make_removal();
    back(Some(cookie))
}

/// `GET /ops/events`: `ack`, then `updates` with the window as it is, then each second `dUpdates` with what is new; `stale` while the store does not
/// answer. It ends with the cookie that opened it. A page of another site cannot read it, but could hold it open.
pub async fn events(request: HttpRequest, web: Data<Web>) -> Result<HttpResponse, WebError> {
    let refused =
        || Err(Problem::new(Code::ForeignOrigin, "This is for who runs the servers. Open /ops to sign in.").into());
    let Admission::In { signed_in } = web.ops.operators.admit(&request, &web) else { return refused() };
    if !is_own_page(&request) {
        return refused();
    }
    let connection = web.connections.open(origin::address(&request, &web))?;
    let (outlet, head) = Outlet::open(&request, &web);
    let (viewer, draining) = (web.ops.board.view(), web.draining.subscribe());
    // As every stream of this server begins.
    let ack = server::event("ack", &Watching { area: None, at: web.hub.clock.now() });
    rt::spawn(async move {
        if let Err(Stalled) = serve(&outlet, &ack, viewer, draining, signed_in).await {
            outlet.hang_up();
        }
        drop(connection);
    });
    Ok(head)
}

async fn serve(
    outlet: &Outlet,
    ack: &str,
    mut viewer: Viewer,
    mut draining: tokio::sync::watch::Receiver<Draining>,
    lasts: Option<Duration>,
) -> Result<(), Stalled> {
    let over = async {
        match lasts {
            Some(lasts) => sleep(lasts).await,
            None => std::future::pending().await,
        }
    };
    tokio::pin!(over);
    outlet.write(retry(RETRY_MS + random_below(RETRY_SPREAD_MS)) + &message(ack, None)).await?;
    loop {
        outlet.room().await?;
        tokio::select! {
            news = viewer.next() => outlet.write(message(news.text(text), None)).await?,
            _ = draining.wait_for(|draining| draining.is_draining()) => return Ok(()),
            () = outlet.gone() => return Ok(()),
            () = &mut over => return Ok(()),
        }
    }
}

/// Whether no other site's page asks. Browsers say who does; what says nothing is no browser's.
fn is_own_page(request: &HttpRequest) -> bool {
    let site = request.headers().get("sec-fetch-site").map(|site| site.as_bytes());
    matches!(site, None | Some(b"same-origin" | b"none"))
}

fn text(news: &News) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Told<'a> {
        at: Millis,
        #[serde(skip_serializing_if = "Option::is_none")]
        window_ms: Option<Millis>,
        samples: &'a [Sample],
    }
    match news {
        News::Updates { at, samples } => {
            server::event("updates", &Told { at: *at, window_ms: Some(SAMPLES_LAST), samples })
        }
        News::DUpdates { at, samples } => server::event("dUpdates", &Told { at: *at, window_ms: None, samples }),
        News::Stale => server::event("stale", &serde_json::json!({})),
    }
}

fn english() -> &'static Texts {
    Texts::wished(["en"])
}

/// Without the form where no token opens anything.
fn door(status: StatusCode, text: &'static str, error: &'static str) -> HttpResponse {
    html(status, &Door { t: english(), assets: assets::base(), form: text == GIVE_TOKEN, text, error })
}

fn html(status: StatusCode, page: &impl Template) -> HttpResponse {
    match page.render() {
        Ok(text) => HttpResponse::build(status)
            .insert_header((CACHE_CONTROL, "no-store"))
            .insert_header(ContentType::html())
            .body(text),
        Err(error) => {
            tracing::error!(%error, "the page of the servers could not be rendered");
            HttpResponse::InternalServerError().body("The page could not be made. The server's log says why.")
        }
    }
}

fn back(cookie: Option<actix_web::cookie::Cookie<'static>>) -> Result<HttpResponse, WebError> {
    let mut response = HttpResponse::SeeOther().insert_header((LOCATION, "/ops")).finish();
    if cookie.is_some_and(|cookie| response.add_cookie(&cookie).is_err()) {
        return Err(Problem::new(Code::Internal, "The cookie could not be set.").into());
    }
    Ok(response)
}
