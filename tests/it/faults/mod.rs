//! Real servers, real Redis, a real proxy, and something that breaks: what was acked is compared with what is there in the end.

mod clock;
mod unguarded;
