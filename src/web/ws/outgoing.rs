//! What is still to be written to one socket: the heads of frames, and texts that all followers share. No text is copied, and nothing is
//! kept once all is written. Knows no socket.

use std::io::IoSlice;

use actix_codec::Encoder;
use actix_http::ws::{Codec, Message};
use bytes::{Bytes, BytesMut};
use bytestring::ByteString;

/// The longest head: two bytes, and eight for the length.
const HEAD_BYTES: usize = 10;
/// Pieces that go in one write: an answer and what is new beside it are four.
pub const SLICES: usize = 8;
/// Up to this, a frame that many get is one piece of memory: copied once for all, it is one plain write for each.
const COPIED_BYTES: usize = 16 * 1024;
/// A whole text in one frame (RFC 6455, 5.2).
const WHOLE_TEXT: u8 = 0x81;

/// Bounded by who fills it: nothing is put in while there is something left of before.
#[derive(Default)]
pub struct Outgoing {
    pieces: Vec<Piece>,
    /// Bytes of the first piece that are written.
    written: usize,
}

/// One frame, or bytes that are none. Cheap to clone.
#[derive(Clone)]
pub struct Piece {
    head: [u8; HEAD_BYTES],
    head_length: u8,
    body: Bytes,
}

impl Piece {
    /// A text frame.
    pub fn text(text: ByteString) -> Self {
        let (head, head_length) = head_of(text.len());
        Self { head, head_length, body: text.into_bytes() }
    }

    /// A text frame that many get.
    pub fn shared_text(text: ByteString) -> Self {
        if text.len() > COPIED_BYTES {
            return Self::text(text);
        }
        let (head, head_length) = head_of(text.len());
        Self::bytes([&head[..usize::from(head_length)], text.as_bytes()].concat().into())
    }

    /// Any other message; these are small, or rare.
    pub fn message(message: Message) -> Self {
        let mut bytes = BytesMut::new();
        let encoded = Codec::new().encode(message, &mut bytes);
        encoded.expect("only parts of messages can be out of order, and none are sent");
        Self::bytes(bytes.freeze())
    }

    /// Bytes as they are.
    pub fn bytes(body: Bytes) -> Self {
        Self { head: [0; HEAD_BYTES], head_length: 0, body }
    }

    pub fn length(&self) -> usize {
        usize::from(self.head_length) + self.body.len()
    }

    /// All of it, if it is one piece of memory.
    pub fn whole(&self) -> Option<&[u8]> {
        (self.head_length == 0).then_some(&self.body)
    }

    pub fn slices(&self) -> [IoSlice<'_>; 2] {
        self.after(0).map(IoSlice::new)
    }

    /// The two slices of it after so many bytes.
    fn after(&self, skipped: usize) -> [&[u8]; 2] {
        let head = &self.head[..usize::from(self.head_length)];
        match skipped.checked_sub(head.len()) {
            None => [&head[skipped..], &self.body],
            Some(of_body) => [&[], &self.body[of_body..]],
        }
    }
}

impl Outgoing {
    pub fn put(&mut self, piece: Piece) {
        if piece.length() > 0 {
            self.pieces.push(piece);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Fills in what is to be written next; answers how many slices that is.
    pub fn slices<'a>(&'a self, slices: &mut [IoSlice<'a>; SLICES]) -> usize {
        let skipped = std::iter::once(self.written).chain(std::iter::repeat(0));
        let parts = self.pieces.iter().zip(skipped).flat_map(|(piece, skipped)| piece.after(skipped));
        let filled = slices.iter_mut().zip(parts.filter(|part| !part.is_empty()));
        filled.map(|(slice, part)| *slice = IoSlice::new(part)).count()
    }

    /// So many bytes were written.
    pub fn advance(&mut self, bytes: usize) {
        self.written += bytes;
        let mut whole = 0;
        while let Some(first) = self.pieces.get(whole)
            && self.written >= first.length()
        {
            self.written -= first.length();
            whole += 1;
        }
        if whole == self.pieces.len() {
            self.pieces = Vec::new();
        } else {
            self.pieces.drain(..whole);
        }
    }
}

fn head_of(length: usize) -> ([u8; HEAD_BYTES], u8) {
    let mut head = [0; HEAD_BYTES];
    head[0] = WHOLE_TEXT;
    let used = if let (Ok(short), true) = (u8::try_from(length), length < 126) {
        head[1] = short;
        2
    } else if let Ok(length) = u16::try_from(length) {
        head[1] = 126;
        head[2..4].copy_from_slice(&length.to_be_bytes());
        4
    } else {
        head[1] = 127;
        head[2..].copy_from_slice(&(length as u64).to_be_bytes());
        10
    };
    (head, used)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes all of it, so many bytes at a time.
    fn written(mut outgoing: Outgoing, at_a_time: usize) -> Vec<u8> {
        let mut all = Vec::new();
        while !outgoing.is_empty() {
            let mut slices = [IoSlice::new(&[]); SLICES];
            let count = outgoing.slices(&mut slices);
            let bytes: Vec<u8> = slices[..count].iter().flat_map(|slice| slice.to_vec()).take(at_a_time).collect();
            all.extend(&bytes);
            outgoing.advance(bytes.len());
        }
        assert_eq!(outgoing.pieces.capacity(), 0, "nothing is kept");
        all
    }

    #[test]
    fn frames_are_those_of_the_codec_however_they_are_written() {
        for length in [0, 1, 125, 126, 65_535, 65_536] {
            let text = ByteString::from("x".repeat(length));
            let mut expected = BytesMut::new();
            for _ in 0..5 {
                Codec::new().encode(Message::Text(text.clone()), &mut expected).unwrap();
            }
            for at_a_time in [1, 3, 100, 1_000_000] {
                if length > 1000 && at_a_time < 100 {
                    continue;
                }
                let mut outgoing = Outgoing::default();
                (0..5).for_each(|_| outgoing.put(Piece::text(text.clone())));
                assert_eq!(written(outgoing, at_a_time), expected, "{length} bytes, {at_a_time} at a time");
            }
        }
    }
}
