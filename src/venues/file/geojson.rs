//! Reads places out of a GeoJSON FeatureCollection of points. What is wrong is said as the end of a sentence that begins with the
//! file. Knows nothing of questions, nor when the file is read.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use serde_json::Value;

use super::super::answer::Attribution;
use super::super::{fold, read as fields};
use super::SOURCE;
use super::fitting::Entry;
use crate::domain::name::visible_text;
use crate::domain::owner::hex_digest;
use crate::domain::venue::{Category, Location, RawVenue};

/// Places of a file, at most: an office knows some dozens, and each question looks at all of them.
const PLACES_MAX: usize = 2_000;
/// MiB of a file, at most: 2 KiB for each of those places.
const MIB_MAX: u64 = 4;
/// Characters of the file's own attribution, at most: it stands in one line under the results.
const ATTRIBUTION_MAX: usize = 200;

/// The places of a file.
pub struct Contents {
    pub attribution: Option<Attribution>,
    pub entries: Vec<Entry>,
    /// Which features are no places that can be used, counted from 1.
    pub odd: Vec<usize>,
}

/// The places of the file at `path`, else what is wrong with it.
pub fn read(path: &Path) -> Result<Contents, String> {
    let cannot = |error: std::io::Error| format!("cannot be read: {error}");
    // A pipe would be waited for.
    if !fs::metadata(path).map_err(cannot)?.is_file() {
        return Err("is no file".to_owned());
    }
    let mut bytes = Vec::new();
    let most = MIB_MAX * 1024 * 1024;
    File::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes)).map_err(cannot)?;
    if bytes.len() as u64 > most {
        return Err(format!("is larger than {MIB_MAX} MiB"));
    }
    // Some editors begin a file with a mark that JSON does not know.
    let json = serde_json::from_slice(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes));
    contents(&json.map_err(|error| format!("is no JSON: {error}"))?)
}

/// The places of a collection, else what is wrong with it.
pub fn contents(collection: &Value) -> Result<Contents, String> {
    let features = collection.get("features").and_then(Value::as_array);
    let features = features
        .filter(|_| collection.get("type").is_some_and(|kind| kind == "FeatureCollection"))
        .ok_or(r#"is no FeatureCollection: it needs "type": "FeatureCollection" and a list of "features""#)?;
    if features.len() > PLACES_MAX {
        return Err(format!("has {} features, and {PLACES_MAX} is the most", features.len()));
    }
    let attribution = match collection.get("attribution") {
        None | Some(Value::Null) => None,
        Some(text) => {
            let text = text.as_str().and_then(|text| visible_text(text, ATTRIBUTION_MAX));
            let text =
                text.ok_or(format!("has an attribution that is no text of 1 to {ATTRIBUTION_MAX} characters"))?;
            Some(Attribution::plain(text))
        }
    };
    let mut contents = Contents { attribution, entries: Vec::with_capacity(features.len()), odd: Vec::new() };
    let mut ids = HashSet::new();
    for (feature, number) in features.iter().zip(1..) {
        match entry(feature).filter(|entry| ids.insert(entry.venue.id.clone())) {
            Some(entry) => contents.entries.push(entry),
            None => contents.odd.push(number),
        }
    }
    Ok(contents)
}

fn entry(feature: &Value) -> Option<Entry> {
    let properties = feature.get("properties")?;
    let name = fields::text(properties, "name")?;
    let (lat, lng) = fields::coordinates(feature)?;
    let given = [properties.get("id"), feature.get("id")].into_iter().flatten().find_map(id);
    let venue = fields::venue(RawVenue {
        id: Some(given.unwrap_or_else(|| made_id(&name, lat, lng))),
        name: Some(name),
        location: Some(Location { lat: Some(lat), lng: Some(lng), address: fields::text(properties, "address") }),
        categories: Some(categories(properties)),
        tel: fields::text(properties, "tel"),
        url: fields::text(properties, "url"),
        source: Some(SOURCE.to_owned()),
    })?;
    let on_earth = venue.location.as_ref().is_some_and(|location| location.lat.is_some());
    on_earth.then(|| Entry::new(venue))
}

/// An id that the file gives: a text, or a number, as GeoJSON allows.
fn id(given: &Value) -> Option<String> {
    match given {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The same for the same name at the same place, to about a metre: it outlives a restart, and an edit of all else.
fn made_id(name: &str, lat: f64, lng: f64) -> String {
    format!("{SOURCE}:{}", hex_digest("place", &format!("{} {lat:.5} {lng:.5}", fold::key(name))))
}

/// `category` and `cuisine`: texts, also several in one as OpenStreetMap has them (`thai;ice_cream`), or lists of texts.
fn categories(properties: &Value) -> Vec<Category> {
    let mut seen = HashSet::new();
    let values = ["category", "cuisine"].into_iter().filter_map(|field| properties.get(field));
    let texts = values.flat_map(|value| value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice));
    let names = texts.filter_map(Value::as_str).flat_map(|text| text.split([';', ',']));
    names
        .map(|name| fields::in_words(name.trim()))
        .filter(|name| !name.is_empty() && seen.insert(fold::key(name)))
        .map(|name| Category { name, icon: None })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn feature(properties: Value) -> Value {
        json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": [13.4, 52.5]}, "properties": properties})
    }

    fn of(features: &[Value]) -> Contents {
        contents(&json!({"type": "FeatureCollection", "features": features})).unwrap()
    }

    fn id_of(feature: &Value) -> String {
        of(std::slice::from_ref(feature)).entries[0].venue.id.as_str().to_owned()
    }

    fn wrong(collection: &Value) -> String {
        contents(collection).err().expect("it is wrong")
    }

    #[test]
    fn a_feature_becomes_a_venue() {
        let feature = feature(json!({
            "name": " Noodle  Bar ", "address": "Kirchgasse 3", "category": "noodle_bar; Vegan", "cuisine": ["vegan", "thai"],
            "tel": "030 1234", "url": "https://noodle.example", "id": "noodle", "owner": "?"
        }));
        let venue = &of(&[feature]).entries[0].venue;
        assert_eq!(
            serde_json::to_value(venue).unwrap(),
            json!({
                "id": "noodle", "name": "Noodle Bar", "location": {"lat": 52.5, "lng": 13.4, "address": "Kirchgasse 3"},
                "categories": [{"name": "Noodle bar"}, {"name": "Vegan"}, {"name": "Thai"}],
                "tel": "030 1234", "url": "https://noodle.example/", "source": "file"
            })
        );
    }

    #[test]
    fn an_id_is_the_given_one_or_that_of_name_and_place() {
        assert_eq!(id_of(&feature(json!({"name": "a", "id": 7}))), "7");
        let mut outside = feature(json!({"name": "a"}));
        outside["id"] = json!("way/1");
        assert_eq!(id_of(&outside), "way/1");
        let made = id_of(&feature(json!({"name": "Café"})));
        assert!(made.starts_with("file:"), "{made}");
        assert_eq!(made, id_of(&feature(json!({"name": "CAFE", "tel": "1", "id": " "}))));
        assert_ne!(made, id_of(&feature(json!({"name": "Bar"}))));
        let mut elsewhere = feature(json!({"name": "Café"}));
        elsewhere["geometry"]["coordinates"][0] = json!(13.41);
        assert_ne!(made, id_of(&elsewhere));
    }

    #[test]
    fn odd_features_are_skipped_and_counted_and_odd_fields_left_out() {
        let point = |coordinates: Value| json!({"geometry": {"coordinates": coordinates}, "properties": {"name": "a"}});
        let contents = of(&[
            feature(json!({"name": "Good", "tel": 7, "url": "javascript:alert(1)", "category": [{}, null, ""]})),
            feature(json!({"name": ""})),
            feature(json!({"id": "nameless"})),
            feature(json!({"name": "a", "id": "x".repeat(65)})),
            feature(json!({"name": "a", "id": "write-in:1"})),
            feature(json!({"name": "Good"})),
            point(json!([[13.4, 52.5], [13.5, 52.5]])),
            point(json!([13.4])),
            point(json!([13.4, 91])),
            json!({"properties": {"name": "a"}, "geometry": null}),
            json!(null),
        ]);
        assert_eq!(contents.odd, (2..=11).collect::<Vec<_>>());
        let names: Vec<_> = contents.entries.iter().map(|entry| &*entry.venue.name).collect();
        assert_eq!(names, ["Good"]);
        let venue = &contents.entries[0].venue;
        assert!(venue.tel.is_none() && venue.url.is_none() && venue.categories.is_empty());
    }

    #[test]
    fn what_is_no_collection_is_told() {
        for no_collection in [json!([]), json!({}), json!({"features": []}), json!({"type": "FeatureCollection"})] {
            assert!(wrong(&no_collection).contains("is no FeatureCollection"), "{no_collection}");
        }
        let many = vec![Value::Null; PLACES_MAX + 1];
        assert!(wrong(&json!({"type": "FeatureCollection", "features": many})).contains("2001 features"));
        let most = vec![Value::Null; PLACES_MAX];
        assert!(contents(&json!({"type": "FeatureCollection", "features": most})).is_ok());
    }

    #[test]
    fn an_attribution_is_a_text_or_absent_and_never_lost() {
        let with = |attribution: Value| {
            contents(&json!({"type": "FeatureCollection", "features": [], "attribution": attribution}))
        };
        assert_eq!(with(json!(" Our  list ")).unwrap().attribution, Some(Attribution::plain("Our list".to_owned())));
        assert_eq!(with(Value::Null).unwrap().attribution, None);
        assert!(with(json!("x".repeat(200))).is_ok());
        for odd in [json!(7), json!(""), json!("x".repeat(201))] {
            assert!(with(odd).err().unwrap().contains("has an attribution that is no text"));
        }
    }

    #[test]
    fn a_file_has_to_be_one_and_has_a_bound() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path()).err().unwrap(), "is no file");
        let path = folder.path().join("places.geojson");
        assert!(read(&path).err().unwrap().starts_with("cannot be read: "));
        let empty = "\u{feff}{\"type\": \"FeatureCollection\", \"features\": []}";
        let full = usize::try_from(MIB_MAX * 1024 * 1024).unwrap();
        fs::write(&path, empty.to_owned() + &" ".repeat(full - empty.len())).unwrap();
        assert!(read(&path).unwrap().entries.is_empty());
        fs::write(&path, empty.to_owned() + &" ".repeat(full - empty.len() + 1)).unwrap();
        assert_eq!(read(&path).err().unwrap(), "is larger than 4 MiB");
        fs::write(&path, "{\"type\":\n oops}").unwrap();
        assert_eq!(read(&path).err().unwrap(), "is no JSON: expected value at line 2 column 2");
    }
}
