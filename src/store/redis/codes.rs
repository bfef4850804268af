//! One-time codes: a key each, which Redis itself ends.

use super::RedisStore;
use super::answer::read;
use super::keys;
use super::link::Again;
use super::request::Request;
use crate::domain::Millis;
use crate::domain::takeover::CodeDigest;
use crate::store::Result;

impl RedisStore {
    /// Sent a second time after a broken connection it may meet itself: then it is as if there were such a code already.
    pub(super) async fn set_code(&self, code: &CodeDigest, session: &str, lifetime: Millis) -> Result<bool> {
        let mut set = redis::cmd("SET");
        let key = keys::of_code(code);
        set.arg(&key).arg(session).arg("NX").arg("PX").arg(lifetime);
        let set: Option<String> = read(self.reach.ask(&key, &Request::Command(set), Again::Safe).await?)?;
        Ok(set.is_some())
    }

    pub(super) async fn get_code(&self, code: &CodeDigest) -> Result<Option<String>> {
        let mut get = redis::cmd("GET");
        let key = keys::of_code(code);
        get.arg(&key);
        read(self.reach.ask(&key, &Request::Command(get), Again::Safe).await?)
    }

    /// One step, whoever else asks.
    pub(super) async fn get_and_delete_code(&self, code: &CodeDigest) -> Result<Option<String>> {
        let mut take = redis::cmd("GETDEL");
        let key = keys::of_code(code);
        take.arg(&key);
        read(self.reach.ask(&key, &Request::Command(take), Again::Never).await?)
    }
}
