//! `map_unordered` calls a function on the ranks, and the root has the results as they arrive.
//!
//! Each call sleeps for a random time and prints one line, `rank index letter`, on the rank where it
//! runs. In the first half the lines and the letters of the root's list come in no fixed order: sorted,
//! the list is `['e', 'h', 'l', 'l', 'o']`, and each index is printed once. In the second half the root
//! makes all the calls itself: its lines and its list are those of the run with one rank.
//!
//! ```text
//! cargo run --example mpi_5_map_unordered
//! mpiexec -np 4 target/debug/examples/mpi_5_map_unordered
//! ```

use std::hash::{BuildHasher, RandomState};
use std::thread;
use std::time::Duration;

fn letter(index: usize) -> char {
    // The standard library's one source of random numbers
    let random = RandomState::new().hash_one(index);
    thread::sleep(Duration::from_millis(random % 20));

    let letter = char::from(b"hello"[index]);
    println!("{} {index} {letter}", dlp::rank());
    letter
}

#[dlp::main]
fn main() {
    dlp::println!("### Unordered map scattered around processes:");
    let result: Vec<char> = dlp::map_unordered(0..5, letter).collect();
    dlp::println!("{result:?}");

    if dlp::is_root() {
        println!("### Map function run only on the root:");
        let result: Vec<char> = (0..5).map(letter).collect();
        println!("{result:?}");
    }
}
