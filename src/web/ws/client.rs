//! One client's task: it waits for what the client sends, and for what the client is to be told.

use std::rc::Rc;
use std::time::Instant;

use actix_web::web::Data;
use actix_ws::{AggregatedMessage, CloseCode, Message};
use bytes::Bytes;

use super::line::Line;
use super::round::Place;
use super::wire::{Gone, Lost};
use crate::domain::owner::Owner;
use crate::hub::{Follower, New};
use crate::protocol::client::Request;
use crate::protocol::error::Problem;
use crate::protocol::server;
use crate::web::Web;
use crate::web::feed::{Tidings, Told};
use crate::web::limits::{Connection, reached};
use crate::web::origin::Address;
use crate::web::rates::Bucket;
use crate::web::session::Session;

/// Why a connection ends.
pub(super) enum End {
    Gone,
    Close(CloseCode, &'static str),
}

impl From<Gone> for End {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

impl From<Lost> for End {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::Gone => Self::Gone,
            Lost::Broken(broken) => {
                let (code, why) = broken.reason();
                Self::Close(code, why)
            }
        }
    }
}

pub(super) struct Client {
    pub(super) web: Data<Web>,
    pub(super) owner: Owner,
    pub(super) line: Rc<Line>,
    /// In the round of the area that the line follows.
    pub(super) place: Option<Place>,
    _among_all: Place,
    bucket: Bucket,
    /// Bad messages, less the good ones since.
    bad: u32,
    heard_at: Instant,
    connection: Connection,
}

impl Client {
    /// Boxed: moved into its task, it would be there twice.
    pub(super) fn new(web: Data<Web>, who: &Session, line: Rc<Line>, connection: Connection) -> Box<Self> {
        let now = Instant::now();
        line.attend(web.hub.attend(who.id(), who.account().is_some()));
        Box::new(Self {
            _among_all: Place::among_all(&line, &web),
            owner: who.owner(),
            line,
            place: None,
            bucket: Bucket::new(web.options.rate, now),
            bad: 0,
            heard_at: now,
            web,
            connection,
        })
    }

    /// Where it comes from.
    pub(super) fn address(&self) -> Address {
        self.connection.address()
    }

    pub(super) async fn run(mut self: Box<Self>) {
        let end = self.serve().await.err().unwrap_or(End::Gone);
        self.place = None;
        drop(self.line.follow(None));
        if let End::Close(code, why) = end {
            let number = u16::from(code);
            metrics::counter!("wte_connections_closed_total", "code" => number.to_string()).increment(1);
            Box::pin(self.line.close(code, why)).await;
        }
    }

    /// Runs until it ends; the result is always the end.
    async fn serve(&mut self) -> Result<(), End> {
        let mut message = None;
        loop {
            // Boxed, for an idle connection's task has no use for any of it: it consists of the wait.
            let has_more_to_do = Box::pin(self.turn(message)).await?;
            message = self.line.wait(has_more_to_do).await;
        }
    }

    /// What there is to do after a message, or without one. True if there may be more of it.
    async fn turn(&mut self, message: Option<Result<AggregatedMessage, Lost>>) -> Result<bool, End> {
        if let Some(request) = message.map(|message| self.hear(message?)).transpose()?.flatten() {
            self.request(request).await?;
        }
        self.write().await
    }

    /// Writes answers, and what came while this task was at work: after a vote, the vote itself goes with its answer. True if the client took
    /// its time: it is heard before it is told what came meanwhile, for it may never be told all.
    async fn write(&mut self) -> Result<bool, End> {
        loop {
            if self.line.take_ping() {
                if self.heard_at.elapsed() > self.web.options.silent {
                    metrics::counter!("wte_connections_silent_total").increment(1);
                    return Err(End::Gone);
                }
                self.line.message(Message::Ping(Bytes::new()));
            }
            // Looked at before the area is: nobody is told that it is current before the state that is.
            let standing = self.line.place(Follower::standing);
            if let Some(new) = self.line.at_hand() {
                self.tell(&Told::Area(new))?;
            }
            if let Some(told) = standing.and_then(|standing| self.line.tidings(|tidings| tidings.standing(standing))) {
                self.tell(&told)?;
            }
            if self.line.has_ended() {
                self.tell(&Told::SignedOut)?;
            }
            let bye = self.web.draining.borrow().bye();
            if let Some(ms) = bye {
                self.tell(&Told::Bye(ms))?;
            }
            if self.line.tidings(Tidings::is_owed) {
                let live = self.web.hub.live_count();
                let count = self.line.tidings(|tidings| tidings.count(live));
                count.into_iter().try_for_each(|told| self.tell(&told))?;
            }
            if !self.line.has_more() {
                return Ok(false);
            }
            if self.line.flush().await? {
                return Ok(true);
            }
        }
    }

    /// The request in a message, if there is a good one in it.
    fn hear(&mut self, message: AggregatedMessage) -> Result<Option<Request>, End> {
        self.heard_at = Instant::now();
        match message {
            AggregatedMessage::Text(text) => self.decode(&text),
            AggregatedMessage::Ping(data) => {
                self.line.message(Message::Pong(data));
                Ok(None)
            }
            AggregatedMessage::Pong(_) => Ok(None),
            AggregatedMessage::Binary(_) => Err(End::Close(CloseCode::Unsupported, "Messages are text.")),
            AggregatedMessage::Close(_) => Err(End::Close(CloseCode::Normal, "")),
        }
    }

    fn decode(&mut self, text: &str) -> Result<Option<Request>, End> {
        let (id, problem) = match Request::decode(text) {
            Ok(request) => match self.bucket.take(self.web.options.rate, self.heard_at) {
                Ok(()) => {
                    self.bad = self.bad.saturating_sub(1);
                    return Ok(Some(request));
                }
                Err(problem) => {
                    reached("events_per_second");
                    (request.id, problem)
                }
            },
            Err(bad) => (bad.id, bad.problem),
        };
        self.bad += 1;
        self.refuse(id, &problem);
        if self.web.options.bad_messages.is_some_and(|most| self.bad > most) {
            reached("bad_messages");
            return Err(End::Close(CloseCode::Policy, "Too many bad messages."));
        }
        Ok(None)
    }

    pub(super) fn tell(&mut self, told: &Told) -> Result<(), End> {
        match told {
            // The state is the same memory for all who join: what came since is a frame of its own.
            Told::Area(New { text, beside, .. }) => {
                [Some(text), beside.as_ref()].into_iter().flatten().for_each(|text| self.line.text(text.clone()));
            }
            _ => self.line.text(told.text()),
        }
        match told {
            Told::Area(_) | Told::All(_) => Ok(()),
            Told::SignedOut => Err(End::Close(CloseCode::Policy, "Signed out.")),
            Told::Bye(_) => Err(End::Close(CloseCode::Restart, "The server restarts.")),
        }
    }

    /// Answers a request that has an id.
    pub(super) fn answer(&mut self, id: Option<i64>, data: &impl serde::Serialize) {
        if let Some(id) = id {
            self.line.text(server::ack(id, data));
        }
    }

    pub(super) fn refuse(&mut self, id: Option<i64>, problem: &Problem) {
        metrics::counter!("wte_errors_total", "code" => problem.code.as_str()).increment(1);
        self.line.text(server::server_error(id, problem));
    }
}

/// To one too many: why, and 1013.
pub(super) async fn turn_away(line: Rc<Line>, why: Problem) {
    line.text(server::server_error(None, &why));
    line.close(CloseCode::Again, "Over capacity.").await;
}
