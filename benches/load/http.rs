//! One HTTP request after the other on a connection that is kept: sessions, and pages to look at. Knows no workload.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// On loopback an answer that takes longer does not come.
const PATIENCE: Duration = Duration::from_secs(5);

pub struct Http {
    stream: BufReader<TcpStream>,
    host: String,
}

pub struct Answer {
    pub status: u16,
    /// What a client is to send back as its `Cookie`.
    pub cookie: Option<String>,
    pub body: Vec<u8>,
}

impl Http {
    pub fn connect(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Self { stream: BufReader::new(stream), host: address.to_string() })
    }

    pub fn get(&mut self, path: &str) -> io::Result<Answer> {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", self.host))
    }

    /// The cookie of a new session.
    pub fn session(&mut self) -> io::Result<String> {
        let host = &self.host;
        let request =
            format!("POST /api/session HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nContent-Length: 0\r\n\r\n");
        let answer = self.ask(&request)?;
        answer.cookie.ok_or_else(|| io::Error::other(format!("no cookie came with status {}", answer.status)))
    }

    fn ask(&mut self, request: &str) -> io::Result<Answer> {
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut answer = Answer { status: 0, cookie: None, body: Vec::new() };
        let mut length = 0;
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let line = line.trim_end();
            match line.split_once(": ") {
                None if line.is_empty() => break,
                None => answer.status = line.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_default(),
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.parse().map_err(|_| io::Error::other("a length that is no number"))?;
                }
                Some((name, value)) if name.eq_ignore_ascii_case("set-cookie") => {
                    answer.cookie = value.split(';').next().map(str::to_owned);
                }
                Some(_) => {}
            }
        }
        answer.body.resize(length, 0);
        self.stream.read_exact(&mut answer.body)?;
        Ok(answer)
    }
}

/// What our server's /metrics says of a figure without labels; none if it does not.
pub fn told(address: SocketAddr, figure: &str) -> Option<f64> {
    let answer = Http::connect(address).ok()?.get("/metrics").ok()?;
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    text.lines().find_map(|line| line.strip_prefix(figure)?.trim().parse().ok())
}

/// So many sessions, in seconds at most.
pub fn sessions(address: SocketAddr, count: usize) -> Result<Vec<String>, String> {
    let ask = || {
        let mut http = Http::connect(address)?;
        (0..count).map(|_| http.session()).collect::<io::Result<Vec<_>>>()
    };
    ask().map_err(|error| format!("The server gives no sessions: {error}."))
}
