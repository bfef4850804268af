//! The wire: client frames become parsed domain types, and what is known becomes the texts that clients get.
//! Knows nothing of sockets, HTTP or stores. `protocol.md` is the contract, the golden frames of the tests pin it.

pub mod account;
pub mod client;
pub mod error;
pub mod server;
pub mod talk;
#[cfg(test)]
mod tests;

/// Bytes of a client's frame or body, at most.
pub const FRAME_MAX_BYTES: usize = 16 * 1024;
/// `n` and `id` stay within what every JSON reader keeps exactly.
pub const INTEGER_MAX: u64 = (1 << 53) - 1;
