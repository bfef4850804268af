//! WebSocket frames as a generator needs them: cheap, and no more of RFC 6455 than servers of text frames use. Knows no socket.

pub const TEXT: u8 = 1;
pub const CLOSE: u8 = 8;
pub const PING: u8 = 9;
pub const PONG: u8 = 10;

/// The key that all clients here ask with, and what a server answers to it (the example of RFC 6455, 1.3).
pub const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
pub const ACCEPTED: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// Clients have to mask. No secret is kept by it here, so one mask does.
const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// One frame, as it lies in what was read.
pub struct Frame {
    pub opcode: u8,
    pub mask: Option<[u8; 4]>,
    /// Where its payload begins, and how long it is.
    pub begins: usize,
    pub length: usize,
}

impl Frame {
    /// The first frame; none until all of it is there.
    pub fn first(bytes: &[u8]) -> Option<Self> {
        let (first, second) = (*bytes.first()?, *bytes.get(1)?);
        let (mut begins, length) = match second & 0x7f {
            126 => (4, u64::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?))),
            127 => (10, u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)),
            short => (2, u64::from(short)),
        };
        let mut mask = None;
        if second & 0x80 != 0 {
            mask = Some(bytes.get(begins..begins + 4)?.try_into().ok()?);
            begins += 4;
        }
        let length = usize::try_from(length).ok()?;
        (bytes.len() - begins.min(bytes.len()) >= length).then_some(Self { opcode: first & 0x0f, mask, begins, length })
    }

    pub fn end(&self) -> usize {
        self.begins + self.length
    }

    /// The payload, without its mask.
    pub fn payload(&self, bytes: &[u8]) -> Vec<u8> {
        let mask = self.mask.unwrap_or_default();
        bytes[self.begins..self.end()].iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect()
    }
}

/// A client's frame.
pub fn masked(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = head(opcode, payload.len(), 0x80);
    frame.extend(MASK);
    frame.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

/// A server's frame.
pub fn plain(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = head(opcode, payload.len(), 0);
    frame.extend(payload);
    frame
}

fn head(opcode: u8, length: usize, masked: u8) -> Vec<u8> {
    let mut head = vec![0x80 | opcode];
    match length {
        0..126 => head.push(masked | length as u8),
        126..=0xffff => {
            head.push(masked | 126);
            head.extend((length as u16).to_be_bytes());
        }
        _ => {
            head.push(masked | 127);
            head.extend((length as u64).to_be_bytes());
        }
    }
    head
}
