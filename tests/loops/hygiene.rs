//! Generated code means the same wherever it is put, and no lint is heard of it.

use super::{same, work};

same! {
    names_like_ours(5);
    produced_by_a_macro(4);
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

/// In a crate where nothing is imported by itself.
mod without_a_prelude {
    #![no_implicit_prelude]

    #[::dlp::parallel]
    pub(super) fn function(words: &[&str]) -> ::std::vec::Vec<(usize, ::std::string::String)> {
        let mut all = ::std::vec::Vec::new();
        let mut map = ::std::collections::BTreeMap::new();
        for word in words {
            if word.is_empty() {
                continue;
            }
            let length = word.len();
            all.push((length, ::std::string::ToString::to_string(word)));
            *map.entry(length).or_insert(0) += 1;
            ::std::println!("{length}");
        }
        all.push((map.len(), ::std::string::String::new()));
        all
    }

    #[::dlp::parallel(gather = "root", crate = "::dlp")]
    pub(super) fn root(words: &[&str]) -> ::std::result::Result<usize, ::std::num::ParseIntError> {
        let mut total = 0;
        for word in words {
            total += word.len();
        }
        ::std::result::Result::Ok(total)
    }
}

#[test]
fn no_prelude_is_needed() {
    same(|| without_a_prelude::function(&["a", "", "bc"]));
    same(|| without_a_prelude::root(&["a", "", "bc"]).is_ok());
}

/// Names of the prelude, and of ours, that mean something else.
#[allow(dead_code)]
mod with_other_names {
    pub(super) struct Option;
    pub(super) struct Some;
    pub(super) struct Vec;
    pub(super) enum Result {
        Ok,
        Err,
    }
    pub(super) struct String;
    pub(super) trait Iterator {}
    pub(super) struct Witness;
    pub(super) const __DLP: u32 = 3;
    pub(super) const LOOP: u32 = 4;
    mod dlp {}
    mod core {}

    #[allow(non_snake_case)]
    pub(super) fn None() -> u32 {
        5
    }

    #[::dlp::parallel]
    pub(super) fn function(n: u32) -> u64 {
        let mut total = 0;
        for x in 0..n {
            let y = u64::from(x * LOOP + __DLP + None());
            total += y;
        }
        total
    }
}

#[test]
fn other_names_do_not_matter() {
    same(|| with_other_names::function(9));
}

/// With every lint that there is.
#[deny(warnings, unused, nonstandard_style, clippy::all, clippy::pedantic, clippy::nursery)]
mod with_every_lint {
    use std::collections::BTreeMap;

    /// Counts.
    #[dlp::parallel(gather = "root")]
    pub(super) fn function(words: &[&str]) -> Result<BTreeMap<String, usize>, String> {
        let mut counts = BTreeMap::new();
        let mut last = None;
        for (at, &word) in words.iter().enumerate() {
            if word.is_empty() {
                continue;
            }
            let length = word.len();
            *counts.entry(word.to_owned()).or_insert(0) += length;
            last = Some((at, word));
            println!("{word}: {length}");
        }
        println!("{last:?}");
        if counts.is_empty() { Err("nothing".to_owned()) } else { Ok(counts) }
    }
}

#[test]
fn no_lint_is_heard() {
    same(|| with_every_lint::function(&["a", "", "bc"]).is_ok());
}

/// Made by a macro that has names of its own.
macro_rules! twice {
    ($visibility:vis fn $name:ident($n:ident) $all:ident, $x:ident => $value:expr, $($body:tt)*) => {
        #[dlp::parallel]
        $visibility fn $name($n: u64) -> (Vec<u64>, Vec<u64>) {
            let mut $all = Vec::new();
            let mut all = Vec::new();
            for $x in 0..$n {
                let x = $value;
                $all.push(x);
                all.push($x);
                $all.push($x + x);
                $($body)*
            }
            ($all, all)
        }
    };
}

twice!(fn names_of_its_own(n) all, x => x * 3, assert!(x < n););
twice!(fn other_names(n) list, item => item + 1, list.push(item););

#[test]
fn macros_may_have_names_of_their_own() {
    same(|| names_of_its_own(5));
    same(|| other_names(5));
}

/// Names that are words of the language.
mod with_raw_names {
    pub(super) struct Row {
        pub(super) r#type: u64,
    }

    #[dlp::parallel]
    pub(super) fn r#loop(rows: &[Row], r#if: u64) -> Option<(Vec<u64>, u64)> {
        let (mut r#match, mut r#fn, mut r#mut) = (vec![], 0, String::new());
        'r#async: for Row { r#type } in rows {
            let r#let = r#type * r#if;
            r#mut.clear();
            r#mut += &format!("{let}", r#let = r#let);
            if r#let == 12 {
                continue 'r#async;
            }
            r#match.push(r#let);
            r#fn += r#type + r#mut.len() as u64;
            println!("{let} {}", r#type, r#let = r#let);
            #[serial]
            {
                if r#fn > 90 {
                    return Some((r#match, r#let));
                }
            }
        }
        Some((r#match, r#fn))
    }
}

#[test]
fn names_may_be_words_of_the_language() {
    let rows: Vec<with_raw_names::Row> = (0..30).map(|r#type| with_raw_names::Row { r#type }).collect();
    same(|| with_raw_names::r#loop(&rows, 3));
    same(|| with_raw_names::r#loop(&rows[..5], 3));
}
