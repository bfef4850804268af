//! Everybody who is connected, on one thread and one epoll: joining, reading, sending. Looks into frames only until one has joined;
//! what comes then is for whoever listens. Knows no votes.

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use memchr::memmem;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use super::frames::{CLOSE, Frame, PING, PONG, TEXT, masked};
use super::http;
use super::joining::{self, As, Seen};
use super::process::{Served, Side, pause};

/// How many may be joining at once: a crowd, but no more than a listener's queue takes.
pub const WINDOW: usize = 256;
/// Nobody joins within this time any more: then nobody will.
const JOINING: Duration = Duration::from_secs(20);
const CONNECT: Duration = Duration::from_secs(5);
const READ_BYTES: usize = 256 * 1024;

/// Hears what comes. Times are nanoseconds since the crowd began.
pub trait Hears {
    fn frame(&mut self, person: usize, frame: &[u8], now: u64);
}

/// For while nobody listens.
pub struct Nobody;

impl Hears for Nobody {
    fn frame(&mut self, _: usize, _: &[u8], _: u64) {}
}

#[derive(Clone, Copy, PartialEq)]
enum Phase {
    Handshake,
    Joining,
    Joined,
    Gone,
}

struct Person {
    socket: TcpStream,
    area: u32,
    comes: As,
    phase: Phase,
    /// The beginning of a frame whose rest has not come yet.
    partial: Vec<u8>,
    unsent: Vec<u8>,
}

pub struct Crowd {
    poll: Poll,
    events: Option<Events>,
    people: Vec<Person>,
    address: SocketAddr,
    /// Sessions by turns; none at the floor.
    cookies: Vec<String>,
    began: Instant,
    /// Looks only so often, instead of sleeping on the sockets. To wake a sleeper costs who writes to him, and only because both ends
    /// share this machine; where CPU is measured and not time, that would be counted as the server's.
    pub nap: Option<Duration>,
    pub joined: usize,
    pub gone: usize,
    /// Frames that came.
    pub frames: u64,
    refused: Option<String>,
    buffer: Option<Vec<u8>>,
}

impl Crowd {
    /// At most `sessions` people may come to one area, one after the other.
    pub fn new(served: &Served, sessions: usize) -> Result<Self, String> {
        let cookies = match served.side {
            Side::Floor => Vec::new(),
            _ => http::sessions(served.address, sessions)?,
        };
        Ok(Self {
            poll: Poll::new().map_err(|error| format!("No epoll: {error}."))?,
            events: Some(Events::with_capacity(1024)),
            people: Vec::new(),
            address: served.address,
            cookies,
            began: Instant::now(),
            nap: None,
            joined: 0,
            gone: 0,
            frames: 0,
            refused: None,
            buffer: Some(vec![0; READ_BYTES]),
        })
    }

    pub fn now(&self) -> u64 {
        self.began.elapsed().as_nanos() as u64
    }

    pub fn len(&self) -> usize {
        self.people.len()
    }

    /// The area of everybody, in the order in which they came.
    pub fn areas(&self) -> Vec<u32> {
        self.people.iter().map(|person| person.area).collect()
    }

    /// One more connects and asks to join.
    pub fn open(&mut self, area: u32, comes: As) -> Result<(), String> {
        self.connect(area, comes).map_err(|error| format!("Person {} does not get in: {error}.", self.people.len()))
    }

    fn connect(&mut self, area: u32, comes: As) -> io::Result<()> {
        let stream = std::net::TcpStream::connect_timeout(&self.address, CONNECT)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let mut socket = TcpStream::from_std(stream);
        let (index, host) = (self.people.len(), self.address);
        let cookie = self.cookies.get(index % self.cookies.len().max(1));
        socket.write_all(joining::handshake(host, area, cookie).as_bytes())?;
        self.poll.registry().register(&mut socket, Token(index), Interest::READABLE | Interest::WRITABLE)?;
        let phase = Phase::Handshake;
        self.people.push(Person { socket, area, comes, phase, partial: Vec::new(), unsent: Vec::new() });
        Ok(())
    }

    /// So many join, the areas by turns of `each`, from area `first` on. Returns when all have.
    pub fn open_all(&mut self, count: usize, first: u32, each: usize, comes: As) -> Result<(), String> {
        let (base, goal) = (self.people.len(), self.joined + count);
        let mut last = (self.joined, Instant::now());
        while self.joined < goal {
            while self.people.len() < base + count && self.people.len() - self.joined < WINDOW {
                let turn = (self.people.len() - base) / each;
                self.open(first + turn as u32, comes)?;
            }
            self.poll(Duration::from_millis(50), &mut Nobody)?;
            if self.joined != last.0 {
                last = (self.joined, Instant::now());
            }
            if self.gone > 0 || last.1.elapsed() > JOINING {
                return Err(format!("{} of {goal} joined, {} were let go.", self.joined, self.gone));
            }
        }
        Ok(())
    }

    /// Reads on until nothing has come for that long, or for as long as `most`.
    pub fn settle(&mut self, quiet: Duration, most: Duration) -> Result<(), String> {
        let began = Instant::now();
        let mut last = (self.frames, began);
        while last.1.elapsed() < quiet && began.elapsed() < most {
            self.poll(Duration::from_millis(50), &mut Nobody)?;
            if self.frames != last.0 {
                last = (self.frames, Instant::now());
            }
        }
        Ok(())
    }

    pub fn send(&mut self, person: usize, text: &str) {
        self.write(person, &masked(TEXT, text.as_bytes()));
    }

    fn write(&mut self, index: usize, bytes: &[u8]) {
        let person = &mut self.people[index];
        let mut from = 0;
        if person.unsent.is_empty() {
            from = match person.socket.write(bytes) {
                Ok(written) => written,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
                Err(_) => return self.lose(index),
            };
        }
        self.people[index].unsent.extend(&bytes[from..]);
    }

    fn lose(&mut self, index: usize) {
        let phase = &mut self.people[index].phase;
        if *phase != Phase::Gone {
            *phase = Phase::Gone;
            self.gone += 1;
        }
    }

    /// Waits at most so long for something to come, and handles all that did. An error: somebody was not let in.
    pub fn poll(&mut self, wait: Duration, hears: &mut impl Hears) -> Result<(), String> {
        let mut events = self.events.take().expect("nobody polls from within");
        let wait = match self.nap {
            Some(nap) => {
                pause(nap.min(wait));
                Duration::ZERO
            }
            None => wait,
        };
        match self.poll.poll(&mut events, Some(wait)) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(format!("epoll fails: {error}.")),
            _ => {}
        }
        for event in &events {
            let index = event.token().0;
            if event.is_writable() && !self.people[index].unsent.is_empty() {
                let rest = std::mem::take(&mut self.people[index].unsent);
                self.write(index, &rest);
            }
            if event.is_readable() || event.is_read_closed() || event.is_error() {
                self.read(index, event.is_read_closed(), hears);
            }
        }
        self.events = Some(events);
        self.refused.take().map_or(Ok(()), Err)
    }

    fn read(&mut self, index: usize, to_the_end: bool, hears: &mut impl Hears) {
        let mut buffer = self.buffer.take().expect("nobody reads from within");
        loop {
            let length = match self.people[index].socket.read(&mut buffer) {
                Ok(0) => break self.lose(index),
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(_) => break self.lose(index),
            };
            let mut partial = std::mem::take(&mut self.people[index].partial);
            if partial.is_empty() {
                let taken = self.take(index, &buffer[..length], hears);
                partial.extend(&buffer[taken..length]);
            } else {
                partial.extend(&buffer[..length]);
                let taken = self.take(index, &partial, hears);
                partial.drain(..taken);
            }
            self.people[index].partial = if partial.is_empty() { Vec::new() } else { partial };
            // Linux: a read that did not fill the buffer took all there was; what comes later is told anew.
            if length < buffer.len() && !to_the_end {
                break;
            }
        }
        self.buffer = Some(buffer);
    }

    /// Handles what is whole; how much that was.
    fn take(&mut self, index: usize, bytes: &[u8], hears: &mut impl Hears) -> usize {
        let now = self.now();
        let mut from = 0;
        if self.people[index].phase == Phase::Handshake {
            let Some(end) = memmem::find(bytes, b"\r\n\r\n") else { return 0 };
            if !bytes.starts_with(b"HTTP/1.1 101") {
                let head = String::from_utf8_lossy(&bytes[..end]);
                self.refused = Some(format!("The handshake was refused: {}.", head.lines().next().unwrap_or_default()));
                self.lose(index);
                return bytes.len();
            }
            from = end + 4;
            self.ask_to_join(index);
        }
        while let Some(frame) = Frame::first(&bytes[from..]) {
            let payload = &bytes[from + frame.begins..from + frame.end()];
            from += frame.end();
            self.frames += 1;
            match frame.opcode {
                CLOSE => self.lose(index),
                PING => self.write(index, &masked(PONG, payload)),
                _ => {
                    if self.people[index].phase == Phase::Joining {
                        self.look_for_the_area(index, payload);
                    }
                    hears.frame(index, payload, now);
                }
            }
        }
        from
    }

    fn ask_to_join(&mut self, index: usize) {
        let person = &mut self.people[index];
        if self.cookies.is_empty() {
            person.phase = Phase::Joined;
            self.joined += 1;
            return;
        }
        person.phase = Phase::Joining;
        let request = joining::request(person.comes, person.area, index);
        self.send(index, &request);
    }

    fn look_for_the_area(&mut self, index: usize, payload: &[u8]) {
        match joining::seen(payload) {
            Seen::Area => {
                self.people[index].phase = Phase::Joined;
                self.joined += 1;
            }
            Seen::Refusal(sentence) => self.refused = Some(sentence),
            Seen::Nothing => {}
        }
    }
}
