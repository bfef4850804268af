//! One socket that may break at any time, and says how it ended. Knows nothing of what is said on it.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::server::Browser;

/// A handshake that takes longer counts as failed, as in the page.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// The line is over: the close code, none if it just broke off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended(pub Option<u16>);

/// A server that says goodbye is gone within this time.
const GONE: Duration = Duration::from_secs(10);

pub struct Line {
    stream: WebSocketStream<TcpStream>,
}

impl Line {
    pub async fn open(browser: &Browser) -> Result<Self, Ended> {
        timeout(HANDSHAKE, Self::connect(browser)).await.unwrap_or(Err(Ended(None)))
    }

    async fn connect(browser: &Browser) -> Result<Self, Ended> {
        let broken = |_| Ended(None);
        let address = browser.base.strip_prefix("http://").expect("tests speak plain HTTP");
        let mut request = format!("ws://{address}/ws").into_client_request().expect("an address");
        for (name, value) in [("origin", &browser.base), ("cookie", &browser.cookie)] {
            request.headers_mut().insert(name, value.parse().expect("plain text"));
        }
        let stream = TcpStream::connect(address).await.map_err(|_| Ended(None))?;
        stream.set_nodelay(true).map_err(|_| Ended(None))?;
        let (stream, _) = client_async(request, stream).await.map_err(broken)?;
        Ok(Self { stream })
    }

    pub async fn send(&mut self, frame: &Value) -> Result<(), Ended> {
        self.stream.send(Message::text(frame.to_string())).await.map_err(|_| Ended(None))
    }

    /// Reads on after a goodbye, until the line is over; as if it had broken off if the server never ends it.
    pub async fn end(&mut self) -> Ended {
        let over = async {
            loop {
                if let Err(ended) = self.events().await {
                    return ended;
                }
            }
        };
        timeout(GONE, over).await.unwrap_or(Ended(None))
    }

    /// The events of the next frame. Safe to cancel.
    pub async fn events(&mut self) -> Result<Vec<Value>, Ended> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => {
                    return Ok(match serde_json::from_str(&text).expect("the server sends JSON") {
                        Value::Array(events) => events,
                        event => vec![event],
                    });
                }
                Some(Ok(Message::Close(close))) => return Err(Ended(close.map(|close| close.code.into()))),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(Ended(None)),
            }
        }
    }
}
