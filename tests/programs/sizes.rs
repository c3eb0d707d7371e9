//! A test program: values of chosen sizes by every way in which values travel.
//!
//! `sizes check LIMIT`: by all ways, with sizes on both sides of LIMIT bytes and of many times that. `sizes WAY BYTES`: by one
//! way, where each rank that gives a value gives one of BYTES bytes; says how much memory each rank had at its peak.

#[path = "sizes/value.rs"]
mod value;

use dlp::{all_gather, barrier, bcast, gather, is_root, rank, size};
use value::{check, pattern, peak};

#[dlp::parallel(gather = "root")]
fn pushed_to_the_root(items: u64, bytes: usize) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for item in 0..items {
        let made = pattern(bytes, item);
        all.push(made);
    }
    all
}

#[dlp::parallel(strategy = "round_robin")]
fn pushed_to_all(items: u64, bytes: usize) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for item in 0..items {
        let made = pattern(bytes, item);
        all.push(made);
    }
    all
}

/// Values of ranks or items, numbered from 0.
fn check_all(values: &[Vec<u8>], count: u64, bytes: usize) {
    assert_eq!(values.len() as u64, count);
    (0..).zip(values).for_each(|(salt, value)| check(value, bytes, salt));
}

fn by_bcast(bytes: usize) {
    check(&bcast(is_root().then(|| pattern(bytes, 7))), bytes, 7);
}

fn by_gather(bytes: usize) {
    if let Some(all) = gather(pattern(bytes, rank() as u64)) {
        check_all(&all, size() as u64, bytes);
    }
}

/// Only the last rank has something to give.
fn by_gather_of_one(bytes: usize) {
    let last = size() - 1;
    let own = if rank() == last { pattern(bytes, 3) } else { vec![] };
    if let Some(all) = gather(own) {
        check(&all[last], bytes, 3);
    }
}

fn by_all_gather(bytes: usize) {
    check_all(&all_gather(pattern(bytes, rank() as u64)), size() as u64, bytes);
}

fn by_map(bytes: usize) {
    let items = 2 * size() as u64;
    let all: Vec<_> = dlp::map(0..items, |item| pattern(bytes, item)).collect();
    if is_root() {
        check_all(&all, items, bytes);
    }
}

fn by_a_loop(bytes: usize) {
    if let Some(all) = pushed_to_the_root(size() as u64, bytes) {
        check_all(&all, size() as u64, bytes);
    }
}

fn by_a_loop_to_all(bytes: usize) {
    check_all(&pushed_to_all(size() as u64, bytes), size() as u64, bytes);
}

/// A way for values to travel, by name.
type Way = (&'static str, fn(usize));

const WAYS: [Way; 7] = [
    ("bcast", by_bcast),
    ("gather", by_gather),
    ("gather_of_one", by_gather_of_one),
    ("all_gather", by_all_gather),
    ("map", by_map),
    ("loop", by_a_loop),
    ("loop_to_all", by_a_loop_to_all),
];

/// What is around a value in its message is less than this.
const AROUND: usize = 160;

#[dlp::main]
fn main() {
    let word = std::env::args().nth(1).unwrap_or_default();
    let bytes = std::env::args().nth(2).and_then(|bytes| bytes.parse().ok()).expect("a number of bytes");
    if let Some((_, way)) = WAYS.iter().find(|(name, _)| *name == word) {
        way(bytes);
        barrier();
        for (rank, peak) in gather(peak(bytes)).into_iter().flatten().enumerate() {
            println!("rank {rank}: {peak}");
        }
        return;
    }
    assert_eq!(word, "check", "no way to send a value is called so");
    // Wherever exactly a message reaches the limit, it is passed by one byte after the other.
    let near = bytes.saturating_sub(AROUND)..bytes + 2;
    for length in [0, 1].into_iter().chain(near).chain([2 * bytes, 7 * bytes + 1]) {
        WAYS.iter().for_each(|(_, way)| way(length));
    }
    dlp::println!("values of all sizes travel on {} ranks", size());
}
