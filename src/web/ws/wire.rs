//! One socket, read from and written to directly. While it is idle it holds no buffer. Knows frames, and not what they say; waits for
//! nothing by itself.

use std::cell::RefCell;
use std::io::{ErrorKind, IoSlice, Result as IoResult};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::rt::net::TcpStream;
use actix_ws::AggregatedMessage;
use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::incoming::{Broken, Incoming};
use super::outgoing::{Outgoing, Piece, SLICES};

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
}

impl Wire {
    /// Reads messages of at most `most` bytes.
    pub fn new(taken: Taken, most: usize) -> Self {
        let mut outgoing = Outgoing::default();
        outgoing.put(Piece::bytes(taken.answer));
        Self { socket: taken.socket, incoming: Incoming::new(most, taken.unread), outgoing }
    }

    /// The next message.
    pub fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<Result<AggregatedMessage, Lost>> {
        loop {
            if let Some(message) = self.incoming.next().map_err(Lost::Broken)? {
                return Poll::Ready(Ok(message));
            }
            let Self { socket, incoming, .. } = self;
            match ready!(poll_bytes(socket, context, |bytes| incoming.push(bytes))) {
                Ok(0) | Err(_) => return Poll::Ready(Err(Lost::Gone)),
                Ok(_) => {}
            }
        }
    }

    pub fn put(&mut self, piece: Piece) {
        self.outgoing.put(piece);
    }

    /// Whether there is something to write.
    pub fn has_more(&self) -> bool {
        !self.outgoing.is_empty()
    }

    /// Writes what the socket takes now. True if that was all.
    pub fn write(&mut self) -> Result<bool, Gone> {
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

    /// The same, once the socket takes something.
    pub fn poll_write(&mut self, context: &mut Context<'_>) -> Poll<Result<bool, Gone>> {
        ready!(self.socket.poll_write_ready(context)).map_err(|_| Gone)?;
        Poll::Ready(self.write())
    }

    /// Writes one piece that others get too, while nothing else is to be written. False if some of it is left, or the client is gone:
    /// whoever writes the rest finds out.
    pub fn write_now(&mut self, piece: &Piece) -> bool {
        let written = match piece.whole() {
            Some(bytes) => self.socket.try_write(bytes),
            None => self.socket.try_write_vectored(&piece.slices()),
        };
        let written = written.unwrap_or(0);
        if written == piece.length() {
            return true;
        }
        self.outgoing.put(piece.clone());
        self.outgoing.advance(written);
        false
    }

    /// Ends this side and waits for the other's end. What still comes in is thrown away: a socket that is closed with something unread
    /// takes back what it has sent.
    pub fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if ready!(Pin::new(&mut self.socket).poll_shutdown(context)).is_ok() {
            while let Ok(1..) = ready!(poll_bytes(&mut self.socket, context, |_| {})) {}
        }
        Poll::Ready(())
    }
}

fn poll_bytes(socket: &mut TcpStream, context: &mut Context<'_>, take: impl FnOnce(&[u8])) -> Poll<IoResult<usize>> {
    READ.with_borrow_mut(|bytes| {
        let mut buffer = ReadBuf::new(bytes);
        ready!(Pin::new(socket).poll_read(context, &mut buffer))?;
        take(buffer.filled());
        Poll::Ready(Ok(buffer.filled().len()))
    })
}
