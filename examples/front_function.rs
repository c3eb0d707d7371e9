//! The front page's loop as a function: `map_unordered` calls it on the ranks, and the loop's body runs
//! on the root, on each result as it arrives.
//!
//! The results come in no fixed order (`dlp::map` keeps that of the examples). The sum of integers below
//! does not depend on it.
//!
//! ```text
//! cargo run --example front_function
//! mpiexec -np 4 target/debug/examples/front_function
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

    // The other ranks work in here, and leave the loop with no result
    for result in dlp::map_unordered(&examples, |&example| work_load(example)) {
        // Remember the results
        results.push(result);
    }

    // Summarize the experiment
    dlp::println!("{}", results.iter().sum::<u64>());
}
