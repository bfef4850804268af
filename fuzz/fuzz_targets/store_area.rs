//! See `checks/store_area.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| where_to_eat_fuzz::checks::store_area::check(data));
