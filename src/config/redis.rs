//! What may stand in `[redis]`: where Redis is, alone or as a cluster. Knows nothing of Redis.

use url::Url;

use super::layers::{Layers, Setting};
use super::settings::Redis;
use super::{ConfigError, Secret};

impl Redis {
    pub(super) fn take(from: &mut Layers) -> Result<Self, ConfigError> {
        Ok(Self {
            url: from.take("redis.url").hidden("an address as redis://HOST:PORT or rediss://HOST:PORT", |text| {
                let url = Url::parse(text).ok().filter(Url::has_host)?;
                matches!(url.scheme(), "redis" | "rediss").then(|| Secret::new(text))
            })?,
            cluster: from.take("redis.cluster").truth()?,
            nodes: nodes(&from.take("redis.nodes"))?,
            wait_replicas: from.take("redis.wait_replicas").whole(0..=16)?,
            verify_certificate: from.take("redis.verify_certificate").truth()?,
            pool_size: from.take("redis.pool_size").whole(1..=256)?,
            connect: from.take("redis.connect_ms").millis(50..=2_000)?,
            command: from.take("redis.command_ms").millis(50..=2_000)?,
        })
    }
}

/// Not shown when it is wrong: somebody may have put a password there.
fn nodes(setting: &Setting) -> Result<Vec<String>, ConfigError> {
    let nodes = setting.texts().and_then(|texts| texts.into_iter().map(node).collect());
    nodes.ok_or_else(|| {
        setting.wrong_unseen("one address or more as HOST:PORT, separated by commas, without a password")
    })
}

/// An address that can stand in a URL as it is: `HOST:PORT`, `[IPV6]:PORT`.
fn node(text: &str) -> Option<String> {
    let url = Url::parse(&format!("redis://{text}/")).ok()?;
    let bare = url.username().is_empty() && url.password().is_none() && url.path() == "/" && url.query().is_none();
    (bare && url.host_str().is_some() && url.port().is_some() && !text.contains('#')).then(|| text.to_owned())
}
