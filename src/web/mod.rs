//! Every URL, in one table. What comes in is checked here; what goes out is rendered here.

use std::sync::Arc;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self as routes, QueryConfig, ServiceConfig};
use actix_web::{Error, Resource, Route, guard};
use tokio::sync::watch;
use url::Url;

use self::origin::Address;
use crate::domain::owner::Owner;
use crate::hub::Hub;
use crate::store::Store;
use crate::venues::Venues;

pub mod account;
mod acts;
mod api;
mod assets;
mod body;
mod events;
mod feed;
mod forms;
mod headers;
mod health;
mod installed;
mod limits;
mod listen;
pub mod map;
mod ops;
mod origin;
mod pages;
mod patience;
mod preview;
mod problem;
mod qr;
mod rates;
mod session;
mod takeover;
mod talk;
mod unfurl;
mod wish;
mod ws;

pub use limits::{Connections, Names};
pub use listen::{Listening, serve};
pub use ops::{Operators, Ops};
pub use pages::Kept;
pub use patience::Patience;
pub use preview::Pictures;
pub use rates::{Rate, Rates};
pub use session::Sessions;
pub use takeover::Takeovers;
pub use ws::echo;

/// What all workers share; built outside the server's factory, else each would have its own.
pub struct Web {
    pub hub: Arc<Hub>,
    pub store: Arc<dyn Store>,
    pub venues: Venues,
    pub sessions: Sessions,
    pub connections: Arc<Connections>,
    pub names: Arc<Names>,
    /// Of the sessions that call REST; each socket counts its own.
    pub rates: Rates<Owner>,
    /// Of the addresses that look at areas.
    pub looks: Rates<Address>,
    pub takeovers: Takeovers,
    pub accounts: account::Accounts,
    pub pictures: Pictures,
    pub ops: Ops,
    pub kept: Kept,
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
    pub rate: Rate,
    pub bad_messages: Option<u32>,
    /// How often a socket's client is asked whether it is there.
    pub ping: Duration,
    /// A socket whose client says nothing for longer is closed.
    pub silent: Duration,
    pub read_stall: Option<Duration>,
    /// How long a user stays after the last act; the page counts with it too.
    pub lifetime: Duration,
    /// None where nobody is to see a map.
    pub map: Option<map::Map>,
    /// `LAT,LNG` where searches look that say nothing of where; empty is nowhere in particular.
    pub center: String,
    /// All figures, as Prometheus text.
    pub figures: Box<dyn Fn() -> String + Send + Sync>,
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

/// The table of URLs.
pub fn table(app: &mut ServiceConfig) {
    let api = routes::scope("/api")
        .service(packed("/openapi.json", reading().to(api::openapi)))
        .route("/session", routes::post().to(api::session))
        .route("/account", reading().to(account::show))
        .route("/account", routes::post().to(account::create))
        .route("/account", routes::delete().to(account::delete))
        .route("/account/passphrase", routes::put().to(account::change_passphrase))
        .route("/account/session", routes::post().to(account::sign_in))
        .route("/account/session", routes::delete().to(account::sign_out))
        .route("/account/sessions/{session}", routes::delete().to(account::end_session))
        .route("/takeover", routes::post().to(takeover::offer))
        .route("/takeover/look", routes::post().to(takeover::look))
        .route("/takeover/claim", routes::post().to(takeover::claim))
        .route("/venues", reading().to(api::venues))
        .route("/areas/{area}", reading().to(api::area))
        .route("/areas/{area}/activity", reading().to(api::activity))
        .route("/events", routes::get().to(events::count))
        .route("/areas/{area}/events", routes::get().to(events::open))
        .route("/areas/{area}/me", reading().to(api::me))
        .route("/areas/{area}/me", routes::put().to(api::put_me))
        .route("/areas/{area}/me", routes::delete().to(api::delete_me))
        .route("/areas/{area}/vote", routes::put().to(api::put_vote))
        .route("/areas/{area}/vote", routes::delete().to(api::delete_vote))
        .route("/areas/{area}/rooms", reading().to(talk::rooms))
        .route("/areas/{area}/rooms", routes::post().to(talk::add_room))
        .route("/areas/{area}/rooms/{room}/chat", reading().to(talk::messages))
        .route("/areas/{area}/rooms/{room}/chat", routes::post().to(talk::chat))
        .default_service(routes::to(api::not_found));
    app.app_data(QueryConfig::default().error_handler(|_, _| problem::bad_query())).service(
        routes::scope("")
            .wrap(from_fn(origin::guard))
            .wrap(from_fn(headers::add))
            .wrap(from_fn(patience::note))
            .service(packed("/", reading().to(pages::landing)))
            .service(packed("/a/{area}", reading().to(pages::area)))
            .service(packed("/a/{area}/qr.svg", reading().to(qr::of_area)))
            .route("/a/{area}/preview.png", reading().to(preview::of_area))
            .route("/preview.png", reading().to(preview::of_product))
            .route("/a/{area}/name", routes::post().to(forms::name))
            .route("/a/{area}/vote", routes::post().to(forms::vote))
            .route("/a/{area}/withdraw", routes::post().to(forms::withdraw))
            .route("/a/{area}/name", reading().to(forms::back))
            .route("/a/{area}/vote", reading().to(forms::back))
            .route("/a/{area}/withdraw", reading().to(forms::back))
            .route("/assets/{version}/{path:.*}", reading().to(assets::asset))
            .service(packed("/manifest.webmanifest", reading().to(installed::manifest)))
            .route("/favicon.ico", reading().to(installed::icon))
            .service(packed("/sw.js", reading().to(installed::worker)))
            .route("/robots.txt", reading().to(pages::robots))
            .route("/ws", routes::get().to(ws::upgrade))
            .route("/healthz", reading().to(health::healthz))
            .route("/readyz", reading().to(health::readyz))
            .route("/metrics", reading().to(health::metrics))
            .route("/ops", routes::post().to(ops::sign_in))
            .service(packed("/ops", reading().to(ops::page)))
            .route("/ops/leave", routes::post().to(ops::sign_out))
            .route("/ops/events", routes::get().to(ops::events))
            .service(api)
            .default_service(routes::to(pages::not_found)),
    );
}

/// GET, and HEAD for who only wants to know whether it is there.
fn reading() -> Route {
    routes::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// What is made anew each time is compressed on its way; assets come compressed.
fn packed(
    path: &str,
    route: Route,
) -> Resource<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    routes::resource(path).wrap(Compress::default()).route(route)
}
