//! The front page's loop made parallel by one line: the serial program with an attribute.
//!
//! The call of `work_load` runs on the rank that got the example. `results.push` is an effect: it is
//! recorded there and replayed on the root in the order of the loop, so `results` is what the serial
//! program has, and in the same order. What follows the loop runs on the root.
//!
//! ```text
//! cargo run --example front_attribute
//! mpiexec -np 4 target/debug/examples/front_attribute
//! ```

use std::thread;
use std::time::Duration;

/// Stands for some heavy work on one example: CPU or I/O.
fn work_load(example: u64) -> u64 {
    thread::sleep(Duration::from_millis(5));
    example
}

#[dlp::parallel(strategy = "managed", gather = "root")]
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
