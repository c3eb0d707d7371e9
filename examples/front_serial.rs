//! The front page's serial program: a loop over examples, with no `dlp` in it.
//!
//! `front_loop`, `front_function` and `front_attribute` are this program made parallel in three ways.
//! All four print the same line at every number of ranks.
//!
//! ```text
//! cargo run --example front_serial
//! ```

use std::thread;
use std::time::Duration;

/// Stands for some heavy work on one example: CPU or I/O.
fn work_load(example: u64) -> u64 {
    thread::sleep(Duration::from_millis(5));
    example
}

fn main() {
    let examples: Vec<u64> = (0..10).collect();
    let mut results = Vec::new();

    for &example in &examples {
        let result = work_load(example);

        // Remember the results
        results.push(result);
    }

    // Summarize the experiment
    println!("{}", results.iter().sum::<u64>());
}
