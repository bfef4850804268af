//! The composition root: from settings to a server that runs until it is told to end. It alone sees every room.

use std::fmt::Write;
use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::num::NonZero;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use actix_web::web::Data;
use actix_web::{App as Pages, dev::Server};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::config::{Limit, Secret, Settings, StorePath};
use crate::domain::Millis;
use crate::domain::presence::ServerId;
use crate::hub::{Bounds, Hub};
use crate::ops::Sampler;
use crate::store::Store;
use crate::store::embedded::Embedded;
use crate::store::redis::{RedisOptions, RedisStore};
use crate::sweep;
use crate::venues::Venues;
use crate::web::{
    self, Connections, Draining, Kept, Listening, Names, Options, Patience, Pictures, Rate, Rates, Sessions, Takeovers,
    Web,
};

mod accounts;
mod altered;
mod map;
mod ops;
mod places;
mod rules;

pub use altered::Altered;

use accounts::accounts;

/// Clients come back within this time, spread out, after a `bye`: a restart is a blink, and no stampede.
const COME_BACK_WITHIN: Duration = Duration::from_millis(1500);
/// Sockets have this long to take their `bye` before the server stops.
const GOODBYE: Duration = Duration::from_secs(2);
/// The store has this long to hear that this server ends, and to write what is under way.
const STORE_CLOSE: Duration = Duration::from_secs(2);
/// Waiting connections, at most: a storm of people who follow one link.
const BACKLOG: u32 = 4096;

/// Why the server cannot start; one sentence for who starts it.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{0}")]
    Store(String),
    #[error("{0}")]
    Venues(String),
    #[error("The server cannot listen on {address}: {cause}. Choose another server.port (PORT), or end what is there.")]
    Listen { address: SocketAddr, cause: io::Error },
    #[error("argon2 cannot hash with account.hash_memory_kib and account.hash_passes as they are set.")]
    Hashing,
    #[error("No random numbers are to be had: {0}.")]
    Random(getrandom::Error),
    #[error("The server cannot start: {0}.")]
    Server(io::Error),
}

/// A server that listens, and serves once it runs.
pub struct App {
    server: Server,
    web: Data<Web>,
    address: SocketAddr,
}

impl App {
    /// Opens the store, starts what runs in the background, and listens. Has to be called within a tokio runtime.
    pub async fn build(settings: Settings, figures: PrometheusHandle) -> Result<Self, StartError> {
        Self::build_altered(settings, figures, Altered::default()).await
    }

    /// The same with parts exchanged, for programs of the tests.
    pub async fn build_altered(
        settings: Settings,
        figures: PrometheusHandle,
        altered: Altered,
    ) -> Result<Self, StartError> {
        let listener = listen(&settings)?;
        let address = listener.local_addr().map_err(StartError::Server)?;
        let store = (altered.store)(open_store(&settings)?);
        let kept = store.session_secret().await.map_err(|error| StartError::Store(error.to_string()))?;
        let secret = match &settings.session.secret {
            Some(secret) => secret.expose().as_bytes().to_vec(),
            None => kept.ok_or_else(|| StartError::Store("The store keeps no secret; set SESSION_SECRET.".into()))?,
        };
        let server = ServerId(random_id()?);
        let hub = Hub::start(store.clone(), server.clone(), bounds(&settings), count(settings.limits.areas, 0));
        let min_ttl = millis(settings.sweep.min_ttl);
        tokio::spawn(sweep::run(store.clone(), server.clone(), settings.sweep.every, min_ttl));
        let limits = &settings.limits;
        let connections = Connections::new(limits.connections_per_address.map(size), limits.connections.map(size));
        let counts = ops::counts(hub.clone(), connections.clone());
        tokio::spawn(Sampler::new(store.clone(), server, ops::name(address.port()), counts).run());
        let web = Data::new(Web {
            hub,
            ops: ops::of(&settings, store.clone(), &secret),
            store,
            venues: Venues::new(places::of(&settings)).map_err(|error| StartError::Venues(error.to_string()))?,
            sessions: Sessions::new(&secret, settings.session.lifetime),
            connections,
            rates: Rates::new("events_per_second", rate(&settings)),
            looks: Rates::new(
                "looks_per_second",
                Rate { per_second: few(limits.looks_per_second), burst: few(limits.look_burst) },
            ),
            accounts: accounts(&settings)?,
            takeovers: Takeovers::new(settings.session.takeover, settings.session.takeover_tries),
            pictures: Pictures::new(limits.pictures.map(size)),
            kept: Kept::default(),
            names: Names::start(limits.names_per_address.map(size), settings.area.lifetime),
            draining: watch::Sender::new(Draining::default()),
            options: options(&settings, figures),
        });
        let server = serve(&settings, listener, web.clone(), altered.routes).map_err(StartError::Server)?;
        Ok(Self { server, web, address })
    }

    /// Where it listens; the port is the real one where the settings left it open.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` comes, then says goodbye to everyone and ends within ten seconds.
    pub async fn run_until(self, stop: impl Future<Output = ()>) -> io::Result<()> {
        let Self { server, web, .. } = self;
        let handle = server.handle();
        let shutdown = async {
            stop.await;
            tracing::info!("ending: everyone is told to come back");
            web.draining.send_replace(Draining(Some(COME_BACK_WITHIN)));
            let gone = async {
                while web.connections.count() > 0 {
                    sleep(Duration::from_millis(20)).await;
                }
            };
            if timeout(GOODBYE, gone).await.is_err() {
                tracing::warn!(left = web.connections.count(), "some clients did not take their goodbye");
            }
            handle.stop(true).await;
        };
        let (served, ()) = tokio::join!(server, shutdown);
        let close = async {
            if let Err(error) = web.store.retire(&web.hub.server).await {
                tracing::debug!(%error, "the store was not told that this server ends; it finds out by itself");
            }
            web.store.close().await
        };
        match timeout(STORE_CLOSE, close).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the store did not close as it should"),
            Err(_) => tracing::error!("the store did not close in time"),
        }
        served
    }

    /// The addresses to open: this machine's own name for itself, and those that the phones in the same network can reach.
    pub fn welcome(&self) -> String {
        let port = self.address.port();
        let mut text = format!("Where to eat is open:\n  http://localhost:{port}\n");
        let reachable = self.address.ip().is_unspecified();
        let others = if reachable { if_addrs::get_if_addrs().unwrap_or_default() } else { Vec::new() };
        for ip in others.iter().map(if_addrs::Interface::ip).filter(|ip| !ip.is_loopback() && ip.is_ipv4()) {
            let _ = writeln!(text, "  http://{ip}:{port}   (for phones in the same network)");
        }
        text
    }
}

fn listen(settings: &Settings) -> Result<TcpListener, StartError> {
    let address = SocketAddr::new(settings.server.host, settings.server.port);
    let bind = || -> io::Result<TcpListener> {
        let domain = if address.is_ipv4() { socket2::Domain::IPV4 } else { socket2::Domain::IPV6 };
        let socket = socket2::Socket::new(domain, socket2::Type::STREAM, Some(socket2::Protocol::TCP))?;
        // A restart need not wait for the last life's connections to be forgotten.
        socket.set_reuse_address(true)?;
        socket.bind(&address.into())?;
        socket.listen(i32::try_from(BACKLOG).unwrap_or(i32::MAX))?;
        Ok(socket.into())
    };
    bind().map_err(|cause| StartError::Listen { address, cause })
}

fn open_store(settings: &Settings) -> Result<Arc<dyn Store>, StartError> {
    let rules = rules::rules(settings);
    let path = match &settings.store.path {
        StorePath::Memory => ":memory:".to_owned(),
        StorePath::File(path) => path.to_string_lossy().into_owned(),
    };
    match settings.redis.address() {
        Some(url) => {
            let options = RedisOptions {
                url,
                cluster: settings.redis.cluster,
                nodes: settings.redis.nodes.clone(),
                wait_replicas: settings.redis.wait_replicas,
                connections: settings.redis.pool_size,
                connect: settings.redis.connect,
                answer: settings.redis.command,
                verify_certificate: settings.redis.verify_certificate,
            };
            Ok(RedisStore::new(&options, rules).map_err(|error| StartError::Store(error.to_string()))?)
        }
        None => Ok(Embedded::open(&path, rules).map_err(|error| StartError::Store(error.to_string()))?),
    }
}

fn bounds(settings: &Settings) -> Bounds {
    Bounds {
        lifetime: millis(settings.area.lifetime),
        recent_events: count(settings.limits.recent_events, usize::MAX),
        recent_bytes: count(settings.limits.recent_bytes, usize::MAX),
        grace: settings.presence.grace,
        session: millis(settings.session.lifetime),
    }
}

fn options(settings: &Settings, figures: PrometheusHandle) -> Options {
    let limits = &settings.limits;
    Options {
        public_url: settings.server.public_url.as_deref().and_then(|url| url.parse().ok()),
        allowed_origins: settings.server.allowed_origins.clone(),
        trusted_proxies: settings.server.trusted_proxies,
        body_timeout: settings.server.body_timeout,
        metrics_token: settings.server.metrics_token.as_ref().map(Secret::expose).map(str::to_owned),
        rate: rate(settings),
        bad_messages: few(limits.bad_messages),
        ping: settings.server.ping,
        silent: settings.server.silent,
        read_stall: limits.read_stall,
        lifetime: settings.area.lifetime,
        map: map::of(settings),
        center: map::center(settings),
        figures: Box::new(move || figures.render()),
    }
}

fn rate(settings: &Settings) -> Rate {
    Rate { per_second: few(settings.limits.events_per_second), burst: few(settings.limits.event_burst) }
}

fn serve(settings: &Settings, listener: TcpListener, web: Data<Web>, more: altered::Routes) -> io::Result<Server> {
    let how = Listening {
        patience: Patience {
            keep_alive: settings.server.keep_alive,
            head: settings.server.header_timeout,
            stall: settings.limits.read_stall,
        },
        workers: settings.server.workers.unwrap_or_else(|| half_of(available_parallelism().map_or(1, NonZero::get))),
        shutdown: settings.server.shutdown.saturating_sub(GOODBYE),
    };
    web::serve(&how, listener, move || Pages::new().app_data(web.clone()).configure(more).configure(web::table))
}

/// Of so many cores; at least one.
fn half_of(cores: usize) -> usize {
    (cores / 2).max(1)
}

fn random_id() -> Result<String, StartError> {
    let mut random = [0_u8; 8];
    getrandom::fill(&mut random).map_err(StartError::Random)?;
    Ok(random.iter().fold(String::new(), |id, byte| format!("{id}{byte:02x}")))
}

fn millis(duration: Duration) -> Millis {
    Millis::try_from(duration.as_millis()).unwrap_or(Millis::MAX)
}

fn size(limit: u64) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

fn few(limit: Limit) -> Option<u32> {
    limit.map(|limit| u32::try_from(limit).unwrap_or(u32::MAX))
}

fn count(limit: Limit, unlimited: usize) -> usize {
    limit.map_or(unlimited, size)
}
