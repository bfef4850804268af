//! What the process says of itself: its log on standard output, its figures for `/metrics`. Knows nothing of the rooms that
//! write them: those use `tracing` and `metrics` by name, and a test holds their names against [`figures::ALL`].

use std::io::IsTerminal;
use std::sync::OnceLock;
use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::Registry;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

pub mod figures;
pub mod process;
pub mod tally;

/// Targets of our own events begin with it.
const OURS: &str = "where_to_eat";
/// Upper bounds of a latency's buckets, in seconds: from a store in memory to the two seconds that a store's answer, and the four
/// that a venue source's answer takes at most.
const LATENCIES: [f64; 14] =
    [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0];
/// Measured times wait in memory until somebody reads `/metrics`, or until this has passed.
const UPKEEP: Duration = Duration::from_secs(5);

/// Why there is no log, or there are no figures.
#[derive(Debug, Clone, thiserror::Error)]
#[error("The log and the figures cannot be set up: {0}.")]
pub struct TelemetryError(String);

/// Begins the log (lines of JSON, or text for people) and the figures, for the whole process. The handle's `render` is what
/// `/metrics` answers. Later calls change nothing and get the same handle.
pub fn install(json: bool, level: Level) -> Result<PrometheusHandle, TelemetryError> {
    static INSTALLED: OnceLock<Result<PrometheusHandle, TelemetryError>> = OnceLock::new();
    INSTALLED.get_or_init(|| first_install(json, level)).clone()
}

fn first_install(json: bool, level: Level) -> Result<PrometheusHandle, TelemetryError> {
    let colours = std::io::stdout().is_terminal();
    tracing_subscriber::registry()
        .with(log(json, level, colours, std::io::stdout))
        .try_init()
        .map_err(|error| TelemetryError(error.to_string()))?;
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &LATENCIES)
        .map_err(|error| TelemetryError(error.to_string()))?
        .build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(tally::Tallied(recorder)).map_err(|error| TelemetryError(error.to_string()))?;
    figures::describe();
    process::count_panics();
    Ok(handle)
}

/// Sorts measured times into their buckets for as long as the process lives, so that they take no memory where nobody reads
/// `/metrics`; and measures the process itself. To be spawned once.
pub async fn upkeep(handle: PrometheusHandle) {
    let mut ticks = tokio::time::interval(UPKEEP);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let due = ticks.tick().await;
        process::measure(due.elapsed());
        handle.run_upkeep();
    }
}

/// Our own events up to `level`, the libraries' only from warnings on: nobody reads a log that talks of everything.
fn log<W>(json: bool, level: Level, colours: bool, writer: W) -> Box<dyn Layer<Registry> + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let heard = Targets::new().with_default(level.min(Level::WARN)).with_target(OURS, level);
    if json {
        fmt::layer().json().flatten_event(true).with_writer(writer).with_filter(heard).boxed()
    } else {
        fmt::layer().with_ansi(colours).with_writer(writer).with_filter(heard).boxed()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    /// Collects what is logged.
    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// The lines that are logged at the level.
    fn lines(json: bool, level: Level) -> Vec<String> {
        let page = Page::default();
        let writer = page.clone();
        let subscriber = tracing_subscriber::registry().with(log(json, level, false, move || writer.clone()));
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(target: "where_to_eat::hub", area = "lunch", "ours in passing");
            tracing::debug!(target: "where_to_eat::hub", "ours in detail");
            tracing::info!(target: "hyper", "theirs in passing");
            tracing::warn!(target: "hyper", "theirs in need");
        });
        let bytes = page.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn libraries_say_warnings_alone() {
        let said = lines(false, Level::DEBUG).join("\n");
        assert!(said.contains("ours in passing") && said.contains("ours in detail"), "{said}");
        assert!(said.contains("theirs in need") && !said.contains("theirs in passing"), "{said}");
    }

    #[test]
    fn a_level_leaves_out_what_is_below_it() {
        assert!(!lines(false, Level::INFO).join("\n").contains("ours in detail"));
        assert!(lines(false, Level::ERROR).is_empty());
    }

    #[test]
    fn json_is_one_object_a_line_with_its_fields() {
        let said = lines(true, Level::INFO);
        let first: serde_json::Value = serde_json::from_str(&said[0]).unwrap();
        assert_eq!(first["message"], "ours in passing");
        assert_eq!(first["area"], "lunch");
        assert_eq!(first["level"], "INFO");
    }

    #[test]
    fn figures_are_rendered_with_their_meaning_and_installing_twice_is_no_harm() {
        let handle = install(false, Level::ERROR).unwrap();
        let again = install(true, Level::INFO).unwrap();
        metrics::counter!("wte_sweep_cleared_total").increment(2);
        metrics::histogram!("wte_store_seconds", "call" => "change").record(0.003);
        for text in [handle.render(), again.render()] {
            assert!(text.contains("# HELP wte_sweep_cleared_total Areas that the sweep cleared"), "{text}");
            assert!(text.contains("wte_sweep_cleared_total 2"), "{text}");
            assert!(text.contains("wte_store_seconds_bucket{call=\"change\",le=\"0.005\"} 1"), "{text}");
        }
    }
}
