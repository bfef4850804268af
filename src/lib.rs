//! Where to eat: a group decides, live.

pub mod domain;
pub mod store;
pub mod venues;
