//! One-time codes, each for the one who takes it first. In memory alone: a code lives for a minute and only one process has the
//! file, so what a restart loses is made anew with a tap, and no session is ever written to a disk. Knows no clock.

use std::collections::HashMap;

use crate::domain::Millis;
use crate::domain::takeover::CodeDigest;

/// Codes at once, some hundred bytes each. What one address may ask for is far less.
const MOST: usize = 10_000;

#[derive(Debug, Default)]
pub struct Codes {
    /// The session that each hands over, and until when.
    kept: HashMap<CodeDigest, (String, Millis)>,
}

/// There are as many codes as there may be.
#[derive(Debug, PartialEq, Eq)]
pub struct Full;

impl Codes {
    /// False if there is such a code.
    pub fn keep(&mut self, code: CodeDigest, session: String, until: Millis, now: Millis) -> Result<bool, Full> {
        self.kept.retain(|_, (_, until)| *until > now);
        if self.kept.contains_key(&code) {
            return Ok(false);
        }
        if self.kept.len() >= MOST {
            return Err(Full);
        }
        self.kept.insert(code, (session, until));
        Ok(true)
    }

    pub fn read(&self, code: &CodeDigest, now: Millis) -> Option<String> {
        self.kept.get(code).filter(|(_, until)| *until > now).map(|(session, _)| session.clone())
    }

    pub fn take(&mut self, code: &CodeDigest, now: Millis) -> Option<String> {
        self.kept.remove(code).filter(|(_, until)| *until > now).map(|(session, _)| session)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::takeover::Code;

    fn code(number: u32) -> CodeDigest {
        let [a, b, c, d] = number.to_be_bytes();
        Code::of([0, a, b, c, d]).digest()
    }

    #[test]
    fn there_are_so_many_at_once_and_room_again_when_they_are_over() {
        let mut codes = Codes::default();
        for number in 0..10_000 {
            assert_eq!(codes.keep(code(number), "ann".into(), 60, 0), Ok(true));
        }
        assert_eq!(codes.keep(code(10_000), "bob".into(), 119, 59), Err(Full));
        assert_eq!(codes.keep(code(10_000), "bob".into(), 120, 60), Ok(true));
        assert_eq!(codes.kept.len(), 1);
    }
}
