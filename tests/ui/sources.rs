//! What cannot be iterated over.

use std::cell::Cell;
use std::sync::{Arc, Mutex};
use std::collections::{HashMap, HashSet};
use std::io::BufRead;

#[dlp::parallel]
fn a_hash_map(map: &HashMap<String, u32>) -> u32 {
    let mut total = 0;
    for (_, value) in map {
        total += value;
    }
    total
}

#[dlp::parallel]
fn the_keys(map: &HashMap<String, u32>) -> usize {
    let mut total = 0;
    for key in map.keys() {
        total += key.len();
    }
    total
}

#[dlp::parallel]
fn a_hash_set(set: HashSet<u32>) -> u32 {
    let mut total = 0;
    for value in set {
        total += value;
    }
    total
}

#[dlp::parallel]
fn a_directory() -> usize {
    let mut total = 0;
    for entry in std::fs::read_dir(".").unwrap() {
        let length = entry.unwrap().file_name().len();
        total += length;
    }
    total
}

#[dlp::parallel]
fn standard_input() -> usize {
    let mut total = 0;
    for line in std::io::stdin().lock().lines() {
        let length = line.unwrap().len();
        total += length;
    }
    total
}

#[dlp::parallel]
fn a_borrowed_iterator() -> Option<u32> {
    let mut numbers = 0..9;
    let mut total = 0;
    for number in numbers.by_ref() {
        total += number;
    }
    numbers.next().map(|next| next + total)
}

#[dlp::parallel]
fn mutable_items_from_elsewhere(values: &mut [u32]) {
    let items = values.iter_mut();
    for value in items {
        *value += 1;
    }
}

#[dlp::parallel]
fn numbered_mutable_items(values: &mut [u32]) {
    let items = values.iter_mut().enumerate();
    for (at, value) in items {
        *value += at as u32;
    }
}

#[derive(Clone, Debug)]
struct Opaque(u32);

#[dlp::parallel]
fn what_cannot_be_written_back(values: &mut [Opaque]) {
    for value in values.iter_mut() {
        value.0 += 1;
    }
}

#[dlp::parallel]
fn an_unordered_table(map: &mut HashMap<String, u32>) {
    for value in map.values_mut() {
        *value += 1;
    }
}

#[dlp::parallel]
fn cells(cells: &[Cell<u32>]) {
    for cell in cells {
        cell.set(1);
    }
}

#[dlp::parallel]
fn locks_of_their_own(locks: Vec<Arc<Mutex<u32>>>) {
    for lock in locks.iter() {
        println!("{:?}", lock);
    }
}

fn main() {
    cells(&[]);
    locks_of_their_own(vec![]);
    a_hash_map(&HashMap::new());
    the_keys(&HashMap::new());
    a_hash_set(HashSet::new());
    a_directory();
    standard_input();
    a_borrowed_iterator();
    mutable_items_from_elsewhere(&mut []);
    numbered_mutable_items(&mut []);
    what_cannot_be_written_back(&mut [Opaque(1)]);
    an_unordered_table(&mut HashMap::new());
}
