//! What cannot be split does not compile, and says so: one program for each thing that is refused.
//!
//! The messages are those of the pinned toolchain. `TRYBUILD=overwrite cargo test --test ui` writes them anew; read what
//! it wrote.

#[test]
fn what_is_refused_says_why_and_what_to_write_instead() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
