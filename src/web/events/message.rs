//! The texts of an event stream: frames and ids as messages. Every frame goes out as it is, as the data of a message without a
//! name: so a page reads it with what it reads a socket's frames with, and one message may hold several events. Knows no HTTP.

use crate::domain::event::Epoch;
use crate::protocol::INTEGER_MAX;
use crate::protocol::client::Since;

/// A comment, so that proxies see traffic, and a frame without an event, for scripts are not told of comments: a page finds out
/// by it that the stream still lives.
pub const HEARTBEAT: &str = ":\ndata: []\n\n";

/// A frame as a message; with `since`, a client that comes back asks for what came after it.
pub fn message(frame: &str, since: Option<&Since>) -> String {
    let id = since.and_then(id).map(|id| format!("id: {id}\n")).unwrap_or_default();
    // Between the parts of a JSON text white space is free, so a store may hold a frame of several lines.
    let data = frame.split(['\r', '\n']).map(|line| format!("data: {line}\n")).collect::<String>();
    format!("{id}{data}\n")
}

/// How long the client waits before it comes back, in ms.
pub fn retry(ms: u64) -> String {
    format!("retry: {ms}\n")
}

/// `EPOCH-SEQ`; none where it would break the line, as only an epoch could that no server of ours has made.
fn id(since: &Since) -> Option<String> {
    let epoch = since.epoch.as_str();
    let plain = !epoch.is_empty() && epoch.bytes().all(|byte| byte.is_ascii_graphic());
    plain.then(|| format!("{epoch}-{}", since.seq))
}

/// Reads what `id` wrote.
pub fn since(id: &str) -> Option<Since> {
    let (epoch, seq) = id.trim().rsplit_once('-')?;
    let seq = seq.parse().ok().filter(|seq| *seq <= INTEGER_MAX)?;
    (!epoch.is_empty()).then(|| Since { epoch: Epoch::from_text(epoch), seq })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(epoch: &str, seq: u64) -> Since {
        Since { epoch: Epoch::from_text(epoch), seq }
    }

    #[test]
    fn a_frame_is_one_message_with_its_id() {
        assert_eq!(message("{\"a\":1}", Some(&place("r.1", 7))), "id: r.1-7\ndata: {\"a\":1}\n\n");
        assert_eq!(message("[]", None), "data: []\n\n");
    }

    #[test]
    fn a_frame_of_several_lines_stays_one_message() {
        assert_eq!(message("{\n\"a\":\r1}", None), "data: {\ndata: \"a\":\ndata: 1}\n\n");
    }

    #[test]
    fn an_id_comes_back_as_the_place_it_was() {
        for epoch in ["3f9a.1795", "with-dashes", "x"] {
            let place = place(epoch, 42);
            assert_eq!(since(&id(&place).unwrap()), Some(place));
        }
    }

    #[test]
    fn an_epoch_that_would_break_the_line_makes_no_id() {
        for epoch in ["", "a\nb", "a b", "é"] {
            assert_eq!(id(&place(epoch, 1)), None, "{epoch:?}");
        }
    }

    #[test]
    fn what_is_no_id_is_no_place() {
        for text in ["", "-", "r.1", "r.1-", "-7", "r.1-x", "r.1--", "r.1-9007199254740993", "r.1-99999999999999999999"]
        {
            assert_eq!(since(text), None, "{text}");
        }
    }
}
