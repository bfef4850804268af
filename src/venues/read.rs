//! Reads venues out of JSON that may hold anything: a field that is odd is left out, a place without an id or a name
//! is none. Knows the rules of a venue, no source's format.

use serde_json::Value;

use crate::domain::venue::{Category, Location, RawVenue, VENUE_MAX_BYTES, Venue};

/// The first ones say enough in a row of a list.
const CATEGORIES_MAX: usize = 3;

/// A text that is there and not blank.
pub fn text(object: &Value, field: &str) -> Option<String> {
    object.get(field)?.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A tag as a person would write it: `food_court` is "Food court".
pub fn in_words(tag: &str) -> String {
    let spaced = tag.replace('_', " ");
    let mut letters = spaced.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Latitude and longitude of a point in GeoJSON, which has them the other way round.
pub fn coordinates(feature: &Value) -> Option<(f64, f64)> {
    let pair = feature.get("geometry")?.get("coordinates")?;
    Some((pair.get(1)?.as_f64()?, pair.get(0)?.as_f64()?))
}

/// What is there of some texts, in a row.
pub fn joined(parts: impl IntoIterator<Item = Option<String>>, between: &str) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(between))
}

/// The venue with those fields that keep a venue's rules; none without an id and a name that do.
pub fn venue(raw: RawVenue) -> Option<Venue> {
    // Without an id it would become somebody's write-in.
    raw.id.as_ref()?;
    let with = |field: RawVenue| {
        let identity = RawVenue { id: raw.id.clone(), name: raw.name.clone(), source: raw.source.clone(), ..field };
        Venue::parse(identity).ok()
    };
    let mut venue = with(RawVenue::default())?;
    venue.tel = with(RawVenue { tel: raw.tel, ..RawVenue::default() }).and_then(|with| with.tel);
    venue.url = with(RawVenue { url: raw.url, ..RawVenue::default() }).and_then(|with| with.url);
    let categories = raw.categories.unwrap_or_default().into_iter();
    let category = |category| with(RawVenue { categories: Some(vec![category]), ..RawVenue::default() });
    venue.categories = categories.filter_map(category).flat_map(|with| with.categories).take(CATEGORIES_MAX).collect();
    if let Some(Location { lat, lng, address }) = raw.location {
        let place = |location| with(RawVenue { location: Some(location), ..RawVenue::default() })?.location;
        let point = place(Location { lat, lng, address: None });
        let address = place(Location { lat: None, lng: None, address }).and_then(|place| place.address);
        venue.location = match point {
            Some(point) => Some(Location { address, ..point }),
            None => address.map(|address| Location { lat: None, lng: None, address: Some(address) }),
        };
    }
    if venue.to_json().len() > VENUE_MAX_BYTES {
        venue.categories.iter_mut().for_each(|category: &mut Category| category.icon = None);
    }
    (venue.to_json().len() <= VENUE_MAX_BYTES).then_some(venue)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(id: &str) -> RawVenue {
        RawVenue { id: Some(id.into()), name: Some("Thai Palace".into()), ..RawVenue::default() }
    }

    fn category(name: &str, icon: Option<String>) -> Category {
        Category { name: name.into(), icon }
    }

    #[test]
    fn an_odd_field_is_left_out_and_the_rest_stays() {
        let place = venue(RawVenue {
            tel: Some("0".repeat(99)),
            url: Some("javascript:alert(1)".into()),
            location: Some(Location { lat: Some(99.0), lng: Some(0.0), address: Some("27 Frith Street".into()) }),
            categories: Some(vec![category("", None), category("Thai", None), category("a", Some("data:,".into()))]),
            ..named("4b5e")
        });
        assert_eq!(
            place.unwrap().to_json(),
            r#"{"id":"4b5e","name":"Thai Palace","location":{"address":"27 Frith Street"},"categories":[{"name":"Thai"}]}"#
        );
    }

    #[test]
    fn a_place_without_an_id_or_a_name_is_none() {
        assert_eq!(venue(RawVenue { id: None, ..named("4b5e") }), None);
        assert_eq!(venue(RawVenue { name: None, ..named("4b5e") }), None);
        assert_eq!(venue(RawVenue { name: Some("x".repeat(101)), ..named("4b5e") }), None);
        assert_eq!(venue(named("write-in:1")), None);
    }

    #[test]
    fn a_venue_that_would_be_too_large_goes_without_pictures() {
        let icon = |n: usize| Some(format!("https://example.org/{n}{}", "a".repeat(1000)));
        let place = venue(RawVenue {
            url: icon(0),
            categories: Some((1..9).map(|n| category(&n.to_string(), icon(n))).collect()),
            location: Some(Location { lat: None, lng: None, address: Some("北".repeat(200)) }),
            ..named("4b5e")
        });
        let place = place.unwrap();
        assert_eq!((place.categories.len(), place.url.is_some()), (3, true));
        assert!(place.categories.iter().all(|category| category.icon.is_none()));
    }
}
