//! The names of Redis's keys, and its records.

#[path = "../../../src/store/redis/keys.rs"]
pub mod keys;
#[path = "../../../src/store/redis/picture.rs"]
pub mod picture;
