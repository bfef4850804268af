//! What a voter says and hears on one line: questions and their answers, events on the way, the end. Knows nothing of why it is said.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, timeout, timeout_at};

use super::line::{Ended, Line};
use super::log::Log;
use super::voter::{Over, Page};
use crate::server::View;

/// The store answers within two seconds or says that it cannot: a line without an answer for longer is not what it was.
const ANSWER: Duration = Duration::from_secs(3);
/// How often a line is asked whether it lives, when nothing else is to be asked.
const PROBE: Duration = Duration::from_secs(1);

impl Page {
    /// Nothing to say: listens, and asks now and then whether the line lives.
    pub async fn rest(&mut self, line: &mut Line) -> Result<(), Over> {
        let mut wish = self.wish.clone();
        tokio::select! {
            _ = wish.changed() => Ok(()),
            events = timeout(PROBE, line.events()) => match events {
                Ok(events) => self.take_in(events?),
                Err(_) => self.ask(line, "getMe", None, json!({})).await.map(drop),
            },
        }
    }

    pub async fn until(&mut self, line: &mut Line, is_so: impl Fn(Option<&View>) -> bool) -> Result<(), Over> {
        let deadline = Instant::now() + ANSWER;
        while !is_so(self.log.borrow().view.as_ref()) {
            let events = timeout_at(deadline, line.events()).await.map_err(|_| Ended(None))?;
            self.take_in(events?)?;
        }
        Ok(())
    }

    pub async fn listen(&mut self, line: &mut Line, time: Duration) -> Result<(), Over> {
        let deadline = Instant::now() + time;
        while let Ok(events) = timeout_at(deadline, line.events()).await {
            self.take_in(events?)?;
        }
        Ok(())
    }

    /// The answer: an ack's data, or an error's.
    pub async fn ask(
        &mut self,
        line: &mut Line,
        event: &str,
        n: Option<u64>,
        data: Value,
    ) -> Result<Result<Value, Value>, Over> {
        self.ids += 1;
        let id = self.ids;
        let mut frame = json!({"event": event, "id": id, "data": data});
        if let Some(n) = n {
            frame["n"] = n.into();
        }
        let asked = Instant::now();
        let deadline = asked + ANSWER;
        match timeout_at(deadline, line.send(&frame)).await {
            Ok(sent) => sent?,
            Err(_) => return Err(self.no_answer()),
        }
        loop {
            let Ok(events) = timeout_at(deadline, line.events()).await else { return Err(self.no_answer()) };
            let (mut answers, events): (Vec<_>, Vec<_>) = events?.into_iter().partition(|event| event["id"] == id);
            self.take_in(events)?;
            if let Some(mut answer) = answers.pop() {
                self.note(|log| log.slowest = log.slowest.max(asked.elapsed()));
                let data = answer["data"].take();
                if answer["event"] == "ack" {
                    return Ok(Ok(data));
                }
                match data["code"].as_str() {
                    Some("storeUnavailable") => self.note(|log| log.refused += 1),
                    _ => self.note(|log| log.gaps.push(format!("{frame} was refused: {data}"))),
                }
                return Ok(Err(data));
            }
        }
    }

    fn no_answer(&self) -> Over {
        self.note(|log| log.unanswered += 1);
        Over::Lost(Ended(None))
    }

    fn take_in(&self, events: Vec<Value>) -> Result<(), Over> {
        let mut bye = None;
        self.note(|log| {
            for event in events {
                match event["event"].as_str() {
                    Some("bye") => bye = event["data"]["retryInMs"].as_u64().map(Duration::from_millis),
                    Some("stale") => {
                        log.stale.push(Instant::now());
                        log.is_stale = true;
                    }
                    Some("current") => {
                        log.current.push(Instant::now());
                        log.is_stale = false;
                    }
                    _ => log.see(&event),
                }
            }
        });
        bye.map_or(Ok(()), |delay| Err(Over::Bye(delay)))
    }

    pub fn note(&self, note: impl FnOnce(&mut Log)) {
        self.log.send_modify(note);
    }

    /// Half of it to one and a half, at random.
    pub fn about(&self, time: Duration) -> Duration {
        let mut random = [0];
        getrandom::fill(&mut random).expect("random numbers");
        time / 2 + time * u32::from(random[0]) / 256
    }
}
