//! The Redis store on a real Redis Cluster: the contract, what is in which slot, and what happens when a node goes or a slot moves.

mod contract;
mod faults;
mod following;
mod halves;
pub mod nodes;
mod secure;
mod servers;
mod slots;
