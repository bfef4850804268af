//! What reads what the stores kept: the product's files, without Redis and without the disk.

pub mod embedded;
pub mod redis;
