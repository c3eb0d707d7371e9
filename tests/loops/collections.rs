//! Collections and numbers as accumulators.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use super::{same, work};

same! {
    push_a_local(10);
    push_an_expression(10);
    no_iterations(0);
    add_floats(50);
    count_in_a_map("a b a c b a");
    group_in_a_map(&["ab", "b", "ac"]);
    modify_with_a_closure("x y x");
    methods_of_the_item(&["b", "a"]);
    extend_by_an_iterator(&["a b", "", "c d e"]);
    extend_by_slices(5);
    tuples_and_structs(5);
    set_of_options(6);
    a_queue(9);
    sort_as_an_effect(6);
    hash_maps_as_accumulators("a b a");
    append_one_to_the_other();
    a_variable_without_a_type(5);
    a_type_that_is_known_later(5);
    what_is_drained();
    three_sums();
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
fn methods_of_the_item(words: &[&str]) -> Vec<String> {
    let mut all = Vec::new();
    for word in words {
        all.push(word.repeat(2));
        all.insert(0, word.to_uppercase());
    }
    all
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
fn what_is_drained() -> (Vec<u32>, Vec<u32>) {
    let (mut from, mut into) = (vec![1, 2, 3, 4], vec![]);
    let taken = from.drain(1..3);
    for x in taken {
        into.push(x * 2);
    }
    (from, into)
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
fn set_of_options(n: u32) -> BTreeSet<Option<(u32, String)>> {
    let mut set = BTreeSet::new();
    for x in 0..n {
        set.insert((x % 2 == 0).then(|| (x, x.to_string())));
        set.insert(None);
    }
    set
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

#[dlp::parallel]
fn hash_maps_as_accumulators(text: &str) -> (BTreeMap<String, Vec<usize>>, bool) {
    let (mut map, mut seen) = (HashMap::new(), HashSet::new());
    for (at, word) in text.split(' ').enumerate() {
        map.entry(word.to_string()).or_insert_with(Vec::new).push(at);
        seen.insert(word);
    }
    (map.into_iter().collect(), seen.contains("a"))
}
