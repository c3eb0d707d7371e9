//! `cargo xtask counts`: how many instructions an iteration costs on each rank, as callgrind counts them.
//!
//! ```text
//! cargo xtask counts              beside what was written down, which they may exceed by a fifth
//! cargo xtask counts --write      writes them down, in `benches/counts.json`
//! ```
//!
//! Instructions do not depend on what else the machine does, so that these are what must not drift. The iterations of a work are
//! dealt in two blocks to two ranks. A count is of what a longer run has more than a shorter one, for each further
//! iteration of the rank (of the root: of both ranks, since it replays those of both): start and end fall out.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::folder;
use super::measure::Bench;
use crate::Failure;
use crate::cargo::workspace;

const WORKS: [&str; 3] = ["count", "sum", "push"];
const SHORT: u64 = 200_000;
const LONG: u64 = 600_000;
/// By how much a count may be more than what was written down: the waiting of a rank for the other is in it.
const DRIFT: f64 = 1.2;
/// Callgrind makes a program fifty times slower.
const LIMIT: Duration = Duration::from_secs(300);

pub(crate) fn run(arguments: &[OsString]) -> Result<(), Failure> {
    let writes = match arguments {
        [] => false,
        [option] if option == "--write" => true,
        _ => return Err(Failure::Usage),
    };
    let there = Command::new("valgrind").arg("--version").stdout(Stdio::null()).status();
    if !there.is_ok_and(|status| status.success()) {
        return Err(Failure::Error(
            "this needs valgrind: `apt-get install valgrind`, or what your system calls it".into(),
        ));
    }
    let folder = folder()?;
    let bench = Bench::prepare(&folder)?;
    let mut counts = Map::new();
    for work in WORKS {
        let [short, long] = [SHORT, LONG].map(|n| count(&bench, &folder, work, n));
        let (short, long) = (short?, long?);
        let more = (LONG - SHORT) as f64;
        let each = |rank: usize, shares: f64| {
            ((long[rank] - short[rank]) as f64 / more * shares * 10.0).round() / 10.0
        };
        counts.insert(work.to_owned(), json!({ "root": each(0, 1.0), "other": each(1, 2.0) }));
    }
    let path = workspace().join("benches/counts.json");
    let error = |error: &dyn std::fmt::Display| Failure::Error(format!("{}: {error}", path.display()));
    if writes {
        let text = serde_json::to_string_pretty(&counts).map_err(|why| error(&why))?;
        fs::write(&path, text + "\n").map_err(|why| error(&why))?;
    }
    let text = fs::read_to_string(&path).map_err(|why| error(&why))?;
    let written: Value = serde_json::from_str(&text).map_err(|why| error(&why))?;
    let mut drifted = vec![];
    println!("{:<8} {:>6} {:>12} {:>12}", "", "rank", "instructions", "written down");
    for (work, ranks) in &counts {
        for rank in ["root", "other"] {
            let number = |of: &Value| of[rank].as_f64().unwrap_or(f64::NAN);
            let (now, then) = (number(ranks), number(&written[work]));
            println!("{work:<8} {rank:>6} {now:>12.1} {then:>12.1}");
            if now > then * DRIFT || then.is_nan() {
                drifted.push(format!("{work} on the {rank} rank"));
            }
        }
    }
    if drifted.is_empty() {
        Ok(())
    } else {
        Err(Failure::Error(format!("more than was written down: {}", drifted.join(", "))))
    }
}

/// What each of the two ranks has executed.
fn count(bench: &Bench, folder: &Path, work: &str, n: u64) -> Result<[u64; 2], Failure> {
    let files: [PathBuf; 2] = ["0", "1"].map(|rank| folder.join(format!("callgrind.{rank}")));
    files.iter().for_each(|file| drop(fs::remove_file(file)));
    let outcome = bench.counted(work, n, &folder.join("callgrind")).limit(LIMIT).run();
    if !outcome.success() {
        return Err(Failure::Error(format!("{work}: {outcome}")));
    }
    let mut counts = [0; 2];
    for (count, file) in counts.iter_mut().zip(files) {
        let text =
            fs::read_to_string(&file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        let summary =
            text.lines().find_map(|line| line.strip_prefix("summary:").or(line.strip_prefix("totals:")));
        *count = summary
            .and_then(|number| number.trim().parse().ok())
            .ok_or_else(|| format!("{} has no sum", file.display()))?;
    }
    Ok(counts)
}
