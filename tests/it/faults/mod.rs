//! Real servers, real Redis, a real proxy, and something that breaks: what was acked is compared with what is there in the end.

mod away;
mod channel;
mod clock;
mod cluster;
mod crowd;
mod full;
mod garbage;
mod haproxy;
mod joining;
mod judge;
mod line;
mod lines;
mod log;
pub mod measured;
mod messages;
mod redis_away;
mod rows;
mod servers;
mod slow;
mod table;
mod talk;
mod town;
mod unguarded;
mod voter;
