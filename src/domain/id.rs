//! Ids of sixteen bytes, as tens of thousands of them are kept in memory; stores, cookies and pages have the 32 hexadecimal digits that
//! they are written with. Knows not whose they are.

use std::fmt;
use std::ops::Deref;

use serde::{Serialize, Serializer};

/// Sixteen bytes, in the order of their digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id([u8; Id::BYTES]);

/// An id as it is written, for a moment.
pub struct Digits([u8; 2 * Id::BYTES]);

impl Id {
    const BYTES: usize = 16;

    pub const fn of(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    /// None if it is not written as ids are: 32 digits, the letters small.
    pub fn parse(text: &str) -> Option<Self> {
        let digit = |byte: &u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let pairs: &[_; Self::BYTES] = pairs.try_into().ok().filter(|_| rest.is_empty())?;
        let mut bytes = [0; Self::BYTES];
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = digit(high)? << 4 | digit(low)?;
        }
        Some(Self(bytes))
    }

    pub fn digits(&self) -> Digits {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut digits = [0; 2 * Self::BYTES];
        for (pair, byte) in digits.as_chunks_mut::<2>().0.iter_mut().zip(self.0) {
            *pair = [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
        }
        Digits(digits)
    }
}

impl Digits {
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("digits are ASCII")
    }
}

impl Deref for Digits {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.digits().as_str(), f)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.digits())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_again_in_the_same_order() {
        let texts =
            ["0123456789abcdef0123456789abcdef", "09a0".repeat(8).as_str(), "fedcba9876543210".repeat(2).as_str()]
                .map(str::to_owned);
        for text in &texts {
            assert_eq!(Id::parse(text).unwrap().digits().as_str(), text);
            for other in &texts {
                assert_eq!(Id::parse(text).cmp(&Id::parse(other)), text.cmp(other));
            }
        }
        assert_eq!(Id::of([0x0f; 16]).digits().as_str(), "0f".repeat(16));
    }

    #[test]
    fn what_is_written_otherwise_is_none() {
        let (small, large, odd) = ("a".repeat(30), "A".repeat(32), "ü".repeat(16));
        let longer = "a".repeat(33);
        for bad in ["", small.as_str(), &large, &odd, &longer, &"g".repeat(32), &" a".repeat(16)] {
            assert_eq!(Id::parse(bad), None, "{bad}");
        }
    }
}
