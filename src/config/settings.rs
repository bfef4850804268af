//! What each setting is once it is known to be right: plain typed values. How they are checked is for `checks`; meanings and
//! reasons stand in `config/default.toml`.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use super::Secret;

/// A limit that may be taken away (0 in the file, `None` here).
pub type Limit = Option<u64>;

#[derive(Debug, Clone)]
pub struct Settings {
    pub server: Server,
    pub log: Log,
    pub store: Store,
    pub redis: Redis,
    pub session: Session,
    pub account: Account,
    pub area: Area,
    pub sweep: Sweep,
    pub presence: Presence,
    pub venues: Venues,
    /// None where nobody is to see a map.
    pub map: Option<Map>,
    pub limits: Limits,
}

#[derive(Debug, Clone)]
pub struct Server {
    /// 0 asks for any free port.
    pub port: u16,
    pub host: IpAddr,
    /// An origin, without a slash at its end.
    pub public_url: Option<String>,
    /// Origins as browsers send them: scheme, host, and the port unless it is the scheme's own.
    pub allowed_origins: Vec<String>,
    pub trusted_proxies: usize,
    /// None is one for every two cores.
    pub workers: Option<usize>,
    pub header_timeout: Duration,
    pub body_timeout: Duration,
    pub keep_alive: Duration,
    pub ping: Duration,
    /// More than `ping`.
    pub silent: Duration,
    pub shutdown: Duration,
    /// None leaves `/metrics` to loopback.
    pub metrics_token: Option<Secret>,
    /// None leaves `/ops` to who sits at this machine.
    pub ops_token: Option<Secret>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Clone)]
pub struct Log {
    pub format: LogFormat,
    pub level: tracing::Level,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StorePath {
    Memory,
    File(PathBuf),
}

#[derive(Debug, Clone)]
pub struct Store {
    /// Of the embedded store: what counts where `redis.address` is none.
    pub path: StorePath,
}

#[derive(Debug, Clone)]
pub struct Redis {
    /// `redis:` or `rediss:`, with the password that it may hold.
    pub url: Option<Secret>,
    /// Then there is a URL, or a node, or both.
    pub cluster: bool,
    /// Of the cluster, as HOST:PORT.
    pub nodes: Vec<String>,
    pub wait_replicas: u32,
    pub verify_certificate: bool,
    pub pool_size: usize,
    pub connect: Duration,
    pub command: Duration,
}

impl Redis {
    /// Where to begin, as a URL; none is the embedded store.
    pub fn address(&self) -> Option<String> {
        let of_node = || self.nodes.first().map(|node| format!("redis://{node}/"));
        self.url.as_ref().map(|url| url.expose().to_owned()).or_else(of_node)
    }
}

#[derive(Debug, Clone)]
pub struct Session {
    /// There whenever Redis is the store; 32 bytes or more.
    pub secret: Option<Secret>,
    pub lifetime: Duration,
    pub takeover: Duration,
    /// Of one address.
    pub takeover_tries: u32,
}

#[derive(Debug, Clone)]
pub struct Account {
    pub hash_memory_kib: u32,
    pub hash_passes: u32,
    /// Hashes at once.
    pub hashes: usize,
    /// Of one name, within the window.
    pub tries: u64,
    pub tries_per_address: u32,
    pub window: Duration,
    pub sessions: usize,
    /// Made from one address in a day.
    pub new_per_address: u32,
    /// After that long it ends.
    pub unused: Duration,
}

#[derive(Debug, Clone)]
pub struct Area {
    pub lifetime: Duration,
}

#[derive(Debug, Clone)]
pub struct Sweep {
    pub every: Duration,
    /// Less than the area's lifetime.
    pub min_ttl: Duration,
}

#[derive(Debug, Clone)]
pub struct Presence {
    pub grace: Duration,
}

/// Where a search for places looks; `auto` and `none` are decided already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VenuesFrom {
    /// Only where there is a file.
    File,
    /// Only where there is a key.
    Foursquare,
    OpenStreetMap,
}

/// A place on earth, in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Center {
    pub lat: f64,
    pub lng: f64,
}

#[derive(Debug, Clone)]
pub struct Venues {
    /// Each once; none of them leaves what people write in.
    pub sources: Vec<VenuesFrom>,
    pub file: Option<PathBuf>,
    pub foursquare_url: Url,
    pub foursquare_key: Option<Secret>,
    pub photon_url: Url,
    pub center: Option<Center>,
    pub timeout: Duration,
    /// Of one session.
    pub questions_per_minute: u32,
}

/// A file that browsers fetch elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    pub address: String,
    /// What browsers check it by, as `sha384-…`.
    pub integrity: String,
}

#[derive(Debug, Clone)]
pub struct Map {
    /// Leaflet's.
    pub script: Remote,
    pub style: Remote,
    /// With `{z}`, `{x}` and `{y}`.
    pub tiles: String,
    /// Where tiles come from, as a content security policy names it.
    pub tile_host: String,
    pub tile_attribution: String,
    pub tile_attribution_url: Option<Url>,
    pub max_zoom: u8,
}

/// Each is at least 1, or none.
#[derive(Debug, Clone)]
pub struct Limits {
    pub connections_per_address: Limit,
    pub connections: Limit,
    pub names_per_address: Limit,
    pub users_per_area: Limit,
    pub venues_per_area: Limit,
    pub rooms_per_area: Limit,
    pub private_rooms: Limit,
    pub messages_per_room: Limit,
    pub areas: Limit,
    pub events_per_second: Limit,
    pub event_burst: Limit,
    pub looks_per_second: Limit,
    pub look_burst: Limit,
    pub bad_messages: Limit,
    pub recent_events: Limit,
    pub recent_bytes: Limit,
    pub read_stall: Option<Duration>,
    pub venue_requests: Limit,
    pub pictures: Limit,
}
