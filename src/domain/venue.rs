//! A place to eat. What is kept and sent is our own rendering of it, never the bytes that came in.

use serde::{Deserialize, Serialize};

use super::Invalid;
use super::image::web_address;
use super::name::{compared, is_hidden, parsed_on_reading, visible_text};
use super::owner::hex_digest;

/// Bytes of a venue as JSON, at most: as it comes in, and as it is kept.
pub const VENUE_MAX_BYTES: usize = 4096;
const ID_MAX: usize = 64;
const NAME_MAX: usize = 100;
const ADDRESS_MAX: usize = 200;
const CATEGORIES_MAX: usize = 5;
const CATEGORY_MAX: usize = 60;
const TEL_MAX: usize = 40;
const SOURCE_MAX: usize = 30;
const URL_MAX: usize = 1024;
/// The ids that only this server makes, from the name itself: so nobody can give a written-in place another name.
const WRITE_IN_PREFIX: &str = "write-in:";
/// The `source` of a place that somebody typed.
pub const WRITE_IN: &str = "write-in";

/// What tells two venues of an area apart: 1 to 64 printable characters, taken as they are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct VenueId(String);
parsed_on_reading!(VenueId);

impl VenueId {
    pub fn parse(raw: &str) -> Result<Self, Invalid> {
        let fits = (1..=ID_MAX).contains(&raw.chars().count()) && raw.trim() == raw;
        let clean = raw.chars().all(|c| c == ' ' || (!c.is_whitespace() && !is_hidden(c)));
        if fits && clean {
            Ok(Self(raw.to_owned()))
        } else {
            Err(Invalid::Venue("A place's id has 1 to 64 printable characters."))
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A place to eat, checked and in our own rendering; the `fs` of the wire. What a store kept is checked as well: it may hold anything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawVenue")]
pub struct Venue {
    pub id: VenueId,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<Category>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tel: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Location {
    /// Degrees, -90 to 90.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lat: Option<f64>,
    /// Degrees, -180 to 180.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lng: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Category {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
}

/// A venue as it comes from outside: anything may be missing, and nothing is checked yet.
#[derive(Debug, Default, Deserialize)]
pub struct RawVenue {
    pub id: Option<String>,
    pub name: Option<String>,
    pub location: Option<Location>,
    pub categories: Option<Vec<Category>>,
    pub tel: Option<String>,
    pub url: Option<String>,
    pub source: Option<String>,
}

/// What a vote is for: a venue with all that is known of it, or one that the area has already.
#[derive(Debug, Clone, PartialEq)]
pub enum Pick {
    Place(Venue),
    Known(VenueId),
}

impl Pick {
    pub fn id(&self) -> &VenueId {
        match self {
            Self::Place(venue) => &venue.id,
            Self::Known(id) => id,
        }
    }

    /// `{id}` alone is a venue that the area has; anything else has to be a whole venue.
    pub fn parse(raw: RawVenue) -> Result<Self, Invalid> {
        match raw {
            RawVenue { id: Some(id), name: None, .. } => VenueId::parse(&id).map(Self::Known),
            raw => Venue::parse(raw).map(Self::Place),
        }
    }
}

impl Venue {
    /// Checks every field; one that breaks its rule refuses the whole. Without an id, or with the source `write-in`,
    /// the place is one that somebody typed, and its id comes from its compared name.
    pub fn parse(raw: RawVenue) -> Result<Self, Invalid> {
        let name = raw
            .name
            .and_then(|name| visible_text(&name, NAME_MAX))
            .ok_or(Invalid::Venue("A place's name has 1 to 100 visible characters."))?;
        let written_in = format!("{WRITE_IN_PREFIX}{}", hex_digest("venue", &compared(&name)));
        let is_write_in = raw.source.as_deref() == Some(WRITE_IN);
        let (id, source) = match raw.id {
            Some(id) if !is_write_in && !id.starts_with(WRITE_IN_PREFIX) => {
                (VenueId::parse(&id)?, optional(raw.source, |source| visible_text(&source, SOURCE_MAX), "source")?)
            }
            Some(id) if id.starts_with(WRITE_IN_PREFIX) && id != written_in => {
                return Err(Invalid::Venue("That id belongs to another written-in place."));
            }
            _ => (VenueId(written_in), Some(WRITE_IN.to_owned())),
        };
        let categories = raw.categories.unwrap_or_default();
        if categories.len() > CATEGORIES_MAX {
            return Err(Invalid::Venue("A place has at most five categories."));
        }
        let venue = Self {
            id,
            name,
            location: raw.location.map(Location::checked).transpose()?.filter(|place| !place.is_empty()),
            categories: categories.into_iter().map(Category::checked).collect::<Result<_, _>>()?,
            tel: optional(raw.tel, |tel| visible_text(&tel, TEL_MAX), "tel")?,
            url: optional(raw.url, |url| checked_url(&url), "url")?,
            source,
        };
        if venue.to_json().len() > VENUE_MAX_BYTES {
            return Err(Invalid::Venue("A place takes at most 4 KiB."));
        }
        Ok(venue)
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a venue holds only texts and finite numbers")
    }
}

impl TryFrom<RawVenue> for Venue {
    type Error = Invalid;

    fn try_from(raw: RawVenue) -> Result<Self, Invalid> {
        Self::parse(raw)
    }
}

impl Location {
    fn checked(self) -> Result<Self, Invalid> {
        let within = |degrees: Option<f64>, most: f64| degrees.is_none_or(|d| d.is_finite() && d.abs() <= most);
        if !within(self.lat, 90.0) || !within(self.lng, 180.0) || self.lat.is_some() != self.lng.is_some() {
            return Err(Invalid::Venue("lat is -90 to 90 and lng -180 to 180, both or none."));
        }
        let address = optional(self.address, |address| visible_text(&address, ADDRESS_MAX), "address")?;
        Ok(Self { address, ..self })
    }

    fn is_empty(&self) -> bool {
        self.lat.is_none() && self.address.is_none()
    }
}

impl Category {
    fn checked(self) -> Result<Self, Invalid> {
        let name = visible_text(&self.name, CATEGORY_MAX).ok_or(broken("categories"))?;
        Ok(Self { name, icon: optional(self.icon, |icon| checked_url(&icon), "categories")? })
    }
}

/// An `http` or `https` address as a browser would write it; none if it is anything else.
pub fn checked_url(raw: &str) -> Option<String> {
    web_address(raw, URL_MAX, &["http", "https"])
}

/// An optional field: absent and empty are the same, and what is there has to pass.
fn optional(
    raw: Option<String>,
    check: impl Fn(String) -> Option<String>,
    field: &'static str,
) -> Result<Option<String>, Invalid> {
    match raw {
        Some(text) if !text.is_empty() => check(text).map(Some).ok_or(broken(field)),
        _ => Ok(None),
    }
}

fn broken(field: &str) -> Invalid {
    Invalid::Venue(match field {
        "url" => "A place's address in the web starts with https: or http:.",
        "tel" => "A place's telephone number has at most 40 characters.",
        "address" => "A place's street address has at most 200 characters.",
        "source" => "A place's source has at most 30 characters.",
        _ => "A category has a name of at most 60 characters, and an icon whose address starts with https: or http:.",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pick(json: &str) -> Result<Pick, Invalid> {
        Pick::parse(serde_json::from_str(json).expect("the test's own JSON"))
    }

    fn place(json: &str) -> Venue {
        match pick(json) {
            Ok(Pick::Place(venue)) => venue,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_venue_keeps_what_is_known_and_drops_the_rest() {
        let venue = place(
            r#"{"id":"4b5e","name":" Thai  Palace ","extra":{"__proto__":1},"location":{"lat":51.5,"lng":-0.1,"address":"27 Frith Street"},"categories":[{"name":"Thai"}]}"#,
        );
        assert_eq!(
            venue.to_json(),
            r#"{"id":"4b5e","name":"Thai Palace","location":{"lat":51.5,"lng":-0.1,"address":"27 Frith Street"},"categories":[{"name":"Thai"}]}"#
        );
    }

    #[test]
    fn a_write_in_has_the_id_of_its_name() {
        let one = place(r#"{"name":"Bob's Truck"}"#);
        let two = place(r#"{"id":"anything","name":" BOB'S  truck","source":"write-in"}"#);
        assert_eq!(one.id, two.id);
        assert_eq!(one.source.as_deref(), Some(WRITE_IN));
        assert_ne!(one.id, place(r#"{"name":"Rob's Truck"}"#).id);
        let again = format!(r#"{{"id":"{}","name":"Bob's Truck","source":"write-in"}}"#, one.id.as_str());
        assert_eq!(place(&again), one);
    }

    #[test]
    fn nobody_can_name_another_write_in() {
        let id = place(r#"{"name":"Bob's Truck"}"#).id;
        assert!(pick(&format!(r#"{{"id":"{}","name":"Poison"}}"#, id.as_str())).is_err());
    }

    #[test]
    fn an_id_alone_is_a_known_venue() {
        assert_eq!(pick(r#"{"id":"4b5e"}"#), Ok(Pick::Known(VenueId("4b5e".into()))));
    }

    /// Found by fuzzing what stores hold: half a point, which no page could show.
    #[test]
    fn what_a_store_kept_has_to_keep_the_rules_as_well() {
        let venue = place(r#"{"id":"a","name":"b","location":{"lat":51.5,"lng":-0.1},"url":"https://example.org/"}"#);
        assert_eq!(serde_json::from_str::<Venue>(&venue.to_json()).ok(), Some(venue));
        for broken in [
            r#"{"id":"a","name":"b","location":{"lat":51.5}}"#,
            r#"{"id":"a","name":"b","url":"javascript:alert(1)"}"#,
            r#"{"id":"","name":"b"}"#,
        ] {
            assert!(serde_json::from_str::<Venue>(broken).is_err(), "{broken}");
        }
        assert!(serde_json::from_str::<VenueId>(r#""a\u0000""#).is_err());
    }

    #[test]
    fn broken_fields_refuse_the_whole() {
        for bad in [
            r#"{}"#,
            r#"{"id":"a","name":""}"#,
            r#"{"id":"","name":"a"}"#,
            r#"{"id":"a\u0000","name":"a"}"#,
            r#"{"id":"a","name":"a","url":"javascript:alert(1)"}"#,
            r#"{"id":"a","name":"a","categories":[{"name":"b","icon":"data:image/png,a"}]}"#,
            r#"{"id":"a","name":"a","location":{"lat":91,"lng":0}}"#,
            r#"{"id":"a","name":"a","location":{"lat":9}}"#,
            r#"{"id":"a","name":"a\u202eb"}"#,
        ] {
            assert!(matches!(pick(bad), Err(Invalid::Venue(_))), "{bad}");
        }
        assert!(pick(&format!(r#"{{"id":"a","name":"{}"}}"#, "x".repeat(101))).is_err());
        assert!(pick(&format!(r#"{{"id":"{}","name":"x"}}"#, "x".repeat(65))).is_err());
    }
}
