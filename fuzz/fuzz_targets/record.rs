//! The target `record` of `dlp-core/src/fuzz.rs` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dlp_core::fuzz::run("record", bytes));
