//! The far end of an event stream. actix-web finds out that a client has gone when it next writes; here it is known at once.

use std::net::Shutdown;

use actix_web::HttpRequest;
use actix_web::rt::net::TcpStream;
use socket2::SockRef;

use crate::web::patience;

/// A second handle to the connection; none where there was none to be had: then the next heartbeat finds out.
pub struct Peer(Option<TcpStream>);

impl Peer {
    /// Takes the connection over from what waits for its next request.
    pub fn of(request: &HttpRequest) -> Self {
        let socket = patience::take_over(request);
        Self(socket.and_then(|socket| TcpStream::from_std(socket.into()).ok()))
    }

    /// Waits until the client has hung up, or says something more: who is told of events has nothing to say here.
    pub async fn gone(&self) {
        match &self.0 {
            Some(stream) => drop(stream.peek(&mut [0]).await),
            None => std::future::pending().await,
        }
    }

    /// Ends the connection of a client that takes nothing; what waits for it is dropped.
    pub fn hang_up(&self) {
        if let Some(stream) = &self.0 {
            // Who is gone already needs no goodbye.
            let _ = SockRef::from(stream).shutdown(Shutdown::Both);
        }
    }
}
