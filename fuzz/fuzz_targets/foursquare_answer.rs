//! See `checks/foursquare_answer.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| where_to_eat_fuzz::checks::foursquare_answer::check(data));
