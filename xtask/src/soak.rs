//! `cargo xtask soak --sizes`: once for real what the tests do with small limits. Values of 2^31 - 1 and 2^31 bytes, and of
//! 5 GiB, travel between ranks by every way that the memory of this machine allows; each rank says how much it needed.
//!
//! ```text
//! cargo xtask soak --sizes
//! MPICC=mpicc.mpich DLP_MPIEXEC=mpiexec.mpich CARGO_TARGET_DIR=target/mpich cargo xtask soak --sizes
//! ```
//!
//! A job that needs more memory than is free is left out, and said to be. Takes some minutes.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use xtask::{Job, Launcher};

use crate::Failure;
use crate::cargo::{cargo, workspace};
use crate::setup;

const GIB: u64 = 1 << 30;

/// What MPI can count.
const MOST: u64 = (1 << 31) - 1;

/// Many times what a job needs.
const LIMIT: Duration = Duration::from_secs(900);

/// One job.
struct Size {
    program: &'static str,
    way: &'static str,
    ranks: usize,
    bytes: u64,
    /// How many times the value is in memory at the same time, of all ranks together.
    copies: u64,
}

const fn size(way: &'static str, ranks: usize, bytes: u64, copies: u64) -> Size {
    Size { program: "program_sizes", way, ranks, bytes, copies }
}

const fn direct(bytes: u64) -> Size {
    Size { program: "program_conformance", way: "direct", ranks: 2, bytes, copies: 2 }
}

const SIZES: [Size; 12] = [
    direct(MOST),
    direct(MOST + 1),
    direct(5 * GIB),
    size("bcast", 2, MOST, 4),
    size("bcast", 2, MOST + 1, 4),
    size("gather_of_one", 2, MOST, 2),
    size("gather_of_one", 2, MOST + 1, 2),
    size("gather_of_one", 2, 5 * GIB, 2),
    // What comes to the root is more than 2 GiB together, and no value is.
    size("gather", 4, 3 * GIB / 4, 9),
    size("all_gather", 3, 720 << 20, 18),
    size("loop", 2, MOST, 6),
    size("loop_to_all", 2, GIB + 1, 10),
];

impl Size {
    /// In GiB, with something for the programs themselves.
    fn needs(&self) -> u64 {
        (self.bytes * self.copies).div_ceil(GIB) + 1
    }

    fn name(&self) -> String {
        format!("{} of {} bytes on {} ranks", self.way, self.bytes, self.ranks)
    }

    fn job(&self, launcher: &Launcher, programs: &std::path::Path) -> Job {
        let job = launcher.job(self.ranks, programs.join(self.program));
        job.arg(self.way).arg(self.bytes.to_string()).limit(LIMIT)
    }
}

/// How many GiB are free, as far as the system says.
fn free() -> u64 {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.map_or(u64::MAX, |kilobytes| kilobytes / (1 << 20))
}

/// Where the programs are, built with optimisation.
fn programs() -> Result<PathBuf, Failure> {
    let names = ["--example", "program_sizes", "--example", "program_conformance"];
    let arguments = [&["build", "--quiet", "--release", "--package", "dlp"], &names[..]].concat();
    let built = cargo(&arguments).status().map_err(|error| format!("cannot run cargo: {error}"))?;
    if !built.success() {
        return Err(Failure::Reported);
    }
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from);
    Ok(workspace().join(target).join("release/examples"))
}

pub(crate) fn run(arguments: &[OsString]) -> Result<(), Failure> {
    if arguments != ["--sizes"] {
        return Err(Failure::Usage);
    }
    setup::ensure()?;
    let (launcher, programs) = (Launcher::find()?, programs()?);
    println!("{launcher}");
    let (mut passed, mut failed, mut left_out) = (0, 0, 0);
    for size in &SIZES {
        if size.needs() > free() {
            left_out += 1;
            println!("{}: left out, needs {} GiB and {} are free", size.name(), size.needs(), free());
            continue;
        }
        let outcome = size.job(&launcher, &programs).run();
        if outcome.success() {
            passed += 1;
            println!("{}: {:.1} s\n{}", size.name(), outcome.elapsed.as_secs_f64(), outcome.stdout_text());
        } else {
            failed += 1;
            println!("{}: FAILED: {outcome}\n", size.name());
        }
    }
    println!("{passed} passed, {failed} failed, {left_out} left out");
    if failed == 0 { Ok(()) } else { Err(Failure::Reported) }
}
