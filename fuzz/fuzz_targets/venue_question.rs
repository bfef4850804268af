//! See `checks/venue_question.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| where_to_eat_fuzz::checks::venue_question::check(data));
