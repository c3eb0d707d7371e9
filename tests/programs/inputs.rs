//! A test program: ranks that come to a loop with different input, as the argument names it. The last rank has another one
//! than the others.

use std::collections::HashMap;
use std::process::ExitCode;

fn is(way: &str) -> bool {
    std::env::args().nth(1).as_deref() == Some(way)
}

/// A value that the last rank has otherwise, in one way.
fn otherwise<T>(way: &str, usual: T, other: T) -> T {
    let last = dlp::rank() + 1 == dlp::size();
    if last && is(way) { other } else { usual }
}

struct Config {
    scale: f64,
}

#[dlp::parallel]
fn captured(seed: u64, config: &Config, names: &[String]) -> (Vec<f64>, Vec<(u64, usize)>) {
    let (mut values, mut keys) = (vec![], vec![]);
    for index in 0..20_u64 {
        let value = (seed ^ index) as f64 * config.scale;
        values.push(value);
        keys.push((index, names.len()));
    }
    (values, keys)
}

#[dlp::parallel]
fn a_slice(list: &[f64]) -> f64 {
    let mut sum = 0.0;
    for x in list {
        sum += x.sqrt();
    }
    sum
}

#[dlp::parallel]
fn an_iterator(words: impl Iterator<Item = String>) -> usize {
    let mut letters = 0;
    for word in words {
        letters += word.len();
    }
    letters
}

#[dlp::parallel(check = "full")]
fn all_of_it(list: &[u32]) -> u64 {
    let mut sum = 0;
    for x in list {
        sum += u64::from(*x);
    }
    sum
}

#[dlp::parallel(check = "off")]
fn unchecked(list: &[u32], seed: u64) -> u64 {
    let mut count = 0;
    for x in list {
        let even = (u64::from(*x) ^ seed) * 2;
        count += even % 2;
    }
    count
}

#[dlp::parallel]
fn by_rank(n: u64) -> Vec<u64> {
    let folder = format!("/scratch/{}", dlp::rank());
    let mut squares = vec![];
    for x in 0..n {
        assert!(folder.starts_with("/scratch/"));
        squares.push(x * x);
    }
    squares
}

#[dlp::main]
fn main() -> ExitCode {
    let seed = otherwise("seed", 7, 8);
    let config = Config { scale: otherwise("field", 0.5, 0.25) };
    let names = vec![otherwise("plain", "a", "b").to_owned()];
    let (values, keys) = captured(seed, &config, &names);
    assert_eq!((values.len(), keys.len()), (20, 20));

    let mut list: Vec<f64> = (0..1000).map(f64::from).collect();
    list[otherwise("item", 0, 999)] = 0.0;
    list[otherwise("late", 0, 700)] = 0.0;
    list.truncate(otherwise("shorter", 1000, 990));
    a_slice(&list);

    let table: HashMap<u32, u32> = (0..200).map(|x| (x, x)).collect();
    let mut words: Vec<String> = table.keys().map(u32::to_string).collect();
    if !is("hash") {
        words.sort();
    }
    an_iterator(words.into_iter().filter(|_| true));

    let mut all: Vec<u32> = (0..1000).collect();
    all[otherwise("any", 0, 700)] = 0;
    all_of_it(&all);
    let start = otherwise("unchecked", 0, 1);
    assert_eq!(unchecked(&all[start..start + 10], start as u64), 0);
    assert_eq!(by_rank(9).len(), 9);
    dlp::println!("all is well");
    ExitCode::SUCCESS
}
