//! See `checks/places_file.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| where_to_eat_fuzz::checks::places_file::check(data));
