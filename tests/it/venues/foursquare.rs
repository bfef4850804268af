//! Foursquare: what is sent, and how its answers read.

use serde_json::json;
use where_to_eat::venues::{BadQuestion, Choice, VenueError};

use super::stand_in::{Reply, StandIn};
use super::{found, names, search, venues};

#[tokio::test]
async fn an_answer_becomes_venues_nearest_first() {
    let service = StandIn::recorded("foursquare-soho").await;
    let answer = found(&venues(Choice::Foursquare, &service), "ll=51.5134,-0.1314&query=thai").await;
    assert_eq!(
        answer,
        json!({
            "source": "foursquare",
            "attribution": {"text": "Powered by Foursquare", "url": "https://foursquare.com/"},
            "attributions": [{"text": "Powered by Foursquare", "url": "https://foursquare.com/"}],
            "venues": [
                {
                    "id": "4b5e8a6bf964a520e69229e3",
                    "name": "Bar Nero",
                    "location": {"lat": 51.513101, "lng": -0.131004, "address": "London"},
                    "categories": [
                        {"name": "Café", "icon": "https://ss3.4sqi.net/img/categories_v2/food/cafe_88.png"}
                    ],
                    "url": "https://foursquare.com/v/4b5e8a6bf964a520e69229e3",
                    "source": "foursquare",
                    "distance": 48
                },
                {
                    "id": "4ac518eff964a52064ad20e3",
                    "name": "Thai Palace",
                    "location": {"lat": 51.513862, "lng": -0.131216, "address": "27 Frith Street, London"},
                    "categories": [
                        {"name": "Thai Restaurant", "icon": "https://ss3.4sqi.net/img/categories_v2/food/thai_88.png"}
                    ],
                    "tel": "020 7946 0123",
                    "url": "https://foursquare.com/v/4ac518eff964a52064ad20e3",
                    "source": "foursquare",
                    "distance": 312
                }
            ]
        })
    );
}

#[tokio::test]
async fn the_request_carries_the_key_the_version_and_a_rounded_place() {
    let service = StandIn::recorded("foursquare-empty").await;
    found(&venues(Choice::Foursquare, &service), "ll=51.51339,-0.13144&query=thai&limit=7").await;
    let asked = &service.asked()[0];
    assert_eq!(asked.path, "/places/search");
    assert_eq!(asked.headers["authorization"], "Bearer fsq-key");
    assert_eq!(asked.headers["x-places-api-version"], "2025-06-17");
    assert_eq!(asked.headers["user-agent"], concat!("where-to-eat/", env!("CARGO_PKG_VERSION")));
    assert_eq!(asked.query["ll"], "51.513,-0.131");
    assert_eq!((&*asked.query["query"], &*asked.query["limit"]), ("thai", "7"));
    assert!(asked.query["fsq_category_ids"].split(',').any(|id| id == "4d4b7105d754a06374d81259"));
    assert!(!asked.query.contains_key("near") && !asked.query.contains_key("sort"));
}

#[tokio::test]
async fn only_free_fields_are_asked_for() {
    let service = StandIn::recorded("foursquare-empty").await;
    found(&venues(Choice::Foursquare, &service), "query=thai").await;
    let free = ["fsq_place_id", "name", "latitude", "longitude", "distance", "categories", "location", "tel"];
    let asked = &service.asked()[0];
    assert!(asked.query["fields"].split(',').all(|field| free.contains(&field)), "{}", asked.query["fields"]);
}

#[tokio::test]
async fn anything_to_eat_is_asked_for_by_distance() {
    let service = StandIn::recorded("foursquare-soho").await;
    found(&venues(Choice::Foursquare, &service), "near=Soho, London").await;
    let asked = &service.asked()[0];
    assert_eq!((&*asked.query["near"], &*asked.query["sort"]), ("Soho, London", "DISTANCE"));
    assert!(!asked.query.contains_key("query") && !asked.query.contains_key("ll"));
}

#[tokio::test]
async fn nothing_found_is_an_empty_list() {
    let service = StandIn::recorded("foursquare-empty").await;
    let answer = found(&venues(Choice::Foursquare, &service), "query=thai").await;
    assert_eq!(answer["venues"], json!([]));
}

#[tokio::test]
async fn odd_fields_go_and_odd_places_are_skipped() {
    let service = StandIn::recorded("foursquare-odd").await;
    let answer = found(&venues(Choice::Foursquare, &service), "ll=51.513,-0.131&query=a").await;
    assert_eq!(names(&answer), ["By the square", "Survivor", "Elsewhere"]);
    assert_eq!(answer["venues"][0]["distance"], 89);
    assert_eq!(
        answer["venues"][1],
        json!({
            "id": "5a02",
            "name": "Survivor",
            "location": {"address": "27 Frith Street, London"},
            "categories": [{"name": "Diner"}],
            "url": "https://foursquare.com/v/5a02",
            "source": "foursquare"
        })
    );
    let elsewhere = json!({
        "id": "5a03", "name": "Elsewhere", "url": "https://foursquare.com/v/5a03", "source": "foursquare"
    });
    assert_eq!(answer["venues"][2], elsewhere);
}

#[tokio::test]
async fn a_place_it_cannot_find_is_named_as_the_reason() {
    let service = StandIn::start(|_| Reply::status("400 Bad Request")).await;
    let venues = venues(Choice::Foursquare, &service);
    assert_eq!(search(&venues, "near=Xyzzy").await, Err(VenueError::UnknownPlace));
    assert_eq!(search(&venues, "query=thai").await, Err(VenueError::Question(BadQuestion::NoPlace)));
    assert_eq!(search(&venues, "ll=1,1").await, Err(VenueError::BadAnswer));
}

#[tokio::test]
async fn equal_questions_under_way_are_asked_once_and_none_is_kept() {
    let service = StandIn::recorded("foursquare-soho").await;
    let venues = venues(Choice::Foursquare, &service);
    // Whoever comes within the same hundred metres asks the same.
    let (one, two, other) = tokio::join!(
        search(&venues, "ll=51.5131,-0.1310&query=thai"),
        search(&venues, "ll=51.5133,-0.1312&query=thai"),
        search(&venues, "ll=51.5131,-0.1310&query=ramen"),
    );
    assert!(one.is_ok() && one == two && other.is_ok());
    assert_eq!(service.asked().len(), 2);
    search(&venues, "ll=51.5131,-0.1310&query=thai").await.unwrap();
    assert_eq!(service.asked().len(), 3);
}
