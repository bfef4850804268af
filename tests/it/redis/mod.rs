//! The Redis store against real Redis servers: the contract, the keys, and what happens when Redis is away or holds garbage.

mod accounts;
pub mod cluster;
mod contract;
mod faults;
mod following;
mod garbage;
mod inside;
mod keys;
mod outages;
pub mod path;
pub mod port;
mod replicas;
mod rules;
pub mod server;
mod talk;
mod talk_rules;
pub mod tls;
mod together;
mod together_rules;
