//! Tests through the product's outer doors: the store's trait and the server's wire. One binary, so that it links once.

#[allow(dead_code, unused_imports, unused_macros, reason = "until the first store joins")]
mod contract;
