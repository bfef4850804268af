//! From a client's bytes to its messages: frames are taken apart, parts are put together, and all of it is held to RFC 6455 and to the
//! size that a message may have. Knows no socket.

use actix_codec::Decoder;
use actix_http::ws::{Codec, Frame, Item};
use actix_ws::{AggregatedMessage, CloseCode};
use bytes::{Bytes, BytesMut};
use bytestring::ByteString;

/// What a client did that ends its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    TooLarge,
    NotUtf8,
    NoProtocol,
}

impl Broken {
    /// The code to close with, and the sentence beside it.
    pub fn reason(self) -> (CloseCode, &'static str) {
        match self {
            Self::TooLarge => (CloseCode::Size, "A message has at most 16 KiB."),
            Self::NotUtf8 => (CloseCode::Invalid, "Messages are valid UTF-8."),
            Self::NoProtocol => (CloseCode::Protocol, "That is not the WebSocket protocol."),
        }
    }
}

/// Holds no memory between two messages.
pub struct Incoming {
    codec: Codec,
    /// Bytes of a message, in one frame or several.
    most: usize,
    /// Begins with the head of a frame.
    unread: BytesMut,
    /// A message that is not whole yet. Boxed: nearly every message is one frame.
    parts: Option<Box<Parts>>,
}

struct Parts {
    is_text: bool,
    bytes: BytesMut,
}

impl Incoming {
    /// `unread` came with the request that opened the socket.
    pub fn new(most: usize, unread: BytesMut) -> Self {
        Self { codec: Codec::new().max_size(most), most, unread, parts: None }
    }

    /// Takes what was read. All messages have to be taken before more is read: then what is kept stays below one message.
    pub fn push(&mut self, bytes: &[u8]) {
        self.unread.extend_from_slice(bytes);
    }

    /// The next message; none until more is read.
    pub fn next(&mut self) -> Result<Option<AggregatedMessage>, Broken> {
        loop {
            // The codec looks at a frame's length once all of it is there, and would keep gigabytes of it until then.
            if announced(&self.unread).is_some_and(|length| length > self.most as u64) {
                return Err(Broken::TooLarge);
            }
            let Some(frame) = self.codec.decode(&mut self.unread).map_err(|_| Broken::NoProtocol)? else {
                return Ok(None);
            };
            if self.unread.is_empty() {
                self.unread = BytesMut::new();
            }
            if let Some(message) = self.put_together(frame)? {
                return Ok(Some(message));
            }
        }
    }

    fn put_together(&mut self, frame: Frame) -> Result<Option<AggregatedMessage>, Broken> {
        let message = match frame {
            Frame::Text(bytes) => text(bytes)?,
            Frame::Binary(bytes) => AggregatedMessage::Binary(bytes),
            Frame::Ping(bytes) => AggregatedMessage::Ping(bytes),
            Frame::Pong(bytes) => AggregatedMessage::Pong(bytes),
            Frame::Close(reason) => AggregatedMessage::Close(reason),
            Frame::Continuation(Item::FirstText(bytes)) => return self.begin(true, &bytes),
            Frame::Continuation(Item::FirstBinary(bytes)) => return self.begin(false, &bytes),
            Frame::Continuation(Item::Continue(bytes)) => {
                self.go_on(&bytes)?;
                return Ok(None);
            }
            Frame::Continuation(Item::Last(bytes)) => {
                self.go_on(&bytes)?;
                let Parts { is_text, bytes } = *self.parts.take().ok_or(Broken::NoProtocol)?;
                if is_text { text(bytes.freeze())? } else { AggregatedMessage::Binary(bytes.freeze()) }
            }
        };
        Ok(Some(message))
    }

    fn begin(&mut self, is_text: bool, bytes: &[u8]) -> Result<Option<AggregatedMessage>, Broken> {
        self.parts = Some(Box::new(Parts { is_text, bytes: bytes.into() }));
        Ok(None)
    }

    fn go_on(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        // The codec knows whether a message was begun.
        let parts = self.parts.as_mut().ok_or(Broken::NoProtocol)?;
        if parts.bytes.len() + bytes.len() > self.most {
            return Err(Broken::TooLarge);
        }
        parts.bytes.extend_from_slice(bytes);
        Ok(())
    }
}

fn text(bytes: Bytes) -> Result<AggregatedMessage, Broken> {
    ByteString::try_from(bytes).map(AggregatedMessage::Text).map_err(|_| Broken::NotUtf8)
}

/// The payload's length as a frame's head tells it, once the head is there (RFC 6455, 5.2).
fn announced(head: &[u8]) -> Option<u64> {
    let bytes = |range: std::ops::Range<usize>| head.get(range);
    match *head.get(1)? & 0x7f {
        126 => Some(u16::from_be_bytes(bytes(2..4)?.try_into().ok()?).into()),
        127 => Some(u64::from_be_bytes(bytes(2..10)?.try_into().ok()?)),
        short => Some(short.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: usize = 1000;
    const MASK: [u8; 4] = [1, 2, 3, 4];

    /// A client's frame.
    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let length = u16::try_from(payload.len()).unwrap();
        let head = if length < 126 {
            vec![first, 0x80 | length as u8]
        } else {
            [&[first, 0x80 | 126][..], &length.to_be_bytes()].concat()
        };
        let masked: Vec<u8> = payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect();
        [head, MASK.to_vec(), masked].concat()
    }

    fn messages(bytes: &[u8], piece: usize) -> Result<Vec<AggregatedMessage>, Broken> {
        let mut incoming = Incoming::new(MOST, BytesMut::new());
        let mut messages = Vec::new();
        for piece in bytes.chunks(piece) {
            incoming.push(piece);
            while let Some(message) = incoming.next()? {
                messages.push(message);
            }
        }
        assert_eq!((incoming.unread.capacity(), incoming.parts.is_some()), (0, false), "nothing is kept");
        Ok(messages)
    }

    #[test]
    fn messages_come_out_however_their_bytes_are_cut() {
        let long = "x".repeat(MOST);
        let bytes = [
            frame(0x81, b""),
            frame(0x01, "\u{fc}".as_bytes().split_at(1).0),
            frame(0x89, b"now"),
            frame(0x00, b""),
            frame(0x80, "\u{fc}".as_bytes().split_at(1).1),
            frame(0x81, long.as_bytes()),
        ];
        for piece in [1, 2, 3, 7, 10_000] {
            let expected = [
                AggregatedMessage::Text("".into()),
                AggregatedMessage::Ping(Bytes::from_static(b"now")),
                AggregatedMessage::Text("\u{fc}".into()),
                AggregatedMessage::Text(long.clone().into()),
            ];
            assert_eq!(messages(&bytes.concat(), piece).unwrap(), expected, "in pieces of {piece}");
        }
    }

    #[test]
    fn a_message_that_is_too_long_is_found_at_a_head() {
        let broken = |bytes: &[u8]| messages(bytes, bytes.len()).unwrap_err();
        assert_eq!(broken(&[0x81, 0xfe, 0x03, 0xe9]), Broken::TooLarge);
        assert_eq!(broken(&[0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), Broken::TooLarge);
        assert_eq!(broken(&[frame(0x81, b"x"), vec![0x81, 0xfe, 0x03, 0xe9]].concat()), Broken::TooLarge);
        assert_eq!(broken(&[frame(0x01, &[b'x'; MOST]), frame(0x80, b"x")].concat()), Broken::TooLarge);
    }

    #[test]
    fn what_is_no_protocol_is_said_to_be_none() {
        for bytes in
            [vec![0x81, 0x01, b'x'], frame(0xc1, b"x"), frame(0x83, b"x"), frame(0x80, b"x"), frame(0x09, b"x")]
        {
            assert_eq!(messages(&bytes, bytes.len()).unwrap_err(), Broken::NoProtocol, "{bytes:?}");
        }
        assert_eq!(messages(&frame(0x81, b"\xff"), 100).unwrap_err(), Broken::NotUtf8);
    }
}
