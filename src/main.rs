//! Settings, log and figures, then the server, until a signal comes.

use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};
use where_to_eat::app::App;
use where_to_eat::config::{LogFormat, Settings};
use where_to_eat::telemetry;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

// What runs beside the serving threads is little, and one more thread for it is enough.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            #[expect(clippy::print_stderr, reason = "for who starts the server, whatever the log is set to")]
            {
                eprintln!("{sentence}");
            }
            ExitCode::FAILURE
        }
    }
}

/// Runs until SIGTERM or SIGINT; an error is one sentence that says what to do.
async fn run() -> Result<(), String> {
    let settings = Settings::load().map_err(|error| error.to_string())?;
    let json = settings.log.format == LogFormat::Json;
    let figures = telemetry::install(json, settings.log.level).map_err(|error| error.to_string())?;
    tokio::spawn(telemetry::upkeep(figures.clone()));
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| error.to_string())?;
    let app = App::build(settings, figures).await.map_err(|error| error.to_string())?;
    tracing::info!(address = %app.address(), version = env!("CARGO_PKG_VERSION"), "listening");
    if !json {
        #[expect(clippy::print_stdout, reason = "for the person at the terminal: where to click")]
        {
            print!("{}", app.welcome());
        }
    }
    let stop = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    app.run_until(stop).await.map_err(|error| format!("The server ended: {error}."))
}
