//! A way to a server that can be disturbed: what is open goes silent, as when a router forgets a connection; is held up, and goes
//! on later; is slow; is cut off, or reset. What is opened afterwards works. Knows of what it carries only which is a subscription.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::sleep;

/// Bytes carried at once.
const CHUNK: usize = 64 * 1024;
/// What a client of Redis says before messages come.
const SUBSCRIBES: &[u8] = b"SUBSCRIBE";

pub struct Path {
    port: u16,
    target: Arc<AtomicU16>,
    /// Connections so far; each has its number, from 1.
    opened: Arc<AtomicU64>,
    /// Pieces that a stall holds up now.
    held: Arc<AtomicUsize>,
    state: watch::Sender<State>,
    task: AbortHandle,
}

/// What befalls connections up to a number; 0 is none.
#[derive(Debug, Clone, Default)]
struct State {
    /// They stay open, and carry nothing any more.
    forgotten: u64,
    /// The same for those that are subscriptions.
    deaf: u64,
    /// They carry nothing of what their callers say, for now.
    stalled: u64,
    /// The same at any time: the other end never hears that a caller gave up.
    abandoned: u64,
    cut: u64,
    reset: u64,
    /// Of every chunk, on every connection.
    delay: Duration,
}

impl Path {
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("loopback has free ports");
        let own = listener.local_addr().expect("it is bound").port();
        let (state, states) = watch::channel(State::default());
        let opened = Arc::new(AtomicU64::new(0));
        let count = opened.clone();
        let held = Arc::new(AtomicUsize::new(0));
        let holds = held.clone();
        let target = Arc::new(AtomicU16::new(port));
        let current = target.clone();
        let task = tokio::spawn(async move {
            while let Ok((inner, _)) = listener.accept().await {
                let number = count.fetch_add(1, Ordering::SeqCst) + 1;
                let (states, held) = (states.clone(), holds.clone());
                let port = current.load(Ordering::SeqCst);
                tokio::spawn(async move {
                    if let Ok(outer) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await {
                        let connection = Connection { number, states, held, subscribes: AtomicBool::new(false) };
                        connection.carry(inner, outer).await;
                    }
                });
            }
        });
        Self { port: own, target, opened, held, state, task: task.abort_handle() }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// What is opened from now on leads to another server, as when an address is moved.
    pub fn lead_to(&self, port: u16) {
        self.target.store(port, Ordering::SeqCst);
    }

    /// All that is open now goes silent for ever.
    pub fn forget_connections(&self) {
        self.change(|state, opened| state.forgotten = opened);
    }

    /// Of what is open now, the subscriptions go silent for ever.
    pub fn forget_subscriptions(&self) {
        self.change(|state, opened| state.deaf = opened);
    }

    /// On all that is open now, what callers say is held up until `release`; a caller that gives up meanwhile is not heard of, as
    /// when a phone is out of reach.
    pub fn stall(&self) {
        self.change(|state, opened| (state.stalled, state.abandoned) = (opened, opened));
    }

    /// What was held up goes on: so many pieces, each as a caller sent it.
    pub fn release(&self) -> usize {
        let held = self.held.load(Ordering::SeqCst);
        self.change(|state, _| state.stalled = 0);
        held
    }

    /// All that is open now is closed at both ends.
    pub fn cut(&self) {
        self.change(|state, opened| state.cut = opened);
    }

    /// The same with a reset: what is under way is lost.
    pub fn reset(&self) {
        self.change(|state, opened| state.reset = opened);
    }

    /// From now on everything takes this much longer, each way.
    pub fn delay(&self, delay: Duration) {
        self.change(|state, _| state.delay = delay);
    }

    fn change(&self, change: impl FnOnce(&mut State, u64)) {
        self.state.send_modify(|state| change(state, self.opened.load(Ordering::SeqCst)));
    }
}

impl Drop for Path {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Caller,
    Called,
}

struct Connection {
    number: u64,
    states: watch::Receiver<State>,
    held: Arc<AtomicUsize>,
    subscribes: AtomicBool,
}

impl Connection {
    /// Ends when both ends do, or when it is ended on its way.
    async fn carry(&self, mut inner: TcpStream, mut outer: TcpStream) {
        let mut states = self.states.clone();
        let reset = {
            let ((inner_read, inner_write), (outer_read, outer_write)) = (inner.split(), outer.split());
            let ended = states.wait_for(|state| state.cut.max(state.reset) >= self.number);
            tokio::select! {
                _ = async { tokio::join!(self.pump(Side::Caller, inner_read, outer_write), self.pump(Side::Called, outer_read, inner_write)) } => false,
                state = ended => state.is_ok_and(|state| state.reset >= self.number),
            }
        };
        if reset {
            for end in [&inner, &outer] {
                // If it fails, the end is closed as usual, which breaks it as well.
                let _ = socket2::SockRef::from(end).set_linger(Some(Duration::ZERO));
            }
        }
    }

    async fn pump(&self, side: Side, mut from: ReadHalf<'_>, mut to: WriteHalf<'_>) {
        let mut chunk = vec![0; CHUNK];
        let mut states = self.states.clone();
        while let Ok(length @ 1..) = from.read(&mut chunk).await {
            if chunk[..length].windows(SUBSCRIBES.len()).any(|part| part == SUBSCRIBES) {
                self.subscribes.store(true, Ordering::SeqCst);
            }
            let stalls = side == Side::Caller && states.borrow().stalled >= self.number;
            self.held.fetch_add(usize::from(stalls), Ordering::SeqCst);
            let Ok(delay) = states.wait_for(|state| self.passes(side, state)).await.map(|state| state.delay) else {
                return;
            };
            self.held.fetch_sub(usize::from(stalls), Ordering::SeqCst);
            if !delay.is_zero() {
                sleep(delay).await;
            }
            if to.write_all(&chunk[..length]).await.is_err() {
                return;
            }
        }
        if side == Side::Caller && states.borrow().abandoned >= self.number {
            std::future::pending::<()>().await;
        }
        // What is under way the other way round still arrives.
        let _ = to.shutdown().await;
    }

    fn passes(&self, side: Side, state: &State) -> bool {
        let silenced = if self.subscribes.load(Ordering::SeqCst) { state.deaf } else { 0 };
        let stalled = if side == Side::Caller { state.stalled } else { 0 };
        state.forgotten.max(stalled).max(silenced) < self.number
    }
}
