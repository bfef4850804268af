//! What servers say of themselves: a sorted set each, by the store's clock, which Redis itself ends. All of them lie in one slot of a
//! cluster, with the list of whose they are: one script a second writes both, and it is a few hundred bytes.

use async_trait::async_trait;
use futures_util::future::try_join_all;

use super::RedisStore;
use super::answer::parts;
use super::keys::SAMPLES;
use super::link::{Again, within_limit};
use super::script::{Call, SAMPLE, SAMPLED, SAMPLES_OF};
use crate::domain::Millis;
use crate::domain::presence::ServerId;
use crate::domain::sample::{Measured, Sample};
use crate::store::Result;
use crate::store::samples::{Sampled, Samples};

#[async_trait]
impl Samples for RedisStore {
    /// Not sent a second time after a broken connection: a sample that is late is none.
    async fn keep_sample(&self, server: &ServerId, measured: &Measured, lasts: Millis) -> Result<()> {
        let text = serde_json::to_string(measured).expect("a sample holds only texts and finite numbers");
        let keys = vec![SAMPLES.to_owned(), self.reach.layout().samples_of(server)];
        let call = Call::on(&SAMPLE, keys).arg(&server.0).arg(text).arg(lasts.to_string());
        parts(self.ask(call, Again::Never).await?)
    }

    async fn samples(&self, since: Millis) -> Result<Sampled> {
        within_limit(async {
            let call = Call::on(&SAMPLED, vec![SAMPLES.to_owned()]);
            let (at, servers): (Millis, Vec<String>) = parts(self.ask(call, Again::Safe).await?)?;
            let of_each =
                try_join_all(servers.into_iter().map(|server| self.samples_of(ServerId(server), since))).await?;
            Ok(Sampled { at, samples: of_each.into_iter().flatten().collect() })
        })
        .await
    }
}

impl RedisStore {
    async fn samples_of(&self, server: ServerId, since: Millis) -> Result<Vec<Sample>> {
        let key = self.reach.layout().samples_of(&server);
        let call = Call::on(&SAMPLES_OF, vec![key]).arg(since.to_string());
        let (rows,): (Vec<(Vec<u8>, Millis)>,) = parts(self.ask(call, Again::Safe).await?)?;
        let sample = |(text, at): (Vec<u8>, Millis)| {
            let measured: Measured = serde_json::from_slice(&text).ok()?;
            Some(Sample { server: server.clone(), at, measured })
        };
        Ok(rows.into_iter().filter_map(sample).collect())
    }
}
