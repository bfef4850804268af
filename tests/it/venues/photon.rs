//! OpenStreetMap through Photon: what is sent, and how its answers read.

use serde_json::json;
use where_to_eat::venues::{Choice, VenueError, Venues};

use super::stand_in::{Asked, Reply, StandIn};
use super::{found, names, options, search, venues};

/// Answers like Photon: with no `include`, a name is looked up; with one, places to eat are searched for.
async fn photon() -> StandIn {
    StandIn::start(|asked| match asked.query.contains_key("include") {
        true => Reply::recorded("photon-mitte"),
        false => Reply::recorded("photon-place"),
    })
    .await
}

fn look_ups(asked: &[Asked]) -> usize {
    asked.iter().filter(|asked| !asked.query.contains_key("include")).count()
}

#[tokio::test]
async fn an_answer_becomes_venues_nearest_first() {
    let service = photon().await;
    let answer = found(&venues(Choice::OpenStreetMap, &service), "ll=52.517,13.389&query=palast").await;
    assert_eq!(
        answer,
        json!({
            "source": "openstreetmap",
            "attribution": {
                "text": "© OpenStreetMap contributors",
                "url": "https://www.openstreetmap.org/copyright"
            },
            "attributions": [{
                "text": "© OpenStreetMap contributors",
                "url": "https://www.openstreetmap.org/copyright"
            }],
            "venues": [
                {
                    "id": "way/38862723",
                    "name": "Kaffee am Eck",
                    "location": {"lat": 52.5171, "lng": 13.3891, "address": "Berlin"},
                    "categories": [{"name": "Café"}],
                    "url": "https://www.openstreetmap.org/way/38862723",
                    "source": "openstreetmap",
                    "distance": 13
                },
                {
                    "id": "node/1229456301",
                    "name": "Falafel Palast",
                    "location": {"lat": 52.5298211, "lng": 13.4030111, "address": "Torstraße 101, Berlin"},
                    "categories": [{"name": "Fast food"}],
                    "url": "https://www.openstreetmap.org/node/1229456301",
                    "source": "openstreetmap",
                    "distance": 1712
                }
            ]
        })
    );
}

#[tokio::test]
async fn the_request_says_who_asks_and_asks_for_places_to_eat() {
    let service = photon().await;
    let mut options = options(Choice::OpenStreetMap, &service);
    options.public_url = Some("https://eat.example".to_owned());
    found(&Venues::new(options).unwrap(), "ll=52.51668,13.38886&query=palast&limit=7").await;
    let asked = &service.asked()[0];
    assert_eq!(asked.path, "/api");
    let agent = concat!("where-to-eat/", env!("CARGO_PKG_VERSION"), " (+https://eat.example)");
    assert_eq!(asked.headers["user-agent"], agent);
    assert!(asked.query["include"].starts_with("osm.amenity.restaurant,osm.amenity.cafe,"));
    assert_eq!((&*asked.query["lat"], &*asked.query["lon"]), ("52.517", "13.389"));
    assert_eq!((&*asked.query["q"], &*asked.query["limit"]), ("palast", "7"));
    assert!(!asked.headers.contains_key("authorization"));
}

#[tokio::test]
async fn a_typed_place_is_looked_up_once_and_searched_around() {
    let service = photon().await;
    let venues = venues(Choice::OpenStreetMap, &service);
    let answer = found(&venues, "near=Berlin Mitte").await;
    assert_eq!(names(&answer), ["Kaffee am Eck", "Falafel Palast"]);
    let asked = service.asked();
    assert_eq!((&*asked[0].query["q"], &*asked[0].query["limit"]), ("Berlin Mitte", "1"));
    assert_eq!((&*asked[1].query["lat"], &*asked[1].query["lon"]), ("52.517", "13.389"));
    assert!(!asked[1].query.contains_key("q"));
    found(&venues, "near=Berlin Mitte&query=falafel").await;
    assert_eq!((look_ups(&service.asked()), service.asked().len()), (1, 3));
}

#[tokio::test]
async fn a_typed_place_that_is_nowhere_is_named_as_the_reason() {
    let service = StandIn::recorded("photon-empty").await;
    let venues = venues(Choice::OpenStreetMap, &service);
    assert_eq!(search(&venues, "near=Xyzzy&query=thai").await, Err(VenueError::UnknownPlace));
    assert_eq!(service.asked().len(), 1);
}

#[tokio::test]
async fn nothing_found_is_an_empty_list() {
    let service = StandIn::recorded("photon-empty").await;
    let answer = found(&venues(Choice::OpenStreetMap, &service), "query=xyzzy").await;
    assert_eq!(answer["venues"], json!([]));
}

#[tokio::test]
async fn odd_fields_go_and_odd_places_are_skipped() {
    let service = StandIn::recorded("photon-odd").await;
    let answer = found(&venues(Choice::OpenStreetMap, &service), "ll=52.5,13.4&query=a").await;
    assert_eq!(
        answer["venues"],
        json!([
            {
                "id": "node/4",
                "name": "Nowhere to be found",
                "categories": [{"name": "Ice cream"}],
                "url": "https://www.openstreetmap.org/node/4",
                "source": "openstreetmap"
            },
            {
                "id": "relation/5",
                "name": "Half a point",
                "location": {"address": "Berlin"},
                "url": "https://www.openstreetmap.org/relation/5",
                "source": "openstreetmap"
            }
        ])
    );
}

#[tokio::test]
async fn a_known_answer_is_not_asked_for_again() {
    let service = photon().await;
    let venues = venues(Choice::OpenStreetMap, &service);
    let (one, two) =
        tokio::join!(search(&venues, "ll=52.5,13.4&query=palast"), search(&venues, "ll=52.5,13.4&query=palast"));
    assert!(one.is_ok() && one == two);
    search(&venues, "ll=52.5,13.4&query=palast").await.unwrap();
    assert_eq!(service.asked().len(), 1);
    search(&venues, "ll=52.6,13.4&query=palast").await.unwrap();
    assert_eq!(service.asked().len(), 2);
}
