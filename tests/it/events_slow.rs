//! An event stream whose client does not read: it costs no memory and no time of others, gets the outcome when it reads again,
//! and is closed when it never does.

use crate::faults::measured::keep;
use crate::server::{Browser, Events, Server, View};
use crate::slow::{BOUND, FLOOD, NO_RATE, UNBOUNDED, flood, grown_by_flood, voter};

/// A flood that one client does not read: what it cost the server, and that client, and the last number.
async fn flooded(server: &Server) -> (u64, Events, u64) {
    let mut voter = voter(server).await;
    let idle = Events::narrow(server, &Browser::open(server).await, "lunch").await;
    let (grown, last) = grown_by_flood(server, &mut voter).await;
    (grown, idle, last)
}

#[tokio::test]
async fn who_does_not_read_costs_no_memory_and_gets_the_outcome_in_the_end() {
    let server = Server::start(&[NO_RATE]).await;
    let (grown, mut idle, last) = flooded(&server).await;
    assert!(grown < BOUND, "{grown} bytes more than before");
    keep("reader-stopped", &[(last, "changes"), (grown / 1024, "KiB that the server grew")]);

    let mut view = View::of(&idle.event("updates").await["data"]);
    while view.seq < last {
        let event = idle.next().await;
        view.take(&event).expect("no hole, or the whole state");
    }
    let (_, area) = Browser::open(&server).await.get("/api/areas/lunch").await;
    assert_eq!(view, View::of(&area));
    let id = format!("{}-{last}", view.epoch);
    assert_eq!(idle.last_id, Some(id));
}

#[tokio::test]
async fn without_the_bound_of_recent_events_the_same_flood_takes_memory() {
    let (grown, ..) = flooded(&Server::start(&UNBOUNDED).await).await;
    assert!(grown > BOUND, "{grown} bytes more than before");
}

async fn watching(browser: &Browser) -> u64 {
    browser.get("/api/areas/lunch").await.1["watching"].as_u64().unwrap()
}

#[tokio::test]
async fn who_never_reads_is_closed_and_with_no_limit_it_is_not() {
    let limit = |seconds| [NO_RATE, ("WTE__LIMITS__READ_STALL_SECS", seconds), ("WTE__PRESENCE__GRACE_MS", "0")];
    let (strict, lenient) = (Server::start(&limit("1")).await, Server::start(&limit("0")).await);
    let bob = Browser::open(&strict).await;
    let (mut idle, _kept) = (Events::narrow(&strict, &bob, "lunch").await, {
        let browser = Browser::open(&lenient).await;
        Events::narrow(&lenient, &browser, "lunch").await
    });
    let (mut here, mut there) = (voter(&strict).await, voter(&lenient).await);
    flood(&mut there, FLOOD).await;
    // The flood goes on until who does not read is gone: so nobody waited for it.
    while watching(&bob).await != 1 {
        flood(&mut here, 100).await;
    }
    idle.ended().await;
    assert_eq!(watching(&Browser::open(&lenient).await).await, 2);
}
