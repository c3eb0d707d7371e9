//! Calls that change an accumulator, and whose value is used.

use std::collections::HashSet;
use std::fmt::Write;
use std::sync::Mutex;

#[dlp::parallel]
fn numbered(words: &[&str]) -> Vec<(u32, String)> {
    let (mut numbers, mut out) = (0..100, Vec::new());
    for word in words {
        let number = numbers.next().unwrap();
        out.push((number, word.to_uppercase()));
    }
    out
}

#[dlp::parallel]
fn by_a_guard(values: &[u32]) -> Vec<u32> {
    let all = Mutex::new(vec![]);
    for value in values {
        let mut guard = all.lock().unwrap();
        guard.push(*value);
    }
    all.into_inner().unwrap()
}

#[dlp::parallel]
fn written(values: &[u32]) -> String {
    let mut text = String::new();
    for value in values {
        let failed = write!(text, "{value}").is_err();
        assert!(!failed);
    }
    text
}

#[dlp::parallel]
fn in_a_filter(values: &[u32]) -> usize {
    let (mut seen, mut count) = (HashSet::new(), 0);
    for value in values {
        count += (0..*value).filter(|x| seen.insert(*x)).count();
    }
    count
}

#[dlp::parallel]
fn borrowed(values: &[u32]) -> Vec<u32> {
    let mut all = vec![];
    for value in values {
        let into = &mut all;
        into.push(*value);
    }
    all
}

fn main() {
    println!("{:?}", numbered(&["a"]));
    println!("{:?}", by_a_guard(&[1]));
    println!("{:?}", written(&[1]));
    println!("{:?}", in_a_filter(&[1]));
    println!("{:?}", borrowed(&[1]));
}
