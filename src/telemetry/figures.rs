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
    pub unit: Unit,
    pub meaning: &'static str,
}

const fn counter(name: &'static str, meaning: &'static str) -> Figure {
    Figure { name, kind: Kind::Counter, unit: Unit::Count, meaning }
}

const fn gauge(name: &'static str, meaning: &'static str) -> Figure {
    Figure { name, kind: Kind::Gauge, unit: Unit::Count, meaning }
}

const fn latency(name: &'static str, meaning: &'static str) -> Figure {
    Figure { name, kind: Kind::Histogram, unit: Unit::Seconds, meaning }
}

/// Every figure of this process. Labels are few and known beforehand: never an area, a user or an address.
pub const ALL: [Figure; 25] = [
    gauge("wte_build_info", "1; the label version says which version runs."),
    gauge("wte_connections", "WebSockets and event streams that are open."),
    counter(
        "wte_connections_total",
        "WebSockets and event streams asked for, by outcome: opened, or the reason why not.",
    ),
    counter("wte_connections_closed_total", "WebSockets closed by the server, by close code."),
    counter("wte_client_events_total", "Events that clients sent, by event."),
    counter("wte_errors_total", "Errors that clients were told, by code."),
    counter("wte_http_requests_total", "HTTP requests, by class of status (2xx to 5xx)."),
    gauge("wte_areas_live", "Areas that somebody follows here."),
    gauge("wte_following", "People following any area, on all servers."),
    counter("wte_events_published_total", "Events that the live areas took from the store."),
    counter("wte_events_delivered_total", "Frames of events written to clients, each client's counted."),
    counter("wte_followers_behind_total", "Times that a follower fell behind an area's log and got the whole area."),
    counter("wte_snapshots_total", "Times that a live area took its whole state from the store."),
    counter("wte_changes_total", "Changes asked of the store, by act and outcome (done, refused, unavailable)."),
    counter(
        "wte_chat_messages_total",
        "Chat messages asked of the store, by outcome (said, known, refused, unavailable).",
    ),
    counter("wte_passphrases_total", "Passphrases hashed, by outcome (made, right, wrong)."),
    latency("wte_store_seconds", "Time until the store answered, by call."),
    gauge("wte_store_up", "1 while all of the store answers, 0 while it or a part of it is away."),
    gauge("wte_areas_stale", "Areas shown as not current, because their part of the store is away."),
    counter("wte_sweep_cleared_total", "Areas that the sweep cleared, because their time was over."),
    counter("wte_venue_questions_total", "Searches for places, by outcome."),
    counter(
        "wte_venue_answers_total",
        "Answers of the sources of places, by source and outcome (answered, asked_back, failed).",
    ),
    latency("wte_venue_seconds", "Time until a source of places answered, by source."),
    counter("wte_pictures_total", "Pictures for link previews asked for, by outcome: kept, drawn, busy, failed."),
    latency("wte_picture_seconds", "Time until a picture was drawn, with the wait for its turn."),
];

/// Tells the recorder what each figure means.
pub(super) fn describe() {
    for Figure { name, kind, unit, meaning } in ALL {
        match kind {
            Kind::Counter => describe_counter!(name, unit, meaning),
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
