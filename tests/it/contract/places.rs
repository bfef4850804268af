//! Claims about venues: how one is named, whose rendering stands, and that nothing of it is lost.

use where_to_eat::domain::change::{Act, Refused, Rules};
use where_to_eat::domain::event::Event;
use where_to_eat::domain::venue::{Pick, RawVenue, Venue};

use super::Ground;
use super::group::{Group, LONG, known, place, refused, vote};

fn parsed(json: &str) -> Venue {
    let raw: RawVenue = serde_json::from_str(json).expect("the test's own JSON");
    Venue::parse(raw).expect("the test's own place")
}

pub async fn an_id_alone_is_a_venue_that_the_area_has(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    group.join("Bob").await;
    group.vote("Ann", "thai").await;
    group.act("Ann", Act::Withdraw).await.unwrap();
    let done = group.act("Bob", known("thai")).await.expect("a venue stays when its last vote goes");
    assert!(matches!(group.heard(&done).await, Event::Vote { fs, .. } if fs == place("thai", "The thai")));
    group.assert_view_is_the_store().await;
}

pub async fn an_unknown_id_is_no_such_venue(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    group.vote("Ann", "thai").await;
    let before = group.state().await;
    for id in ["sushi", "THAI", "thai2", "tha", "*", "__proto__"] {
        assert_eq!(refused(group.act("Ann", known(id)).await), Refused::NoSuchVenue, "{id}");
    }
    assert_eq!(group.state().await, before);
}

pub async fn the_first_rendering_of_an_id_stands(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    group.join("Bob").await;
    group.vote("Ann", "thai").await;
    let done = group.act("Bob", Act::Vote(Pick::Place(place("thai", "Poison")))).await.unwrap();
    assert!(matches!(group.heard(&done).await, Event::Vote { fs, .. } if fs.name == "The thai"));
    let state = group.assert_view_is_the_store().await;
    assert_eq!(state.venues.values().map(|venue| venue.name.as_str()).collect::<Vec<_>>(), ["The thai"]);
}

pub async fn a_write_in_by_two_people_is_one_place(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    group.join("Bob").await;
    group.act("Ann", Act::Vote(Pick::Place(parsed(r#"{"name":"Bob's Truck"}"#)))).await.unwrap();
    group.act("Bob", Act::Vote(Pick::Place(parsed(r#"{"name":" BOB'S  truck "}"#)))).await.unwrap();
    let state = group.assert_view_is_the_store().await;
    let standings = state.standings();
    assert_eq!(standings.len(), 1);
    assert_eq!((standings[0].venue.name.as_str(), standings[0].voters.len()), ("Bob's Truck", 2));
}

pub async fn a_venue_keeps_every_byte(ground: &dyn Ground) {
    let group = Group::meet(ground, LONG).await;
    group.join("Ann").await;
    let full = parsed(
        r#"{"id":"4b5e\\\"}{","name":"Ünï \"quoted\" \\ </script> 🍜 %s","tel":"+44 20 %20","url":"https://example.org/?a=b&c=%7B%7D",
            "location":{"lat":-0.1234567890123456,"lng":179.99999999999997,"address":"27 Frith Street, ロンドン"},
            "categories":[{"name":"Thai","icon":"https://example.org/i.png"},{"name":"Bar"}],"source":"file"}"#,
    );
    let bare = parsed(r#"{"id":"0","name":"0","location":{"lat":0,"lng":-0.0}}"#);
    for venue in [full, bare] {
        let done = group.act("Ann", Act::Vote(Pick::Place(venue.clone()))).await.unwrap();
        let Event::Vote { fs, .. } = group.heard(&done).await else { panic!("it is a vote") };
        assert_eq!((&fs, fs.to_json()), (&venue, venue.to_json()));
        assert_eq!(group.state().await.venues[&venue.id].to_json(), venue.to_json());
    }
    group.assert_view_is_the_store().await;
}

pub async fn a_full_list_takes_only_votes_for_what_is_there(ground: &dyn Ground) {
    let group = Group::meet(ground, Rules { venues: 2, ..LONG }).await;
    group.join("Ann").await;
    group.vote("Ann", "thai").await;
    group.vote("Ann", "sushi").await;
    assert_eq!(refused(group.act("Ann", vote("pizza")).await), Refused::VenuesFull);
    assert_eq!(refused(group.act("Ann", known("pizza")).await), Refused::NoSuchVenue);
    group.vote("Ann", "thai").await;
    group.act("Ann", known("sushi")).await.expect("it is there");
    assert_eq!(group.votes().await, "Ann sushi");
    group.assert_view_is_the_store().await;
}
