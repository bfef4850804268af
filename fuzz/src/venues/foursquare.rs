//! Foursquare, without the asking.

pub const SOURCE: &str = "foursquare";

#[path = "../../../src/venues/foursquare/places.rs"]
pub mod places;
