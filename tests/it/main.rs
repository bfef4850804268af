//! Tests through the product's outer doors: the store's trait and the server's wire. One binary, so that it links once.

mod contract;
mod embedded_contract;
mod embedded_file;
