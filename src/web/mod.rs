//! Every URL, in one table. What comes in is checked here; what goes out is rendered here.

use std::sync::Arc;
use std::time::Duration;

use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self as routes, ServiceConfig};
use actix_web::{FromRequest, Handler, Resource, Responder};
use tokio::sync::watch;
use url::Url;

use crate::hub::Hub;
use crate::store::Store;
use crate::venues::Venues;

mod acts;
mod api;
mod assets;
mod events;
mod feed;
mod headers;
mod health;
mod limits;
mod origin;
mod pages;
mod patience;
mod problem;
mod session;
mod ws;

pub use limits::{Connections, Names};
pub use patience::Patience;
pub use session::Sessions;

/// What all workers share; built outside the server's factory, else each would have its own.
pub struct Web {
    pub hub: Arc<Hub>,
    pub store: Arc<dyn Store>,
    pub venues: Venues,
    pub sessions: Sessions,
    pub connections: Arc<Connections>,
    pub names: Names,
    pub draining: watch::Sender<Draining>,
    pub options: Options,
}

/// What the settings say of the web's edge. A limit that is none is taken away.
pub struct Options {
    pub public_url: Option<Url>,
    pub allowed_origins: Vec<String>,
    /// Proxies in front of this server.
    pub trusted_proxies: usize,
    pub body_timeout: Duration,
    pub metrics_token: Option<String>,
    pub events_per_second: Option<u32>,
    pub event_burst: Option<u32>,
    pub bad_messages: Option<u32>,
    pub read_stall: Option<Duration>,
    /// How long a user stays after the last act; the page counts with it too.
    pub lifetime: Duration,
    /// All figures, as Prometheus text.
    pub figures: Box<dyn Fn() -> String + Send + Sync>,
}

impl Web {
    /// Tells at once when this process is about to end, and also who comes when it is already.
    fn draining(&self) -> watch::Receiver<Draining> {
        let mut draining = self.draining.subscribe();
        if draining.borrow().is_draining() {
            draining.mark_changed();
        }
        draining
    }
}

/// Whether this process is about to end, and within what time its clients are to come back.
#[derive(Debug, Clone, Copy, Default)]
pub struct Draining(pub Option<Duration>);

impl Draining {
    fn is_draining(self) -> bool {
        self.0.is_some()
    }

    /// A random delay in ms for one client, so that they do not all come at once.
    fn bye(self) -> Option<u64> {
        Some(random_below(u64::try_from(self.0?.as_millis()).unwrap_or(u64::MAX)))
    }
}

/// Spreads out what many would else do in one moment.
fn random_below(most: u64) -> u64 {
    let mut random = [0; 8];
    // Without random numbers all come back at once, which is worse than it should be and better than never.
    let _ = getrandom::fill(&mut random);
    u64::from_le_bytes(random) % most.max(1)
}

/// What can be got can be asked about: link previews do.
fn readable<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args> + Clone,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    routes::resource(path).route(routes::get().to(handler.clone())).route(routes::head().to(handler))
}

/// The table of URLs.
pub fn table(app: &mut ServiceConfig) {
    let api = routes::scope("/api")
        .route("/session", routes::post().to(api::session))
        .route("/venues", routes::get().to(api::venues))
        .service(routes::resource("/areas/{area}").get(api::area))
        .service(routes::resource("/areas/{area}/events").get(events::open))
        .service(routes::resource("/areas/{area}/me").get(api::me).put(api::put_me).delete(api::delete_me))
        .service(routes::resource("/areas/{area}/vote").put(api::put_vote).delete(api::delete_vote));
    app.service(
        routes::scope("")
            .wrap(from_fn(origin::guard))
            .wrap(from_fn(headers::add))
            .wrap(from_fn(patience::note))
            .service(readable("/", pages::landing).wrap(Compress::default()))
            .service(readable("/a/{area}", pages::area).wrap(Compress::default()))
            .service(readable("/assets/{version}/{path:.*}", assets::asset))
            .route("/ws", routes::get().to(ws::upgrade))
            .service(readable("/healthz", health::healthz))
            .service(readable("/readyz", health::readyz))
            .route("/metrics", routes::get().to(health::metrics))
            .service(api)
            .default_service(routes::to(pages::not_found)),
    );
}
