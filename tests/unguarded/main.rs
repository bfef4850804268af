//! The server without one of its protections, for the tests that show what each is there for. `UNGUARDED` names the protection
//! (none: all are there); settings are not held to their ranges; `/echo` sends back what it gets, for a judge of the protocol.

use std::process::ExitCode;
use std::sync::Arc;

use actix_web::web;
use tokio::signal::unix::{SignalKind, signal};
use where_to_eat::app::{Altered, App};
use where_to_eat::config::{LogFormat, Settings};
use where_to_eat::store::Store;
use where_to_eat::telemetry;

mod accounts;
mod acks_first;
mod in_line;
mod off;
mod own_clock;
mod samples;
mod store;
mod talk;
mod unaware;

use off::Off;

/// Bytes of the largest message that the echo takes: that of the judge's largest case.
const ECHO_MAX: usize = 16 * 1024 * 1024;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            #[expect(clippy::print_stderr, reason = "for the test that starts it")]
            {
                eprintln!("{sentence}");
            }
            ExitCode::FAILURE
        }
    }
}

/// Runs until SIGTERM; an error is one sentence.
async fn run() -> Result<(), String> {
    let settings = Settings::load_beyond_ranges().map_err(|error| error.to_string())?;
    let off = Off::named(&std::env::var("UNGUARDED").unwrap_or_default())?;
    let json = settings.log.format == LogFormat::Json;
    let figures = telemetry::install(json, settings.log.level).map_err(|error| error.to_string())?;
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
    let altered = Altered {
        store: Box::new(move |store: Arc<dyn Store>| off.take_from(store)),
        routes: |app| {
            app.route("/echo", web::get().to(|request, shared| where_to_eat::web::echo(request, shared, ECHO_MAX)));
        },
    };
    let app = App::build_altered(settings, figures, altered).await.map_err(|error| error.to_string())?;
    // In the product's name: others may only warn.
    tracing::info!(target: "where_to_eat", address = %app.address(), "listening");
    let stop = async move {
        terminate.recv().await;
    };
    app.run_until(stop).await.map_err(|error| format!("The server ended: {error}."))
}
