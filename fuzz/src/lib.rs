//! What comes from outside, thrown at what reads it: `checks` says what has to hold of whatever bytes come. The rooms are the
//! product's own files, taken in by their paths: those that read know no network, so they build without it, in seconds, and nothing of
//! them has to be public in the product for this.

pub mod checks;

#[path = "../../src/domain/mod.rs"]
pub mod domain;
#[path = "../../src/protocol/mod.rs"]
pub mod protocol;
pub mod store;
pub mod venues;
