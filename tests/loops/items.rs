//! Items of the loop, and references to them, that the accumulators keep.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::same;

same! {
    the_last_item(&[3, 1, 2]);
    references_to_items();
    items_without_serde();
    generic_items(&["a", "b", "c"]);
    items_of_a_source_that_is_not_clone();
    items_by_value();
    items_with_a_pattern();
    items_that_are_changed();
    or_patterns();
    text_kept_by_reference("one two\nthree");
    nested_references();
    what_the_item_leads_to(&[(0, 'a'), (2, 'b')]);
    paths();
    captured_item(&["a", "b", "a"]);
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
fn looked_up<'a>(items: &[(usize, char)], table: &'a [Opaque]) -> Vec<(&'a Opaque, &'a str, f64)> {
    let mut all = Vec::new();
    let grid = [[1.5, 2.5], [3.5, 4.5]];
    for &(at, letter) in items {
        if letter != 'c' {
            all.push((&table[at], table[2 - at].name.as_str(), grid[at / 2][1]));
        }
    }
    all
}

fn what_the_item_leads_to(items: &[(usize, char)]) -> Vec<(String, String, f64)> {
    let table = opaque();
    let found = looked_up(items, &table);
    assert!(found.iter().all(|(row, ..)| table.iter().any(|known| std::ptr::eq(known, *row))));
    found.into_iter().map(|(row, name, value)| (row.name.clone(), name.to_owned(), value)).collect()
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
