//! The way of an event stream's text to its client: a piece at a time, and no more before that is taken. Knows not what is told.

use std::convert::Infallible;
use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::poll_fn;
use tokio::sync::mpsc::{self, Sender};
use tokio::time::timeout;

use super::peer::Peer;
use crate::web::Web;
use crate::web::limits::reached;

/// Proxies that gather an answer before they hand it on do not where this says so.
const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
/// A slow client is one that does not take this much in time, not one that needs long for a whole area.
const PIECE_BYTES: usize = 16 * 1024;

/// The client takes nothing.
pub struct Stalled;

pub struct Outlet {
    /// Holds one piece at most.
    out: Sender<Bytes>,
    peer: Peer,
    /// None: no limit.
    stall: Option<Duration>,
}

impl Outlet {
    /// The head of an answer without an end, and the way for what follows.
    pub fn open(request: &HttpRequest, web: &Web) -> (Self, HttpResponse) {
        let (out, chunks) = mpsc::channel(1);
        let outlet = Self { out, peer: Peer::of(request), stall: web.options.read_stall };
        let head = HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, "text/event-stream"))
            .insert_header((CACHE_CONTROL, "no-store"))
            .insert_header((BUFFERING, "no"))
            .force_close()
            .streaming(body(chunks));
        (outlet, head)
    }

    /// Waits until the client has taken what was written before.
    pub async fn room(&self) -> Result<(), Stalled> {
        // Where the channel is closed, whoever waits for its end finds out.
        self.within(self.out.reserve()).await.map(drop)
    }

    pub async fn write(&self, text: String) -> Result<(), Stalled> {
        let mut rest = Bytes::from(text);
        while !rest.is_empty() {
            let piece = rest.split_to(rest.len().min(PIECE_BYTES));
            if self.within(self.out.send(piece)).await?.is_err() {
                break;
            }
        }
        Ok(())
    }

    /// Waits until the client is there no more.
    pub async fn gone(&self) {
        tokio::select! {
            () = self.peer.gone() => {}
            () = self.out.closed() => {}
        }
    }

    /// Ends the connection of a client that takes nothing.
    pub fn hang_up(&self) {
        metrics::counter!("wte_connections_stalled_total").increment(1);
        reached("read_stall_secs");
        self.peer.hang_up();
    }

    async fn within<T>(&self, taken: impl Future<Output = T>) -> Result<T, Stalled> {
        match self.stall {
            Some(stall) => timeout(stall, taken).await.map_err(|_| Stalled),
            None => Ok(taken.await),
        }
    }
}

fn body(mut chunks: mpsc::Receiver<Bytes>) -> impl futures_util::Stream<Item = Result<Bytes, Infallible>> {
    poll_fn(move |task| chunks.poll_recv(task)).map(Ok)
}
