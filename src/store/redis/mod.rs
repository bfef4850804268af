//! The Redis store: one server, a primary with replicas, or a cluster. What is kept under which key, and in which steps it
//! changes, is decided by the scripts in `scripts/`; here they are called and their answers read.

use std::sync::{Arc, Weak};

use async_trait::async_trait;
use redis::Value;

use self::keys::AreaKeys;
use self::link::{Again, within_limit};
use self::listing::Listed;
use self::reach::Reach;
use self::request::{Request, Wait};
use self::script::{Call, Script};
use self::together::Vote;
use self::turns::Turns;
use super::{Alive, Head, Listener, Result, Snapshot, Store, Swept};
use crate::domain::Millis;
use crate::domain::change::{Change, Done, Rules};
use crate::domain::name::AreaName;
use crate::domain::owner::Owner;
use crate::domain::presence::{Claim, ClaimChange, ServerId};
use crate::domain::takeover::CodeDigest;

mod accounts;
mod answer;
mod changes;
mod cluster;
mod codes;
mod delay;
mod ear;
mod following;
mod heads;
mod keys;
mod link;
mod listing;
mod node;
mod options;
mod picture;
mod reach;
mod reading;
mod request;
mod samples;
mod script;
mod servers;
mod sessions;
mod subscribing;
mod sweeping;
mod talk;
mod together;
mod turns;

pub use self::options::{BadUrl, RedisOptions};

/// Areas in Redis (7 or newer), shared by any number of processes.
pub struct RedisStore {
    rules: Rules,
    reach: Reach,
    /// What each change waits for, beside Redis itself.
    wait: Option<Wait>,
    /// In a cluster: the areas that the sweep was told of.
    listed: Listed,
    turns: Turns<Vote, together::Answer>,
    /// For what goes on when its caller has gone.
    own: Weak<Self>,
}

impl RedisStore {
    /// Connects in the background, and again whenever a connection breaks: only a URL that can never work is an error.
    /// Has to be called within a tokio runtime.
    pub fn new(options: &RedisOptions, rules: Rules) -> std::result::Result<Arc<Self>, BadUrl> {
        options::prepare_tls();
        let reach = Reach::open(options)?;
        let wait = options.wait();
        Ok(Arc::new_cyclic(|own| Self {
            rules,
            reach,
            wait,
            listed: Listed::default(),
            turns: Turns::default(),
            own: own.clone(),
        }))
    }

    /// A call of one of the scripts of an area, with what each of them is given first. `record` is the name, as written
    /// in keys, of the user whose records the script may write.
    fn call(&self, script: &'static Script, area: &AreaName, record: Option<&str>) -> Call {
        let keys = self.keys(area);
        let given = keys.given().fold(Call::new(script), Call::key);
        let call = record.into_iter().flat_map(|name| keys.record(name)).fold(given, Call::key);
        call.arg(keys.channel()).arg(self.rules.lifetime.to_string()).arg(self.grace().to_string())
    }

    /// How much longer than the area its keys are kept: the sweep finds them, also after it failed twice.
    fn grace(&self) -> Millis {
        3 * self.rules.sweep_period
    }

    fn keys(&self, area: &AreaName) -> AreaKeys {
        self.reach.layout().area(area)
    }

    async fn ask(&self, call: Call, again: Again) -> Result<Value> {
        let key = call.first_key();
        self.reach.ask(&key, &Request::Script(call), again).await
    }

    /// As `ask`, for what is acknowledged to somebody.
    async fn ask_to_keep(&self, call: Call, again: Again) -> Result<Value> {
        let Some(wait) = self.wait else { return self.ask(call, again).await };
        let key = call.first_key();
        self.reach.ask(&key, &Request::Replicated(call, wait), again).await
    }
}

#[async_trait]
impl Store for RedisStore {
    /// Every change is acknowledged by Redis itself; nothing waits here.
    async fn close(&self) -> Result<()> {
        Ok(())
    }

    fn listen(&self, listener: Arc<dyn Listener>) {
        self.reach.listen(listener);
    }

    async fn change(&self, change: &Change) -> Result<Done> {
        within_limit(self.keep_change(change)).await
    }

    async fn snapshot(&self, area: &AreaName, begin: bool) -> Result<Snapshot> {
        within_limit(self.read_snapshot(area, begin)).await
    }

    async fn me(&self, area: &AreaName, owner: &Owner) -> Result<Done> {
        self.read_me(area, owner).await
    }

    async fn expire(&self, area: &AreaName) -> Result<Option<Millis>> {
        self.send_expired(area).await
    }

    async fn heads(&self, areas: &[AreaName]) -> Vec<Result<Head>> {
        self.read_heads(areas).await
    }

    async fn follow(&self, area: &AreaName) -> Result<()> {
        self.reach.follow(area).await
    }

    async fn unfollow(&self, area: &AreaName) {
        self.reach.unfollow(area);
    }

    async fn report(&self, area: &AreaName, claim: &Claim, change: &ClaimChange) -> Result<()> {
        self.keep_claim(area, claim, change).await
    }

    async fn heartbeat(&self, server: &ServerId, following: u64) -> Result<Vec<Alive>> {
        self.keep_alive(server, following).await
    }

    async fn retire(&self, server: &ServerId) -> Result<()> {
        self.take_out(server).await
    }

    async fn sweep_lease(&self, server: &ServerId) -> Result<bool> {
        self.take_lease(server).await
    }

    async fn sweep(&self, min_ttl: Millis) -> Result<Swept> {
        self.sweep_all(min_ttl).await
    }

    async fn ping(&self) -> Result<()> {
        self.reach.ask_any(&Request::Command(redis::cmd("PING"))).await
    }

    async fn keep_code(&self, code: &CodeDigest, session: &str, lifetime: Millis) -> Result<bool> {
        self.set_code(code, session, lifetime).await
    }

    async fn read_code(&self, code: &CodeDigest) -> Result<Option<String>> {
        self.get_code(code).await
    }

    async fn take_code(&self, code: &CodeDigest) -> Result<Option<String>> {
        self.get_and_delete_code(code).await
    }

    /// None: several processes share this store, and each could make one before it saw the other's.
    async fn session_secret(&self) -> Result<Option<Vec<u8>>> {
        Ok(None)
    }
}
