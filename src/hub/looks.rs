//! Looks at an area of who does not follow it: as it is known here, else as the store has it.

use super::Hub;
use crate::domain::activity::{Act, Activity};
use crate::domain::name::AreaName;
use crate::domain::presence::Presence;
use crate::domain::state::AreaState;
use crate::protocol::client::Since;
use crate::protocol::server::Online;
use crate::store::Result;

impl Hub {
    pub async fn look<R>(&self, name: &AreaName, look: impl FnOnce(&AreaState, &Online, u64) -> R) -> Result<R> {
        if let Some(area) = self.known(name) {
            return Ok(area.look(look));
        }
        let snapshot = self.store.snapshot(name, false).await?;
        let mut presence = Presence::default();
        for (server, claim) in snapshot.claims.iter().filter(|(server, _)| self.lives(server)) {
            presence.replace(server, claim);
        }
        Ok(look(&snapshot.state, &presence.names(), presence.watching()))
    }

    /// The last hundred acts in an area, the newest first, and the state that they lead to. An area that nobody follows here tells
    /// what its state says: who joined and voted, not who came and went.
    pub async fn activity(&self, name: &AreaName) -> Result<(Since, Vec<Act>)> {
        if let Some(area) = self.known(name) {
            return Ok(area.activity(self.clock.now()));
        }
        let snapshot = self.store.snapshot(name, false).await?;
        let mut activity = Activity::new(self.bounds.lifetime);
        activity.look(&AreaState::default(), &snapshot.state);
        Ok((Since::from(&snapshot.state), activity.acts(snapshot.at).cloned().collect()))
    }
}
