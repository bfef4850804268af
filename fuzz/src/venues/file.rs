//! A file of own places, without the looking whether it has changed.

pub const SOURCE: &str = "file";

#[path = "../../../src/venues/file/fitting.rs"]
pub mod fitting;
#[path = "../../../src/venues/file/geojson.rs"]
pub mod geojson;
