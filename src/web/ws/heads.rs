//! Reads the heads of a client's frames as their bytes come in, and ends the stream at one that is too long: actix-ws looks at
//! a frame's length once all of it is there, and would keep gigabytes of it until then. Knows nothing of what is in a frame.

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use futures_util::StreamExt;

/// The longest head: two bytes, and eight for the length. The mask counts with what is skipped.
const HEAD_MAX: usize = 10;
const MASK_LENGTH: u64 = 4;

/// The same bytes, up to a frame whose payload would have more than `most` of them: there comes `PayloadError::Overflow`.
pub fn watch(payload: Payload, most: usize) -> Payload {
    let mut heads = Heads { most: most as u64, ..Heads::default() };
    let watched = payload.map(move |chunk| {
        let bytes = chunk?;
        if heads.fit(&bytes) { Ok(bytes) } else { Err(PayloadError::Overflow) }
    });
    Payload::Stream { payload: Box::pin(watched) }
}

#[derive(Debug, Default)]
struct Heads {
    most: u64,
    head: [u8; HEAD_MAX],
    /// Bytes of the head that are there.
    there: usize,
    /// Bytes of the frame that follow its head and are still to come.
    left: u64,
}

impl Heads {
    /// Goes on over these bytes; false at a frame that is too long.
    fn fit(&mut self, mut bytes: &[u8]) -> bool {
        while let Some((first, rest)) = bytes.split_first() {
            if self.left > 0 {
                let skipped = bytes.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
                bytes = &bytes[skipped..];
                self.left -= skipped as u64;
                continue;
            }
            self.head[self.there] = *first;
            self.there += 1;
            bytes = rest;
            if let Some(length) = self.length() {
                if length > self.most {
                    return false;
                }
                let masked = self.head[1] & 0x80 != 0;
                self.left = length + if masked { MASK_LENGTH } else { 0 };
                self.there = 0;
            }
        }
        true
    }

    /// The payload's length, once the head is there (RFC 6455, 5.2).
    fn length(&self) -> Option<u64> {
        let short = self.head[1] & 0x7f;
        match (self.there, short) {
            (2, 0..126) => Some(short.into()),
            (4, 126) => Some(u16::from_be_bytes([self.head[2], self.head[3]]).into()),
            (HEAD_MAX, _) => self.head[2..].try_into().ok().map(u64::from_be_bytes),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heads() -> Heads {
        Heads { most: 1000, ..Heads::default() }
    }

    /// Masked, with the mask that follows.
    fn frame(head: &[u8], length: usize) -> Vec<u8> {
        [head, &vec![0xff; 4 + length]].concat()
    }

    #[test]
    fn frames_up_to_the_bound_pass_however_they_are_cut() {
        let bytes = [frame(&[0x81, 0x80], 0), frame(&[0x81, 0x85], 5), frame(&[0x82, 0xfe, 0x03, 0xe8], 1000)].concat();
        for size in [1, 2, 3, 7, bytes.len()] {
            let mut heads = heads();
            assert!(bytes.chunks(size).all(|chunk| heads.fit(chunk)), "in pieces of {size}");
            assert_eq!((heads.there, heads.left), (0, 0));
        }
    }

    #[test]
    fn a_longer_one_is_found_at_its_head() {
        assert!(!heads().fit(&[0x81, 0xfe, 0x03, 0xe9]));
        assert!(!heads().fit(&[0x81, 0xff, 0, 0, 1, 0, 0, 0, 0, 0]));
        assert!(!heads().fit(&[0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]));
        let mut after_another = heads();
        assert!(after_another.fit(&frame(&[0x81, 0x85], 5)));
        assert!(!after_another.fit(&[0x81, 0x7e, 0x03, 0xe9]));
    }
}
