//! Where to eat: a group decides, live. In reading order:
//!
//! - [`domain`]: what an area is and what may happen in it
//! - [`protocol`]: what clients send and get
//! - [`store`]: where areas are kept
//! - [`hub`]: the live areas of this process
//! - [`venues`]: who knows places to eat
//! - [`lang`]: what it says, by language
//! - [`picture`]: what a link looks like in a chat
//! - [`web`]: every URL
//! - [`ops`]: what the servers say of themselves, for who runs them
//! - [`sweep`]: what makes room again
//! - [`config`], [`telemetry`]: settings; log and figures
//! - [`app`]: puts it all together

pub mod app;
pub mod config;
pub mod domain;
pub mod hub;
pub mod lang;
pub mod ops;
pub mod picture;
pub mod protocol;
pub mod store;
pub mod sweep;
pub mod telemetry;
pub mod venues;
pub mod web;
