//! Iterator chains as loops, and sources that do work.

use std::collections::{BTreeMap, BTreeSet};

use super::work;

invariant! {
    collected(12);
    collected_text(&["a", "bb", "ccc"]);
    collected_into_a_map(9);
    collected_results(&["1", "2", "x", "4"]);
    parsed(&["1", "2", "x", "4", "y"]);
    parsed(&["1", "2"]);
    parsed_and_marked(&["1", "2", "x"]);
    parsed_and_marked(&["5", "7"]);
    parsed_sum(&["1", "2"]);
    parsed_sum(&["1", "", "2"]);
    all_there(9, 4);
    all_there(9, 20);
    largest_there(&[]);
    largest_there(&[4, 9, 2]);
    summed(20);
    summed_floats(20);
    folded(15);
    counted(30);
    largest(30);
    largest_by(&["a", "ccc", "bbb"]);
    flattened(4);
    unzipped(7);
    any_of(40);
    all_of(40);
    found(&[3, 8, 15], 10);
    found(&[3, 8], 10);
    found_and_mapped(&["x", "7", "y"]);
    position_of(50);
    for_each_item(8);
    tried(&["1", "2"]);
    tried(&["1", "x", "2"]);
    tried_option(9);
    marked(11);
    references(&["b", "a"]);
    endless(500);
    work_in_the_source(9);
    filtered_source(12);
    parsed_source("1 2 x 4");
    inspected(5);
    light_source(&["a", "b"]);
}

#[dlp::parallel]
fn collected(n: u64) -> Vec<u64> {
    (0..n).map(|x| work(x)).filter(|y| y % 2 == 0).collect()
}

#[dlp::parallel(strategy = "round_robin")]
fn collected_text(words: &[&str]) -> String {
    words.iter().map(|word| word.to_uppercase()).collect()
}

#[dlp::parallel]
fn collected_into_a_map(n: u64) -> BTreeMap<u64, Vec<u64>> {
    let offset = n;
    (0..n).map(|x| (x % 4, vec![work(x + offset)])).collect()
}

fn parsed(texts: &[&str]) -> String {
    // The errors are of a type that does not travel.
    #[dlp::parallel]
    fn all(texts: &[&str]) -> Result<Vec<f64>, std::num::ParseFloatError> {
        texts.iter().map(|text| text.parse::<f64>()).collect()
    }
    format!("{:?}", all(texts))
}

fn parsed_and_marked(texts: &[&str]) -> String {
    #[dlp::parallel]
    fn total(texts: &[&str]) -> Result<u64, Box<dyn std::error::Error>> {
        #[parallel]
        let numbers = texts.iter().map(|text| text.parse::<u64>()).collect::<Result<Vec<_>, _>>()?;
        #[parallel]
        let sum = numbers.iter().map(|&x| u32::try_from(work(x) % 9)).sum::<Result<u32, _>>()?;
        Ok(u64::from(sum) + numbers.len() as u64)
    }
    format!("{:?}", total(texts))
}

fn parsed_sum(texts: &[&str]) -> String {
    #[dlp::parallel]
    fn sum(texts: &[&str]) -> anyhow::Result<i64> {
        Ok(texts.iter().map(|text| text.parse::<i64>()).sum::<Result<i64, _>>()?)
    }
    format!("{:?}", sum(texts).map_err(|error| error.to_string()))
}

#[dlp::parallel]
fn all_there(n: u64, limit: u64) -> Option<BTreeSet<u64>> {
    (0..n).map(|x| (x < limit).then(|| work(x))).collect::<Option<BTreeSet<_>>>()
}

#[dlp::parallel]
fn largest_there(values: &[u64]) -> Option<u64> {
    Some(values.iter().map(|&x| work(x) % 100).max()?)
}

#[dlp::parallel]
fn results(texts: &[&str]) -> Result<Vec<i32>, String> {
    texts.iter().map(|text| text.parse::<i32>().map_err(|e| e.to_string())).collect()
}

fn collected_results(texts: &[&str]) -> (Result<Vec<i32>, String>, Result<Vec<i32>, String>) {
    (results(texts), results(&texts[..2]))
}

#[dlp::parallel]
fn summed(n: u64) -> u64 {
    (0..n).map(work).sum()
}

#[dlp::parallel]
fn summed_floats(n: u32) -> f64 {
    (0..n).map(|x| 1.0 / f64::from(x + 1)).filter(|y| *y < 0.6).sum::<f64>()
}

#[dlp::parallel]
fn folded(n: u64) -> (u64, String) {
    (0..n)
        .map(work)
        .fold((7, String::new()), |(sum, text), y| (sum * 3 % 1000 + y, format!("{text}{}", y % 10)))
}

#[dlp::parallel]
fn counted(n: u64) -> usize {
    (0..n).filter(|x| work(*x) % 3 == 0).count()
}

#[dlp::parallel]
fn largest(n: u64) -> Option<u64> {
    (0..n).map(work).max()
}

#[dlp::parallel]
fn largest_by<'a>(words: &[&'a str]) -> Option<&'a str> {
    words.iter().copied().filter(|word| !word.is_empty()).max_by_key(|word| word.len())
}

#[dlp::parallel]
fn flattened(n: u64) -> BTreeSet<u64> {
    (0..n).flat_map(|x| (0..x).map(move |y| work(x * y))).filter(|z| z % 7 != 0).collect()
}

#[dlp::parallel]
fn unzipped(n: u64) -> (Vec<u64>, Vec<String>) {
    (0..n).map(|x| (work(x), x.to_string())).unzip()
}

#[dlp::parallel]
fn any_of(n: u64) -> bool {
    (0..n).map(work).any(|y| y > 990)
}

#[dlp::parallel]
fn all_of(n: u64) -> bool {
    (0..n).all(|x| work(x) < 900)
}

#[dlp::parallel]
fn found(values: &[u64], limit: u64) -> Option<&u64> {
    values.iter().find(|value| **value > limit)
}

#[dlp::parallel]
fn found_and_mapped(words: &[&str]) -> Option<i32> {
    words.iter().find_map(|word| word.parse().ok())
}

#[dlp::parallel]
fn position_of(n: u64) -> Option<usize> {
    (0..n).map(work).filter(|y| y % 2 == 0).position(|y| y > 800)
}

fn for_each_item(n: u64) -> (Vec<u64>, u64) {
    let (mut all, mut total) = (vec![], 0);
    each(n, &mut all, &mut total);
    (all, total)
}

#[dlp::parallel]
fn each(n: u64, all: &mut Vec<u64>, total: &mut u64) {
    (0..n).map(work).for_each(|y| {
        all.push(y);
        *total += y;
    })
}

#[dlp::parallel]
fn tried(texts: &[&str]) -> Result<(), std::num::ParseIntError> {
    texts.iter().try_for_each(|text| text.parse::<u8>().map(drop))
}

#[dlp::parallel]
fn tried_option(n: u64) -> Option<()> {
    (0..n).map(work).try_for_each(|y| y.checked_sub(1).map(|_| ()))
}

#[dlp::parallel]
fn marked(n: u64) -> (u64, Vec<u64>) {
    #[parallel]
    let squares: Vec<u64> = (0..n).map(|x| work(x)).collect();
    let first = squares.first().copied().unwrap_or(0);
    #[parallel(strategy = "block")]
    let total: u64 = squares.iter().map(|y| work(y + first)).sum();
    (total, squares)
}

#[dlp::parallel]
fn references<'a>(words: &[&'a str]) -> Vec<&'a str> {
    words.iter().map(|word| word.trim()).collect()
}

#[dlp::parallel]
fn endless(limit: u64) -> Option<u64> {
    (1_u64..).map(|x| x * x).find(|square| *square > limit)
}

#[dlp::parallel]
fn work_in_the_source(n: u64) -> Vec<(u64, String)> {
    let mut all = vec![];
    for (y, text) in (0..n).map(|x| (work(x), format!("{x}"))) {
        if y % 5 == 0 {
            continue;
        }
        all.push((y, text));
    }
    all
}

#[dlp::parallel]
fn filtered_source(n: u64) -> (Vec<u64>, u64) {
    let (mut all, mut seen) = (vec![], 0);
    'all: for y in (0..n).filter(|x| work(*x) % 2 == 0).map(|x| work(x + 1)) {
        seen += 1;
        for z in 0..3 {
            if y + z > 950 {
                break 'all;
            }
        }
        all.push(y);
    }
    (all, seen)
}

#[dlp::parallel]
fn parsed_source(text: &str) -> Vec<i32> {
    let mut all = vec![];
    for value in text.split(' ').filter_map(|word| word.parse::<i32>().ok()) {
        all.push(value * 2);
    }
    all
}

#[dlp::parallel]
fn inspected(n: u64) -> (Vec<u64>, u64) {
    let (mut all, mut count) = (vec![], 0);
    for x in (0..n).inspect(|x| assert!(work(*x) < 1000)) {
        all.push(x);
        count += 1;
    }
    (all, count)
}

struct NotSerde(String);

#[dlp::parallel]
fn light_source(words: &[&str]) -> usize {
    let rows: Vec<(NotSerde, u32)> = words.iter().map(|word| (NotSerde(word.to_string()), 1)).collect();
    let mut longest: Option<&NotSerde> = None;
    for row in rows.iter().map(|row| &row.0) {
        longest = Some(row);
    }
    longest.map_or(0, |row| row.0.len())
}
