//! Real servers, real Redis, a real proxy, and something that breaks: what was acked is compared with what is there in the end.

mod away;
mod clock;
mod crowd;
mod full;
mod garbage;
mod slow;
mod unguarded;
