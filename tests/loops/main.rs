//! Loops as users write them: under any number of ranks each function returns what it returns under one, where its own
//! loop runs as it was written.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::fmt::Debug;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, RwLock, mpsc};

mod hygiene;
mod root;
mod strategies;

const RANKS: [usize; 3] = [2, 3, 5];

/// Every rank of every world has what one rank alone has.
#[track_caller]
fn same<T: Debug>(function: impl Fn() -> T + Sync) -> String {
    let run = |ranks| dlp::testing::run(ranks, || format!("{:?}", function()));
    let alone = run(1).remove(0);
    for ranks in RANKS {
        for (rank, result) in run(ranks).into_iter().enumerate() {
            assert_eq!(result, alone, "rank {rank} of {ranks}");
        }
    }
    alone
}

/// One test for each function, called with these arguments.
macro_rules! same {
    ($($name:ident($($argument:expr),*);)*) => {
        mod tests {
            use super::*;
            $(#[test]
            fn $name() {
                same(|| super::$name($($argument),*));
            })*
        }
    };
}

same! {
    push_a_local(10);
    push_an_expression(10);
    no_iterations(0);
    add_floats(50);
    count_in_a_map("a b a c b a");
    group_in_a_map(&["ab", "b", "ac"]);
    modify_with_a_closure("x y x");
    continue_early(20);
    continue_by_label(12);
    both_branches(9);
    arms_of_many_types(9);
    discarded_values("a b a c");
    let_underscore(&[3, 1, 3]);
    if_let_and_let_else(&["1", "x", "22"]);
    inner_while_and_loop(7);
    inner_closures(6);
    methods_of_the_item(&["b", "a"]);
    assign_by_index(9);
    assign_in_a_grid(4);
    assign_what_comes_first(&["1 7", "2 8"]);
    assign_through_a_reference();
    assign_fields();
    add_to_fields_of_self();
    tuples_and_structs(5);
    the_last_item(&[3, 1, 2]);
    references_to_items();
    items_without_serde();
    generic_items(&["a", "b", "c"]);
    items_of_a_source_that_is_not_clone();
    items_by_value();
    items_with_a_pattern();
    items_that_are_changed();
    write_text(5);
    write_lines_through_a_reference(5);
    a_mutex(9);
    a_read_write_lock(9);
    a_ref_cell(9);
    an_atomic(9);
    a_channel(9);
    a_closure_that_counts(9);
    a_function_that_takes_the_accumulator(9);
    two_accumulators_at_once(9);
    append_one_to_the_other();
    extend_by_an_iterator(&["a b", "", "c d e"]);
    extend_by_slices(5);
    text_pieces(5);
    temporaries_live_long_enough(5);
    shadowed_names(6);
    items_in_the_body(6);
    items_in_a_block_of_the_body(6);
    new_from_old(&[3, 9, 4]);
    new_from_old_text(&["a", "b"]);
    wrapped_values(4);
    captured_in_a_format_string(4);
    captured_item(&["a", "b", "a"]);
    an_unsafe_block(4);
    a_loop_in_a_branch(4);
    a_loop_in_an_arm(4);
    a_loop_at_the_end();
    without_effects(4);
    names_like_ours(5);
    questions_in_closures(&["1", "x"]);
    macros_of_the_standard_library(6);
    three_sums();
    a_trait_method();
    a_generic_method();
    produced_by_a_macro(4);
    inside_another(6);
    a_variable_without_a_type(5);
    a_type_that_is_known_later(5);
    text_kept_by_reference("one two\nthree");
    nested_references();
    set_of_options(6);
    with_a_constant_strategy(9);
    a_queue(9);
    sort_as_an_effect(6);
    self_by_value();
    or_patterns();
    a_reference_to_the_map();
    paths();
    labels_of_blocks(9);
    hash_maps_as_accumulators("a b a");
}

fn work(x: u64) -> u64 {
    x.wrapping_mul(2_654_435_761) % 1000
}

#[dlp::parallel]
fn push_a_local(n: u64) -> Vec<u64> {
    let mut results = Vec::new();
    for x in 0..n {
        let result = work(x);
        results.push(result);
    }
    results
}

#[dlp::parallel(strategy = "round_robin")]
fn push_an_expression(n: u64) -> Vec<u64> {
    let mut results = vec![];
    for x in 0..n {
        results.push(work(x) + 1);
    }
    results
}

#[dlp::parallel]
fn no_iterations(n: u64) -> u64 {
    let mut count = 0;
    for _ in 0..n {
        count += 1;
    }
    count
}

#[dlp::parallel(chunk = 3)]
fn add_floats(n: u64) -> f64 {
    let mut total = 0.1;
    let scale = 1.0 / 3.0;
    for x in 0..n {
        total += (x as f64).sqrt() * scale;
        total -= scale;
    }
    total
}

#[dlp::parallel]
fn count_in_a_map(text: &str) -> BTreeMap<String, i32> {
    let mut counts = BTreeMap::new();
    for word in text.split(' ') {
        *counts.entry(word.to_uppercase()).or_insert(0) += 1;
    }
    counts
}

#[dlp::parallel(strategy = "block")]
fn group_in_a_map(words: &[&str]) -> BTreeMap<char, Vec<usize>> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for word in words {
        let Some(first) = word.chars().next() else { continue };
        groups.entry(first).or_default().push(word.len());
    }
    groups
}

#[dlp::parallel]
fn modify_with_a_closure(text: &str) -> BTreeMap<&str, usize> {
    let mut weights = BTreeMap::new();
    for (at, word) in text.split(' ').enumerate() {
        let weight = at + word.len();
        weights.entry(word).and_modify(|w| *w += weight).or_insert(weight);
    }
    weights
}

#[dlp::parallel]
fn continue_early(n: u64) -> Vec<u64> {
    let mut kept = Vec::new();
    for x in 0..n {
        if x % 3 == 0 {
            continue;
        }
        let y = match x % 5 {
            0 => continue,
            rest => rest,
        };
        kept.push(x * y);
    }
    kept
}

#[dlp::parallel]
fn continue_by_label(n: u64) -> Vec<u64> {
    let mut primes = Vec::new();
    'candidates: for x in 2..n {
        for y in 2..x {
            if y * y > x {
                break;
            }
            if x % y == 0 {
                continue 'candidates;
            }
        }
        primes.push(x);
    }
    primes
}

#[dlp::parallel]
fn both_branches(n: u64) -> (u64, Vec<u64>, u64) {
    let (mut even, mut odd, mut third) = (0, vec![], 0);
    for x in 0..n {
        if x % 2 == 0 {
            even += work(x);
        } else if x % 3 == 0 {
            third += 1;
        } else {
            odd.push(x);
        }
    }
    (even, odd, third)
}

#[dlp::parallel]
fn arms_of_many_types(n: u64) -> (BTreeSet<u64>, u64, Option<u64>) {
    let mut seen = BTreeSet::new();
    let mut zeros = 0;
    let mut last = None;
    for x in 0..n {
        match work(x) % 4 {
            0 => zeros += 1,
            1 => last = Some(x),
            2 => {
                seen.insert(x);
            }
            _ if x == 4 => {}
            _ => {
                let y = x + 1;
                seen.insert(y);
            }
        };
    }
    (seen, zeros, last)
}

#[dlp::parallel]
fn discarded_values(text: &str) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    for word in text.split(' ') {
        if word > "a" { seen.insert(word.to_owned()) } else { false };
        match word.len() {
            1 => seen.insert(format!("{word}{word}")),
            _ => true,
        };
        seen.insert(word.to_uppercase());
    }
    seen
}

#[dlp::parallel]
fn let_underscore(values: &[i32]) -> BTreeSet<i32> {
    let mut seen = BTreeSet::new();
    for &value in values {
        let _ = seen.insert(value * 2);
    }
    seen
}

#[dlp::parallel]
fn if_let_and_let_else(texts: &[&str]) -> (Vec<i64>, Vec<String>) {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for text in texts {
        if let Ok(value) = text.parse::<i64>() {
            good.push(value);
        }
        let Err(error) = text.parse::<i64>() else {
            good.push(-1);
            continue;
        };
        bad.push(error.to_string());
    }
    (good, bad)
}

#[dlp::parallel]
fn inner_while_and_loop(n: u64) -> (Vec<u64>, u64) {
    let (mut steps, mut total) = (Vec::new(), 0);
    for x in 1..n {
        let mut y = x;
        let mut count = 0_i32;
        while y != 1 {
            y = if y % 2 == 0 { y / 2 } else { 3 * y + 1 };
            count += 1;
            total += y;
        }
        loop {
            count -= 1;
            if count <= 0 || y > 1 {
                break;
            }
            steps.push(x * 100 + count as u64);
        }
    }
    (steps, total)
}

#[dlp::parallel]
fn inner_closures(n: u64) -> (Vec<u64>, u64) {
    let (mut all, mut total) = (Vec::new(), 0);
    for x in 0..n {
        (0..x).for_each(|y| all.push(x * y));
        (0..x).map(|y| y + 1).for_each(|y| total += y);
        Some(x).into_iter().for_each(|y| {
            if y > 2 {
                all.push(y);
            }
        });
    }
    (all, total)
}

#[dlp::parallel]
fn methods_of_the_item(words: &[&str]) -> Vec<String> {
    let mut all = Vec::new();
    for word in words {
        all.push(word.repeat(2));
        all.insert(0, word.to_uppercase());
    }
    all
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

#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct Point {
    x: u32,
    y: f64,
}

#[dlp::parallel]
fn tuples_and_structs(n: u32) -> (Vec<Point>, Vec<(u32, f64)>, [Vec<u32>; 2]) {
    let mut points = Vec::new();
    let mut pairs = vec![];
    let mut lists = [vec![], vec![]];
    for x in 0..n {
        let y = f64::from(x).sqrt();
        points.push(Point { x, y });
        points.push(Point { x: x + 1, ..Point { x, y } });
        pairs.push((x, y));
        lists[0].push(x);
        lists[(x % 2) as usize].extend([x, x * 2]);
    }
    (points, pairs, lists)
}

#[dlp::parallel]
fn the_last_item(values: &[u32]) -> (Option<&u32>, Option<u32>) {
    let (mut last, mut copied) = (None, None);
    for value in values {
        last = Some(value);
        copied = Some(*value);
    }
    (last, copied)
}

/// Neither `Serialize` nor `Clone`.
#[derive(Debug, PartialEq)]
struct Opaque {
    name: String,
    weight: f64,
}

fn opaque() -> Vec<Opaque> {
    ["a", "b", "c"].map(|name| Opaque { name: name.into(), weight: name.len() as f64 }).into()
}

fn references_to_items() -> Vec<String> {
    let items = opaque();
    let names = names_of(&items);
    assert!(names.iter().zip(&items).all(|(name, item)| std::ptr::eq(*name, item.name.as_str())));
    names.into_iter().map(str::to_owned).collect()
}

#[dlp::parallel]
fn names_of(items: &[Opaque]) -> Vec<&str> {
    let mut names = Vec::new();
    for item in items {
        if item.weight > 0.0 {
            names.push(item.name.as_str());
        }
    }
    names
}

fn items_without_serde() -> Vec<(usize, f64)> {
    let items = opaque();
    let best = heaviest(&items);
    best.iter().map(|(item, score)| (item.name.len(), *score)).collect()
}

#[dlp::parallel]
fn heaviest(items: &[Opaque]) -> Vec<(&Opaque, f64)> {
    let mut best = Vec::new();
    for item in items {
        let score = item.weight * 2.0;
        best.push((item, score));
    }
    best
}

#[dlp::parallel]
fn pairs<'a, T: PartialOrd>(items: &'a [T], limit: &T) -> Vec<(usize, &'a T)> {
    let mut found = Vec::new();
    for (at, item) in items.iter().enumerate() {
        if item > limit {
            found.push((at, item));
        }
    }
    found
}

fn generic_items(words: &'static [&'static str]) -> Vec<(usize, &'static &'static str)> {
    pairs(words, &"a")
}

#[dlp::parallel]
fn items_of_a_source_that_is_not_clone() -> Vec<(String, usize)> {
    let source: Box<dyn Iterator<Item = String>> = Box::new((0..7).map(|x| format!("item {x}")));
    let mut all = Vec::new();
    for item in source {
        let length = item.len();
        all.push((item, length));
    }
    all
}

#[dlp::parallel]
fn items_by_value() -> (Vec<String>, usize) {
    let items: Vec<String> = (0..6).map(|x| x.to_string()).collect();
    let (mut kept, mut length) = (Vec::new(), 0);
    for item in items {
        length += item.len();
        if item != "3" {
            kept.push(item);
        }
    }
    (kept, length)
}

#[dlp::parallel]
fn items_with_a_pattern() -> BTreeMap<u32, (String, f64)> {
    let items = [(1, ("a", 0.5)), (2, ("b", 1.5)), (1, ("c", 2.5))];
    let mut map = BTreeMap::new();
    for (key, (name, weight)) in items {
        map.insert(key, (name.to_string(), weight));
    }
    map
}

#[dlp::parallel]
fn items_that_are_changed() -> Vec<u32> {
    let mut all = Vec::new();
    for mut x in 0..5 {
        x *= 3;
        all.push(x);
        x += 1;
        all.push(x);
    }
    all
}

#[dlp::parallel]
fn write_text(n: u32) -> String {
    let mut text = String::new();
    for x in 0..n {
        let square = x * x;
        write!(text, "{x}:{square:>4}").unwrap();
        writeln!(text, " {:?} {y}", Some(x), y = square + 1).expect("a string takes everything");
        let _ = writeln!(text);
    }
    text
}

fn write_lines_through_a_reference(n: u32) -> (Vec<u8>, String) {
    #[dlp::parallel]
    fn into(out: &mut impl std::io::Write, text: &mut String, n: u32) {
        for x in 0..n {
            out.write_all(x.to_string().as_bytes()).unwrap();
            writeln!(out, "{}", work(x.into())).unwrap();
            text.write_str(&x.to_string()).unwrap();
        }
    }
    let (mut out, mut text) = (Vec::new(), String::new());
    into(&mut out, &mut text, n);
    (out, text)
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
fn append_one_to_the_other() -> (Vec<u64>, Vec<u64>) {
    let (mut full, mut batch) = (vec![], vec![]);
    for x in 0..7 {
        batch.push(work(x));
        if x % 3 == 2 {
            full.append(&mut batch);
        }
    }
    (full, batch)
}

#[dlp::parallel]
fn extend_by_an_iterator(lines: &[&str]) -> (Vec<String>, BTreeSet<char>, Vec<usize>) {
    let (mut words, mut letters, mut lengths) = (Vec::new(), BTreeSet::new(), vec![]);
    for line in lines {
        let pieces = line.split_whitespace().map(str::to_uppercase);
        words.extend(pieces);
        letters.extend(line.chars().filter(|letter| *letter != ' '));
        lengths.extend(Some(line.len()));
        lengths.extend(0..line.len() % 3);
    }
    (words, letters, lengths)
}

#[dlp::parallel]
fn extend_by_slices(n: usize) -> Vec<u8> {
    let mut bytes = vec![];
    for x in 0..n {
        let buffer = vec![x as u8; x];
        bytes.extend_from_slice(&buffer);
        bytes.extend_from_slice(&buffer[..x / 2]);
        bytes.extend_from_slice(&[1, x as u8]);
        bytes.extend(&buffer);
        bytes.extend(buffer);
    }
    bytes
}

#[dlp::parallel]
fn text_pieces(n: usize) -> String {
    let mut text = String::from("pieces");
    let separator = ", ";
    for x in 0..n {
        let piece = x.to_string();
        text.push_str(separator);
        text.push_str(&piece);
        text.push_str(&format!("<{x}>"));
        text += &piece;
        text.push('.');
        text.push_str(piece.trim());
    }
    text
}

#[dlp::parallel]
fn temporaries_live_long_enough(n: usize) -> String {
    fn name(x: usize) -> String {
        format!(" {x} ")
    }
    let mut text = String::new();
    for x in 0..n {
        text.push_str(name(x).trim());
    }
    text
}

#[dlp::parallel]
fn shadowed_names(n: u32) -> (Vec<u32>, Vec<String>) {
    let (mut x, mut all) = (vec![], vec![]);
    let y = "outer";
    for item in 0..n {
        x.push(item);
        all.push(y.to_string());
        let y = item * 2;
        all.push(y.to_string());
        {
            let mut x = vec![1];
            x.push(y);
            let all = x;
            assert_eq!(all.len(), 2);
        }
        let item = y + 1;
        x.push(item);
    }
    (x, all)
}

#[dlp::parallel]
fn items_in_the_body(n: u32) -> (Vec<u32>, String) {
    let (mut all, mut text) = (vec![], String::new());
    for x in 0..n {
        use std::fmt::Write;
        const STEP: u32 = 10;
        fn double(x: u32) -> u32 {
            x * 2
        }
        struct Wrapped(u32);
        let wrapped = Wrapped(x);
        all.push(STEP);
        all.push(double(wrapped.0));
        write!(text, "{STEP}").unwrap();
    }
    (all, text)
}

#[dlp::parallel]
fn items_in_a_block_of_the_body(n: u32) -> Vec<u32> {
    let mut all = vec![];
    for x in 0..n {
        if x % 2 == 0 {
            const STEP: u32 = 10;
            all.push(STEP);
        } else {
            const STEP: u32 = 20;
            all.push(STEP + x);
        }
    }
    all
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

#[dlp::parallel]
fn new_from_old_text(words: &[&str]) -> (String, Option<usize>) {
    let (mut text, mut longest) = (String::new(), None);
    for word in words {
        text = text.clone() + &word.to_uppercase() + "/";
        longest = longest.max(Some(word.len()));
    }
    (text, longest)
}

#[dlp::parallel]
fn wrapped_values(n: u32) -> Vec<Rc<(u32, Box<u32>)>> {
    let mut all = Vec::new();
    for x in 0..n {
        let y = x + 1;
        all.push(Rc::new((x, Box::new(y * 2))));
    }
    all
}

#[dlp::parallel]
fn captured_in_a_format_string(n: u32) -> BTreeMap<u32, String> {
    let k = "outer";
    let mut map = BTreeMap::new();
    for x in 0..n {
        map.entry(x + 100).or_insert_with(|| format!("{k}"));
        let k = x * 2;
        map.entry(x).or_insert_with(|| format!("{k:>3} {x}"));
    }
    map
}

#[dlp::parallel]
fn captured_item(words: &[&str]) -> BTreeMap<String, Vec<String>> {
    let mut map: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for word in words {
        let twice = word.repeat(2);
        map.entry(twice)
            .and_modify(|list| list.push(word.to_string()))
            .or_insert_with(move || vec![word.to_uppercase()]);
    }
    map
}

#[allow(unsafe_code)]
#[dlp::parallel]
fn an_unsafe_block(n: u32) -> Vec<u32> {
    unsafe fn risky(x: u32) -> u32 {
        x + 1
    }
    let mut all = vec![];
    unsafe {
        for x in 0..n {
            all.push(risky(x));
        }
    }
    all
}

#[dlp::parallel]
fn a_loop_in_a_branch(n: u32) -> Vec<u32> {
    let mut all = vec![];
    if let Some(last) = n.checked_sub(1) {
        for x in 0..=last {
            all.push(x + last);
        }
    } else {
        all.push(0);
    }
    all
}

#[dlp::parallel]
fn a_loop_in_an_arm(n: u32) -> Vec<u32> {
    let mut all = vec![];
    match n {
        0 => {}
        _ => {
            for x in 0..n {
                all.push(x + 1);
            }
        }
    }
    all
}

fn a_loop_at_the_end() -> u32 {
    #[dlp::parallel]
    fn into(total: &mut u32) {
        for x in 0..9 {
            *total += x
        }
    }
    let mut total = 0;
    into(&mut total);
    total
}

#[dlp::parallel]
fn without_effects(n: u32) -> u32 {
    for x in 0..n {
        assert!(work(x.into()) < 1000);
    }
    n
}

#[dlp::parallel]
fn names_like_ours(n: u32) -> (Vec<u32>, Vec<u32>) {
    let (mut log, mut op, source, again, site) = (vec![], vec![], n, 1, 2);
    for at in 0..source {
        let values = at + again;
        let (value_0, field_0_0, witness_0_0) = (values, 1, 2);
        log.push(value_0 + site);
        op.push(field_0_0 + witness_0_0 + at);
    }
    (log, op)
}

#[dlp::parallel]
fn questions_in_closures(texts: &[&str]) -> Vec<Result<i32, String>> {
    let mut all = vec![];
    for text in texts {
        let read = || -> Result<i32, std::num::ParseIntError> {
            let value: i32 = text.parse()?;
            if value == 0 {
                return Ok(-1);
            }
            Ok(value + 1)
        };
        all.push(read().map_err(|error| error.to_string()));
    }
    all
}

#[dlp::parallel]
fn macros_of_the_standard_library(n: u32) -> (Vec<Vec<u32>>, Vec<String>) {
    let (mut lists, mut texts) = (vec![], vec![]);
    for x in 0..n {
        let list = vec![x; 2];
        lists.push(vec![match x {
            0 => continue,
            x => x + 1,
        }]);
        lists.push(list.clone());
        texts.push(format!("{x:>width$} {list:?} {:.*}", 2, 0.5, width = 4));
        if matches!(x, y if y > 2) {
            texts.push(String::from("more"));
        }
        debug_assert_eq!(list.len(), 2, "{x}");
        print!("");
    }
    (lists, texts)
}

fn three_sums() -> [f64; 3] {
    fixed_arrays()
}

#[dlp::parallel]
fn fixed_arrays<const N: usize>() -> [f64; N] {
    let mut sums = [0.0; N];
    for x in 0..20 {
        sums[x % N] += x as f64 * 0.1;
    }
    sums
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

macro_rules! produced {
    ($name:ident, $accumulator:ident, $item:ident => $value:expr, $strategy:literal) => {
        #[dlp::parallel(strategy = $strategy)]
        fn $name(n: u64) -> (Vec<u64>, u64) {
            let mut $accumulator = Vec::new();
            let mut total = 0;
            for $item in 0..n {
                let value = $value;
                $accumulator.push(value);
                total += value;
            }
            ($accumulator, total)
        }
    };
}

produced!(produced_by_a_macro, value, x => work(x) + 1, "round_robin");

#[dlp::parallel]
fn inside_another(n: u64) -> Vec<Vec<u64>> {
    let mut all = vec![];
    for x in 0..n {
        all.push(push_a_local(x));
    }
    all
}

#[dlp::parallel]
fn a_variable_without_a_type(n: u32) -> f64 {
    let mut results = Vec::new();
    let mut total = 0.0;
    for x in 0..n {
        let y = x.to_string().parse().unwrap();
        results.push(y);
        total += f64::sqrt(y);
    }
    total + results[0]
}

#[dlp::parallel]
fn a_type_that_is_known_later(n: u32) -> (Vec<f64>, Option<u8>) {
    let (mut results, mut last) = (Vec::new(), None);
    for x in 0..n {
        let y = x.to_string().parse().unwrap();
        results.push(y);
        last = Some(x.to_string().parse().unwrap());
    }
    (results, last)
}

#[dlp::parallel]
fn text_kept_by_reference(text: &str) -> BTreeMap<&str, Vec<&str>> {
    let mut words: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for line in text.lines() {
        for word in line.split(' ') {
            words.entry(line).or_default().push(word);
        }
    }
    words
}

#[dlp::parallel]
fn nested_references() -> Vec<(usize, &'static str)> {
    let table = ["a", "b", "c"];
    let mut all = Vec::new();
    for at in 0..table.len() {
        let entry = &table[at];
        all.push((at, *entry));
        let pair = (at + 1, table[at]);
        all.push(pair);
    }
    all
}

#[dlp::parallel]
fn set_of_options(n: u32) -> BTreeSet<Option<(u32, String)>> {
    let mut set = BTreeSet::new();
    for x in 0..n {
        set.insert((x % 2 == 0).then(|| (x, x.to_string())));
        set.insert(None);
    }
    set
}

const CHOSEN: dlp::Strategy = dlp::Strategy::RoundRobin;
const AT_A_TIME: u64 = 2;

#[dlp::parallel(strategy = CHOSEN, chunk = AT_A_TIME + 1, gather = "all", manager = "dedicated")]
fn with_a_constant_strategy(n: u64) -> Vec<u64> {
    let mut all = vec![];
    for x in 0..n {
        all.push(work(x));
    }
    all
}

#[dlp::parallel]
fn a_queue(n: u64) -> VecDeque<u64> {
    let mut queue = VecDeque::new();
    for x in 0..n {
        queue.push_back(work(x));
        if x > 5 {
            queue.pop_front();
        }
        queue.push_front(x);
    }
    queue
}

#[dlp::parallel]
fn sort_as_an_effect(n: u64) -> Vec<u64> {
    let mut all = vec![];
    let modulus = 7;
    for x in 0..n {
        all.push(work(x));
        all.sort_by_key(|value| value % modulus);
        all.retain(|value| *value != x);
    }
    all
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
fn or_patterns() -> Vec<u32> {
    let items: [Result<u32, u32>; 3] = [Ok(1), Err(2), Ok(3)];
    let mut all = vec![];
    for Ok(x) | Err(x) in items {
        all.push(x + 1);
        all.push(x);
    }
    all
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

#[dlp::parallel]
fn directories(paths: &[PathBuf]) -> (Vec<&Path>, Option<PathBuf>) {
    let (mut parents, mut last) = (vec![], None);
    for path in paths {
        if let Some(parent) = path.parent() {
            parents.push(parent);
        }
        last = Some(path.join("x"));
    }
    (parents, last)
}

fn paths() -> (Vec<PathBuf>, Option<PathBuf>) {
    let paths: Vec<PathBuf> = ["/a/b", "/c/d/e"].map(PathBuf::from).into();
    let (parents, last) = directories(&paths);
    (parents.into_iter().map(Path::to_owned).collect(), last)
}

#[dlp::parallel]
fn labels_of_blocks(n: u32) -> Vec<u32> {
    let mut all = vec![];
    for x in 0..n {
        let kind = 'kind: {
            if x % 2 == 0 {
                break 'kind 0;
            }
            if x % 3 == 0 {
                break 'kind 1;
            }
            2
        };
        'effects: {
            if kind == 0 {
                break 'effects;
            }
            all.push(kind + x);
        }
    }
    all
}

#[dlp::parallel]
fn hash_maps_as_accumulators(text: &str) -> (BTreeMap<String, Vec<usize>>, bool) {
    let (mut map, mut seen) = (HashMap::new(), HashSet::new());
    for (at, word) in text.split(' ').enumerate() {
        map.entry(word.to_string()).or_insert_with(Vec::new).push(at);
        seen.insert(word);
    }
    (map.into_iter().collect(), seen.contains("a"))
}
