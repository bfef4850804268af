//! Where to eat: a group decides, live.

pub mod domain;
pub mod protocol;
pub mod store;
