//! How long a program takes that does next to nothing, beside the least that a program over MPI, or one alone, can be.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use xtask::{Job, Launcher};

use super::package::{Dependency, Package, Spent, succeeds, timed};
use super::table::{Row, median};
use crate::Failure;

const HELLO: &str = "fn main() {\n    println!(\"{}\", 4950);\n}\n";

/// One trivial loop.
const LOOP: &str = "\
#[dlp::parallel]
fn total(n: u64) -> u64 {
    let mut total = 0;
    for i in 0..n {
        total += i;
    }
    total
}

#[dlp::main]
fn main() {
    dlp::println!(\"{}\", total(100));
}
";

/// The same, without a loop.
const MAIN: &str = "\
#[dlp::main]
fn main() {
    dlp::println!(\"{}\", 4950);
}
";

const BARE: &str = include_str!("bare.c");

/// How many jobs there are in a round.
const JOBS: usize = 8;

/// How many programs are run one after another for one figure, where there is no launcher.
const BATCH: usize = 50;

/// A program that can be run for one figure.
type Run<'a> = &'a dyn Fn() -> Result<(), String>;

pub(super) fn measure(rounds: usize) -> Result<(Vec<Row>, Vec<String>), Failure> {
    let launcher = Launcher::find()?;
    let package = |name: &str, dependency, main: &str| {
        let package = Package::write(name, "start", dependency, &[("main", main)])?;
        package.build(&["build", "--release"])?;
        Ok::<_, String>(package)
    };
    eprint!("\r\x1b[Kbuilding");
    let hello = package("cost_hello", Dependency::None, HELLO)?;
    let nothing = package("cost_main", Dependency::DlpWithMpi, MAIN)?;
    let split = package("cost_loop", Dependency::DlpWithMpi, LOOP)?;
    let without_mpi = package("cost_loop_without_mpi", Dependency::Dlp, LOOP)?;
    let bare = bare(&hello)?;

    let job = |of: Job| -> Result<(), String> {
        let outcome = of.limit(Duration::from_secs(60)).try_run().map_err(|error| error.to_string())?;
        if outcome.success() { Ok(()) } else { Err(outcome.to_string()) }
    };
    let under = |program: &Path| launcher.job(2, program);
    let jobs: [Run<'_>; 4] = [
        &|| job(under(&bare)),
        &|| job(under(&bare).arg("multiple")),
        &|| job(under(&nothing.binary())),
        &|| job(under(&split.binary())),
    ];
    let [single, multiple, nothing_at_all, one_loop] = in_turns(jobs, rounds * JOBS)?;
    let many = |program: &Path| (0..BATCH).try_for_each(|_| succeeds(&mut Command::new(program)));
    let programs: [Run<'_>; 3] =
        [&|| many(&hello.binary()), &|| many(&without_mpi.binary()), &|| many(&split.binary())];
    let [plain, without, alone] = in_turns(programs, rounds)?.map(|spent| Spent {
        wall: spent.wall * 1000.0 / BATCH as f64,
        cpu: spent.cpu * 1000.0 / BATCH as f64,
    });
    eprint!("\r\x1b[K");

    let mut rows = vec![];
    let mut beside = |name: &str, unit, base: Spent, ours: Spent| {
        rows.push(Row::new(format!("{name}, wall"), unit, Some(base.wall), ours.wall));
        rows.push(Row::new(format!("{name}, CPU"), unit, Some(base.cpu), ours.cpu));
    };
    beside("2 ranks, one loop, beside C with MPI_Init", "s", single, one_loop);
    beside("the same beside C with THREAD_MULTIPLE", "s", multiple, one_loop);
    beside("the same without the loop", "s", multiple, nothing_at_all);
    beside("one rank, no launcher, beside plain Rust", "ms", plain, alone);
    beside("the same, built without mpi", "ms", plain, without);
    Ok((rows, vec![format!("launched by {launcher}")]))
}

/// Builds the program in C.
fn bare(beside: &Package) -> Result<std::path::PathBuf, String> {
    let (source, binary) = (beside.beside("bare.c"), beside.beside("bare"));
    std::fs::write(&source, BARE).map_err(|error| format!("cannot write {}: {error}", source.display()))?;
    let mpicc = std::env::var_os("MPICC").unwrap_or_else(|| "mpicc".into());
    succeeds(Command::new(mpicc).args(["-O2", "-o"]).arg(&binary).arg(&source))?;
    Ok(binary)
}

/// Runs each so often, one after the other; the medians.
fn in_turns<const N: usize>(runs: [Run<'_>; N], rounds: usize) -> Result<[Spent; N], String> {
    let mut taken = [const { Vec::new() }; N];
    for round in 0..rounds {
        eprint!("\r\x1b[Kstart-up, {round}/{rounds}");
        for (run, taken) in runs.iter().zip(&mut taken) {
            taken.push(timed(run)?.1);
        }
    }
    Ok(taken.map(|taken: Vec<Spent>| Spent {
        wall: median(taken.iter().map(|spent| spent.wall).collect()),
        cpu: median(taken.iter().map(|spent| spent.cpu).collect()),
    }))
}
