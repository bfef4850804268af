//! Whatever JSON a source sends: nothing panics, and what is found keeps a venue's rules.

use proptest::prelude::*;
use serde_json::{Map, Value};

use super::answer::Found;
use super::file::geojson;
use super::question::Point;
use super::{foursquare, photon};
use crate::domain::venue::{RawVenue, Venue};

/// The fields that the readers look at: a random key would hardly ever hit one.
const FIELDS: [&str; 31] = [
    "results",
    "features",
    "fsq_place_id",
    "name",
    "latitude",
    "longitude",
    "distance",
    "categories",
    "short_name",
    "icon",
    "prefix",
    "suffix",
    "location",
    "address",
    "locality",
    "formatted_address",
    "tel",
    "properties",
    "geometry",
    "coordinates",
    "osm_type",
    "osm_id",
    "osm_value",
    "street",
    "city",
    "id",
    "category",
    "cuisine",
    "url",
    "attribution",
    "context",
];

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (-200.0..200.0).prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[ -~]{1,40}|N|W|https://ss3.4sqi.net/|\\PC{0,300}".prop_map(Value::from),
    ]
}

fn json() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            object(inner).prop_map(Value::Object),
        ]
    })
}

fn object(of: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::vec((prop::sample::select(&FIELDS[..]), of), 0..12)
        .prop_map(|fields| fields.into_iter().map(|(field, value)| (field.to_owned(), value)).collect())
}

/// A result that is a place but for whatever stands in some of its fields.
fn place() -> impl Strategy<Value = Value> {
    (object(json()), object(json()), any::<String>()).prop_map(|(mut outer, mut inner, name)| {
        inner.insert("osm_type".into(), "N".into());
        inner.insert("osm_id".into(), 7.into());
        inner.entry("name").or_insert_with(|| name.clone().into());
        outer.insert("properties".into(), inner.into());
        outer.insert("fsq_place_id".into(), "4b5e".into());
        outer.entry("name").or_insert_with(|| name.into());
        outer.into()
    })
}

fn keeps_the_rules(found: &Found) -> bool {
    let again: RawVenue = serde_json::from_str(&found.venue.to_json()).expect("a venue is a raw venue");
    Venue::parse(again).as_ref() == Ok(&found.venue)
}

fn read(answer: &Value) -> Vec<Found> {
    let from = Point::rounded(52.5, 13.4);
    let foursquare = foursquare::places::venues(answer, from).unwrap_or_default();
    let mut collection = answer.clone();
    if let Some(collection) = collection.as_object_mut() {
        collection.insert("type".into(), "FeatureCollection".into());
    }
    let file = geojson::contents(&collection).map(|file| file.entries).unwrap_or_default();
    let file = file.into_iter().map(|entry| Found::new(entry.venue, None, from));
    foursquare.into_iter().chain(photon::places::venues(answer, from).unwrap_or_default()).chain(file).collect()
}

proptest! {
    #[test]
    fn any_json_is_read_or_refused(answer in json()) {
        prop_assert!(read(&answer).iter().all(keeps_the_rules));
    }

    #[test]
    fn any_places_are_read_or_skipped(places in prop::collection::vec(place(), 0..4)) {
        let answer = serde_json::json!({ "results": places, "features": places });
        prop_assert!(read(&answer).iter().all(keeps_the_rules));
    }
}
