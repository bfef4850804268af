//! The office's own places: what is found in the file, and what becomes of a file that is wrong, or changes.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::json;
use tempfile::TempDir;
use where_to_eat::venues::{BadQuestion, Choice, Venues, VenuesOptions};

use super::stand_in::StandIn;
use super::{HANGS, found, names, nobody, options, search, with_sources};
use crate::server::{Browser, Server};

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config/places.example.geojson")
}

async fn venues(file: &Path) -> Venues {
    Venues::new(VenuesOptions { file: Some(file.to_owned()), ..with_sources(&[Choice::File], &nobody().await) })
        .unwrap()
}

/// A file with one place of each name.
fn write(path: &Path, names: &[&str]) {
    let place = |name: &&str| json!({"geometry": {"coordinates": [9.99, 53.55]}, "properties": {"name": name}});
    let features: Vec<_> = names.iter().map(place).collect();
    fs::write(path, json!({"type": "FeatureCollection", "features": features}).to_string()).unwrap();
}

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("places.geojson");
    (folder, path)
}

#[tokio::test]
async fn the_example_is_a_good_file_and_answers_nearest_first() {
    let venues = venues(&example()).await;
    let answer = found(&venues, "ll=53.551,9.994&query=canteen").await;
    assert_eq!(
        answer,
        json!({
            "source": "file",
            "attribution": {"text": "Places our office likes"},
            "attributions": [{"text": "Places our office likes"}],
            "venues": [{
                "id": "canteen",
                "name": "The Canteen",
                "location": {"lat": 53.5511, "lng": 9.9937, "address": "Ground floor, behind the stairs"},
                "categories": [{"name": "Canteen"}, {"name": "Vegetarian"}],
                "tel": "040 555 0100",
                "source": "file",
                "distance": 23
            }]
        })
    );
    let all = found(&venues, "ll=53.551,9.994").await;
    assert_eq!(names(&all), ["The Canteen", "Señora Empanada", "Nudelhaus Drei Kräne", "Café Möwe"]);
    assert_eq!(names(&found(&venues, "query=senora").await), ["Señora Empanada"]);
    assert_eq!(names(&found(&venues, "query=KRANSTRASSE nudel").await), ["Nudelhaus Drei Kräne"]);
    assert_eq!(names(&found(&venues, "query=cafe&ll=53.551,9.994&limit=1").await), ["Café Möwe"]);
    assert_eq!(found(&venues, "query=sushi").await["venues"], json!([]));
}

#[tokio::test]
async fn a_place_has_the_same_id_after_a_restart() {
    let answers =
        [found(&venues(&example()).await, "query=mowe").await, found(&venues(&example()).await, "query=mowe").await];
    assert_eq!(answers[0]["venues"][0]["id"], answers[1]["venues"][0]["id"]);
    assert!(answers[0]["venues"][0]["id"].as_str().unwrap().starts_with("file:"));
}

/// A file knows no streets: what is asked around a named place is looked for by its words alone.
#[tokio::test]
async fn a_typed_place_does_not_keep_the_file_from_answering() {
    let answer = found(&venues(&example()).await, "near=Altona&query=cafe").await;
    assert_eq!(names(&answer), ["Café Möwe"]);
    assert!(answer["venues"][0].get("distance").is_none());
}

#[tokio::test]
async fn neither_a_place_nor_a_query_is_no_question_for_a_file_either() {
    assert_eq!(search(&venues(&example()).await, "").await, Err(BadQuestion::NoPlace.into()));
}

#[tokio::test]
async fn a_file_that_changes_or_is_exchanged_is_read_anew() {
    let (_folder, path) = folder();
    write(&path, &["Thai Palace"]);
    let venues = venues(&path).await;
    assert_eq!(names(&found(&venues, "query=palace").await), ["Thai Palace"]);
    write(&path, &["Thai Palace", "Ice Palace"]);
    until_found(&venues, &["Thai Palace", "Ice Palace"]).await;
    fs::remove_file(&path).unwrap();
    write(&path, &["Palace"]);
    until_found(&venues, &["Palace"]).await;
}

async fn until_found(venues: &Venues, expected: &[&str]) {
    let asked = async {
        while names(&found(venues, "query=palace").await) != expected {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(HANGS, asked).await.expect("a changed file is read anew");
}

#[tokio::test]
async fn a_file_that_cannot_be_used_stops_the_start_with_a_sentence() {
    let (_folder, path) = folder();
    let service = StandIn::recorded("photon-mitte").await;
    let refused = |file: Option<&Path>| {
        let file = file.map(Path::to_owned);
        let options = VenuesOptions { file, ..with_sources(&[Choice::OpenStreetMap, Choice::File], &service) };
        Venues::new(options).err().expect("it cannot be used").to_string()
    };
    assert!(refused(None).contains("venues.file"));
    assert!(refused(Some(&path)).contains("which cannot be read: "));
    for (text, wrong) in [
        ("{", "which is no JSON: "),
        ("{}", "which is no FeatureCollection: "),
        (
            r#"{"type": "FeatureCollection", "features": [], "attribution": 7}"#,
            "which has an attribution that is no text",
        ),
    ] {
        fs::write(&path, text).unwrap();
        let said = refused(Some(&path));
        assert!(
            said.contains("venues.file") && said.contains(path.to_str().unwrap()) && said.contains(wrong),
            "{said}"
        );
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[tokio::test]
async fn without_a_file_nothing_is_asked_of_one() {
    let service = StandIn::recorded("photon-mitte").await;
    let venues = Venues::new(options(Choice::OpenStreetMap, &service)).unwrap();
    assert_eq!(found(&venues, "query=thai").await["source"], "openstreetmap");
}

#[tokio::test]
async fn a_server_answers_from_its_file_and_counts_what_is_odd_in_it() {
    let (_folder, path) = folder();
    let odd = json!({"type": "FeatureCollection", "features": [
        {"geometry": {"coordinates": [9.99, 53.55]}, "properties": {"name": "Thai Palace"}}, {"properties": {}}, null
    ]});
    fs::write(&path, odd.to_string()).unwrap();
    let file = path.to_str().unwrap();
    let server = Server::start(&[("WTE__VENUES__SOURCE", "file"), ("WTE__VENUES__FILE", file)]).await;
    let browser = Browser::open(&server).await;
    let (status, answer) = browser.get("/api/venues?query=thai").await;
    assert_eq!((status, names(&answer)), (StatusCode::OK, vec!["Thai Palace"]));
    let log = server.log();
    assert!(log.contains(r#""skipped":2"#) && log.contains(r#""first":2"#) && log.contains(file), "{log}");
}

#[tokio::test]
async fn a_server_whose_file_is_wrong_does_not_start() {
    let (_folder, path) = folder();
    fs::write(&path, "[]").unwrap();
    let file = path.to_str().unwrap();
    let settings = [("WTE__STORE__PATH", ":memory:"), ("PORT", "0"), ("WTE__VENUES__FILE", file)];
    let said = Server::refusal(&settings).await;
    assert!(said.contains("The setting venues.file names ") && said.contains("is no FeatureCollection"), "{said}");
}

#[tokio::test]
async fn a_file_that_breaks_later_is_logged_and_its_places_stay() {
    let (_folder, path) = folder();
    write(&path, &["Thai Palace"]);
    let file = path.to_str().unwrap();
    let often = ("WTE__VENUES__QUESTIONS_PER_MINUTE", "600");
    let server = Server::start(&[("WTE__VENUES__SOURCE", "file"), ("WTE__VENUES__FILE", file), often]).await;
    let browser = Browser::open(&server).await;
    let ask = async || {
        let (status, answer) = browser.get("/api/venues?query=palace").await;
        assert_eq!((status, names(&answer)), (StatusCode::OK, vec!["Thai Palace"]));
    };
    fs::write(&path, "{").unwrap();
    let noticed = async {
        while !server.log().contains("stay until it is mended") {
            ask().await;
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(HANGS, noticed).await.expect("a broken file is noticed");
    ask().await;
}
