//! One event stream, read as a browser's EventSource reads it; it remembers what it was told.

use std::collections::VecDeque;
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Response, StatusCode};
use serde_json::Value;
use tokio::time::timeout;

use super::{Browser, PATIENCE, Raw, Server};

pub struct Events {
    source: Source,
    /// What came and is no whole message yet.
    bytes: Vec<u8>,
    /// Events that came and were not asked for yet.
    waiting: VecDeque<Value>,
    /// The data of the ack that a stream begins with, once it came.
    pub opened: Option<Value>,
    pub last_id: Option<String>,
    /// How long to wait before coming back, in ms.
    pub retry: Option<u64>,
    pub heartbeats: usize,
}

enum Source {
    Answer(Response),
    /// With the head of the answer read already.
    Narrow(Raw),
}

impl Events {
    /// Takes the answer to `GET /api/areas/AREA/events`.
    pub fn of(response: Response) -> Self {
        assert_eq!(response.status(), StatusCode::OK);
        Self::from(Source::Answer(response))
    }

    /// Asks for an area's events by a connection that takes next to nothing while nobody reads it.
    pub async fn narrow(server: &Server, browser: &Browser, area: &str) -> Self {
        let mut raw = Raw::narrow(server).await;
        let cookie = &browser.cookie;
        raw.send(&format!("GET /api/areas/{area}/events HTTP/1.1\r\nHost: lunch\r\nCookie: {cookie}\r\n\r\n")).await;
        assert!(raw.answer().await.starts_with("HTTP/1.1 200"));
        Self::from(Source::Narrow(raw))
    }

    fn from(source: Source) -> Self {
        let (bytes, waiting) = (Vec::new(), VecDeque::new());
        Self { source, bytes, waiting, opened: None, last_id: None, retry: None, heartbeats: 0 }
    }

    pub fn headers(&self) -> &HeaderMap {
        match &self.source {
            Source::Answer(response) => response.headers(),
            Source::Narrow(_) => unreachable!("that is for who looks at the body alone"),
        }
    }

    /// The next event of this name; others stay for later.
    pub async fn event(&mut self, name: &str) -> Value {
        self.find(|event| event["event"] == name).await
    }

    /// The very next event, whatever it is.
    pub async fn next(&mut self) -> Value {
        self.find(|_| true).await
    }

    /// The first event, waiting or to come, that is like this.
    pub async fn find(&mut self, like: impl Fn(&Value) -> bool) -> Value {
        let come = async {
            let mut looked_at = 0;
            loop {
                if let Some(at) = self.waiting.iter().skip(looked_at).position(&like) {
                    return self.waiting.remove(looked_at + at).expect("it was just found");
                }
                looked_at = self.waiting.len();
                assert!(self.receive().await, "the stream ended");
            }
        };
        timeout(PATIENCE, come).await.expect("it comes")
    }

    /// All that came and was not asked for, up to the change of this number or a state that holds it.
    pub async fn until_seq(&mut self, seq: u64) -> Vec<Value> {
        let mut told = Vec::new();
        loop {
            let event = self.next().await;
            let there = event["seq"] == seq || event["data"]["seq"].as_u64() >= Some(seq);
            told.push(event);
            if there {
                return told;
            }
        }
    }

    /// Waits for a heartbeat, which takes its time on a quiet machine too.
    pub async fn heartbeat(&mut self) {
        let before = self.heartbeats;
        let beat = async {
            while self.heartbeats == before {
                assert!(self.receive().await, "the stream ended");
            }
        };
        timeout(PATIENCE + Duration::from_secs(20), beat).await.expect("a heartbeat");
    }

    /// Waits for the end; what came before it stays.
    pub async fn ended(&mut self) {
        timeout(PATIENCE, async { while self.receive().await {} }).await.expect("the stream ends");
    }

    /// Takes in what came; false at the end.
    async fn receive(&mut self) -> bool {
        match &mut self.source {
            Source::Answer(response) => match response.chunk().await {
                Ok(Some(chunk)) => self.bytes.extend(chunk),
                _ => return false,
            },
            Source::Narrow(raw) => match raw.chunk().await {
                Some(chunk) => self.bytes.extend(chunk),
                None => return false,
            },
        }
        while let Some(end) = self.bytes.windows(2).position(|two| two == b"\n\n") {
            let message: Vec<u8> = self.bytes.drain(..end + 2).collect();
            self.take(std::str::from_utf8(&message).expect("UTF-8").trim_end());
        }
        true
    }

    fn take(&mut self, message: &str) {
        let mut data = Vec::new();
        for line in message.lines() {
            match line.split_once(": ") {
                Some(("data", text)) => data.push(text),
                Some(("id", id)) => self.last_id = Some(id.to_owned()),
                Some(("retry", ms)) => self.retry = Some(ms.parse().expect("a number")),
                None if line == ":" => self.heartbeats += 1,
                _ => panic!("no line of an event stream: {line}"),
            }
        }
        match serde_json::from_str::<Value>(&data.join("\n")).expect("a message holds a frame") {
            Value::Array(events) => self.waiting.extend(events),
            event if self.opened.is_none() => {
                assert_eq!(event["event"], "ack", "opening a stream is answered first");
                self.opened = Some(event["data"].clone());
            }
            event => self.waiting.push_back(event),
        }
    }
}
