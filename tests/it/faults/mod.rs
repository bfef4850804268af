//! Real servers, real Redis, a real proxy, and something that breaks: what was acked is compared with what is there in the end.

mod channel;
mod cluster;
mod haproxy;
mod judge;
mod line;
mod lines;
mod log;
mod measured;
mod redis_away;
mod rows;
mod servers;
mod table;
mod talk;
mod town;
mod unguarded;
mod voter;
