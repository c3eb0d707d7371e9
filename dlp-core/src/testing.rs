//! Ranks inside `cargo test`: N threads of one process, with no MPI and no `mpiexec`.
//!
//! ```
//! use dlp_core::collective::{all_gather, rank};
//! let sums = dlp_core::testing::run(3, || all_gather(rank()).iter().sum::<usize>());
//! assert_eq!(sums, [3, 3, 3]);
//! ```

use crate::session;

/// Runs `body` on `ranks` threads, each of them one rank of a world of its own, and returns what each
/// returned, in rank order.
///
/// # Panics
/// If a rank panics, with what it said; the other ranks are ended. A rank that waits for something outside
/// dlp, or computes for ever, is waited for.
pub fn run<T: Send>(ranks: usize, body: impl Fn() -> T + Sync) -> Vec<T> {
    assert!(ranks > 0, "a world has at least one rank");
    match session::run_ranks(ranks, body) {
        Ok(results) => results,
        Err(why) => panic!("{why}"),
    }
}
