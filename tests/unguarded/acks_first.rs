//! Votes that are acknowledged before they are stored. Knows nothing of any other protection.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::sleep;
use where_to_eat::domain::change::{Act, Change, Done};
use where_to_eat::domain::name::AreaName;
use where_to_eat::domain::owner::Owner;
use where_to_eat::store::{Result, Store};

/// Between the ack and the store: longer than a voter of the tests pauses, so that a kill at any time takes an acked vote along.
const AHEAD: Duration = Duration::from_millis(400);

pub struct AcksFirst {
    inner: Arc<dyn Store>,
    /// The last answer that each owner got, to make up the next one from.
    last: Mutex<HashMap<(AreaName, Owner), Done>>,
}

impl AcksFirst {
    pub fn new(inner: Arc<dyn Store>) -> Self {
        Self { inner, last: Mutex::default() }
    }

    /// A vote of somebody known is acknowledged at once, and stored (or lost) later; all else is done as it should be.
    pub async fn change(self: Arc<Self>, change: &Change) -> Result<Done> {
        let who = (change.area.clone(), change.owner.clone());
        let made_up = self.last.lock().expect("a short lock").get_mut(&who).map(|last| {
            last.seq += 1;
            last.clone()
        });
        if let (Act::Vote(_), Some(done)) = (&change.act, made_up) {
            let change = change.clone();
            tokio::spawn(async move {
                sleep(AHEAD).await;
                let _ = self.change_and_note(&change).await;
            });
            return Ok(done);
        }
        self.change_and_note(change).await
    }

    async fn change_and_note(&self, change: &Change) -> Result<Done> {
        let done = self.inner.change(change).await?;
        self.last.lock().expect("a short lock").insert((change.area.clone(), change.owner.clone()), done.clone());
        Ok(done)
    }
}
