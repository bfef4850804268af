//! One client's line: its socket, and its place in the area. The client's task and the rounds (`round.rs`) share it: while the task waits,
//! the round of the area writes what is new; while the task is at work, the round leaves it to the task. All run on one thread.

use std::cell::{Cell, OnceCell, RefCell};
use std::num::NonZero;
use std::rc::Rc;
use std::sync::LazyLock;
use std::task::{Poll, Waker};
use std::time::Duration;

use actix_ws::{AggregatedMessage, CloseCode, CloseReason, Message};
use bytestring::ByteString;
use futures_util::future::poll_fn;
use metrics::Counter;
use tokio::time::timeout;

use super::outgoing::Piece;
use super::wire::{Gone, Lost, Wire};
use crate::domain::name::AreaName;
use crate::hub::{Attending, Cursor, Follower, New};
use crate::web::feed::Tidings;
use crate::web::limits::reached;
use crate::web::listen::LINGER;

/// A close frame is a courtesy: it waits no longer than this for who does not read.
const CLOSE_LIMIT: Duration = Duration::from_millis(500);

/// Looked up by name once, and not with each delivery.
pub static DELIVERED: LazyLock<Counter> = LazyLock::new(|| metrics::counter!("wte_events_delivered_total"));

pub struct Line {
    wire: RefCell<Wire>,
    /// None before the client follows an area.
    follower: RefCell<Option<Follower>>,
    /// None before it is known whose line this is, and where it is nobody's.
    attending: OnceCell<Attending>,
    tidings: Cell<Tidings>,
    /// The client's task waits, and nothing is left to be written.
    idle: Cell<bool>,
    /// Wakes the client's task while it waits.
    task: Cell<Option<Waker>>,
    /// It is time for a ping.
    ping: Cell<bool>,
    /// Who takes nothing for so many ms is let go. None: no limit.
    stall: Option<NonZero<u32>>,
}

/// What one follower got, for the next one that stands where that one stood.
pub struct Reading {
    from: Cursor,
    next: Cursor,
    piece: Piece,
}

impl Line {
    pub fn new(wire: Wire, stall: Option<Duration>) -> Rc<Self> {
        Rc::new(Self {
            wire: RefCell::new(wire),
            follower: RefCell::default(),
            attending: OnceCell::new(),
            tidings: Cell::default(),
            idle: Cell::default(),
            task: Cell::default(),
            ping: Cell::default(),
            stall: stall.and_then(|stall| NonZero::new(u32::try_from(stall.as_millis()).unwrap_or(u32::MAX))),
        })
    }

    /// It is a line of that session, and ends with it.
    pub fn attend(&self, attending: Attending) {
        // Nobody sets it twice.
        let _ = self.attending.set(attending);
    }

    /// Its session has ended.
    pub fn has_ended(&self) -> bool {
        self.attending.get().is_some_and(Attending::has_ended)
    }

    /// Looks at how much the client was told of what everyone is told.
    pub fn tidings<R>(&self, look: impl FnOnce(&mut Tidings) -> R) -> R {
        let mut tidings = self.tidings.get();
        let seen = look(&mut tidings);
        self.tidings.set(tidings);
        seen
    }

    // --- for the client's task ---

    /// To be written with the next `flush`.
    pub fn text(&self, text: impl Into<ByteString>) {
        self.wire.borrow_mut().put(Piece::text(text.into()));
    }

    /// The same, of another kind.
    pub fn message(&self, message: Message) {
        self.wire.borrow_mut().put(Piece::message(message));
    }

    pub fn has_more(&self) -> bool {
        self.wire.borrow().has_more()
    }

    /// Writes what there is, in as few writes as it takes; waits as long as the client takes some of it. True if it had to wait.
    pub async fn flush(&self) -> Result<bool, Gone> {
        if self.wire.borrow_mut().write()? {
            return Ok(false);
        }
        // Boxed, for nearly nobody needs it: the timer would be in every idle connection's task.
        Box::pin(self.flush_in_time()).await?;
        Ok(true)
    }

    async fn flush_in_time(&self) -> Result<(), Gone> {
        loop {
            let some = poll_fn(|context| self.wire.borrow_mut().poll_write(context));
            let all = match self.stall {
                Some(stall) => timeout(Duration::from_millis(stall.get().into()), some).await.map_err(|_| stalled())?,
                None => some.await,
            };
            if all? {
                return Ok(());
            }
        }
    }

    /// Writes what there is, and says goodbye.
    pub async fn close(&self, code: CloseCode, description: &str) {
        self.message(Message::Close(Some(CloseReason { code, description: Some(description.to_owned()) })));
        // Who is gone, or does not read, needs no goodbye.
        if let Ok(Ok(_)) = timeout(CLOSE_LIMIT, self.flush()).await {
            // Whoever does not end it by then has it ended.
            let _ = timeout(LINGER, poll_fn(|context| self.wire.borrow_mut().poll_end(context))).await;
        }
    }

    /// From now on this line follows `next`; answers whom it followed.
    pub fn follow(&self, next: Option<Follower>) -> Option<Follower> {
        self.follower.replace(next)
    }

    /// Looks at the place in the area, if there is one.
    pub fn place<R>(&self, look: impl FnOnce(&Follower) -> R) -> Option<R> {
        self.follower.borrow().as_ref().map(look)
    }

    /// What is new in the area by now.
    pub fn at_hand(&self) -> Option<New> {
        let new = self.follower.borrow_mut().as_mut().filter(|follower| follower.has_more())?.read();
        DELIVERED.increment(u64::from(new.is_some()));
        new
    }

    /// Waits for a message, or until a round has left something to this task; none is the latter. The rounds may write meanwhile. Where
    /// this task has more to do anyway, it only takes what has come.
    pub async fn wait(&self, has_more_to_do: bool) -> Option<Result<AggregatedMessage, Lost>> {
        self.idle.set(!has_more_to_do);
        // By hand, for this is what an idle connection's task consists of.
        let next = poll_fn(|context| {
            if let Poll::Ready(message) = self.wire.borrow_mut().poll_read(context) {
                return Poll::Ready(Some(message));
            }
            if !self.idle.get() {
                return Poll::Ready(None);
            }
            let known = self.task.take().filter(|task| task.will_wake(context.waker()));
            self.task.set(Some(known.unwrap_or_else(|| context.waker().clone())));
            Poll::Pending
        })
        .await;
        self.idle.set(false);
        next
    }

    /// Whether it is time for a ping; not again until it is the next time.
    pub fn take_ping(&self) -> bool {
        self.ping.take()
    }

    // --- for the rounds ---

    /// There may be something for its task to do.
    pub fn call(&self) {
        self.idle.set(false);
        if let Some(task) = self.task.take() {
            task.wake();
        }
    }

    /// It is time for a ping.
    pub fn call_for_ping(&self) {
        self.ping.set(true);
        self.call();
    }

    /// Writes how many are deciding, if that is news; true if it was. Where the client's task is at work, that sees to it.
    pub fn count(&self, live: u64, piece: &Piece) -> bool {
        if !self.idle.get() {
            self.tidings(Tidings::owe_count);
            return false;
        }
        let is_news = self.tidings(|tidings| tidings.takes_count(live));
        if is_news {
            self.write(piece);
        }
        is_news
    }

    /// Writes what is new, if the client's task waits; true if there was something. What the client does not take at once, its task
    /// sees to. `last` is what another follower of the area got just before: positions of two areas have nothing in common, and
    /// this line may have gone to another one since the round began.
    pub fn deliver(&self, area: &AreaName, last: &mut Option<Reading>) -> bool {
        let mut follower = self.follower.borrow_mut();
        let waits = |follower: &&mut Follower| self.idle.get() && follower.area() == area;
        let Some(follower) = follower.as_mut().filter(waits) else { return false };
        let from = follower.cursor();
        if let Some(same) = last.as_ref().filter(|last| Some(last.from) == from) {
            follower.go_on(same.next);
            self.write(&same.piece);
            return true;
        }
        let Some(new) = follower.read() else { return false };
        let piece = Piece::shared_text(new.in_one());
        self.write(&piece);
        // What was told to some alone is in nobody else's reading.
        if let Some((from, next)) = from.zip(follower.cursor()).filter(|(from, next)| !from.has_whispers_until(next)) {
            *last = Some(Reading { from, next, piece });
        }
        true
    }

    fn write(&self, piece: &Piece) {
        if !self.wire.borrow_mut().write_now(piece) {
            self.call();
        }
    }
}

/// Counts one that took nothing for too long.
fn stalled() -> Gone {
    metrics::counter!("wte_connections_stalled_total").increment(1);
    reached("read_stall_secs");
    Gone
}

#[cfg(test)]
mod tests {
    use bytes::{Bytes, BytesMut};
    use futures_util::FutureExt;
    use tokio::io::AsyncReadExt;
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::domain::change::{Act, Change, Rules};
    use crate::domain::image::Image;
    use crate::domain::name::Username;
    use crate::domain::owner::Owner;
    use crate::domain::presence::ServerId;
    use crate::hub::{Bounds, Hub};
    use crate::store::embedded::Embedded;
    use crate::web::feed;
    use crate::web::ws::Taken;

    async fn line() -> (Rc<Line>, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (socket, _) = listener.accept().await.unwrap();
        let taken = Taken { socket, unread: BytesMut::new(), answer: Bytes::new() };
        (Line::new(Wire::new(taken, 1024), None), client)
    }

    #[tokio::test]
    async fn a_line_that_went_to_another_area_gets_nothing_by_a_round_of_the_one_before() {
        let bounds = Bounds {
            lifetime: Rules::UNBOUNDED.lifetime,
            recent_events: 9,
            recent_bytes: 9999,
            grace: Duration::ZERO,
            session: 1000,
        };
        let store = Embedded::open(":memory:", Rules::UNBOUNDED).unwrap();
        let hub = Hub::start(store, ServerId("a".into()), bounds, 0);
        let [lunch, dinner] = ["lunch", "dinner"].map(|name| AreaName::parse(name).unwrap());
        let ((line, _client), ann) = (line().await, Owner::of("ann's browser"));
        for area in [&lunch, &dinner] {
            line.follow(hub.follow(area, &ann, None).await.ok());
            assert!(line.at_hand().is_some(), "the state");
        }
        let mut watch = line.place(Follower::watch).unwrap();
        let act = Act::Join { username: Username::parse("Ann").unwrap(), img: Image::default() };
        hub.change(&Change { area: dinner.clone(), owner: ann, held: None, n: None, act }).await.unwrap();
        watch.moved().await;
        assert!(line.wait(false).now_or_never().is_none(), "its task waits");
        let mut last = None;
        assert!(!line.deliver(&lunch, &mut last) && last.is_none());
        assert!(line.deliver(&dinner, &mut last), "it is told of its own");
    }

    #[tokio::test]
    async fn a_count_is_written_once_to_who_waits_and_left_to_the_task_that_is_at_work() {
        let (line, mut client) = line().await;
        let (three, four) = (feed::count(3), feed::count(4));
        assert!(line.tidings(|tidings| tidings.begin(2)).is_some());
        assert!(!line.count(3, &Piece::shared_text(three)));
        assert!(line.tidings(Tidings::is_owed) && line.tidings(|tidings| tidings.count(3)).is_some());
        assert!(!line.tidings(Tidings::is_owed));
        assert!(line.wait(false).now_or_never().is_none(), "its task waits");
        assert!(line.count(4, &Piece::shared_text(four.clone())));
        assert!(!line.count(4, &Piece::shared_text(four.clone())) && !line.tidings(Tidings::is_owed));
        drop(line);
        let mut written = Vec::new();
        client.read_to_end(&mut written).await.unwrap();
        assert_eq!(written, Piece::shared_text(four).whole().unwrap());
    }
}
