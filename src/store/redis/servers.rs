//! What servers say of themselves: who is there, who lives, who sweeps.

use std::collections::HashMap;

use redis::Pipeline;

use super::RedisStore;
use super::answer::parts;
use super::keys::{SERVERS, SWEEP_LEASE};
use super::link::Again;
use super::request::Request;
use super::script::{Call, HEARTBEAT, LEASE, REPORT};
use crate::domain::Millis;
use crate::domain::event::Notice;
use crate::domain::name::AreaName;
use crate::domain::presence::{Claim, ClaimChange, ServerId};
use crate::store::{Alive, Result};

/// How long a server counts as alive, in ms: it says so every 5 s, so this outlasts two that were lost.
const ALIVE: Millis = 15_000;

/// By server, how many people follow any area there, as text.
type Counts = HashMap<Vec<u8>, Vec<u8>>;

impl RedisStore {
    pub(super) async fn keep_claim(&self, area: &AreaName, claim: &Claim, change: &ClaimChange) -> Result<()> {
        let keys = self.keys(area);
        let empty = claim.names.is_empty() && claim.watching == 0;
        let text = serde_json::to_string(claim).expect("a claim holds only texts and numbers");
        let call = Call::on(&REPORT, keys.here())
            .arg(keys.channel())
            .arg(&change.server.0)
            .arg(if empty { "" } else { &text })
            .arg(Notice::Here(change.clone()).encode())
            .arg((self.rules.lifetime + self.grace()).to_string());
        parts(self.ask(call, Again::Safe).await?)
    }

    pub(super) async fn keep_alive(&self, server: &ServerId, following: u64) -> Result<Vec<Alive>> {
        let call = Call::on(&HEARTBEAT, vec![SERVERS.to_owned(), self.reach.layout().servers_following().to_owned()])
            .arg(&server.0)
            .arg(following.to_string())
            .arg(ALIVE.to_string());
        let (alive, following): (Vec<Vec<u8>>, Counts) = parts(self.ask(call, Again::Safe).await?)?;
        let count = |server: &[u8]| std::str::from_utf8(following.get(server)?).ok()?.parse().ok();
        let alive = alive.into_iter().filter_map(|server| {
            let following = count(&server).unwrap_or(0);
            Some(Alive { server: ServerId(String::from_utf8(server).ok()?), following })
        });
        Ok(alive.collect())
    }

    pub(super) async fn take_out(&self, server: &ServerId) -> Result<()> {
        let mut pipeline = Pipeline::new();
        pipeline.cmd("ZREM").arg(SERVERS).arg(&server.0);
        pipeline.cmd("HDEL").arg(self.reach.layout().servers_following()).arg(&server.0);
        self.reach.ask(SERVERS, &Request::Pipeline(pipeline), Again::Safe).await.map(drop)
    }

    pub(super) async fn take_lease(&self, server: &ServerId) -> Result<bool> {
        let call =
            Call::on(&LEASE, vec![SWEEP_LEASE.to_owned()]).arg(&server.0).arg(self.rules.sweep_period.to_string());
        let (mine,): (bool,) = parts(self.ask(call, Again::Safe).await?)?;
        Ok(mine)
    }
}
