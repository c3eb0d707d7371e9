//! Pieces that are run in loop order: under `#[serial]`, and statements that an accumulator decides on.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet};

use super::work;

invariant! {
    best_so_far(30);
    best_without_a_name(&[3.5, -1.0, 9.25, 9.25]);
    first_seen(&["b", "a", "b", "c", "a"]);
    first_seen_the_other_way(&["b", "a", "b", "c", "a"]);
    running_id(&["x", "y", "z"]);
    interned(&["x", "y", "x", "z"]);
    the_largest(20, 4);
    longest_by_value("a bbb cc ddd");
    merged_intervals(&[(0, 3), (2, 5), (7, 9), (8, 8), (20, 21)]);
    matched_option(12);
    a_block(20);
    a_statement(9);
    captured_references("one two three one");
    broken_off_in_order(60);
    returned_in_order(60);
    returned_in_order(3);
    failed_in_order(&["4", "5", "x", "7"]);
    failed_in_order(&["4", "5", "60", "x"]);
    skipped_in_order(&[1, 2, 1, 3, 2, 4], &[]);
    skipped_in_order(&[1, 2, 1, 3, 2, 4], &[1]);
    an_exit_that_does_not_count(&[1, 2, 1, 0, 2, 4]);
    a_panic_that_does_not_count(&[1, 2, 1, 0, 2, 4]);
    items_of_the_loop(5);
    inside_an_inner_loop(5);
    a_local_that_changes(5);
    a_moved_local(5);
    fields_of_self(&["a", "bb", "a"]);
    a_lock(9);
    state_machine("aabbbc");
    prefix_sums(&[3.5, 1.25, 0.1]);
    carried_over(&[5, 9, 2, 2]);
    a_macro_with_an_accumulator(5);
    shadowed(6);
    several_accumulators(40);
    a_closure_in_a_piece(9);
    from_an_endless_source(30);
    with_a_reference_parameter(20);
    by_let_else_and_labels(12);
    kept_while_it_fits(&["abc", "de", "f", "ghij"], 6);
}

#[dlp::parallel]
fn best_so_far(n: u64) -> (u64, Option<String>) {
    let (mut best, mut name) = (0, None);
    for x in 0..n {
        let score = work(x);
        let label = format!("item {x}");
        if score > best {
            best = score;
            name = Some(label.clone());
        }
    }
    (best, name)
}

#[dlp::parallel]
fn best_without_a_name(values: &[f64]) -> (f64, Option<&f64>, usize) {
    let mut best = f64::NEG_INFINITY;
    let mut arg = None;
    let mut ties = 0;
    for value in values {
        let score = value.abs().sqrt();
        if score > best {
            best = score;
            arg = Some(value);
        } else if score == best {
            ties += 1;
        }
    }
    (best, arg, ties)
}

#[dlp::parallel]
fn first_seen<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let (mut seen, mut order) = (HashSet::new(), Vec::new());
    for word in words {
        let upper = word.to_uppercase();
        if seen.insert(upper) {
            order.push(*word);
        }
    }
    order
}

#[dlp::parallel]
fn first_seen_the_other_way(words: &[&str]) -> Vec<String> {
    let (mut seen, mut order) = (BTreeSet::new(), Vec::new());
    for word in words {
        let upper = word.to_uppercase();
        if !seen.contains(&upper) {
            order.push(upper.clone());
            seen.insert(upper);
        }
    }
    order
}

#[dlp::parallel]
fn running_id(names: &[&str]) -> Vec<(u32, String)> {
    let (mut id, mut out) = (0, Vec::new());
    for name in names {
        let name = name.repeat(2);
        id += 1;
        out.push((id, name));
        id *= 2;
    }
    out
}

#[dlp::parallel]
fn interned(names: &[&str]) -> (Vec<String>, Vec<usize>) {
    let (mut table, mut index, mut ids) = (Vec::new(), HashMap::new(), Vec::new());
    for name in names {
        let name = name.to_uppercase();
        if !index.contains_key(&name) {
            index.insert(name.clone(), table.len());
            table.push(name.clone());
        }
        ids.push(index[&name]);
    }
    (table, ids)
}

#[dlp::parallel]
fn the_largest(n: u64, k: usize) -> Vec<u64> {
    let mut heap = BinaryHeap::new();
    for x in 0..n {
        let y = std::cmp::Reverse(work(x));
        heap.push(y);
        while heap.len() > k {
            heap.pop();
        }
    }
    heap.into_sorted_vec().into_iter().map(|y| y.0).collect()
}

#[dlp::parallel]
fn longest_by_value(text: &str) -> &str {
    let mut longest = "";
    for word in text.split(' ') {
        longest = if word.len() > longest.len() { word } else { longest };
    }
    longest
}

#[dlp::parallel]
fn merged_intervals(intervals: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let mut merged: Vec<(u32, u32)> = Vec::new();
    for &(from, to) in intervals {
        match merged.last_mut() {
            Some(last) if last.1 >= from => last.1 = last.1.max(to),
            _ => merged.push((from, to)),
        }
    }
    merged
}

#[dlp::parallel]
fn matched_option(n: u64) -> Option<(u64, u64)> {
    let mut best: Option<(u64, u64)> = None;
    for x in 0..n {
        let y = work(x);
        match best {
            None => best = Some((x, y)),
            Some((_, known)) if y > known => best = Some((x, y)),
            Some(_) => {}
        }
    }
    best
}

#[dlp::parallel]
fn a_block(n: u64) -> (f64, Vec<f64>, usize) {
    let (mut mean, mut history, mut count) = (0.0, vec![], 0);
    for x in 0..n {
        let value = work(x) as f64;
        #[serial]
        {
            count += 1;
            let step = (value - mean) / count as f64;
            mean += step;
            if history.last().is_none_or(|last| (last - mean).abs() > 1.0) {
                history.push(mean);
            }
        }
    }
    (mean, history, count)
}

#[dlp::parallel]
fn a_statement(n: u64) -> (Vec<u64>, u64) {
    let (mut all, mut sum) = (vec![], 1);
    for x in 0..n {
        let y = work(x);
        #[serial]
        sum = sum * 3 + y + all.len() as u64;
        #[serial]
        all.push(sum % 1000);
        #[serial]
        if sum % 2 == 0 {
            sum += 1;
        }
    }
    (all, sum)
}

#[dlp::parallel]
fn captured_references(text: &str) -> BTreeMap<&str, Vec<&str>> {
    let mut after = BTreeMap::new();
    let mut last = "";
    for word in text.split(' ') {
        let tail = &word[1..];
        #[serial]
        {
            after.entry(last).or_insert_with(Vec::new).push(tail);
            last = word;
        }
    }
    after
}

#[dlp::parallel]
fn broken_off_in_order(n: u64) -> (Vec<u64>, u64) {
    let (mut all, mut total) = (vec![], 0);
    for x in 0..n {
        let y = work(x);
        all.push(x);
        #[serial]
        {
            total += y;
            if total > 3000 {
                break;
            }
        }
        all.push(y);
    }
    (all, total)
}

#[dlp::parallel]
fn returned_in_order(n: u64) -> Result<Vec<u64>, (u64, Vec<u64>)> {
    let mut all = vec![];
    for x in 0..n {
        let y = work(x);
        #[serial]
        {
            all.push(y);
            let sum: u64 = all.iter().sum();
            if sum > 2000 {
                return Err((x, all));
            }
        }
    }
    Ok(all)
}

#[dlp::parallel]
fn in_order(texts: &[&str]) -> Result<i32, std::num::ParseIntError> {
    let mut total = 0;
    for text in texts {
        let length = text.len();
        #[serial]
        {
            let value: i32 = text.parse()?;
            total += value * length as i32;
            if total > 100 {
                return Ok(-total);
            }
        }
    }
    Ok(total)
}

fn failed_in_order(texts: &[&str]) -> String {
    format!("{:?}", in_order(texts))
}

#[dlp::parallel]
fn skipped_in_order(values: &[u32], start: &[u32]) -> (Vec<u32>, BTreeSet<u32>) {
    let mut seen: BTreeSet<u32> = start.iter().copied().collect();
    let mut out = vec![];
    for &value in values {
        #[serial]
        {
            if !seen.insert(value) {
                continue;
            }
        }
        let square = value * value;
        out.push(square);
    }
    (out, seen)
}

#[dlp::parallel(chunk = 1)]
fn an_exit_that_does_not_count(values: &[u32]) -> Result<Vec<u32>, String> {
    let (mut seen, mut out) = (vec![], vec![]);
    for (at, &value) in values.iter().enumerate() {
        #[serial]
        if seen.contains(&value) {
            continue;
        } else {
            seen.push(value);
        }
        if at == 2 || at > 3 {
            // The iteration at 2 is skipped before it comes here.
            return Err(format!("at {at}"));
        }
        out.push(value);
    }
    Ok(out)
}

#[dlp::parallel(chunk = 1)]
fn a_panic_that_does_not_count(values: &[u32]) -> Option<Vec<u32>> {
    let (mut seen, mut out) = (vec![], vec![]);
    for (at, &value) in values.iter().enumerate() {
        #[serial]
        {
            if seen.contains(&value) {
                continue;
            }
            seen.push(value);
            if value == 0 {
                return Some(out);
            }
        }
        assert!(at < 2, "at {at}");
        out.push(value);
    }
    None
}

#[derive(Debug, PartialEq)]
struct Item(String);

#[dlp::parallel]
fn items_of_the_loop(n: usize) -> Vec<String> {
    let items: Vec<Item> = (0..n).map(|x| Item(x.to_string())).collect();
    let mut last: Option<&Item> = None;
    let mut pairs = vec![];
    for item in &items {
        #[serial]
        {
            if let Some(last) = last {
                pairs.push(format!("{}-{}", last.0, item.0));
            }
            last = Some(item);
        }
    }
    pairs
}

#[dlp::parallel]
fn inside_an_inner_loop(n: u64) -> (u64, Vec<u64>) {
    let (mut total, mut marks) = (0, vec![]);
    for x in 0..n {
        for y in 0..x {
            let z = work(x * y);
            #[serial]
            {
                total += z;
                if total % 3 == 0 {
                    marks.push(total);
                }
            }
        }
    }
    (total, marks)
}

#[dlp::parallel]
fn a_local_that_changes(n: u64) -> Vec<Vec<u64>> {
    let (mut all, mut offset) = (vec![], 0);
    for x in 0..n {
        let mut row: Vec<u64> = (0..x).map(work).collect();
        #[serial]
        {
            row.push(offset);
            row.sort();
            offset += row[0] + 1;
            all.push(row);
        }
    }
    all
}

#[dlp::parallel]
fn a_moved_local(n: u64) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for x in 0..n {
        let key = format!("{}", work(x) % 3);
        let other = key.clone();
        #[serial]
        *counts.entry(key).or_insert(0) += 1;
        counts.insert(other + "!", x);
    }
    counts
}

#[derive(Debug, Default)]
struct Index {
    ids: BTreeMap<String, usize>,
    names: Vec<String>,
    hits: usize,
}

impl Index {
    fn add(&mut self, name: &str) -> usize {
        if let Some(&id) = self.ids.get(name) {
            self.hits += 1;
            return id;
        }
        self.ids.insert(name.to_owned(), self.names.len());
        self.names.push(name.to_owned());
        self.names.len() - 1
    }

    #[dlp::parallel]
    fn fill(&mut self, names: &[&str]) -> Vec<usize> {
        let mut ids = vec![];
        for name in names {
            let name = name.to_uppercase();
            #[serial]
            {
                let id = self.add(&name);
                ids.push(id + self.names.len());
            }
        }
        ids
    }
}

fn fields_of_self(names: &[&str]) -> (Vec<usize>, Index) {
    let mut index = Index::default();
    let ids = index.fill(names);
    (ids, index)
}

#[dlp::parallel]
fn a_lock(n: u64) -> Vec<u64> {
    let shared = std::sync::Mutex::new(vec![]);
    let cell = RefCell::new(0);
    for x in 0..n {
        let y = work(x);
        #[serial]
        {
            let mut all = shared.lock().unwrap();
            *cell.borrow_mut() += y;
            let next = *cell.borrow() + all.len() as u64;
            all.push(next);
        }
    }
    shared.into_inner().unwrap()
}

#[dlp::parallel]
fn state_machine(text: &str) -> Vec<(char, usize)> {
    let mut runs: Vec<(char, usize)> = vec![];
    let mut current = None;
    for letter in text.chars() {
        let upper = letter.to_ascii_uppercase();
        #[serial]
        match current {
            Some(known) if known == upper => runs.last_mut().unwrap().1 += 1,
            _ => {
                current = Some(upper);
                runs.push((upper, 1));
            }
        }
    }
    runs
}

#[dlp::parallel]
fn prefix_sums(values: &[f64]) -> Vec<f64> {
    let (mut sum, mut sums) = (0.0, vec![]);
    for value in values {
        let root = value.sqrt();
        sum += root;
        sums.push(sum);
    }
    sums
}

#[dlp::parallel]
fn carried_over(values: &[i32]) -> Vec<i32> {
    let (mut previous, mut differences) = (0, vec![]);
    for &value in values {
        let square = value * value;
        differences.push(square - previous);
        previous = square;
    }
    differences
}

#[dlp::parallel]
fn a_macro_with_an_accumulator(n: u32) -> Vec<String> {
    let (mut count, mut lines) = (0, vec![]);
    for x in 0..n {
        let y = x * x;
        #[serial]
        {
            count += y;
            lines.push(format!("{count} of {x}: {y:>4}"));
            assert!(lines.len() <= count as usize + 1, "{count}");
        }
    }
    lines
}

#[dlp::parallel]
fn shadowed(n: u32) -> Vec<u32> {
    let mut out = vec![];
    let x = 1000;
    for y in 0..n {
        let x = x + y;
        #[serial]
        {
            let y = y + out.len() as u32;
            let x = x + y;
            out.push(x);
        }
    }
    out.push(x);
    out
}

#[dlp::parallel]
fn several_accumulators(n: u64) -> (u64, u64, Vec<u64>) {
    let (mut low, mut high, mut records) = (u64::MAX, 0, vec![]);
    for x in 0..n {
        let y = work(x);
        low = low.min(y);
        high = high.max(y);
        if y == low || y == high {
            records.push(y);
        }
    }
    (low, high, records)
}

#[dlp::parallel]
fn a_closure_in_a_piece(n: u64) -> Vec<u64> {
    let mut all: Vec<u64> = vec![];
    for x in 0..n {
        let y = work(x);
        #[serial]
        {
            let smaller = all.iter().filter(|&&known| known < y).count();
            let mut add = |value| all.push(value);
            add(smaller as u64);
            add(y);
        }
    }
    all
}

#[dlp::parallel]
fn from_an_endless_source(limit: usize) -> Vec<u64> {
    let mut primes: Vec<u64> = vec![];
    for x in 2.. {
        #[serial]
        {
            if primes.iter().all(|prime| x % prime != 0) {
                primes.push(x);
            }
            if primes.len() == limit {
                break;
            }
        }
    }
    primes
}

#[dlp::parallel]
fn collect(out: &mut Vec<u64>, n: u64) -> usize {
    let start = out.len();
    for x in 0..n {
        let y = work(x);
        #[serial]
        {
            if out.contains(&y) || out.len() > 12 {
                return out.len() - start;
            }
            out.push(y);
        }
    }
    0
}

fn with_a_reference_parameter(n: u64) -> (Vec<u64>, usize) {
    let mut out = vec![1, 2];
    let added = collect(&mut out, n);
    (out, added)
}

#[dlp::parallel]
fn by_let_else_and_labels(n: u64) -> (Vec<u64>, u64) {
    let (mut all, mut tries) = (vec![], 0);
    'outer: for x in 0..n {
        let y = work(x);
        #[serial]
        {
            tries += 1;
            let Some(last) = all.last().copied() else {
                all.push(y);
                continue 'outer;
            };
            'inner: for step in 0..3 {
                if last + step == y {
                    break 'outer;
                }
                if step > x {
                    break 'inner;
                }
            }
            all.push(last.wrapping_add(y));
        }
        all.push(x);
    }
    (all, tries)
}

#[dlp::parallel]
fn kept_while_it_fits(words: &[&str], room: usize) -> (String, usize) {
    let (mut text, mut dropped) = (String::new(), 0);
    for word in words {
        let upper = word.to_uppercase();
        if text.len() + upper.len() <= room {
            text.push_str(&upper);
        } else {
            dropped += 1;
        }
    }
    (text, dropped)
}
