//! One TCP connection to a server, for who speaks HTTP badly: half, slowly, or not at all.

use std::io::ErrorKind;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

use super::{PATIENCE, Server};

/// Between two drops of who drips.
const DROP_EVERY: Duration = Duration::from_millis(50);

pub struct Raw {
    stream: TcpStream,
}

impl Raw {
    pub async fn open(server: &Server) -> Self {
        Self { stream: TcpStream::connect(("127.0.0.1", server.port)).await.expect("the server listens") }
    }

    /// One whose end takes a few KiB and no more while nobody reads.
    pub async fn narrow(server: &Server) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let address = format!("127.0.0.1:{}", server.port).parse().unwrap();
        Self { stream: socket.connect(address).await.expect("the server listens") }
    }

    pub async fn send(&mut self, bytes: &str) {
        self.stream.write_all(bytes.as_bytes()).await.expect("the server takes it");
    }

    /// A whole answer: its head, and as much of a body as the head says.
    pub async fn answer(&mut self) -> String {
        let mut text = String::new();
        let whole = async {
            while !is_whole(&text) {
                text.push(char::from(self.stream.read_u8().await.expect("the whole answer")));
            }
        };
        timeout(PATIENCE, whole).await.expect("an answer");
        text
    }

    /// The next chunk of a body that comes in chunks; none at the end, however it came.
    pub async fn chunk(&mut self) -> Option<Vec<u8>> {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            line.push(self.stream.read_u8().await.ok()?);
        }
        let length = usize::from_str_radix(std::str::from_utf8(&line).unwrap().trim(), 16).expect("a length");
        let mut chunk = vec![0; length + 2];
        self.stream.read_exact(&mut chunk).await.ok()?;
        chunk.truncate(length);
        (length > 0).then_some(chunk)
    }

    /// Waits until the server closes the connection; answers what it said before.
    pub async fn closed(&mut self) -> String {
        let mut bytes = Vec::new();
        let end = timeout(PATIENCE, self.stream.read_to_end(&mut bytes)).await.expect("the server hangs up");
        assert!(end.is_ok() || end.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset));
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Sends this again and again until the server closes the connection.
    pub async fn drip(&mut self, drop: &str) {
        let dripping = async {
            let mut buffer = [0; 1024];
            loop {
                match self.stream.try_read(&mut buffer) {
                    Ok(0) => return,
                    Err(error) if error.kind() != ErrorKind::WouldBlock => return,
                    _ => {}
                }
                if self.stream.write_all(drop.as_bytes()).await.is_err() {
                    return;
                }
                sleep(DROP_EVERY).await;
            }
        };
        timeout(PATIENCE, dripping).await.expect("the server hangs up");
    }
}

fn is_whole(answer: &str) -> bool {
    let Some((head, body)) = answer.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}
