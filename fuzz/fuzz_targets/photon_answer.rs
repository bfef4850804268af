//! See `checks/photon_answer.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| where_to_eat_fuzz::checks::photon_answer::check(data));
