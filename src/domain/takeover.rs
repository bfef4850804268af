//! The one-time code by which a browser hands its session to another device of the same person. Knows neither sessions nor clocks.

use std::fmt;

use super::owner::hex_digest;

/// Digits and letters without those that are taken for another (I and L for 1, O for 0), and without U, so that no code is a word.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Five bits each: 40 bits that nobody guesses within a minute at some tries a second, and that a person can type.
const LENGTH: usize = 8;

/// Eight characters, shown as `K7QM-2X9D`.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

/// What a store knows of a code. Who copies the store could try all codes against it, but not while the code is good.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CodeDigest(String);

impl Code {
    /// The code of these random bytes.
    pub fn of(random: [u8; 5]) -> Self {
        let bits = random.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        let letter = |place: usize| char::from(ALPHABET[(bits >> (5 * place) & 31) as usize]);
        Self((0..LENGTH).rev().map(letter).collect())
    }

    /// As a person types it: in any case, with spaces or hyphens between, O for 0, I or L for 1. None if it can be no code.
    pub fn parse(typed: &str) -> Option<Self> {
        let mut code = String::with_capacity(LENGTH);
        for typed in typed.chars().filter(|typed| !typed.is_whitespace() && *typed != '-') {
            let letter = match typed.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                letter => letter,
            };
            if code.len() == LENGTH || !letter.is_ascii() || !ALPHABET.contains(&(letter as u8)) {
                return None;
            }
            code.push(letter);
        }
        (code.len() == LENGTH).then_some(Self(code))
    }

    pub fn digest(&self) -> CodeDigest {
        CodeDigest(hex_digest("takeover", &self.0))
    }

    /// Without the hyphen, for addresses.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = self.0.split_at(LENGTH / 2);
        write!(f, "{first}-{second}")
    }
}

/// A log never shows a code.
impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code")
    }
}

impl CodeDigest {
    /// 32 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_all_forty_bits() {
        assert_eq!(Code::of([0; 5]).to_string(), "0000-0000");
        assert_eq!(Code::of([0xff; 5]).to_string(), "ZZZZ-ZZZZ");
        assert_eq!(Code::of([0x80, 0, 0, 0, 1]).to_string(), "G000-0001");
        assert_ne!(Code::of([1, 2, 3, 4, 5]).digest(), Code::of([1, 2, 3, 4, 6]).digest());
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = Code::parse("K7QM-2X01").unwrap();
        for typed in ["k7qm2x01", " k7qm 2xoi ", "K7-QM-2X-OL"] {
            assert_eq!(Code::parse(typed), Some(code.clone()), "{typed}");
        }
        assert_eq!(Code::parse(&code.to_string()), Some(code));
    }

    #[test]
    fn what_is_no_code_is_none() {
        for typed in ["", "K7QM", "K7QM-2X9DA", "K7QM-2X9U", "K7QM 2X9é", "K7QM_2X9D", &"0".repeat(10_000)] {
            assert_eq!(Code::parse(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_log_shows_no_code() {
        assert_eq!(format!("{:?}", Code::of([7; 5])), "Code");
    }
}
