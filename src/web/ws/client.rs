//! One client's task: it waits for what the client sends, and for what the client is to be told.

use std::io::ErrorKind;
use std::time::Instant;

use actix_web::error::PayloadError;
use actix_web::web::Data;
use actix_ws::{AggregatedMessage, AggregatedMessageStream, CloseCode, ProtocolError};
use tokio::time::{MissedTickBehavior, interval};

use super::wire::{Gone, Wire};
use crate::domain::owner::Owner;
use crate::protocol::client::Request;
use crate::protocol::error::Problem;
use crate::protocol::server;
use crate::web::Web;
use crate::web::feed::{Feed, Told};
use crate::web::limits::{Connection, reached};
use crate::web::origin::Address;
use crate::web::rates::Bucket;
use crate::web::session::Session;

/// Why a connection ends.
pub(super) enum End {
    Gone,
    Close(CloseCode, &'static str),
}

impl From<Gone> for End {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

pub(super) struct Client {
    pub(super) web: Data<Web>,
    pub(super) owner: Owner,
    pub(super) address: Address,
    pub(super) wire: Wire,
    pub(super) feed: Feed,
    bucket: Bucket,
    /// Bad messages, less the good ones since.
    bad: u32,
    heard_at: Instant,
    _connection: Connection,
}

impl Client {
    pub(super) fn new(web: Data<Web>, who: &Session, address: Address, wire: Wire, connection: Connection) -> Self {
        let now = Instant::now();
        Self {
            owner: who.owner(),
            address,
            wire,
            feed: Feed::new(&web, who),
            bucket: Bucket::new(web.options.rate, now),
            bad: 0,
            heard_at: now,
            web,
            _connection: connection,
        }
    }

    pub(super) async fn run(mut self, mut stream: AggregatedMessageStream) {
        let end = self.serve(&mut stream).await.err().unwrap_or(End::Gone);
        let Self { wire, feed, .. } = self;
        drop(feed);
        if let End::Close(code, why) = end {
            let number = u16::from(code);
            metrics::counter!("wte_connections_closed_total", "code" => number.to_string()).increment(1);
            wire.close(code, why).await;
        }
    }

    /// Runs until it ends; the result is always the end.
    async fn serve(&mut self, stream: &mut AggregatedMessageStream) -> Result<(), End> {
        let mut ticks = interval(self.web.options.ping);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.tick().await;
        loop {
            tokio::select! {
                message = stream.recv() => self.message(message).await?,
                told = self.feed.next() => self.tell(told).await?,
                _ = ticks.tick() => {
                    if self.heard_at.elapsed() > self.web.options.silent {
                        metrics::counter!("wte_connections_silent_total").increment(1);
                        return Err(End::Gone);
                    }
                    self.wire.ping().await?;
                }
            }
        }
    }

    async fn message(&mut self, message: Option<Result<AggregatedMessage, ProtocolError>>) -> Result<(), End> {
        self.heard_at = Instant::now();
        match message {
            Some(Ok(AggregatedMessage::Text(text))) => self.text(&text).await,
            Some(Ok(AggregatedMessage::Ping(data))) => Ok(self.wire.pong(&data).await?),
            Some(Ok(AggregatedMessage::Pong(_))) => Ok(()),
            Some(Ok(AggregatedMessage::Binary(_))) => Err(End::Close(CloseCode::Unsupported, "Messages are text.")),
            Some(Ok(AggregatedMessage::Close(_))) => Err(End::Close(CloseCode::Normal, "")),
            Some(Err(error)) => Err(end_of(&error)),
            None => Err(End::Gone),
        }
    }

    async fn text(&mut self, text: &str) -> Result<(), End> {
        let (id, problem) = match Request::decode(text) {
            Ok(request) => match self.bucket.take(self.heard_at) {
                Ok(()) => {
                    self.bad = self.bad.saturating_sub(1);
                    return self.request(request).await;
                }
                Err(problem) => {
                    reached("events_per_second");
                    (request.id, problem)
                }
            },
            Err(bad) => (bad.id, bad.problem),
        };
        self.bad += 1;
        self.refuse(id, problem).await?;
        if self.web.options.bad_messages.is_some_and(|most| self.bad > most) {
            reached("bad_messages");
            return Err(End::Close(CloseCode::Policy, "Too many bad messages."));
        }
        Ok(())
    }

    pub(super) async fn tell(&mut self, told: Told) -> Result<(), End> {
        self.wire.text(told.text()).await?;
        match told {
            Told::Area(_) | Told::All(_) => Ok(()),
            Told::SignedOut => Err(End::Close(CloseCode::Policy, "Signed out.")),
            Told::Bye(_) => Err(End::Close(CloseCode::Restart, "The server restarts.")),
        }
    }

    /// Answers a request that has an id.
    pub(super) async fn answer(&mut self, id: Option<i64>, data: &impl serde::Serialize) -> Result<(), End> {
        match id {
            Some(id) => Ok(self.wire.text(server::ack(id, data)).await?),
            None => Ok(()),
        }
    }

    pub(super) async fn refuse(&mut self, id: Option<i64>, problem: Problem) -> Result<(), End> {
        metrics::counter!("wte_errors_total", "code" => problem.code.as_str()).increment(1);
        Ok(self.wire.text(server::server_error(id, &problem)).await?)
    }
}

pub(super) fn end_of(error: &ProtocolError) -> End {
    const TOO_LARGE: End = End::Close(CloseCode::Size, "A message has at most 16 KiB.");
    const NO_PROTOCOL: End = End::Close(CloseCode::Protocol, "That is not the WebSocket protocol.");
    let ProtocolError::Io(cause) = error else {
        return if matches!(error, ProtocolError::Overflow) { TOO_LARGE } else { NO_PROTOCOL };
    };
    if is_overflow(cause) {
        return TOO_LARGE;
    }
    // actix-ws has no errors of their own for these.
    match (cause.kind(), cause.to_string()) {
        (_, text) if text.contains("continuation size") => TOO_LARGE,
        (_, text) if text.contains("reserved bits") => NO_PROTOCOL,
        (ErrorKind::InvalidData, _) => End::Close(CloseCode::Invalid, "Messages are valid UTF-8."),
        _ => End::Gone,
    }
}

/// A frame's head said that it is too long.
fn is_overflow(cause: &std::io::Error) -> bool {
    let payload = cause.get_ref().and_then(|inner| inner.downcast_ref::<PayloadError>());
    matches!(payload, Some(PayloadError::Overflow))
}

/// To one too many: why, and 1013.
pub(super) async fn turn_away(mut wire: Wire, why: Problem) {
    if wire.text(server::server_error(None, &why)).await.is_ok() {
        wire.close(CloseCode::Again, "Over capacity.").await;
    }
}
