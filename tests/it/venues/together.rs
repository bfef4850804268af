//! Several sources asked together: one list, each place once, and what one cannot tell the others do.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::NamedTempFile;
use tokio::sync::Barrier;
use where_to_eat::venues::{Choice, VenueError, Venues, VenuesOptions};

use super::stand_in::{Asked, Reply, StandIn};
use super::{found, names, nobody, search, with_sources};

const ALL: [Choice; 3] = [Choice::OpenStreetMap, Choice::File, Choice::Foursquare];

/// Places of the office, at latitude and longitude.
fn file(places: &[(&str, f64, f64)]) -> NamedTempFile {
    let place = |(name, lat, lng): &(&str, f64, f64)| json!({"geometry": {"coordinates": [lng, lat]}, "properties": {"name": name}});
    let features: Vec<Value> = places.iter().map(place).collect();
    let collection = json!({"type": "FeatureCollection", "attribution": "Our list", "features": features});
    let file = NamedTempFile::new().unwrap();
    std::fs::write(file.path(), collection.to_string()).unwrap();
    file
}

fn together(sources: &[Choice], file: &Path, service: &StandIn) -> VenuesOptions {
    VenuesOptions { file: Some(file.to_owned()), ..with_sources(sources, service) }
}

fn well(asked: &Asked) -> Reply {
    match (&*asked.path, asked.query.contains_key("include")) {
        ("/places/search", _) => Reply::recorded("foursquare-soho"),
        (_, true) => Reply::recorded("photon-mitte"),
        (_, false) => Reply::recorded("photon-place"),
    }
}

fn of<'a>(answer: &'a Value, field: &str) -> Vec<&'a str> {
    answer["venues"].as_array().unwrap().iter().map(|venue| venue[field].as_str().unwrap_or("-")).collect()
}

#[tokio::test]
async fn all_sources_make_one_list_nearest_first_with_credit_to_each() {
    let service = StandIn::start(well).await;
    let places = file(&[("Palast der Nudeln", 52.52, 13.389)]);
    let venues = Venues::new(together(&ALL, places.path(), &service)).unwrap();
    let answer = found(&venues, "ll=52.517,13.389&query=palast").await;
    assert_eq!(answer["source"], "file,openstreetmap,foursquare", "the file first, the others as they are named");
    assert_eq!(names(&answer), ["Kaffee am Eck", "Bar Nero", "Thai Palace", "Palast der Nudeln", "Falafel Palast"]);
    let foursquare = json!({"text": "Powered by Foursquare", "url": "https://foursquare.com/"});
    let openstreetmap =
        json!({"text": "© OpenStreetMap contributors", "url": "https://www.openstreetmap.org/copyright"});
    assert_eq!(answer["attributions"], json!([{"text": "Our list"}, openstreetmap, foursquare]));
    let text = "Our list · © OpenStreetMap contributors · Powered by Foursquare";
    assert_eq!(answer["attribution"], json!({"text": text}));
}

#[tokio::test]
async fn a_place_that_two_know_stands_there_once_in_the_files_words() {
    let service = StandIn::start(well).await;
    // 30 m beside where OpenStreetMap has the Falafel Palast, and the same name across the town.
    let places = file(&[("FALAFEL PALAST", 52.5300911, 13.4030111), ("Kaffee am Eck", 52.6, 13.389)]);
    let venues = Venues::new(together(&ALL[..2], places.path(), &service)).unwrap();
    let answer = found(&venues, "ll=52.517,13.389").await;
    assert_eq!(names(&answer), ["Kaffee am Eck", "FALAFEL PALAST", "Kaffee am Eck"]);
    assert_eq!(of(&answer, "source"), ["openstreetmap", "file", "file"]);
}

#[tokio::test]
async fn without_a_place_the_sources_take_turns_the_file_first() {
    let service = StandIn::start(well).await;
    let places = file(&[("Palast 1", 1.0, 1.0), ("Palast 2", 2.0, 2.0)]);
    let venues = Venues::new(together(&ALL[..2], places.path(), &service)).unwrap();
    let answer = found(&venues, "query=palast").await;
    assert_eq!(names(&answer), ["Palast 1", "Falafel Palast", "Palast 2", "Kaffee am Eck"]);
    assert_eq!(names(&found(&venues, "query=palast&limit=2").await), ["Palast 1", "Falafel Palast"]);
}

#[tokio::test]
async fn the_file_is_searched_around_the_place_that_another_source_found() {
    let service = StandIn::start(well).await;
    let places =
        file(&[("Palast am Rand", 52.6, 13.4), ("Palast der Mitte", 52.518, 13.389), ("Soho Palast", 51.513, -0.131)]);
    for (source, near) in [(Choice::OpenStreetMap, "Palast der Mitte"), (Choice::Foursquare, "Soho Palast")] {
        let venues = Venues::new(VenuesOptions {
            foursquare_key: Some("fsq-key".to_owned()),
            ..together(&[Choice::File, source], places.path(), &service)
        });
        let answer = found(&venues.unwrap(), "near=There&query=palast&limit=6").await;
        let files: Vec<_> =
            names(&answer).into_iter().zip(of(&answer, "source")).filter(|(_, of)| *of == "file").collect();
        assert_eq!(files[0].0, near);
        assert!(answer["venues"].as_array().unwrap().iter().all(|venue| venue["distance"].is_u64()), "{answer}");
    }
}

#[tokio::test]
async fn the_sources_are_asked_at_the_same_time() {
    // Each is answered only once the other has been asked, too.
    let both = Arc::new(Barrier::new(2));
    let service = StandIn::start_async(move |asked| {
        let (both, reply) = (Arc::clone(&both), well(&asked));
        async move {
            both.wait().await;
            reply
        }
    })
    .await;
    let venues = Venues::new(with_sources(&[Choice::OpenStreetMap, Choice::Foursquare], &service)).unwrap();
    assert_eq!(found(&venues, "ll=52.5,13.4").await["source"], "openstreetmap,foursquare");
}

#[tokio::test]
async fn what_the_others_found_is_told_when_one_fails_whatever_its_failure() {
    let places = file(&[("Palast", 52.52, 13.389)]);
    let replies: [fn() -> Reply; 5] = [
        || Reply::status("500 Internal Server Error"),
        || Reply::status("401 Unauthorized"),
        || Reply::json("nonsense"),
        || Reply::Cut(String::new()),
        || Reply::Silence(String::new()),
    ];
    for reply in replies {
        let service = StandIn::start(move |asked| if asked.path == "/api" { reply() } else { well(asked) }).await;
        let options = VenuesOptions { timeout: Duration::from_millis(500), ..together(&ALL, places.path(), &service) };
        let venues = Venues::new(options).unwrap();
        for question in ["ll=52.517,13.389&query=palast", "near=Berlin&query=palast", "query=palast"] {
            let answer = found(&venues, question).await;
            assert_eq!(answer["source"], "file,foursquare", "{question}");
            assert_eq!(answer["attribution"]["text"], "Our list · Powered by Foursquare");
            assert_eq!(answer["venues"].as_array().unwrap().len(), 3);
        }
    }
}

#[tokio::test]
async fn when_all_fail_the_most_useful_sentence_is_told() {
    let service = StandIn::start(|asked| match &*asked.path {
        "/places/search" => Reply::status("401 Unauthorized"),
        _ => Reply::Whole("429 Too Many Requests", "Retry-After: 60\r\n", String::new()),
    })
    .await;
    let venues = Venues::new(with_sources(&[Choice::Foursquare, Choice::OpenStreetMap], &service)).unwrap();
    let error = search(&venues, "query=palast").await.unwrap_err();
    assert!(matches!(error, VenueError::OverQuota { retry_after: Some(_) }), "{error:?}");
}

#[tokio::test]
async fn nothing_found_beside_a_failure_is_a_failure() {
    let service = StandIn::start(|_| Reply::status("500 Internal Server Error")).await;
    let places = file(&[("Palast", 52.52, 13.389)]);
    let venues = Venues::new(together(&ALL[..2], places.path(), &service)).unwrap();
    assert_eq!(search(&venues, "query=ramen").await, Err(VenueError::Unreachable));
    assert_eq!(names(&found(&venues, "query=palast").await), ["Palast"]);
}

/// What is said by one source alone may still be kept: the terms are each source's own.
#[tokio::test]
async fn each_source_keeps_its_answers_by_its_own_terms() {
    let service = StandIn::start(well).await;
    let venues = Venues::new(with_sources(&[Choice::OpenStreetMap, Choice::Foursquare], &service)).unwrap();
    for _ in 0..2 {
        found(&venues, "ll=52.5,13.4&query=palast").await;
    }
    let times = |path: &str| service.asked().iter().filter(|asked| asked.path == path).count();
    assert_eq!((times("/api"), times("/places/search")), (1, 2));
}

#[tokio::test]
async fn a_source_that_is_left_alone_does_not_silence_the_others() {
    let service = StandIn::start(|asked| match &*asked.path {
        "/places/search" => Reply::Whole("429 Too Many Requests", "Retry-After: 60\r\n", String::new()),
        _ => well(asked),
    })
    .await;
    let venues = Venues::new(with_sources(&[Choice::Foursquare, Choice::OpenStreetMap], &service)).unwrap();
    for query in ["query=palast", "query=falafel"] {
        assert_eq!(found(&venues, query).await["source"], "openstreetmap");
    }
    assert_eq!(service.asked().iter().filter(|asked| asked.path == "/places/search").count(), 1);
}

#[tokio::test]
async fn nobody_is_asked_where_there_is_no_source() {
    let service = nobody().await;
    let venues = Venues::new(with_sources(&[], &service)).unwrap();
    let answer = found(&venues, "query=thai").await;
    assert_eq!(answer, json!({"source": "none", "attribution": null, "attributions": [], "venues": []}));
    assert!(service.asked().is_empty());
}
