//! A test program: annotated loops of every plain shape; each rank says what it has, and all must say the same.
//!
//! `loops`: prints the answers of the root; other ranks compare theirs with it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

#[dlp::parallel]
fn collect(words: &[&str]) -> (Vec<String>, BTreeMap<char, Vec<usize>>, f64) {
    let mut upper = Vec::new();
    let mut places: BTreeMap<char, Vec<usize>> = BTreeMap::new();
    let mut mean = 0.0;
    for (at, word) in words.iter().enumerate() {
        if word.is_empty() {
            continue;
        }
        let first = word.chars().next().unwrap_or('?');
        upper.push(word.to_uppercase());
        places.entry(first).or_default().push(at);
        mean = mean * 0.9 + word.len() as f64 * 0.1;
    }
    (upper, places, mean)
}

#[allow(clippy::needless_range_loop, reason = "the index is the point")]
#[dlp::parallel(strategy = "round_robin", chunk = 2)]
fn fill(n: usize) -> (Vec<f64>, u64, String) {
    let mut out = vec![0.0; n];
    let mut count = 0;
    let mut text = String::new();
    for i in 0..n {
        let value = (i as f64).sqrt().sin();
        out[i] = value;
        if value > 0.0 {
            count += 1;
            write!(text, "{i}:{value:.3} ").unwrap();
        }
        for step in 0..i % 3 {
            count += step as u64;
        }
    }
    (out, count, text)
}

#[dlp::parallel(strategy = "block")]
fn primes(limit: u32) -> BTreeSet<u32> {
    let mut found = BTreeSet::new();
    for candidate in 2..limit {
        let prime = (2..).take_while(|d| d * d <= candidate).all(|d| candidate % d != 0);
        if prime {
            found.insert(candidate);
            println!("{candidate}");
        }
    }
    found
}

#[dlp::parallel(gather = "root")]
fn on_the_root(n: u64) -> u64 {
    let mut product = 1_u64;
    for i in 1..=n {
        product ^= i.wrapping_mul(i);
    }
    println!("the root has {product}");
    product
}

#[dlp::main]
fn main() {
    let words = ["one", "two", "", "three", "four", "five", "", "six", "seven", "eight"];
    let answers = format!("{:?}\n{:?}\n{:?}", collect(&words), fill(50), primes(200));
    let root = dlp::bcast(dlp::is_root().then(|| answers.clone()));
    assert_eq!(answers, root, "rank {} has another answer than the root", dlp::rank());
    assert_eq!(on_the_root(20).is_some(), dlp::is_root());
    dlp::println!("{answers}");
}
