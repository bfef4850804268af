//! The embedded store's rows.

#[path = "../../../src/store/embedded/rows.rs"]
pub mod rows;
