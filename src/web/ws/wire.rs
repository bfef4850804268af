//! Writing to one socket. Every write has a limit: a client that takes nothing is let go.

use std::time::Duration;

use actix_ws::{CloseCode, CloseReason, Session};
use bytes::Bytes;
use bytestring::ByteString;
use tokio::time::timeout;

use crate::web::limits::reached;

/// A close frame is a courtesy: it waits no longer than this for who does not read.
const CLOSE_LIMIT: Duration = Duration::from_millis(500);

/// The client is gone, or takes nothing.
#[derive(Debug)]
pub struct Gone;

pub struct Wire {
    session: Session,
    /// None: no limit.
    stall: Option<Duration>,
}

impl Wire {
    pub fn new(session: Session, stall: Option<Duration>) -> Self {
        Self { session, stall }
    }

    pub async fn text(&mut self, text: impl Into<ByteString>) -> Result<(), Gone> {
        let stall = self.stall;
        within(stall, self.session.text(text)).await
    }

    /// The product's own messages are text; an echo may be anything.
    pub async fn binary(&mut self, bytes: Bytes) -> Result<(), Gone> {
        let stall = self.stall;
        within(stall, self.session.binary(bytes)).await
    }

    pub async fn ping(&mut self) -> Result<(), Gone> {
        let stall = self.stall;
        within(stall, self.session.ping(b"")).await
    }

    pub async fn pong(&mut self, data: &[u8]) -> Result<(), Gone> {
        let stall = self.stall;
        within(stall, self.session.pong(data)).await
    }

    pub async fn close(self, code: CloseCode, description: &str) {
        let reason = CloseReason { code, description: Some(description.to_owned()) };
        // Who is gone needs no goodbye.
        let _ = timeout(CLOSE_LIMIT, self.session.close(Some(reason))).await;
    }
}

async fn within(
    stall: Option<Duration>,
    write: impl Future<Output = Result<(), actix_ws::Closed>>,
) -> Result<(), Gone> {
    let Some(stall) = stall else { return write.await.map_err(|_| Gone) };
    match timeout(stall, write).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(Gone),
        Err(_) => {
            metrics::counter!("wte_connections_stalled_total").increment(1);
            reached("read_stall_secs");
            Err(Gone)
        }
    }
}
