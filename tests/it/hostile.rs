//! Bad input harms only its sender: typed errors, the close codes of protocol.md, nothing stored, nothing broken.

use reqwest::Method;
use serde_json::json;

use crate::server::{Browser, Server, Socket, frame, frame_head};

const TEXT: u8 = 0x81;
const TEXT_TO_BE_CONTINUED: u8 = 0x01;
const LAST_PART: u8 = 0x80;
const BINARY: u8 = 0x82;

/// Bytes of a client's frame, at most.
const FRAME_MAX: usize = 16 * 1024;

#[tokio::test]
async fn bad_messages_get_typed_errors_and_nothing_is_stored() {
    let server = Server::start(&[("WTE__LIMITS__BAD_MESSAGES", "0"), ("WTE__LIMITS__EVENTS_PER_SECOND", "0")]).await;
    let (ann, eve) = (Browser::open(&server).await, Browser::open(&server).await);
    let mut innocent = ann.join("lunch", "Ann").await;
    let mut hostile = eve.join("lunch", "Eve").await;
    let (_, before) = ann.get("/api/areas/lunch").await;

    let deep = "[".repeat(8000);
    let deep_object =
        format!(r#"{{"event":"addVote","data":{{"fs":{}1{}}}}}"#, r#"{"a":"#.repeat(2000), "}".repeat(2000));
    for (text, code) in [
        ("", "badMessage"),
        ("null", "badMessage"),
        ("\u{feff}{}", "badMessage"),
        (r#"{"event":"getMe""#, "badMessage"),
        (r#"{"event":"getMe"}{"event":"getMe"}"#, "badMessage"),
        (&deep, "badMessage"),
        (&deep_object, "badVenue"),
        (r#"{"event":"getMe","event":"leave"}"#, "badMessage"),
        (r#"{"event":"getMe","id":1e400}"#, "badMessage"),
        (r#"{"event":"getMe","id":99999999999999999999999999}"#, "badMessage"),
        (r#"{"event":"getMe","id":[1]}"#, "badMessage"),
        (r#"{"event":"leave","n":-1}"#, "badMessage"),
        (r#"{"event":"leave","n":"1"}"#, "badMessage"),
        (r#"{"event":"leave","data":"x"}"#, "badMessage"),
        (r#"{"event":{"event":"leave"}}"#, "badMessage"),
        (r#"{"event":"\ud800"}"#, "badMessage"),
        (r#"{"event":"__proto__"}"#, "unknownEvent"),
        (r#"{"event":"getMe\u0000"}"#, "unknownEvent"),
        (r#"{"event":"watch","data":{"area":"lunch","seq":-1,"epoch":"x"}}"#, "badMessage"),
        (r#"{"event":"watch","data":{"area":"{x}"}}"#, "badArea"),
        (r#"{"event":"watch","data":{"area":"a}b"}}"#, "badArea"),
        (r#"{"event":"watch","data":{"area":"josh:vote"}}"#, "badArea"),
        (r#"{"event":"watch","data":{"area":"a\u0000b"}}"#, "badArea"),
        (r#"{"event":"watch","data":{"area":"\u202elunch"}}"#, "badArea"),
        (r#"{"event":"watch","data":{"area":"\udc00"}}"#, "badArea"),
        (r#"{"event":"watch","data":{"area":7}}"#, "badArea"),
        (r#"{"event":"watch","data":{"area":"lunch","area":"dinner"}}"#, "badMessage"),
        (r#"{"event":"add","data":{"area":"lunch","username":"Ann\u202e"}}"#, "badName"),
        (r#"{"event":"add","data":{"area":"lunch","username":"A\u200bnn"}}"#, "badName"),
        (r#"{"event":"add","data":{"area":"lunch","username":"A\u0000nn"}}"#, "badName"),
        (r#"{"event":"add","data":{"area":"lunch","username":"\ud83c"}}"#, "badName"),
        (r#"{"event":"add","data":{"area":"lunch","username":{"__proto__":1}}}"#, "badName"),
        (r#"{"event":"add","data":{"area":"lunch","username":"Eve","img":"javascript:alert(1)"}}"#, "badImage"),
        (r#"{"event":"add","data":{"area":"lunch","username":"Eve","img":["emoji:x"]}}"#, "badImage"),
        (r#"{"event":"addVote","data":{"fs":[]}}"#, "badVenue"),
        (r#"{"event":"addVote","data":{"fs":{"id":"x","name":"A\u2066b"}}}"#, "badVenue"),
        (r#"{"event":"addVote","data":{"fs":{"id":"x","name":"a","url":"javascript:alert(1)"}}}"#, "badVenue"),
        (r#"{"event":"addVote","data":{"fs":{"id":"x","name":"a","id":"y"}}}"#, "badVenue"),
        (r#"{"event":"addVote","data":{"fs":{"id":"x","name":"a","location":{"lat":1e999,"lng":0}}}}"#, "badVenue"),
        (r#"{"event":"addVote","data":{"fs":{"id":"x","name":"a","location":{"lat":-91,"lng":0}}}}"#, "badVenue"),
        (r#"{"event":"addVote","data":{"fs":{"id":"__proto__"}}}"#, "noSuchVenue"),
    ] {
        hostile.send_text(text).await;
        let error = hostile.event("serverError").await;
        assert_eq!(error["data"]["code"], code, "{text}");
        assert!(!error["data"]["message"].as_str().unwrap().is_empty());
    }
    let (_, after) = ann.get("/api/areas/lunch").await;
    assert_eq!((&after["seq"], &after["users"]), (&before["seq"], &before["users"]));
    assert_eq!(hostile.ask("getMe", json!({})).await["username"], "Eve", "the socket lives");
    hostile.vote("thai").await;
    assert_eq!(innocent.event("vote").await["data"]["username"], "Eve");
    assert!(!server.log().contains("panic"), "{}", server.log());
}

#[tokio::test]
async fn odd_names_that_are_allowed_stay_apart_and_come_back_as_they_are() {
    let server = Server::start(&[]).await;
    let odd = [
        "josh",
        "josh:vote",
        "josh:img",
        "timer",
        "users:timer",
        "a}b",
        "{x}",
        "__proto__",
        "constructor",
        "%74",
        "<b>",
    ];
    let mut sockets = Vec::new();
    for name in odd {
        let mut socket = Browser::open(&server).await.join("lunch", name).await;
        socket.ask("addVote", json!({"fs": {"id": name, "name": name}})).await;
        sockets.push(socket);
    }
    let (_, area) = Browser::open(&server).await.get("/api/areas/lunch").await;
    for name in odd {
        let votes: Vec<_> = area["votes"].as_array().unwrap().iter().filter(|vote| vote["username"] == name).collect();
        assert_eq!(votes.len(), 1, "{name}");
        assert_eq!(votes[0]["id"], name);
    }
}

#[tokio::test]
async fn an_impossible_number_to_go_on_from_gets_the_whole_state() {
    let server = Server::start(&[]).await;
    let ann = Browser::open(&server).await;
    let mut socket = ann.join("lunch", "Ann").await;
    let epoch = socket.vote("thai").await["epoch"].clone();
    for seq in [0, 77, (1_u64 << 53) - 1] {
        socket.ask("watch", json!({"area": "lunch", "epoch": epoch, "seq": seq})).await;
        let told = socket.drain().await;
        assert!(told.iter().any(|event| event["seq"] == 2 || event["data"]["seq"] == 2), "{seq}: {told:?}");
    }
    let too_large = json!({"area": "lunch", "epoch": epoch, "seq": u64::MAX});
    assert_eq!(socket.refused("watch", too_large).await, "badMessage");
    socket.vote("pizza").await;
    ann.join("lunch", "Ann").await;
}

/// The code that a connection is closed with which sends this.
async fn close_code(browser: &Browser, bytes: &[u8]) -> Option<u16> {
    let mut socket = browser.join("lunch", "Eve").await;
    socket.send_bytes(bytes).await;
    socket.closed().await
}

#[tokio::test]
async fn frames_that_break_the_protocol_get_their_close_code() {
    let server = Server::start(&[]).await;
    let eve = Browser::open(&server).await;
    let text = br#"{"event":"leave"}"#;
    let unmasked = [&[TEXT, 17][..], &text[..]].concat();
    let nested = [frame(TEXT_TO_BE_CONTINUED, b"{"), frame(TEXT, text)].concat();
    for (what, bytes, code) in [
        ("binary", frame(BINARY, text), 1003),
        ("binary in parts", [frame(0x02, b"a"), frame(LAST_PART, b"b")].concat(), 1003),
        ("not UTF-8", frame(TEXT, b"\"\xff\xfe\""), 1007),
        ("not UTF-8 when put together", [frame(TEXT_TO_BE_CONTINUED, b"\xc3"), frame(LAST_PART, b"(")].concat(), 1007),
        ("not masked", unmasked, 1002),
        ("reserved bits", frame(TEXT | 0x40, text), 1002),
        ("a kind that there is not", frame(0x83, text), 1002),
        ("a control kind that there is not", frame(0x8b, text), 1002),
        ("a part of nothing", frame(LAST_PART, text), 1002),
        ("a message within another", nested, 1002),
        ("a ping that is too long", frame(0x89, &[b'x'; 126]), 1002),
        ("a ping in parts", frame(0x09, b"x"), 1002),
        ("a close with half a code", frame(0x88, b"\x03"), 1002),
    ] {
        assert_eq!(close_code(&eve, &bytes).await, Some(code), "{what}");
    }
    assert!(!server.log().contains("panic"), "{}", server.log());
}

/// A message of just so many bytes that is answered.
fn message_of(length: usize) -> Vec<u8> {
    let text = r#"{"event":"getMe","id":99,"data":{"x":""}}"#;
    text.replace(r#""x":"""#, &format!(r#""x":"{}""#, "x".repeat(length - text.len()))).into_bytes()
}

#[tokio::test]
async fn a_message_of_the_largest_size_is_answered_and_one_byte_more_is_not() {
    let server = Server::start(&[]).await;
    let in_parts = |message: &[u8]| {
        let (first, rest) = message.split_at(message.len() / 2);
        [frame(TEXT_TO_BE_CONTINUED, first), frame(LAST_PART, rest)].concat()
    };
    let (most, beyond) = (message_of(FRAME_MAX), message_of(FRAME_MAX + 1));
    let eve = Browser::open(&server).await;
    for good in [frame(TEXT, &most), in_parts(&most)] {
        let mut socket = eve.socket().await;
        socket.send_bytes(&good).await;
        assert_eq!(socket.answer(99).await["event"], "ack");
    }
    for bad in [frame(TEXT, &beyond), in_parts(&beyond), frame(TEXT, &message_of(1_000_000))] {
        assert_eq!(close_code(&eve, &bad).await, Some(1009));
    }
}

#[tokio::test]
async fn a_frame_that_says_it_is_endless_is_closed_at_its_head() {
    let server = Server::start(&[]).await;
    let eve = Browser::open(&server).await;
    for length in [FRAME_MAX as u64 + 1, 1 << 40, u64::MAX >> 1, u64::MAX] {
        assert_eq!(close_code(&eve, &frame_head(TEXT, length)).await, Some(1009), "{length}");
    }
}

#[tokio::test]
async fn too_many_bad_messages_end_the_connection() {
    let server = Server::start(&[("WTE__LIMITS__BAD_MESSAGES", "3")]).await;
    let eve = Browser::open(&server).await;
    let mut socket = eve.join("lunch", "Eve").await;
    for _ in 0..3 {
        socket.send_text("nonsense").await;
        socket.event("serverError").await;
    }
    // A page of another version errs now and then: what is well meant counts against it.
    socket.ask("getMe", json!({})).await;
    socket.send_text("nonsense").await;
    socket.event("serverError").await;
    socket.send_text("nonsense").await;
    assert_eq!(socket.closed().await, Some(1008));
    assert_eq!(eve.join("lunch", "Eve").await.ask("getMe", json!({})).await["username"], "Eve", "the name is kept");
}

#[tokio::test]
async fn without_that_limit_bad_messages_end_nothing() {
    let server = Server::start(&[("WTE__LIMITS__BAD_MESSAGES", "0")]).await;
    let mut socket: Socket = Browser::open(&server).await.socket().await;
    for _ in 0..100 {
        socket.send_text("nonsense").await;
        socket.event("serverError").await;
    }
    socket.ask("getMe", json!({})).await;
}

/// The server takes a request over as a socket only if it asks for a WebSocket and nothing else.
#[tokio::test]
async fn no_handshake_is_answered_whose_socket_nobody_would_have() {
    let server = Server::start(&[]).await;
    let ann = Browser::open(&server).await;
    for (to, encoding, status) in [
        ("websocket", None, 101),
        ("WebSocket", None, 101),
        ("h2c, websocket", None, 400),
        ("websocket", Some("chunked"), 400),
    ] {
        let mut request = server.request(Method::GET, "/ws").header("upgrade", to).header("connection", "upgrade");
        request = request.header("sec-websocket-version", "13").header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
        request = request.header("origin", &ann.base).header("cookie", &ann.cookie);
        if let Some(encoding) = encoding {
            request = request.header("transfer-encoding", encoding).body(reqwest::Body::from("{}"));
        }
        assert_eq!(request.send().await.unwrap().status(), status, "{to} {encoding:?}");
    }
}
