//! Begins the server.

fn main() {}
