//! One socket, read from and written to directly. While it is idle it holds no buffer; a client that takes nothing is let go. Knows
//! frames, and not what they say.

use std::cell::RefCell;
use std::io::{ErrorKind, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::rt::net::TcpStream;
use actix_ws::{AggregatedMessage, CloseCode, CloseReason, Message};
use bytes::{Bytes, BytesMut};
use bytestring::ByteString;
use futures_util::future::poll_fn;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::timeout;

use super::incoming::{Broken, Incoming};
use super::outgoing::{Outgoing, SLICES};
use crate::web::linger;

/// A close frame is a courtesy: it waits no longer than this for who does not read.
const CLOSE_LIMIT: Duration = Duration::from_millis(500);
/// Read at once, by whichever socket of this thread: the largest message and its head, or many small ones.
const READ_BYTES: usize = 17 * 1024;

thread_local! {
    static READ: RefCell<Box<[u8]>> = RefCell::new(vec![0; READ_BYTES].into());
}

/// The client is gone, or takes nothing.
#[derive(Debug)]
pub struct Gone;

/// Why nothing more is read.
#[derive(Debug)]
pub enum Lost {
    Gone,
    Broken(Broken),
}

/// What a socket is taken over with.
pub struct Taken {
    pub socket: TcpStream,
    /// What came with the request.
    pub unread: BytesMut,
    /// The head of the answer to it, still to be written.
    pub answer: Bytes,
}

pub struct Wire {
    socket: TcpStream,
    incoming: Incoming,
    outgoing: Outgoing,
    /// None: no limit.
    stall: Option<Duration>,
}

impl Wire {
    /// Reads messages of at most `most` bytes; gives up a client that takes nothing for the time of `stall`.
    pub fn new(taken: Taken, most: usize, stall: Option<Duration>) -> Self {
        let mut outgoing = Outgoing::default();
        outgoing.bytes(taken.answer);
        Self { socket: taken.socket, incoming: Incoming::new(most, taken.unread), outgoing, stall }
    }

    /// Waits for a message. Safe to cancel.
    pub async fn read(&mut self) -> Result<AggregatedMessage, Lost> {
        poll_fn(|context| self.poll_read(context)).await
    }

    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<Result<AggregatedMessage, Lost>> {
        loop {
            if let Some(message) = self.incoming.next().map_err(Lost::Broken)? {
                return Poll::Ready(Ok(message));
            }
            let read = READ.with_borrow_mut(|bytes| {
                let mut buffer = ReadBuf::new(bytes);
                ready!(Pin::new(&mut self.socket).poll_read(context, &mut buffer))?;
                self.incoming.push(buffer.filled());
                Poll::Ready(std::io::Result::Ok(buffer.filled().len()))
            });
            match ready!(read) {
                Ok(0) | Err(_) => return Poll::Ready(Err(Lost::Gone)),
                Ok(_) => {}
            }
        }
    }

    /// To be written with the next `flush`.
    pub fn text(&mut self, text: impl Into<ByteString>) {
        self.outgoing.text(text.into());
    }

    /// The same, of another kind.
    pub fn message(&mut self, message: Message) {
        self.outgoing.message(message);
    }

    /// Whether there is something to flush.
    pub fn has_more(&self) -> bool {
        !self.outgoing.is_empty()
    }

    /// Writes what there is, in as few writes as it takes; waits as long as the client takes some of it.
    pub async fn flush(&mut self) -> Result<(), Gone> {
        if self.write()? {
            return Ok(());
        }
        // Boxed, for nearly nobody needs it: the timer would be in every idle connection's task.
        Box::pin(self.flush_in_time()).await
    }

    async fn flush_in_time(&mut self) -> Result<(), Gone> {
        loop {
            let room = self.socket.writable();
            let room = match self.stall {
                Some(stall) => timeout(stall, room).await.map_err(|_| Gone)?,
                None => room.await,
            };
            room.map_err(|_| Gone)?;
            if self.write()? {
                return Ok(());
            }
        }
    }

    /// Writes what the socket takes now. True if that was all.
    fn write(&mut self) -> Result<bool, Gone> {
        while !self.outgoing.is_empty() {
            let mut slices = [IoSlice::new(&[]); SLICES];
            let count = self.outgoing.slices(&mut slices);
            match self.socket.try_write_vectored(&slices[..count]) {
                Ok(0) => return Err(Gone),
                Ok(written) => self.outgoing.advance(written),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(_) => return Err(Gone),
            }
        }
        Ok(true)
    }

    /// Writes what there is, and says goodbye.
    pub async fn close(mut self, code: CloseCode, description: &str) {
        self.message(Message::Close(Some(CloseReason { code, description: Some(description.to_owned()) })));
        // Who is gone, or does not read, needs no goodbye.
        if let Ok(Ok(())) = timeout(CLOSE_LIMIT, self.flush()).await {
            linger(self.socket).await;
        }
    }
}
