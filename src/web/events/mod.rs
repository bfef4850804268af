//! An area, or the live count alone, as server-sent events, for where WebSockets are blocked: the checks, and the head of an answer
//! without an end. What the client does comes by the REST calls.

use std::convert::Infallible;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse, rt};
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::poll_fn;
use serde::Deserialize;
use tokio::sync::mpsc;

use super::limits::Connection;
use super::problem::WebError;
use super::session::Session;
use super::{Web, origin};
use crate::domain::name::AreaName;
use crate::hub::Follower;
use crate::protocol::client::Since;
use crate::protocol::server::{self, Watching};

mod message;
mod peer;
mod run;

use peer::Peer;
use run::Stream;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Proxies that gather an answer before they hand it on do not where this says so.
const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// What stands after the `?`.
#[derive(Deserialize)]
pub struct Asked {
    /// `EPOCH-SEQ`, as Last-Event-ID: a browser's EventSource sets that header by itself when it comes back, but lets nobody
    /// set it for the first request.
    since: Option<String>,
}

/// `GET /api/areas/AREA/events`
pub async fn open(
    request: HttpRequest,
    path: Path<String>,
    asked: Query<Asked>,
    web: Data<Web>,
    session: Session,
) -> Result<HttpResponse, WebError> {
    let area = AreaName::parse(&path)?;
    let connection = web.connections.open(origin::address(&request, &web))?;
    let follower = web.hub.follow(&area, &session.owner(), since(&request, &asked).as_ref()).await?;
    if let Err(error) = follower.recall().await {
        // What is known stays readable while the store is away; the name is asked for again.
        tracing::debug!(%error, "followed without a name");
    }
    Ok(stream(&request, &web, &session, connection, Some(follower)))
}

/// `GET /api/events`: the live count, and whether the store is there; what a socket hears that follows no area.
pub async fn count(request: HttpRequest, web: Data<Web>, session: Session) -> Result<HttpResponse, WebError> {
    let connection = web.connections.open(origin::address(&request, &web))?;
    Ok(stream(&request, &web, &session, connection, None))
}

fn stream(
    request: &HttpRequest,
    web: &Web,
    session: &Session,
    connection: Connection,
    follower: Option<Follower>,
) -> HttpResponse {
    // Opening a stream is a `watch`, so its answer comes first: a page learns the store's time by it, and that nothing on the way
    // holds the stream back.
    let watching = Watching { area: follower.as_ref().map(Follower::area), at: web.hub.clock.now() };
    let ack = server::event("ack", &watching);
    let (out, chunks) = mpsc::channel(1);
    rt::spawn(Stream::new(web, session, out, Peer::of(request), connection).run(ack, follower));
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/event-stream"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((BUFFERING, "no"))
        .force_close()
        .streaming(body(chunks))
}

fn body(mut chunks: mpsc::Receiver<Bytes>) -> impl futures_util::Stream<Item = Result<Bytes, Infallible>> {
    poll_fn(move |task| chunks.poll_recv(task)).map(Ok)
}

/// The state that the client has. The header is the newer one, where a browser comes back to an address with both. What makes no
/// sense is as good as nothing: then the whole area comes.
fn since(request: &HttpRequest, asked: &Asked) -> Option<Since> {
    let header = request.headers().get(LAST_EVENT_ID).and_then(|id| id.to_str().ok());
    message::since(header.or(asked.since.as_deref())?)
}
