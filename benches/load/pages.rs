//! An area's page, asked for again and again over connections that are kept. Every answer is checked to be whole.

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use memchr::memmem;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use super::crowd::Crowd;
use super::http::Http;
use super::joining::As;
use super::machine::Meter;
use super::process::Side;
use super::voting;
use super::workloads::{Measured, Setup};

const VOTES: usize = 50;
const CONNECTIONS: usize = 64;
const WARM: Duration = Duration::from_millis(500);
const MEASURED: Duration = Duration::from_secs(3);
const READ_BYTES: usize = 128 * 1024;
/// What the floor's page has: as much as ours with 50 votes, to a hundredth. The table shows both.
const FLOOR_BYTES: usize = 64_450;

pub fn run(setup: &Setup, side: Side) -> Result<Measured, String> {
    let served = setup.start(side)?;
    let path = match side {
        Side::Floor => format!("/?bytes={FLOOR_BYTES}"),
        _ => "/a/area-0".to_owned(),
    };
    let mut crowd = Crowd::new(&served, VOTES)?;
    if side != Side::Floor {
        crowd.open_all(VOTES, 0, VOTES, As::User)?;
        voting::each_votes_once(&served, &mut crowd, VOTES)?;
    }
    let page = Http::connect(served.address).and_then(|mut http| http.get(&path));
    let page = page.map_err(|error| format!("No page: {error}."))?;
    let mut measured = Measured::default();
    let shown = memmem::find_iter(&page.body, b"Thai Palace").count();
    if page.status != 200 || (side != Side::Floor && shown < VOTES) {
        measured.faults.push(format!("the page has status {} and shows {shown} places", page.status));
    }

    let mut readers = Readers::new(served.address, &path).map_err(|error| format!("No connections: {error}."))?;
    let mut read = |time| readers.read_for(time).map_err(|error| format!("The page does not come: {error}."));
    read(WARM)?;
    let meter = Meter::start(served.pid(), served.redis_pid());
    let pages = read(MEASURED)? as f64;
    let spent = meter.stop();
    measured.figure("requests/s a core of the server's", pages / spent.server.max(0.01));
    measured.figure("requests/s", pages / spent.wall);
    measured.figure("the page's length, KiB", page.body.len() as f64 / 1024.0);
    (measured.others, measured.generator) = (spent.others, spent.generator);
    Ok(measured)
}

/// Each asks again when it has got the page.
struct Readers {
    poll: Poll,
    events: Events,
    readers: Vec<Reader>,
    request: Vec<u8>,
    buffer: Vec<u8>,
}

struct Reader {
    socket: TcpStream,
    got: Vec<u8>,
    /// Bytes of the answer under way, once its head is there.
    whole: Option<usize>,
}

impl Readers {
    fn new(address: SocketAddr, path: &str) -> io::Result<Self> {
        let poll = Poll::new()?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n").into_bytes();
        let mut readers = Vec::new();
        for index in 0..CONNECTIONS {
            let stream = std::net::TcpStream::connect(address)?;
            stream.set_nodelay(true)?;
            stream.set_nonblocking(true)?;
            let mut socket = TcpStream::from_std(stream);
            poll.registry().register(&mut socket, Token(index), Interest::READABLE)?;
            socket.write_all(&request)?;
            readers.push(Reader { socket, got: Vec::new(), whole: None });
        }
        Ok(Self { poll, events: Events::with_capacity(CONNECTIONS), readers, request, buffer: vec![0; READ_BYTES] })
    }

    /// How many pages came.
    fn read_for(&mut self, time: Duration) -> io::Result<u64> {
        let (until, mut pages) = (Instant::now() + time, 0);
        while Instant::now() < until {
            self.poll.poll(&mut self.events, Some(Duration::from_millis(50)))?;
            for event in &self.events {
                pages += self.readers[event.token().0].read(&self.request, &mut self.buffer)?;
            }
        }
        Ok(pages)
    }
}

impl Reader {
    fn read(&mut self, request: &[u8], buffer: &mut [u8]) -> io::Result<u64> {
        let mut pages = 0;
        loop {
            match self.socket.read(buffer) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(length) => self.got.extend(&buffer[..length]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(pages),
                Err(error) => return Err(error),
            }
            if self.whole.is_none() {
                self.whole = whole(&self.got)?;
            }
            if self.whole.is_some_and(|whole| self.got.len() >= whole) {
                self.got.clear();
                self.whole = None;
                pages += 1;
                self.socket.write_all(request)?;
            }
        }
    }
}

/// The length of an answer with its head; none until that is there, an error if it is not the page.
fn whole(got: &[u8]) -> io::Result<Option<usize>> {
    let Some(end) = memmem::find(got, b"\r\n\r\n") else { return Ok(None) };
    let head = String::from_utf8_lossy(&got[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
    match length {
        Some(length) if head.starts_with("http/1.1 200") => Ok(Some(end + 4 + length)),
        _ => Err(io::Error::other(head.lines().next().unwrap_or_default().to_owned())),
    }
}
