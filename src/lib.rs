//! Where to eat: a group decides, live.

pub mod config;
pub mod domain;
pub mod store;
pub mod telemetry;
pub mod web;
