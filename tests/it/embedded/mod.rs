//! The embedded store: the contract, and a file that is killed, full or broken.

mod contract;
mod file;
