//! Searches the two parameters of a language model by cross-validation: how well can the next byte of
//! Rust source be told from the bytes before it?
//!
//! The data are crates that cargo has on this machine, the first 4 KiB of each one's `src/lib.rs`; what
//! is printed depends on which ones it has.
//!
//! The model counts what followed each context of up to `order` bytes, and mixes the orders by
//! interpolated absolute discounting (Chen and Goodman, "An Empirical Study of Smoothing Techniques for
//! Language Modeling", 1999). A point's score is the mean cost of a byte in five-fold cross-validation,
//! in bits: the lower, the better.
//!
//! A fit of order 6 takes many times as long as one of order 0, so the ranks must not be given equal
//! shares. The scores are sums of floats in the order of the loop, so they are the same bits at every
//! number of ranks.
//!
//! ```text
//! cargo run --release --example parameter_search
//! mpiexec -np 4 target/release/examples/parameter_search
//! mpiexec -np 4 target/debug/examples/parameter_search --quick
//! ```

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

const USAGE: &str = "usage: parameter_search [--quick]

Searches the order and the discount of a language model of Rust source.
--quick takes a smaller grid and fewer data.";

const FOLDS: usize = 5;
const DISCOUNTS: [f64; 4] = [0.25, 0.5, 0.75, 0.95];
/// The bytes that are taken of each crate.
const EXCERPT: usize = 4096;

/// How often each byte followed one context.
#[derive(Default)]
struct Followers {
    total: u32,
    times: BTreeMap<u8, u32>,
}

/// What followed each context of up to `order` bytes.
struct Model<'a> {
    order: usize,
    contexts: HashMap<&'a [u8], Followers>,
}

impl<'a> Model<'a> {
    fn fit(order: usize, texts: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut contexts: HashMap<&[u8], Followers> = HashMap::new();
        for text in texts {
            for (at, &byte) in text.iter().enumerate() {
                for start in at.saturating_sub(order)..=at {
                    let followers = contexts.entry(&text[start..at]).or_default();
                    followers.total += 1;
                    *followers.times.entry(byte).or_insert(0) += 1;
                }
            }
        }
        Self { order, contexts }
    }

    /// The cost of `text` in bits.
    fn cost(&self, text: &[u8], discount: f64) -> f64 {
        let bits = |(at, &byte): (usize, &u8)| {
            let history = &text[at.saturating_sub(self.order)..at];
            -self.probability(history, byte, discount).log2()
        };
        text.iter().enumerate().map(bits).sum()
    }

    /// From the shortest context to the longest: each takes `discount` from every count, and gives it
    /// to what the shorter ones say.
    fn probability(&self, history: &[u8], byte: u8, discount: f64) -> f64 {
        let mut probability = 1.0 / 256.0;
        for start in (0..=history.len()).rev() {
            let Some(followers) = self.contexts.get(&history[start..]) else {
                break;
            };
            let times = f64::from(followers.times.get(&byte).copied().unwrap_or(0));
            let spared = discount * followers.times.len() as f64;
            probability = ((times - discount).max(0.0) + spared * probability) / f64::from(followers.total);
        }
        probability
    }
}

/// The mean cost of a byte for each order up to `max_order` (rows) and each discount (columns).
#[dlp::parallel(strategy = "managed", gather = "root")]
fn search(texts: &[Vec<u8>], max_order: usize) -> Vec<[f64; DISCOUNTS.len()]> {
    let bytes: usize = texts.iter().map(Vec::len).sum();
    let mut scores = vec![[0.0; DISCOUNTS.len()]; max_order + 1];

    // The longest fits first: no rank is left with one when the others are done
    let orders = (0..=max_order).rev();
    let fits: Vec<(usize, usize)> =
        orders.flat_map(|order| (0..FOLDS).map(move |fold| (order, fold))).collect();

    for &(order, fold) in &fits {
        let part = |held_out: bool| {
            let numbered = texts.iter().enumerate();
            let chosen = numbered.filter(move |(at, _)| (at % FOLDS == fold) == held_out);
            chosen.map(|(_, text)| text.as_slice())
        };
        let model = Model::fit(order, part(false));
        for (column, &discount) in DISCOUNTS.iter().enumerate() {
            let cost: f64 = part(true).map(|text| model.cost(text, discount)).sum();
            scores[order][column] += cost / bytes as f64;
        }
    }

    scores
}

/// Prints the grid and its best point, the first one if several are equally good.
fn report(scores: &[[f64; DISCOUNTS.len()]]) {
    println!("order  discount  bits per byte");
    let mut best = (f64::INFINITY, 0, 0.0);
    for (order, row) in scores.iter().enumerate() {
        for (&discount, &score) in DISCOUNTS.iter().zip(row) {
            println!("{order:>5}  {discount:>8.2}  {score}");
            if score < best.0 {
                best = (score, order, discount);
            }
        }
    }
    let (score, order, discount) = best;
    println!("best: order {order}, discount {discount:.2}: {score} bits per byte");
}

/// The start of up to `limit` crates' `src/lib.rs`, evenly spaced in the order of their paths.
fn load(sources: &Path, limit: usize) -> io::Result<Vec<Vec<u8>>> {
    let mut roots = Vec::new();
    for registry in fs::read_dir(sources)? {
        for package in fs::read_dir(registry?.path())? {
            let root = package?.path().join("src/lib.rs");
            if root.is_file() {
                roots.push(root);
            }
        }
    }
    roots.sort();

    let count = limit.min(roots.len());
    if count < FOLDS {
        return Err(io::Error::other(format!("fewer than {FOLDS} crates to learn from")));
    }
    let excerpt = |at: usize| {
        let mut text = fs::read(&roots[at * roots.len() / count])?;
        text.truncate(EXCERPT);
        Ok(text)
    };
    (0..count).map(excerpt).collect()
}

fn default_dir() -> Option<PathBuf> {
    let cargo_home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let cargo_home = cargo_home.or_else(|| Some(env::home_dir()?.join(".cargo")))?;
    Some(cargo_home.join("registry/src"))
}

/// The root says why the program ends; no rank ends the job before it has.
fn fail(status: u8, message: &str) -> ExitCode {
    if dlp::is_root() {
        eprintln!("{message}");
    }
    dlp::barrier();
    ExitCode::from(status)
}

#[dlp::main]
fn main() -> ExitCode {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let (max_order, crates) = match arguments.as_slice() {
        [] => (6, 50),
        [flag] if flag == "--quick" => (3, 25),
        [flag] if flag == "--help" => {
            dlp::println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => return fail(2, USAGE),
    };
    let Some(sources) = default_dir() else {
        return fail(1, "parameter_search: no home directory to look for cargo's sources in");
    };

    // The root reads the files and broadcasts what is in them: small, and the same on every node
    let texts = dlp::on_root(|| load(&sources, crates).map_err(|error| error.to_string()));
    match texts {
        Ok(texts) => {
            if let Some(scores) = search(&texts, max_order) {
                report(&scores);
            }
            ExitCode::SUCCESS
        }
        Err(error) => fail(1, &format!("parameter_search: {}: {error}", sources.display())),
    }
}
