//! How long it takes from starting the program to its first page, with a thousand areas in the embedded store.

use super::crowd::Crowd;
use super::http::Http;
use super::joining::As;
use super::process::{self, Side};
use super::voting;
use super::workloads::{Measured, Setup};

const AREAS: usize = 1000;

pub fn run(setup: &Setup, side: Side) -> Result<Measured, String> {
    let mut measured = Measured::default();
    if side == Side::Floor {
        measured.figure(CLEAN, setup.start(side)?.started_in.as_secs_f64() * 1e3);
        return Ok(measured);
    }
    let folder = process::scratch()?;
    let file = folder.path().join("areas.redb");
    let start = || setup.start_with(side, &[], Some(&file));
    let served = start()?;
    let mut crowd = Crowd::new(&served, 1)?;
    crowd.open_all(AREAS, 0, 1, As::User)?;
    voting::each_votes_once(&served, &mut crowd, AREAS)?;
    drop(crowd);
    served.end_gently()?;

    let after_clean_end = start()?;
    measured.figure(CLEAN, after_clean_end.started_in.as_secs_f64() * 1e3);
    let path = format!("/a/area-{}", AREAS - 1);
    let page = Http::connect(after_clean_end.address).and_then(|mut http| http.get(&path));
    let page = page.map_err(|error| format!("No page after the start: {error}."))?;
    if !String::from_utf8_lossy(&page.body).contains("Thai Palace") {
        measured.faults.push("after the start, an area's vote is not there".into());
    }
    // Dropping it kills it.
    drop(after_clean_end);
    measured.figure("start to first page after kill -9, ms", start()?.started_in.as_secs_f64() * 1e3);
    Ok(measured)
}

const CLEAN: &str = "start to first page, ms";
