//! An area, or the live count alone, as server-sent events, for where WebSockets are blocked: the checks, and the head of an answer
//! without an end. What the client does comes by the REST calls.

use actix_web::http::header::HeaderName;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse, rt};
use serde::Deserialize;

use super::limits::{self, Connection};
use super::problem::WebError;
use super::session::Session;
use super::{Web, origin};
use crate::domain::name::AreaName;
use crate::hub::Follower;
use crate::protocol::client::Since;
use crate::protocol::server::{self, Watching};

pub(super) mod message;
pub(super) mod outlet;
mod peer;
mod run;

use outlet::Outlet;
use run::Stream;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

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
    limits::look(&request, &web)?;
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
    let (outlet, head) = Outlet::open(request, web);
    rt::spawn(Stream::new(web, session, outlet, connection).run(ack, follower));
    head
}

/// The state that the client has. The header is the newer one, where a browser comes back to an address with both. What makes no
/// sense is as good as nothing: then the whole area comes.
fn since(request: &HttpRequest, asked: &Asked) -> Option<Since> {
    let header = request.headers().get(LAST_EVENT_ID).and_then(|id| id.to_str().ok());
    message::since(header.or(asked.since.as_deref())?)
}
