//! A stand-in for a service on the web, on loopback: it notes what it is asked and answers as it is told, badly too.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// One request as it came.
#[derive(Clone)]
pub struct Asked {
    pub path: String,
    pub query: HashMap<String, String>,
    /// By their names in lower case.
    pub headers: HashMap<String, String>,
}

pub enum Reply {
    /// A status with its text, further headers (each with its line end), a body.
    Whole(&'static str, &'static str, String),
    /// These bytes, and the connection is closed.
    Cut(String),
    /// These bytes, and then silence on an open connection.
    Silence(String),
}

impl Reply {
    pub fn json(body: &str) -> Self {
        Self::Whole("200 OK", "Content-Type: application/json\r\n", body.to_owned())
    }

    /// One of the recorded answers in `tests/venues`.
    pub fn recorded(name: &str) -> Self {
        let path = format!("{}/tests/venues/{name}.json", env!("CARGO_MANIFEST_DIR"));
        Self::json(&std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}")))
    }

    pub fn status(status: &'static str) -> Self {
        Self::Whole(status, "Content-Type: application/json\r\n", r#"{"message":"no"}"#.to_owned())
    }
}

/// Serves until it is dropped.
pub struct StandIn {
    port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
    _serving: JoinSet<()>,
}

impl StandIn {
    pub async fn start(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_async(move |asked| std::future::ready(answer(&asked))).await
    }

    /// Like `start`, for an answer that waits for something. What is asked counts as asked once it is answered.
    pub async fn start_async<F>(answer: impl Fn(Asked) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Reply> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (noted, answer) = (Arc::clone(&asked), Arc::new(answer));
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            // Dropped with the listener, so that no silent connection outlives its stand-in.
            let mut open = JoinSet::new();
            while let Ok((socket, _)) = listener.accept().await {
                open.spawn(serve(socket, Arc::clone(&noted), Arc::clone(&answer)));
            }
        });
        Self { port, asked, _serving: serving }
    }

    /// Gives every request the same recorded answer.
    pub async fn recorded(name: &'static str) -> Self {
        Self::start(move |_| Reply::recorded(name)).await
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("no test panics in here").clone()
    }
}

async fn serve<F: Future<Output = Reply>>(
    mut socket: TcpStream,
    noted: Arc<Mutex<Vec<Asked>>>,
    answer: Arc<impl Fn(Asked) -> F>,
) {
    let Some(asked) = read(&mut socket).await else { return };
    let reply = answer(asked.clone()).await;
    noted.lock().expect("no test panics in here").push(asked);
    let (bytes, silent) = match reply {
        Reply::Whole(status, headers, body) => {
            let length = body.len();
            let head = format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n");
            (head + &body, false)
        }
        Reply::Cut(bytes) => (bytes, false),
        Reply::Silence(bytes) => (bytes, true),
    };
    // Who asks may hang up before the end: some of the tests are about that.
    let _ = socket.write_all(bytes.as_bytes()).await;
    if silent {
        std::future::pending::<()>().await;
    }
}

async fn read(socket: &mut TcpStream) -> Option<Asked> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?;
    let mut lines = head.lines();
    let target = lines.next()?.split(' ').nth(1)?;
    let url = url::Url::parse("http://stand-in").and_then(|base| base.join(target)).ok()?;
    let headers = lines.filter_map(|line| line.split_once(": "));
    Some(Asked {
        path: url.path().to_owned(),
        query: url.query_pairs().into_owned().collect(),
        headers: headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect(),
    })
}
