//! The names of all figures, with their units and meanings. Knows not who counts them, nor who reads them.

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram, gauge};

/// How a figure moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only grows while the process lives.
    Counter,
    Gauge,
    Histogram,
}

/// One figure, and what it means.
#[derive(Debug)]
pub struct Figure {
    pub name: &'static str,
    pub kind: Kind,
    /// It is told apart by labels, so it is there only once it was counted.
    labelled: bool,
    pub unit: Unit,
    pub meaning: &'static str,
}

const fn counter(name: &'static str, meaning: &'static str) -> Figure {
    Figure { name, kind: Kind::Counter, labelled: false, unit: Unit::Count, meaning }
}

/// A counter for each value of its labels.
const fn counters(name: &'static str, meaning: &'static str) -> Figure {
    Figure { labelled: true, ..counter(name, meaning) }
}

const fn gauge(name: &'static str, meaning: &'static str) -> Figure {
    Figure { name, kind: Kind::Gauge, labelled: false, unit: Unit::Count, meaning }
}

const fn latency(name: &'static str, meaning: &'static str) -> Figure {
    Figure { name, kind: Kind::Histogram, labelled: false, unit: Unit::Seconds, meaning }
}

/// Every figure of this process. Labels are few and known beforehand: never an area, a user or an address.
pub const ALL: [Figure; 56] = [
    gauge("wte_build_info", "1; the label version says which version runs."),
    gauge("wte_memory_bytes", "Memory of this process that is in RAM (Linux)."),
    gauge("wte_open_files", "Files and sockets that this process has open (Linux)."),
    counter("wte_cpu_ms_total", "Milliseconds of a core that this process has used (Linux)."),
    latency("wte_lag_seconds", "How much later than it should a timer of this process ran, each five seconds."),
    counter("wte_panics_total", "Panics: faults of this program. Who caused one is answered, others are not touched."),
    gauge("wte_connections", "WebSockets and event streams that are open."),
    counters(
        "wte_connections_total",
        "WebSockets and event streams asked for, by outcome: opened, or the reason why not.",
    ),
    counters("wte_connections_closed_total", "WebSockets closed by the server, by close code."),
    counter(
        "wte_connections_stalled_total",
        "WebSockets and event streams given up, because their client took nothing.",
    ),
    counter("wte_connections_silent_total", "WebSockets given up, because their client did not even answer pings."),
    counter("wte_connections_late_total", "HTTP connections ended, because they were silent or dripped."),
    counters("wte_client_events_total", "Events that clients sent, by event."),
    counters("wte_errors_total", "Errors that clients were told, on sockets and by HTTP, by code."),
    counters("wte_limits_reached_total", "Times that a limit of the settings' section limits was reached, by limit."),
    counters("wte_http_requests_total", "HTTP requests, by class of status (2xx to 5xx)."),
    gauge("wte_areas_live", "Areas that somebody follows here."),
    gauge("wte_following", "People following any area, on all servers."),
    counter("wte_events_published_total", "Events that the live areas took from the store."),
    latency("wte_event_age_seconds", "Time from a change to its event here, by the store's clock."),
    counter("wte_gaps_total", "Events that live areas could not take, because one before them was missing."),
    counter(
        "wte_areas_behind_total",
        "Times that a live area was found behind the store, an event having been missed.",
    ),
    counters(
        "wte_epochs_total",
        "Times that a live area was found in a new epoch, by run: same (it was cleared), or other (Redis came back without it).",
    ),
    counters("wte_users_left_total", "Users whose leaving the live areas took, by reason: left or expired."),
    gauge("wte_servers", "Servers that count as alive, this one among them."),
    counter("wte_claims_dropped_total", "What servers that are gone had said of who is here, dropped, for each area."),
    counter("wte_events_delivered_total", "Frames of events written to clients, each client's counted."),
    counter("wte_followers_behind_total", "Times that a follower fell behind an area's log and got the whole area."),
    counter("wte_snapshots_total", "Times that a live area took its whole state from the store."),
    counter(
        "wte_changes_repeated_total",
        "Changes without effect, for their number was used: retries, and older intents.",
    ),
    counter("wte_votes_together_total", "Votes sent to Redis in one call with others of their area."),
    counters("wte_changes_total", "Changes asked of the store, by act and outcome (done, refused, unavailable)."),
    counters(
        "wte_chat_messages_total",
        "Chat messages asked of the store, by outcome (said, known, refused, unavailable).",
    ),
    counter("wte_passphrases_total", "Passphrases hashed, by outcome (made, right, wrong)."),
    latency("wte_store_seconds", "Time until the store answered, by call."),
    gauge("wte_store_up", "1 while all of the store answers, 0 while it or a part of it is away."),
    gauge("wte_areas_stale", "Areas shown as not current, because their part of the store is away."),
    counter("wte_stale_ms_total", "Milliseconds for which areas were shown as not current here."),
    counter("wte_store_garbage_total", "Things in the store that could not be read and were skipped or mended."),
    counters("wte_redis_connections_total", "Connections to Redis that were made, by use: commands or pubsub."),
    counters("wte_redis_breaks_total", "Connections to Redis that broke or went silent, by use: commands or pubsub."),
    counter("wte_redis_full_total", "Requests that Redis refused, because it is full (maxmemory)."),
    counters(
        "wte_redis_redirections_total",
        "Answers of cluster nodes that sent a request elsewhere or put it off, by code.",
    ),
    counter("wte_redis_scripts_loaded_total", "Scripts sent whole, because Redis did not know them (any more)."),
    counter("wte_replicas_missing_total", "Changes that too few replicas had in time (redis.wait_replicas)."),
    latency("wte_batch_seconds", "Time until a batch of changes was on the disk (embedded store)."),
    counter("wte_batch_calls_total", "Calls that were done in batches (embedded store)."),
    counter(
        "wte_file_failures_total",
        "Times that the store's file failed: disk full, gone, or damaged (embedded store).",
    ),
    counters("wte_sweeps_total", "Sweeps of this server, by outcome: done or failed."),
    latency("wte_sweep_seconds", "Time that a sweep took, whatever came of it."),
    counter("wte_sweep_cleared_total", "Areas that the sweep cleared, because their time was over."),
    counters("wte_venue_questions_total", "Searches for places, by outcome."),
    counters(
        "wte_venue_answers_total",
        "Answers of the sources of places, by source and outcome (answered, asked_back, failed).",
    ),
    latency("wte_venue_seconds", "Time until a source of places answered, by source."),
    counters("wte_pictures_total", "Pictures for link previews asked for, by outcome: kept, drawn, busy, failed."),
    latency("wte_picture_seconds", "Time until a picture was drawn, with the wait for its turn."),
];

/// Tells the recorder what each figure means.
pub(super) fn describe() {
    for Figure { name, kind, labelled, unit, meaning } in ALL {
        match kind {
            Kind::Counter => {
                describe_counter!(name, unit, meaning);
                if !labelled {
                    // From 0, so that the first time is seen as a growth.
                    metrics::counter!(name).increment(0);
                }
            }
            Kind::Gauge => describe_gauge!(name, unit, meaning),
            Kind::Histogram => describe_histogram!(name, unit, meaning),
        }
    }
    gauge!("wte_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figures_name_says_how_it_moves() {
        for figure in &ALL {
            let ending = match figure.kind {
                Kind::Counter => figure.name.ends_with("_total"),
                Kind::Histogram => figure.name.ends_with("_seconds"),
                Kind::Gauge => !figure.name.ends_with("_total") && !figure.name.ends_with("_seconds"),
            };
            assert!(ending && figure.name.starts_with("wte_"), "{}", figure.name);
        }
    }

    #[test]
    fn no_figure_is_described_twice() {
        let names: std::collections::BTreeSet<&str> = ALL.iter().map(|figure| figure.name).collect();
        assert_eq!(names.len(), ALL.len());
    }
}
