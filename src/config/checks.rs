//! What may stand in each setting, and which settings have to agree. Where a text came from is for `layers`.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use url::{Origin, Url};

use super::layers::{Layers, MOST, Setting};
use super::settings::*;
use super::{ConfigError, Secret};

/// Characters of the token for `/metrics`, at least: too many to guess over a network.
const METRICS_TOKEN_MIN: usize = 16;
/// What `venues.source` may be.
const SOURCES: &str = "auto or none alone, or one or more of file, foursquare and openstreetmap (separated by commas)";

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

    /// What no setting can tell by itself.
    fn agree(&self) -> Result<(), ConfigError> {
        self.redis.agree()?;
        if self.redis.address().is_some() && self.session.secret.is_none() {
            return Err(ConfigError(
                "With Redis (REDIS_URL, redis.url, redis.nodes) the setting session.secret is needed, so that all processes know the same \
                 sessions: set SESSION_SECRET to what `openssl rand -base64 48` prints, the same for each process."
                    .to_owned(),
            ));
        }
        let (min_ttl, lifetime) = (self.sweep.min_ttl.as_secs(), self.area.lifetime.as_secs());
        if min_ttl >= lifetime {
            return Err(ConfigError(format!(
                "The setting sweep.min_ttl_secs is {min_ttl}: it has to be less than area.lifetime_secs, which is {lifetime}, \
                 else the sweep clears areas that have just begun."
            )));
        }
        Ok(())
    }
}

impl Server {
    fn take(from: &mut Layers) -> Result<Self, ConfigError> {
        let token = format!("{METRICS_TOKEN_MIN} characters or more, or empty");
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
            shutdown: from.take("server.shutdown_secs").secs(1..=8)?,
            metrics_token: from
                .take("server.metrics_token")
                .hidden(&token, |text| (text.chars().count() >= METRICS_TOKEN_MIN).then(|| Secret::new(text)))?,
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

impl Redis {
    fn take(from: &mut Layers) -> Result<Self, ConfigError> {
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

    fn agree(&self) -> Result<(), ConfigError> {
        let wrong = |what: &str| Err(ConfigError(what.to_owned()));
        if self.cluster && self.address().is_none() {
            return wrong(
                "The setting redis.cluster is true, and nothing says where the cluster is: set redis.nodes to some of its nodes, as \
                 HOST:PORT,HOST:PORT, or redis.url (REDIS_URL) to one of them.",
            );
        }
        if !self.cluster && !self.nodes.is_empty() {
            return wrong(
                "The setting redis.nodes names nodes of a Redis Cluster, and redis.cluster is false: set redis.cluster to true, or for a \
                 single Redis set redis.url (REDIS_URL) instead.",
            );
        }
        if self.wait_replicas > 0 && self.address().is_none() {
            return wrong(
                "The setting redis.wait_replicas needs a Redis that has replicas: set redis.url (REDIS_URL) or redis.nodes, or set \
                 redis.wait_replicas to 0 for the embedded store.",
            );
        }
        Ok(())
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

impl Venues {
    fn take(from: &mut Layers) -> Result<Self, ConfigError> {
        let foursquare_key = from.take("venues.foursquare_key").hidden("a text", |text| Some(Secret::new(text)))?;
        let file = from.take("venues.file").optional("a file's path, or empty", |text| Some(PathBuf::from(text)))?;
        let web = "an address as https://places.example";
        Ok(Self {
            sources: venues_from(&from.take("venues.source"), file.is_some(), foursquare_key.is_some())?,
            file,
            foursquare_url: from.take("venues.foursquare_url").parsed(web, web_address)?,
            foursquare_key,
            photon_url: from.take("venues.photon_url").parsed(web, web_address)?,
            center: from.take("venues.center").optional("LAT,LNG in degrees, as 53.5511,9.9937, or empty", center)?,
            timeout: from.take("venues.timeout_ms").millis(100..=4_000)?,
            questions_per_minute: from.take("venues.questions_per_minute").whole(1..=600)?,
        })
    }
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

    fn millis(self, range: RangeInclusive<u64>) -> Result<Duration, ConfigError> {
        self.whole(range).map(Duration::from_millis)
    }

    pub(super) fn limit(self) -> Result<Limit, ConfigError> {
        self.whole(0..=MOST).map(|limit| Some(limit).filter(|limit: &u64| *limit > 0))
    }
}

fn venues_from(setting: &Setting, has_file: bool, has_key: bool) -> Result<Vec<VenuesFrom>, ConfigError> {
    let names = setting.texts().unwrap_or_default();
    match &names[..] {
        ["none"] => return Ok(Vec::new()),
        ["auto"] => {
            let web = if has_key { VenuesFrom::Foursquare } else { VenuesFrom::OpenStreetMap };
            return Ok(if has_file { vec![VenuesFrom::File, web] } else { vec![web] });
        }
        _ => {}
    }
    let mut sources = Vec::new();
    for name in &names {
        let source = match (*name, has_file, has_key) {
            ("file", true, _) => VenuesFrom::File,
            ("foursquare", _, true) => VenuesFrom::Foursquare,
            ("openstreetmap", ..) => VenuesFrom::OpenStreetMap,
            ("file", false, _) => return Err(setting.wrong("another source, or to have its file: set venues.file")),
            ("foursquare", _, false) => {
                let key = "another source, or to have its key: set FOURSQUARE_API_KEY (venues.foursquare_key)";
                return Err(setting.wrong(key));
            }
            _ => return Err(setting.wrong(SOURCES)),
        };
        if sources.contains(&source) {
            return Err(setting.wrong("a list that has each source once"));
        }
        sources.push(source);
    }
    if sources.is_empty() { Err(setting.wrong(SOURCES)) } else { Ok(sources) }
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

fn center(text: &str) -> Option<Center> {
    let (lat, lng) = text.split_once(',')?;
    let (lat, lng): (f64, f64) = (lat.trim().parse().ok()?, lng.trim().parse().ok()?);
    let on_earth = (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lng);
    on_earth.then_some(Center { lat, lng })
}
