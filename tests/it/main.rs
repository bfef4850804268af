//! Tests through the product's outer doors: the store's trait and the server's wire. One binary, so that it links once.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends where it stands")]

mod accounts;
mod architecture;
mod connections;
mod contract;
mod durability;
mod embedded;
mod events;
mod events_slow;
mod expiry;
mod forms;
mod grade;
mod health;
mod hostile;
mod installed;
mod languages;
mod limits;
mod live;
mod names;
mod openapi;
mod order;
mod packing;
mod pages;
mod presence;
mod preview;
mod protocol;
mod readme;
mod redis;
mod rest;
mod search;
mod server;
mod sessions;
mod settings_at_start;
mod several;
mod shutdown;
mod slow;
mod storm;
mod takeover;
mod talk;
mod values;
mod venues;
