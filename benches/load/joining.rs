//! What somebody says to get into an area, and how it shows that they are in. Knows no socket.

use std::net::SocketAddr;

use memchr::memmem::find;

use super::frames::KEY;
use super::votes;

/// How somebody comes to an area.
#[derive(Clone, Copy, PartialEq)]
pub enum As {
    User,
    Watcher,
}

/// What a frame says of one's joining.
pub enum Seen {
    /// The whole area is there: one has joined.
    Area,
    Refusal(String),
    Nothing,
}

/// The request that opens a WebSocket. The floor takes the area from it, our server takes none.
pub fn handshake(host: SocketAddr, area: u32, cookie: Option<&String>) -> String {
    let session = cookie.map(|cookie| format!("Origin: http://{host}\r\nCookie: {cookie}\r\n")).unwrap_or_default();
    format!(
        "GET /ws?area={area} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n{session}\r\n"
    )
}

/// What our server is asked then.
pub fn request(comes: As, area: u32, person: usize) -> String {
    match comes {
        As::User => {
            let name = votes::name(person);
            format!(r#"{{"event":"add","id":1,"data":{{"area":"area-{area}","username":"{name}"}}}}"#)
        }
        As::Watcher => format!(r#"{{"event":"watch","id":1,"data":{{"area":"area-{area}"}}}}"#),
    }
}

pub fn seen(frame: &[u8]) -> Seen {
    if find(frame, br#""event":"updates""#).is_some() {
        return Seen::Area;
    }
    match find(frame, br#""event":"serverError""#) {
        Some(_) => Seen::Refusal(format!("Somebody was not let in: {}", String::from_utf8_lossy(frame))),
        None => Seen::Nothing,
    }
}
