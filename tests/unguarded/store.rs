//! A store with one protection missing: everything else it hands on as it is.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::sleep;
use where_to_eat::domain::Millis;
use where_to_eat::domain::change::{Change, Done};
use where_to_eat::domain::name::AreaName;
use where_to_eat::domain::owner::Owner;
use where_to_eat::domain::presence::{Claim, ClaimChange, ServerId};
use where_to_eat::domain::takeover::CodeDigest;
use where_to_eat::store::{Alive, Head, Listener, Result, Snapshot, Store, StoreError, Swept};

use crate::acks_first::AcksFirst;
use crate::in_line::InLine;
use crate::off::Off;
use crate::own_clock::{self, OwnClock};
use crate::unaware::Unaware;

/// An area that is followed late is followed so much later: in this time a storm changes it some times.
const LATE: Duration = Duration::from_millis(300);

/// Between two questions to a store that does not answer.
const PAUSE: Duration = Duration::from_millis(100);

pub struct Unguarded {
    pub inner: Arc<dyn Store>,
    pub off: Off,
    pub acks_first: Arc<AcksFirst>,
    pub unaware: Unaware,
}

/// Asks once; who is patient asks until there is an answer.
macro_rules! ask {
    ($store:ident, $call:expr) => {
        loop {
            let answer = $call.await;
            if !$store.asks_again(&answer).await {
                break answer;
            }
        }
    };
}

impl Unguarded {
    pub async fn asks_again<T>(&self, answer: &Result<T>) -> bool {
        let again = self.off == Off::Patient && matches!(answer, Err(StoreError::Unavailable(_)));
        if again {
            sleep(PAUSE).await;
        }
        again
    }
}

#[async_trait]
impl Store for Unguarded {
    fn listen(&self, listener: Arc<dyn Listener>) {
        self.inner.listen(match self.off {
            Off::OwnClock => Arc::new(OwnClock(listener)),
            Off::InLine => Arc::new(InLine(listener)),
            _ => self.unaware.between(listener),
        });
    }

    async fn change(&self, change: &Change) -> Result<Done> {
        match self.off {
            Off::AcksFirst => self.acks_first.clone().change(change).await,
            Off::ForgetsN => self.inner.change(&Change { n: None, ..change.clone() }).await,
            Off::OwnClock => Ok(Done { at: own_clock::now(), ..self.inner.change(change).await? }),
            _ => ask!(self, self.inner.change(change)),
        }
    }

    async fn snapshot(&self, area: &AreaName, begin: bool) -> Result<Snapshot> {
        let mut snapshot = ask!(self, self.inner.snapshot(area, begin))?;
        if self.off == Off::OwnClock {
            snapshot.at = own_clock::now();
        }
        self.unaware.note(area, &snapshot);
        Ok(snapshot)
    }

    async fn me(&self, area: &AreaName, owner: &Owner) -> Result<Done> {
        ask!(self, self.inner.me(area, owner))
    }

    async fn expire(&self, area: &AreaName) -> Result<Option<Millis>> {
        ask!(self, self.inner.expire(area))
    }

    async fn heads(&self, areas: &[AreaName]) -> Vec<Result<Head>> {
        loop {
            let mut heads = self.inner.heads(areas).await;
            let away = heads.iter().find(|head| head.is_err());
            if let Some(head) = away
                && self.asks_again(head).await
            {
                continue;
            }
            self.unaware.soothe(areas, &mut heads);
            return heads;
        }
    }

    async fn follow(&self, area: &AreaName) -> Result<()> {
        if self.off != Off::FollowsLate {
            return ask!(self, self.inner.follow(area));
        }
        let (inner, area) = (self.inner.clone(), area.clone());
        tokio::spawn(async move {
            sleep(LATE).await;
            let _ = inner.follow(&area).await;
        });
        Ok(())
    }

    async fn unfollow(&self, area: &AreaName) {
        self.inner.unfollow(area).await;
    }

    async fn report(&self, area: &AreaName, claim: &Claim, change: &ClaimChange) -> Result<()> {
        ask!(self, self.inner.report(area, claim, change))
    }

    async fn heartbeat(&self, server: &ServerId, following: u64) -> Result<Vec<Alive>> {
        ask!(self, self.inner.heartbeat(server, following))
    }

    async fn retire(&self, server: &ServerId) -> Result<()> {
        self.inner.retire(server).await
    }

    async fn close(&self) -> Result<()> {
        self.inner.close().await
    }

    async fn sweep_lease(&self, server: &ServerId) -> Result<bool> {
        self.inner.sweep_lease(server).await
    }

    async fn sweep(&self, min_ttl: Millis) -> Result<Swept> {
        self.inner.sweep(min_ttl).await
    }

    async fn ping(&self) -> Result<()> {
        self.inner.ping().await
    }

    async fn keep_code(&self, code: &CodeDigest, session: &str, lifetime: Millis) -> Result<bool> {
        self.inner.keep_code(code, session, lifetime).await
    }

    async fn read_code(&self, code: &CodeDigest) -> Result<Option<String>> {
        self.inner.read_code(code).await
    }

    async fn take_code(&self, code: &CodeDigest) -> Result<Option<String>> {
        self.inner.take_code(code).await
    }

    async fn session_secret(&self) -> Result<Option<Vec<u8>>> {
        self.inner.session_secret().await
    }
}
