//! The way to the socket: the handshake's checks, and what ends a connection. Knows frames and cursors; the hub knows neither.

use std::rc::Rc;
use std::time::Duration;

use actix_http::ws::handshake;
use actix_web::http::header::{TRANSFER_ENCODING, UPGRADE};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, rt};

use super::listen::TakeOver;
use super::problem::WebError;
use super::session::Session;
use super::{Web, origin};
use crate::protocol::FRAME_MAX_BYTES;
use crate::protocol::error::{Code, Problem};

mod client;
mod echo;
mod incoming;
mod line;
mod outgoing;
mod requests;
mod round;
mod wire;

use client::Client;
pub use echo::echo;
use line::Line;
pub use wire::Taken;
use wire::Wire;

/// `GET /ws`: a page of this server (or an allowed one), with a session.
pub async fn upgrade(
    request: HttpRequest,
    web: Data<Web>,
    session: Result<Session, WebError>,
) -> Result<HttpResponse, WebError> {
    // Whose page it is comes first: a foreign one learns nothing of the session.
    origin::check(&request, &web)?;
    let who = session?;
    let address = origin::address(&request, &web);
    let stall = web.options.read_stall;
    accept(&request, FRAME_MAX_BYTES, stall, move |line| {
        // Each with a task of its own, of its own size.
        match web.connections.open(address) {
            Ok(connection) => rt::spawn(Client::new(web, &who, line, connection).run()),
            Err(why) => rt::spawn(client::turn_away(line, why)),
        };
    })
}

/// Answers the handshake; `begin` gets the socket once the answer is on its way. Messages have at most `most` bytes, in one frame or
/// several; who takes nothing for the time of `stall` is let go.
fn accept(
    request: &HttpRequest,
    most: usize,
    stall: Option<Duration>,
    begin: impl FnOnce(Rc<Line>) + 'static,
) -> Result<HttpResponse, WebError> {
    let no_socket = |_| Problem::new(Code::BadMessage, "This address speaks WebSocket, and nothing else.");
    let mut answer = handshake(request.head()).map_err(no_socket)?;
    // The server hands over the socket of such a request alone; of any other, nobody would have it.
    let is_plain = request.headers().get(UPGRADE).is_some_and(|to| to.as_bytes().eq_ignore_ascii_case(b"websocket"));
    if !is_plain || request.headers().contains_key(TRANSFER_ENCODING) {
        return Err(
            Problem::new(Code::BadMessage, "Ask for a WebSocket alone: Upgrade: websocket, and no body.").into()
        );
    }
    let mut response = HttpResponse::from(answer.finish().map_into_boxed_body());
    response.extensions_mut().insert(TakeOver::new(move |taken| begin(Line::new(Wire::new(taken, most), stall))));
    Ok(response)
}
