//! A listener that writes down what it hears, and lets a test wait for it. Knows no store.

use std::collections::HashSet;
use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;
use where_to_eat::domain::account::SessionId;
use where_to_eat::domain::event::{Epoch, Heard, Notice, Numbered};
use where_to_eat::domain::name::AreaName;
use where_to_eat::store::Listener;

/// No test waits longer for what must come; generous, for a busy machine is no failure.
pub const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug, Clone, PartialEq)]
pub struct Sound {
    pub area: AreaName,
    pub heard: Heard,
    pub text: String,
}

#[derive(Default)]
pub struct Ears {
    sounds: Mutex<Vec<Sound>>,
    ended: Mutex<HashSet<SessionId>>,
    came: Notify,
}

impl Listener for Ears {
    fn heard(&self, area: &AreaName, heard: Heard, text: &str) {
        self.sounds.lock().unwrap().push(Sound { area: area.clone(), heard, text: text.to_owned() });
        self.came.notify_waiters();
    }

    fn missed(&self, _: Option<&AreaName>) {}

    fn session_ended(&self, session: &SessionId) {
        self.ended.lock().unwrap().insert(session.clone());
        self.came.notify_waiters();
    }
}

impl Ears {
    /// All of the area so far, in the order it came.
    pub fn sounds(&self, area: &AreaName) -> Vec<Sound> {
        self.sounds.lock().unwrap().iter().filter(|sound| sound.area == *area).cloned().collect()
    }

    pub fn changes(&self, area: &AreaName) -> Vec<Numbered> {
        let change = |sound| match sound {
            Sound { heard: Heard::Change(numbered), .. } => Some(numbered),
            _ => None,
        };
        self.sounds(area).into_iter().filter_map(change).collect()
    }

    /// Waits until what was heard of the area is enough, and gives it.
    pub async fn until(&self, area: &AreaName, what: &str, enough: impl Fn(&[Sound]) -> bool) -> Vec<Sound> {
        let heard = async {
            loop {
                let came = self.came.notified();
                tokio::pin!(came);
                came.as_mut().enable();
                let sounds = self.sounds(area);
                if enough(&sounds) {
                    return sounds;
                }
                came.await;
            }
        };
        match timeout(PATIENCE, heard).await {
            Ok(sounds) => sounds,
            Err(_) => panic!("never heard {what}; heard {:#?}", self.sounds(area)),
        }
    }

    /// Waits until the change with this number was heard, and gives all changes so far.
    pub async fn until_seq(&self, area: &AreaName, epoch: &Epoch, seq: u64) -> Vec<Numbered> {
        let is = |sound: &Sound| matches!(&sound.heard, Heard::Change(n) if n.epoch == *epoch && n.seq >= seq);
        if seq > 0 {
            self.until(area, &format!("{epoch:?} {seq}"), |sounds| sounds.iter().any(is)).await;
        }
        self.changes(area)
    }

    pub fn has_ended(&self, session: &SessionId) -> bool {
        self.ended.lock().unwrap().contains(session)
    }

    /// Waits until it was heard that the session has ended.
    pub async fn until_ended(&self, session: &SessionId) {
        let heard = async {
            loop {
                let came = self.came.notified();
                tokio::pin!(came);
                came.as_mut().enable();
                if self.has_ended(session) {
                    return;
                }
                came.await;
            }
        };
        timeout(PATIENCE, heard).await.expect("it is heard");
    }

    pub async fn until_notice(&self, area: &AreaName, what: &str, is: impl Fn(&Notice) -> bool) {
        let is = |sound: &Sound| matches!(&sound.heard, Heard::Notice(notice) if is(notice));
        self.until(area, what, |sounds| sounds.iter().any(is)).await;
    }
}
