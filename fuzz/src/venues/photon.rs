//! Photon, without the asking.

pub const SOURCE: &str = "openstreetmap";

#[path = "../../../src/venues/photon/places.rs"]
pub mod places;
