//! One WebSocket that speaks the product's protocol, and remembers what it was told; or sends what is no protocol at all.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::PATIENCE;

pub struct Socket {
    stream: WebSocketStream<TcpStream>,
    /// Events that came and were not asked for yet.
    waiting: VecDeque<Value>,
    next_id: i64,
    /// Every text that came since it was asked to keep them, as it came.
    frames: Option<Vec<String>>,
}

impl Socket {
    /// The HTTP status if the handshake is refused.
    pub async fn open(base: &str, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        Self::over(TcpSocket::new_v4().unwrap(), base, headers).await
    }

    /// One whose end of the connection takes a few KiB and no more while nobody reads.
    pub async fn narrow(base: &str, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        Self::over(socket, base, headers).await
    }

    async fn over(socket: TcpSocket, base: &str, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        let address = base.strip_prefix("http://").unwrap();
        let mut request = format!("ws://{address}/ws").into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let stream = socket.connect(address.parse().unwrap()).await.expect("the server listens");
        match timeout(PATIENCE, client_async(request, stream)).await.expect("a handshake within the limit") {
            Ok((stream, _)) => Ok(Self { stream, waiting: VecDeque::new(), next_id: 0, frames: None }),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("no connection: {error}"),
        }
    }

    pub async fn send(&mut self, message: Message) {
        self.stream.send(message).await.expect("the server takes it");
    }

    pub async fn send_text(&mut self, text: &str) {
        self.send(Message::text(text)).await;
    }

    /// Sends bytes that need be no frame. The server may have hung up already.
    pub async fn send_bytes(&mut self, bytes: &[u8]) {
        let written = timeout(PATIENCE, self.stream.get_mut().write_all(bytes)).await;
        let _ = written.expect("the server reads, or hangs up");
    }

    /// Sends an event without waiting for its answer; answers its id.
    pub async fn post(&mut self, event: &str, n: Option<u64>, data: Value) -> i64 {
        self.next_id += 1;
        let mut frame = json!({"event": event, "id": self.next_id, "data": data});
        if let Some(n) = n {
            frame["n"] = n.into();
        }
        self.send_text(&frame.to_string()).await;
        self.next_id
    }

    /// The answer to an id: an `ack` or a `serverError`.
    pub async fn answer(&mut self, id: i64) -> Value {
        self.find(|event| event["id"] == id).await
    }

    /// Sends an event and takes its answer.
    pub async fn try_ask(&mut self, event: &str, n: Option<u64>, data: Value) -> Result<Value, Value> {
        let id = self.post(event, n, data).await;
        let mut answer = self.answer(id).await;
        match answer["event"].as_str() {
            Some("ack") => Ok(answer["data"].take()),
            _ => Err(answer["data"].take()),
        }
    }

    /// Sends an event that has to be acknowledged; answers the ack's data.
    pub async fn ask(&mut self, event: &str, data: Value) -> Value {
        self.try_ask(event, None, data).await.unwrap_or_else(|error| panic!("{event}: {error}"))
    }

    /// The same where the server may die meanwhile: none, if there is no ack any more.
    pub async fn ask_until_cut_off(&mut self, event: &str, data: Value) -> Option<Value> {
        self.next_id += 1;
        let frame = json!({"event": event, "id": self.next_id, "data": data});
        self.stream.send(Message::text(frame.to_string())).await.ok()?;
        loop {
            if let Some(at) = self.waiting.iter().position(|event| event["id"] == self.next_id) {
                return self.waiting.remove(at).filter(|answer| answer["event"] == "ack");
            }
            self.forget();
            if !timeout(PATIENCE, self.receive()).await.expect("an answer, or the end") {
                return None;
            }
        }
    }

    /// The code of the error that an event is answered with.
    pub async fn refused(&mut self, event: &str, data: Value) -> String {
        match self.try_ask(event, None, data).await {
            Ok(ack) => panic!("{event} was acknowledged: {ack}"),
            Err(error) => error["code"].as_str().unwrap_or_default().to_owned(),
        }
    }

    pub async fn vote(&mut self, id: &str) -> Value {
        self.ask("addVote", json!({"fs": {"id": id, "name": format!("Place {id}")}})).await
    }

    /// The next event of this name; others stay for later.
    pub async fn event(&mut self, name: &str) -> Value {
        self.find(|event| event["event"] == name && event["id"].is_null()).await
    }

    /// The very next event, whatever it is.
    pub async fn next(&mut self) -> Value {
        self.find(|_| true).await
    }

    /// The first event, waiting or to come, that is like this.
    pub async fn find(&mut self, like: impl Fn(&Value) -> bool) -> Value {
        self.find_within(PATIENCE, like).await
    }

    /// The same, for what takes its time even on a quiet machine.
    pub async fn find_within(&mut self, patience: Duration, like: impl Fn(&Value) -> bool) -> Value {
        let at = self.position(patience, like).await;
        self.waiting.remove(at).expect("it was just found")
    }

    /// Where the first event like this is among those that wait, once it is there.
    async fn position(&mut self, patience: Duration, like: impl Fn(&Value) -> bool) -> usize {
        let mut looked_at = 0;
        let come = timeout(patience, async {
            loop {
                if let Some(at) = self.waiting.iter().skip(looked_at).position(&like) {
                    return looked_at + at;
                }
                looked_at = self.waiting.len();
                assert!(self.receive().await, "the connection ended");
            }
        });
        match come.await {
            Ok(at) => at,
            Err(_) => panic!("it never came; what did: {:?}", self.waiting),
        }
    }

    /// Takes the next frame in; false at the end.
    async fn receive(&mut self) -> bool {
        match self.stream.next().await {
            Some(Ok(Message::Text(text))) => {
                self.take(&text);
                true
            }
            Some(Ok(Message::Close(_)) | Err(_)) | None => false,
            Some(Ok(_)) => true,
        }
    }

    fn take(&mut self, text: &str) {
        if let Some(frames) = &mut self.frames {
            frames.push(text.to_owned());
        }
        match serde_json::from_str(text).expect("the server sends JSON") {
            Value::Array(events) => self.waiting.extend(events),
            event => self.waiting.push_back(event),
        }
    }

    /// From now on, keeps all that comes as it comes.
    pub fn record(&mut self) {
        self.frames.get_or_insert_default();
    }

    /// What was kept.
    pub fn frames(&self) -> &[String] {
        self.frames.as_deref().unwrap_or_default()
    }

    /// The close code that the connection ends with; none if it just breaks off.
    pub async fn closed(&mut self) -> Option<u16> {
        let end = async {
            loop {
                match self.stream.next().await {
                    Some(Ok(Message::Close(frame))) => return frame.map(|frame| frame.code.into()),
                    Some(Ok(Message::Text(text))) => self.take(&text),
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return None,
                }
            }
        };
        timeout(PATIENCE, end).await.expect("the connection ends")
    }

    /// Everything that came until the server answered one more question: so nothing sent before is missing.
    pub async fn drain(&mut self) -> Vec<Value> {
        let id = self.post("getMe", None, json!({})).await;
        self.answer(id).await;
        self.waiting.drain(..).collect()
    }

    /// What came and was not asked for.
    pub fn take_all(&mut self) -> Vec<Value> {
        self.waiting.drain(..).collect()
    }

    /// Drops what came and was not asked for.
    pub fn forget(&mut self) {
        self.waiting.clear();
    }

    /// Takes in what comes within this time, and drops nothing.
    pub async fn linger(&mut self, time: Duration) {
        let _ = timeout(time, async { while self.receive().await {} }).await;
    }

    pub async fn close(mut self) {
        let _ = self.stream.close(None).await;
    }
}

/// A client's frame: the first byte as it is (whether it is the last part, reserved bits, kind), a mask of zeros, and the payload.
pub fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = frame_head(first, payload.len() as u64);
    bytes.extend(payload);
    bytes
}

/// The head of a frame that says it is so long.
pub fn frame_head(first: u8, length: u64) -> Vec<u8> {
    const MASKED: u8 = 0x80;
    let mut bytes = vec![first];
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short @ 0..126), _) => bytes.push(MASKED | short),
        (_, Ok(medium)) => {
            bytes.push(MASKED | 126);
            bytes.extend(medium.to_be_bytes());
        }
        _ => {
            bytes.push(MASKED | 127);
            bytes.extend(length.to_be_bytes());
        }
    }
    bytes.extend([0; 4]);
    bytes
}
