//! Tests through the product's outer doors: the store's trait and the server's wire. One binary, so that it links once.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends where it stands")]

mod architecture;
mod connections;
mod contract;
mod embedded_contract;
mod embedded_file;
mod events;
mod events_slow;
mod hostile;
mod live;
mod names;
mod packing;
mod protocol;
mod readme;
mod redis_contract;
mod redis_faults;
mod redis_garbage;
mod redis_keys;
mod redis_outages;
mod redis_path;
mod redis_rules;
mod redis_server;
mod redis_tls;
mod server;
mod several;
mod venues;
