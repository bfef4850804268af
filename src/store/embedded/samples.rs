//! What the server says of itself. In memory alone: only one process has the file, and what it said ends with it. Knows no clock.

use std::collections::{BTreeMap, VecDeque};

use async_trait::async_trait;

use super::Embedded;
use crate::domain::Millis;
use crate::domain::presence::ServerId;
use crate::domain::sample::{Measured, Sample};
use crate::store::Result;
use crate::store::samples::{Sampled, Samples};

#[derive(Debug, Default)]
pub struct Kept {
    servers: BTreeMap<ServerId, Run>,
}

/// One server's samples, the oldest first, and when the last of them ends.
#[derive(Debug, Default)]
struct Run {
    samples: VecDeque<Sample>,
    until: Millis,
}

impl Kept {
    pub fn keep(&mut self, server: ServerId, measured: Measured, lasts: Millis, now: Millis) {
        self.forget(now);
        let run = self.servers.entry(server.clone()).or_default();
        run.samples.retain(|sample| sample.at >= now.saturating_sub(lasts));
        run.samples.push_back(Sample { server, at: now, measured });
        run.until = now.saturating_add(lasts);
    }

    pub fn since(&mut self, since: Millis, now: Millis) -> Sampled {
        self.forget(now);
        let samples = self.servers.values().flat_map(|run| &run.samples).filter(|sample| sample.at >= since);
        Sampled { at: now, samples: samples.cloned().collect() }
    }

    fn forget(&mut self, now: Millis) {
        self.servers.retain(|_, run| run.until > now);
    }
}

#[async_trait]
impl Samples for Embedded {
    async fn keep_sample(&self, server: &ServerId, measured: &Measured, lasts: Millis) -> Result<()> {
        let (server, measured) = (server.clone(), measured.clone());
        self.ask(move |desk| {
            desk.keep_sample(server, measured, lasts);
            Ok(())
        })
        .await
    }

    async fn samples(&self, since: Millis) -> Result<Sampled> {
        self.ask(move |desk| Ok(desk.samples(since))).await
    }
}
