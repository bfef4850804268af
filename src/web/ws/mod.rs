//! The way to the socket: the handshake's checks, and what ends a connection. Knows frames and cursors; the hub knows neither.

use actix_web::web::{Data, Payload};
use actix_web::{FromRequest, HttpRequest, HttpResponse, rt};
use actix_ws::AggregatedMessageStream;

use super::problem::WebError;
use super::session::Session;
use super::{Web, origin};
use crate::protocol::FRAME_MAX_BYTES;
use crate::protocol::error::{Code, Problem};

mod client;
mod echo;
mod heads;
mod requests;
mod wire;

use client::Client;
pub use echo::echo;
use wire::Wire;

/// `GET /ws`: a page of this server (or an allowed one), with a session.
pub async fn upgrade(
    request: HttpRequest,
    body: Payload,
    web: Data<Web>,
    session: Result<Session, WebError>,
) -> Result<HttpResponse, actix_web::Error> {
    // Whose page it is comes first: a foreign one learns nothing of the session.
    origin::check(&request, &web)?;
    let who = session?;
    let address = origin::address(&request, &web);
    let (response, wire, stream) = open(&request, body, &web, FRAME_MAX_BYTES).await?;
    let connection = web.connections.open(address);
    rt::spawn(async move {
        match connection {
            Ok(connection) => Client::new(web, &who, address, wire, connection).run(stream).await,
            Err(why) => client::turn_away(wire, why).await,
        }
    });
    Ok(response)
}

/// Answers the handshake; reads messages of at most `most` bytes, in one frame or several.
async fn open(
    request: &HttpRequest,
    body: Payload,
    web: &Web,
    most: usize,
) -> Result<(HttpResponse, Wire, AggregatedMessageStream), actix_web::Error> {
    let body = Payload::from_request(request, &mut heads::watch(body.into_inner(), most)).await?;
    let no_socket =
        |_| WebError::from(Problem::new(Code::BadMessage, "This address speaks WebSocket, and nothing else."));
    let (response, session, stream) = actix_ws::handle(request, body).map_err(no_socket)?;
    let stream = stream.max_frame_size(most).aggregate_continuations().max_continuation_size(most);
    Ok((response, Wire::new(session, web.options.read_stall), stream))
}
