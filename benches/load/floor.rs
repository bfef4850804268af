//! The floor: a bare server that takes WebSockets and writes one prebuilt frame to each socket of the room for each vote, one write
//! each. No sessions, no checks, no JSON, no store: less than that nobody can do. Runs as a child of the benchmark.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};

use memchr::memmem;
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};

use super::frames::{ACCEPTED, Frame, TEXT, plain};

const LISTENER: Token = Token(usize::MAX);
const READ_BYTES: usize = 64 * 1024;
/// What a text begins with that is no vote: the rest is what newcomers to the room are given from now on.
pub const WELCOME: &str = "welcome:";

struct Peer {
    socket: TcpStream,
    /// None until the handshake.
    room: Option<usize>,
    partial: Vec<u8>,
    unsent: Vec<u8>,
}

#[derive(Default)]
struct Room {
    peers: Vec<usize>,
    welcome: Vec<u8>,
}

#[derive(Default)]
struct Floor {
    peers: Vec<Option<Peer>>,
    rooms: Vec<Room>,
    /// Whole answers, by the bytes that their body was to have.
    pages: HashMap<usize, Vec<u8>>,
}

/// Serves until it is killed.
pub fn serve(port: u16) -> io::Result<()> {
    let mut poll = Poll::new()?;
    let mut listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    let mut floor = Floor::default();
    let mut events = Events::with_capacity(512);
    let mut buffer = vec![0; READ_BYTES];
    loop {
        match poll.poll(&mut events, None) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
            _ => {}
        }
        for event in &events {
            let Token(index) = event.token();
            if event.token() == LISTENER {
                floor.accept(&listener, &poll)?;
                continue;
            }
            if event.is_writable() {
                floor.write(index, &[]);
            }
            if event.is_readable() && floor.read(index, event.is_read_closed(), &mut buffer).is_none() {
                floor.forget(index);
            }
        }
    }
}

impl Floor {
    fn accept(&mut self, listener: &TcpListener, poll: &Poll) -> io::Result<()> {
        while let Ok((mut socket, _)) = listener.accept() {
            socket.set_nodelay(true)?;
            let token = Token(self.peers.len());
            poll.registry().register(&mut socket, token, Interest::READABLE | Interest::WRITABLE)?;
            self.peers.push(Some(Peer { socket, room: None, partial: Vec::new(), unsent: Vec::new() }));
        }
        Ok(())
    }

    /// None: the peer is gone.
    fn read(&mut self, index: usize, to_the_end: bool, buffer: &mut [u8]) -> Option<()> {
        loop {
            let peer = self.peers[index].as_mut()?;
            let length = match peer.socket.read(buffer) {
                Ok(0) => return None,
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Some(()),
                Err(_) => return None,
            };
            let mut bytes = std::mem::take(&mut peer.partial);
            bytes.extend(&buffer[..length]);
            let taken = self.take(index, &bytes)?;
            bytes.drain(..taken);
            self.peers[index].as_mut()?.partial = if bytes.is_empty() { Vec::new() } else { bytes };
            if length < buffer.len() && !to_the_end {
                return Some(());
            }
        }
    }

    fn take(&mut self, index: usize, bytes: &[u8]) -> Option<usize> {
        let mut from = 0;
        while self.peers[index].as_ref()?.room.is_none() {
            let Some(end) = memmem::find(&bytes[from..], b"\r\n\r\n") else { return Some(from) };
            let head = String::from_utf8_lossy(&bytes[from..from + end]).into_owned();
            from += end + 4;
            self.answer(index, &head)?;
        }
        while let Some(frame) = Frame::first(&bytes[from..]) {
            if frame.opcode == TEXT {
                self.text(index, &frame.payload(&bytes[from..]))?;
            }
            from += frame.end();
        }
        Some(from)
    }

    fn answer(&mut self, index: usize, head: &str) -> Option<()> {
        let number = |name: &str| {
            let value = head.lines().next()?.split_once(name)?.1;
            value.split(' ').next()?.parse::<usize>().ok()
        };
        let Some(room) = number("?area=") else {
            let bytes = number("?bytes=").unwrap_or_default();
            let page = self.pages.entry(bytes).or_insert_with(|| page(bytes)).clone();
            self.write(index, &page);
            return Some(());
        };
        if self.rooms.len() <= room {
            self.rooms.resize_with(room + 1, Room::default);
        }
        let mut answer = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {ACCEPTED}\r\n\r\n"
        )
        .into_bytes();
        self.rooms[room].peers.push(index);
        answer.extend(&self.rooms[room].welcome);
        self.peers[index].as_mut()?.room = Some(room);
        self.write(index, &answer);
        Some(())
    }

    fn text(&mut self, index: usize, text: &[u8]) -> Option<()> {
        let room = self.peers[index].as_ref()?.room?;
        if let Some(welcome) = text.strip_prefix(WELCOME.as_bytes()) {
            self.rooms[room].welcome = plain(TEXT, welcome);
            return Some(());
        }
        let frame = plain(TEXT, text);
        for at in 0..self.rooms[room].peers.len() {
            self.write(self.rooms[room].peers[at], &frame);
        }
        Some(())
    }

    fn write(&mut self, index: usize, bytes: &[u8]) {
        let Some(peer) = self.peers[index].as_mut() else { return };
        if peer.unsent.is_empty() {
            if !bytes.is_empty() {
                let written = peer.socket.write(bytes).unwrap_or_default();
                peer.unsent.extend(&bytes[written..]);
            }
            return;
        }
        // Rare: this one did not take all of what came before.
        peer.unsent.extend(bytes);
        let written = peer.socket.write(&peer.unsent).unwrap_or_default();
        peer.unsent.drain(..written);
        if peer.unsent.is_empty() {
            peer.unsent = Vec::new();
        }
    }

    fn forget(&mut self, index: usize) {
        let Some(peer) = self.peers[index].take() else { return };
        if let Some(room) = peer.room {
            self.rooms[room].peers.retain(|one| *one != index);
        }
    }
}

fn page(bytes: usize) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {bytes}\r\n\r\n");
    [head.into_bytes(), vec![b'x'; bytes]].concat()
}
