//! Where to eat: a group decides, live.

pub mod domain;
pub mod hub;
pub mod protocol;
pub mod store;
pub mod web;
