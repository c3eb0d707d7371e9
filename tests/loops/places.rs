//! Places that are written: elements, fields, what is behind references and locks.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, RwLock, mpsc};

use super::{same, work};

same! {
    assign_by_index(9);
    assign_in_a_grid(4);
    assign_what_comes_first(&["1 7", "2 8"]);
    assign_through_a_reference();
    assign_fields();
    add_to_fields_of_self();
    a_mutex(9);
    a_read_write_lock(9);
    a_ref_cell(9);
    an_atomic(9);
    a_channel(9);
    a_closure_that_counts(9);
    a_function_that_takes_the_accumulator(9);
    two_accumulators_at_once(9);
    lend_a_part(9);
    new_from_old(&[3, 9, 4]);
    new_from_old_text(&["a", "b"]);
    new_from_old_elements(9);
    moved_and_changed(6);
    numbered_in_a_closure("a b a c b");
    lent_to_methods(&["a", "bc"]);
    new_from_old_through_a_reference(9);
    self_by_value();
    a_reference_to_the_map();
    a_trait_method();
    a_generic_method();
}

#[dlp::parallel]
fn assign_by_index(n: usize) -> Vec<u64> {
    let mut table = vec![0; n];
    for at in 0..n {
        table[at] = work(at as u64);
        table[n - 1 - at] += 1;
    }
    table
}

#[dlp::parallel(strategy = "round_robin", chunk = 2)]
fn assign_in_a_grid(n: usize) -> Vec<[f64; 4]> {
    let mut grid = vec![[0.0; 4]; n];
    let cells: Vec<(usize, usize)> = (0..n).flat_map(|row| (0..4).map(move |column| (row, column))).collect();
    for &(row, column) in &cells {
        let value = (row as f64 + 0.1) * column as f64;
        grid[row][column] += value / 3.0;
        grid[row][3 - column] *= 1.5;
    }
    grid
}

#[dlp::parallel]
fn assign_what_comes_first(lines: &[&str]) -> Vec<i32> {
    let mut table = vec![0; 9];
    for line in lines {
        let mut words = line.split(' ').map(|word| word.parse::<i32>().unwrap());
        // The right side is evaluated before the index.
        table[words.next().unwrap() as usize] = words.next().unwrap();
    }
    table
}

fn assign_through_a_reference() -> (u64, Vec<u64>) {
    let (mut total, mut all) = (1, vec![]);
    into_references(&mut total, &mut all, 6);
    (total, all)
}

#[dlp::parallel]
fn into_references(total: &mut u64, all: &mut Vec<u64>, n: u64) {
    for x in 0..n {
        *total += work(x);
        all.push(x + 1);
        all[0] = x;
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Stats {
    count: u64,
    name: String,
    range: (f64, f64),
}

#[dlp::parallel]
fn assign_fields() -> Stats {
    let mut stats = Stats { name: "stats".into(), ..Stats::default() };
    for x in 0..8 {
        let value = f64::from(x) * 0.3;
        stats.count += stats.name.len() as u64;
        stats.range.0 -= value;
        stats.range.1 = value;
    }
    stats
}

#[derive(Debug, PartialEq)]
struct Model {
    weight: f64,
    total: f64,
    seen: Vec<String>,
}

impl Model {
    #[dlp::parallel]
    fn train(&mut self, words: &[&str]) {
        for word in words {
            let score = word.len() as f64 * self.weight;
            self.total += score;
            self.seen.push(word.to_uppercase());
        }
    }
}

fn add_to_fields_of_self() -> Model {
    let mut model = Model { weight: 0.7, total: 0.0, seen: vec![] };
    model.train(&["a", "bb", "ccc"]);
    model
}

#[dlp::parallel]
fn a_mutex(n: u64) -> Vec<u64> {
    let shared = Mutex::new(Vec::new());
    for x in 0..n {
        shared.lock().unwrap().push(work(x));
        *shared.lock().unwrap().first_mut().unwrap() += 1;
    }
    shared.into_inner().unwrap()
}

#[dlp::parallel]
fn a_read_write_lock(n: u64) -> BTreeMap<u64, u64> {
    let shared = RwLock::new(BTreeMap::new());
    for x in 0..n {
        shared.write().unwrap().insert(x, work(x));
    }
    shared.into_inner().unwrap()
}

#[dlp::parallel]
fn a_ref_cell(n: u64) -> (Vec<u64>, u64) {
    let (shared, last) = (Rc::new(RefCell::new(vec![])), Cell::new(0));
    for x in 0..n {
        shared.borrow_mut().push(work(x));
        last.set(x);
    }
    (shared.take(), last.get())
}

#[dlp::parallel]
fn an_atomic(n: usize) -> usize {
    let count = AtomicUsize::new(0);
    for x in 0..n {
        if x % 2 == 0 {
            count.fetch_add(x, Ordering::SeqCst);
        }
    }
    count.into_inner()
}

#[dlp::parallel]
fn a_channel(n: u64) -> Vec<u64> {
    let (sender, receiver) = mpsc::channel();
    for x in 0..n {
        sender.send(work(x)).unwrap();
        sender.send(x).ok();
    }
    drop(sender);
    receiver.into_iter().collect()
}

#[dlp::parallel]
fn a_closure_that_counts(n: u64) -> (u64, u64) {
    let (mut total, mut calls) = (0, 0);
    let mut add = |value: u64| {
        total += value;
        calls += 1;
    };
    for x in 0..n {
        add(work(x));
    }
    (total, calls)
}

fn add_both(list: &mut Vec<u64>, a: u64, b: u64) -> usize {
    list.extend([a, b]);
    list.len()
}

#[dlp::parallel]
fn a_function_that_takes_the_accumulator(n: u64) -> Vec<u64> {
    let mut list = vec![];
    for x in 0..n {
        add_both(&mut list, x, work(x));
    }
    list
}

#[dlp::parallel]
fn two_accumulators_at_once(n: u64) -> (u64, u64, Vec<u64>) {
    let (mut a, mut b) = (0, 0);
    let mut c = vec![0; 3];
    for x in 0..n {
        (a, c[1]) = (work(x), x);
        [b, _] = [x * 2, a_constant()];
    }
    (a, b, c)
}

fn a_constant() -> u64 {
    7
}

#[dlp::parallel]
fn lend_a_part(n: u64) -> (Vec<u64>, u64) {
    let (mut all, mut last) = (vec![0; 4], 0);
    for x in 0..n {
        last += work(x);
        std::mem::swap(&mut all[(x % 4) as usize], &mut last);
    }
    (all, last)
}

#[dlp::parallel]
fn new_from_old(values: &[u64]) -> (u64, u64, f64, bool, i32) {
    let (mut most, mut least, mut mean, mut any) = (0, u64::MAX, 0.5, false);
    let mut code = 1_i32;
    for &value in values {
        let score = work(value);
        most = most.max(score);
        least = std::cmp::min(least, score);
        mean = mean * 0.9 + score as f64 * 0.1;
        let high = score > 500;
        any = any || high;
        code = (code * 31) ^ (score as i32);
    }
    (most, least, mean, any, code)
}

/// Neither `Copy` nor `Default`.
#[derive(Debug)]
struct List(Option<Box<(u64, List)>>);

impl List {
    fn with(self, value: u64) -> Self {
        List(Some(Box::new((value, self))))
    }
}

#[dlp::parallel]
fn moved_and_changed(n: u64) -> (List, Stats) {
    let mut list = List(None);
    let mut stats = Stats::default();
    for x in 0..n {
        let y = work(x);
        list = list.with(y);
        if let Some(first) = Some(x).filter(|x| x % 2 == 0) {
            list.0.as_mut().unwrap().0 += first;
        }
        stats = Stats { count: stats.count + y, ..stats };
        stats.name.push('x');
    }
    (list, stats)
}

#[dlp::parallel]
fn numbered_in_a_closure(text: &str) -> (BTreeMap<&str, usize>, Vec<usize>, usize) {
    let (mut numbers, mut next, mut kept, mut dropped) = (BTreeMap::new(), 0, vec![1, 2, 3, 4, 5], 0);
    for word in text.split(' ') {
        numbers.entry(word).or_insert_with(|| {
            next += 1;
            next
        });
        let length = word.len();
        kept.retain(|value| {
            if *value == length {
                dropped += value;
            }
            *value != length
        });
    }
    (numbers, kept, dropped)
}

struct Item<'a>(&'a str);

impl Item<'_> {
    fn write(&self, out: &mut Vec<String>, times: usize) {
        out.push(self.0.repeat(times));
    }
}

#[dlp::parallel]
fn lent_to_methods(words: &[&str]) -> (Vec<String>, u64) {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let items: Vec<Item> = words.iter().map(|word| Item(word)).collect();
    let (mut out, mut hasher) = (vec![], DefaultHasher::new());
    for item in &items {
        let length = item.0.len() * 2;
        item.write(&mut out, length);
        length.hash(&mut hasher);
        item.0.hash(&mut hasher);
    }
    (out, hasher.finish())
}

#[dlp::parallel]
fn new_from_old_elements(n: usize) -> Vec<u64> {
    let mut sums = vec![1; n];
    for x in 1..n {
        let y = work(x as u64);
        #[serial]
        {
            sums[x] = sums[x - 1] + y;
            sums[0] += sums[x] % 7;
        }
    }
    sums
}

#[dlp::parallel]
fn highest(into: &mut u64, n: u64) {
    for x in 0..n {
        let y = work(x);
        *into = y.max(*into);
    }
}

fn new_from_old_through_a_reference(n: u64) -> u64 {
    let mut most = 3;
    highest(&mut most, n);
    most
}

#[dlp::parallel]
fn new_from_old_text(words: &[&str]) -> (String, Option<usize>) {
    let (mut text, mut longest) = (String::new(), None);
    for word in words {
        text = text + &word.to_uppercase() + "/";
        longest = longest.max(Some(word.len()));
    }
    (text, longest)
}

trait Summary {
    fn base(&self) -> f64;

    #[dlp::parallel]
    fn summary(&self, n: u32) -> (f64, Vec<f64>) {
        let (mut sum, mut all) = (self.base(), vec![]);
        for x in 0..n {
            let y = self.base() * f64::from(x);
            sum += y;
            all.push(y);
        }
        (sum, all)
    }
}

struct Base(f64);

impl Summary for Base {
    fn base(&self) -> f64 {
        self.0
    }
}

fn a_trait_method() -> (f64, Vec<f64>) {
    Base(0.3).summary(7)
}

struct Collected<'a, T> {
    all: Vec<&'a T>,
    limit: T,
}

impl<'a, T: PartialOrd> Collected<'a, T> {
    #[dlp::parallel(chunk = 2)]
    fn add(&mut self, items: &'a [T]) -> usize {
        for item in items {
            if *item < self.limit {
                self.all.push(item);
            }
        }
        self.all.len()
    }
}

fn a_generic_method() -> (usize, Vec<char>) {
    let mut collected = Collected { all: vec![], limit: 'f' };
    let count = collected.add(&['z', 'a', 'e', 'k', 'b']);
    (count, collected.all.into_iter().copied().collect())
}

impl Stats {
    #[dlp::parallel]
    fn grown(mut self, n: u64) -> Self {
        for x in 0..n {
            self.count += work(x);
            self.name.push_str(&x.to_string());
        }
        self
    }
}

fn self_by_value() -> Stats {
    Stats::default().grown(5)
}

#[dlp::parallel]
fn a_reference_to_the_map() -> BTreeMap<u32, u32> {
    let mut map = BTreeMap::new();
    let into = &mut map;
    for x in 0..6 {
        into.insert(x % 4, x * x);
        *into.entry(9).or_insert(0) += x;
    }
    map
}
