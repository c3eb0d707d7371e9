//! The front page's loop split by hand: `split_managed` gives each rank its share of the examples, and
//! `gather` brings the shares together.
//!
//! Which rank gets which example depends on how fast each one is, so the gathered results come in no
//! fixed order. Sort them, or use them where order does not matter, as the sum of integers below.
//!
//! ```text
//! cargo run --example front_loop
//! mpiexec -np 4 target/debug/examples/front_loop
//! ```

use std::thread;
use std::time::Duration;

/// Stands for some heavy work on one example: CPU or I/O.
fn work_load(example: u64) -> u64 {
    thread::sleep(Duration::from_millis(5));
    example
}

#[dlp::main]
fn main() {
    let examples: Vec<u64> = (0..10).collect();
    let mut results = Vec::new();

    for &example in dlp::split_managed(&examples) {
        let result = work_load(example);

        // Remember the results of this rank
        results.push(result);
    }

    // One list a rank: `Some` on the root, `None` elsewhere
    if let Some(shares) = dlp::gather(results) {
        let results: Vec<u64> = shares.into_iter().flatten().collect();

        // Summarize the experiment
        println!("{}", results.iter().sum::<u64>());
    }
}
