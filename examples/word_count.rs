//! Counts the words of every text file under a directory: thousands of files of very unequal size, and
//! one answer.
//!
//! Reading a batch of files and counting its words is the parallel part. What the batch adds to the totals
//! are effects, replayed on the root in the order of the files, so the output is the same bytes at every
//! number of ranks.
//!
//! - A word is a maximal run of alphanumeric characters and `_`, lower-cased.
//! - A file that is not UTF-8 is not text: it is named and left out.
//! - What cannot be read is named on standard error with the reason, and the exit status is 1.
//! - Symbolic links are not followed, and what is no regular file is passed over.
//!
//! ```text
//! cargo run --release --example word_count -- src
//! mpiexec -np 4 target/release/examples/word_count
//! ```

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

const USAGE: &str = "usage: word_count [DIR]

Counts the words of every text file under DIR (default: the sources that cargo has on
this machine, $CARGO_HOME/registry/src or ~/.cargo/registry/src).";

/// How many files make one iteration. What a batch adds to the totals travels to the root, is added there, and is
/// the smaller the more files share their words.
const BATCH: usize = 32;

/// The regular files under a directory, sorted: every rank must hold the same list.
#[derive(Default)]
struct Tree {
    files: Vec<PathBuf>,
    /// What could not be listed, with the reason.
    unreadable: Vec<String>,
}

impl Tree {
    fn walk(root: &Path) -> io::Result<Self> {
        let mut tree = Self::default();
        tree.add(root)?;
        tree.files.sort();
        tree.unreadable.sort();
        Ok(tree)
    }

    fn add(&mut self, dir: &Path) -> io::Result<()> {
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            if kind.is_file() {
                self.files.push(path);
            } else if kind.is_dir()
                && let Err(error) = self.add(&path)
            {
                self.unreadable.push(format!("{}: {error}", path.display()));
            }
        }
        Ok(())
    }
}

struct Totals {
    files: usize,
    lines: usize,
    words: u64,
    bytes: usize,
    counts: HashMap<String, u64>,
    not_text: Vec<String>,
    unreadable: Vec<String>,
}

#[dlp::parallel(strategy = "managed", gather = "root")]
fn count(tree: Tree) -> Totals {
    let mut unreadable = tree.unreadable;
    let mut not_text = Vec::new();
    let mut counts = HashMap::new();
    let (mut files, mut lines, mut words, mut bytes) = (0, 0, 0, 0);

    for batch in tree.files.chunks(BATCH) {
        let mut texts = Vec::new();
        for path in batch {
            match fs::read_to_string(path) {
                Ok(text) => texts.push(text),
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    not_text.push(path.display().to_string());
                }
                Err(error) => unreadable.push(format!("{}: {error}", path.display())),
            }
        }

        // The batch's own counts, so that a word is one effect and not as many as it is seen
        let mut own: BTreeMap<&str, u64> = BTreeMap::new();
        for word in texts.iter().flat_map(|text| text.split(|c: char| !(c.is_alphanumeric() || c == '_'))) {
            if !word.is_empty() {
                *own.entry(word).or_insert(0) += 1;
            }
        }

        files += texts.len();
        lines += texts.iter().map(|text| text.lines().count()).sum::<usize>();
        bytes += texts.iter().map(String::len).sum::<usize>();
        words += own.values().sum::<u64>();
        for (word, times) in own {
            *counts.entry(word.to_lowercase()).or_insert(0) += times;
        }
    }

    Totals { files, lines, words, bytes, counts, not_text, unreadable }
}

/// Prints the answer, and says whether it is a whole one.
fn report(totals: &Totals) -> bool {
    let Totals { files, lines, words, bytes, counts, not_text, unreadable } = totals;
    println!("{files:>12} files\n{lines:>12} lines\n{words:>12} words\n{bytes:>12} bytes");
    println!("{:>12} distinct words\n\nthe commonest:", counts.len());

    // Equally common words in alphabetical order
    let mut ranking: Vec<_> = counts.iter().collect();
    ranking.sort_unstable_by_key(|&(word, times)| (Reverse(times), word));
    for (word, times) in ranking.into_iter().take(20) {
        println!("{times:>12} {word}");
    }

    println!("\nleft out: {} unreadable, {} not UTF-8", unreadable.len(), not_text.len());
    for path in not_text {
        println!("{path}");
    }
    for problem in unreadable {
        eprintln!("word_count: {problem}");
    }
    unreadable.is_empty()
}

/// The root says why the program ends; no rank ends the job before it has.
fn fail(status: u8, message: &str) -> ExitCode {
    if dlp::is_root() {
        eprintln!("{message}");
    }
    dlp::barrier();
    ExitCode::from(status)
}

fn default_dir() -> Option<PathBuf> {
    let cargo_home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let cargo_home = cargo_home.or_else(|| Some(env::home_dir()?.join(".cargo")))?;
    Some(cargo_home.join("registry/src"))
}

#[dlp::main]
fn main() -> ExitCode {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let dir = match arguments.as_slice() {
        [] => default_dir(),
        [flag] if flag.as_os_str() == "--help" => {
            dlp::println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        [dir] if !dir.as_os_str().as_encoded_bytes().starts_with(b"-") => Some(dir.clone()),
        _ => None,
    };
    let Some(dir) = dir else {
        return fail(2, USAGE);
    };
    let tree = match Tree::walk(&dir) {
        Ok(tree) => tree,
        Err(error) => return fail(1, &format!("word_count: {}: {error}", dir.display())),
    };

    // The root has the totals and reports; every rank ends with the same status.
    let whole = dlp::bcast(count(tree).map(|totals| report(&totals)));
    if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
