//! What may stand in each setting; `redis`, `venues` and `map` have files of their own. Which settings have to agree is for `agreement`,
//! where a text came from for `layers`.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use url::{Origin, Url};

use super::layers::{Layers, MOST, Setting};
use super::settings::*;
use super::{ConfigError, Secret};

/// Characters of the tokens for `/metrics` and `/ops`, at least: too many to guess over a network.
const TOKEN_MIN: usize = 16;

impl Settings {
    pub(super) fn take(layers: &mut Layers) -> Result<Self, ConfigError> {
        let settings = Self {
            server: Server::take(layers)?,
            log: Log::take(layers)?,
            store: Store { path: layers.take("store.path").parsed("a file's path or :memory:", store_path)? },
            redis: Redis::take(layers)?,
            session: Session::take(layers)?,
            account: Account::take(layers)?,
            area: Area { lifetime: layers.take("area.lifetime_secs").secs(1..=604_800)? },
            sweep: Sweep {
                every: layers.take("sweep.every_secs").secs(1..=86_400)?,
                min_ttl: layers.take("sweep.min_ttl_secs").secs(0..=604_800)?,
            },
            presence: Presence { grace: layers.take("presence.grace_ms").millis(0..=30_000)? },
            venues: Venues::take(layers)?,
            map: Map::take(layers)?,
            limits: Limits::take(layers)?,
        };
        settings.agree()?;
        Ok(settings)
    }
}

impl Server {
    fn take(from: &mut Layers) -> Result<Self, ConfigError> {
        Ok(Self {
            port: from.take("server.port").whole(0..=65_535)?,
            host: from.take("server.host").parsed("an IP address, as 0.0.0.0 or ::", |text| text.parse().ok())?,
            public_url: from
                .take("server.public_url")
                .optional("an address of scheme and host, as https://lunch.example, or empty", origin)?,
            allowed_origins: from.take("server.allowed_origins").list(
                "a list of scheme and host, as https://lunch.example (in a variable: separated by commas)",
                origin,
            )?,
            trusted_proxies: from.take("server.trusted_proxies").whole(0..=10)?,
            workers: Some(from.take("server.workers").whole(0..=64)?).filter(|workers| *workers > 0),
            header_timeout: from.take("server.header_timeout_ms").millis(100..=10_000)?,
            body_timeout: from.take("server.body_timeout_ms").millis(100..=10_000)?,
            keep_alive: from.take("server.keep_alive_secs").secs(0..=600)?,
            ping: from.take("server.ping_secs").secs(1..=50)?,
            silent: from.take("server.silent_secs").secs(2..=3600)?,
            shutdown: from.take("server.shutdown_secs").secs(1..=8)?,
            metrics_token: token(from.take("server.metrics_token"))?,
            ops_token: token(from.take("server.ops_token"))?,
        })
    }
}

impl Log {
    fn take(from: &mut Layers) -> Result<Self, ConfigError> {
        Ok(Self {
            format: from.take("log.format").parsed("text or json", |text| match text {
                "text" => Some(LogFormat::Text),
                "json" => Some(LogFormat::Json),
                _ => None,
            })?,
            level: from.take("log.level").parsed("error, warn, info, debug or trace", |text| match text {
                "error" => Some(tracing::Level::ERROR),
                "warn" => Some(tracing::Level::WARN),
                "info" => Some(tracing::Level::INFO),
                "debug" => Some(tracing::Level::DEBUG),
                "trace" => Some(tracing::Level::TRACE),
                _ => None,
            })?,
        })
    }
}

fn token(setting: Setting) -> Result<Option<Secret>, ConfigError> {
    let may_be = format!("{TOKEN_MIN} characters or more, or empty");
    setting.hidden(&may_be, |text| (text.chars().count() >= TOKEN_MIN).then(|| Secret::new(text)))
}

impl Limits {
    fn take(from: &mut Layers) -> Result<Self, ConfigError> {
        Ok(Self {
            connections_per_address: from.take("limits.connections_per_address").limit()?,
            connections: from.take("limits.connections").limit()?,
            names_per_address: from.take("limits.names_per_address").limit()?,
            users_per_area: from.take("limits.users_per_area").limit()?,
            venues_per_area: from.take("limits.venues_per_area").limit()?,
            rooms_per_area: from.take("limits.rooms_per_area").limit()?,
            private_rooms: from.take("limits.private_rooms").limit()?,
            messages_per_room: from.take("limits.messages_per_room").limit()?,
            areas: from.take("limits.areas").limit()?,
            events_per_second: from.take("limits.events_per_second").limit()?,
            event_burst: from.take("limits.event_burst").limit()?,
            looks_per_second: from.take("limits.looks_per_second").limit()?,
            look_burst: from.take("limits.look_burst").limit()?,
            bad_messages: from.take("limits.bad_messages").limit()?,
            recent_events: from.take("limits.recent_events").limit()?,
            recent_bytes: from.take("limits.recent_bytes").limit()?,
            read_stall: from.take("limits.read_stall_secs").limit()?.map(Duration::from_secs),
            venue_requests: from.take("limits.venue_requests").limit()?,
            pictures: from.take("limits.pictures").limit()?,
        })
    }
}

impl Setting {
    pub(super) fn secs(self, range: RangeInclusive<u64>) -> Result<Duration, ConfigError> {
        self.whole(range).map(Duration::from_secs)
    }

    pub(super) fn days(self, range: RangeInclusive<u64>) -> Result<Duration, ConfigError> {
        self.whole(range).map(|days: u64| Duration::from_secs(days * 24 * 3600))
    }

    pub(super) fn millis(self, range: RangeInclusive<u64>) -> Result<Duration, ConfigError> {
        self.whole(range).map(Duration::from_millis)
    }

    pub(super) fn limit(self) -> Result<Limit, ConfigError> {
        self.whole(0..=MOST).map(|limit| Some(limit).filter(|limit: &u64| *limit > 0))
    }
}

fn store_path(text: &str) -> Option<StorePath> {
    match text {
        "" => None,
        ":memory:" => Some(StorePath::Memory),
        path => Some(StorePath::File(PathBuf::from(path))),
    }
}

/// Scheme and host (and port), as browsers write it in `Origin`.
fn origin(text: &str) -> Option<String> {
    let url = web_address(text)?;
    let bare = url.path() == "/" && url.query().is_none();
    match url.origin() {
        origin @ Origin::Tuple(..) if bare => Some(origin.ascii_serialization()),
        _ => None,
    }
}

/// An address that a browser could open. Nobody's password belongs into it.
pub(super) fn web_address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    (plain && url.has_host() && matches!(url.scheme(), "http" | "https")).then_some(url)
}
