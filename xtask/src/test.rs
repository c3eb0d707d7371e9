//! `cargo xtask test`: everything that CI checks, in the order in which it fails fastest.
//!
//! What needs no MPI is tested first, without the feature `mpi`. The last line of standard output is the
//! count of all tests, `N passed, N failed`, which CI reads.
//!
//! `--mpi mpich` runs the tests only, with the MPI whose programs are called `mpicc.mpich` and `mpiexec.mpich`, as
//! Debian calls them where several are installed.

use std::env;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::Failure;
use crate::cargo::{cargo, workspace};
use crate::setup;
use crate::tally::Tally;
use xtask::Launcher;

/// One call of cargo.
struct Step {
    arguments: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
}

const fn step(arguments: &'static [&'static str]) -> Step {
    Step { arguments, environment: &[] }
}

/// `cargo doc`, where a broken link is an error.
const fn doc(arguments: &'static [&'static str]) -> Step {
    Step { arguments, environment: &[("RUSTDOCFLAGS", "-D warnings")] }
}

const STEPS: &[Step] = &[
    step(&["fmt", "--all", "--check"]),
    step(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    step(&["clippy", "--workspace", "--all-targets", "--no-default-features", "--", "-D", "warnings"]),
    doc(&["doc", "--workspace", "--no-deps"]),
    doc(&["doc", "--workspace", "--no-deps", "--no-default-features"]),
    step(&["test", "--workspace", "--no-default-features"]),
    step(&["xtask", "generated", "--seed", "1", "--count", "240"]),
    step(&["xtask", "chaos", "--seed", "1", "--jobs", "40"]),
    TESTS,
];

const TESTS: Step = step(&["test", "--workspace"]);

/// The environment in which everything is built and run with another MPI than the first on the `PATH`; in a target
/// directory of its own, since programs built for one MPI do not run under another.
fn environment(mpi: &str) -> Result<Vec<(&'static str, PathBuf)>, String> {
    let (compiler, launcher) = (format!("mpicc.{mpi}"), format!("mpiexec.{mpi}"));
    if let Some(missing) = [&compiler, &launcher].into_iter().find(|name| !setup::on_path(name.as_ref())) {
        return Err(format!(
            "there is no `{missing}`: install it (Debian, Ubuntu: apt-get install lib{mpi}-dev), or name another MPI's \
             programs by `MPICC` and `{}`",
            Launcher::CHOICE
        ));
    }
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from);
    Ok(vec![
        ("MPICC", compiler.into()),
        (Launcher::CHOICE, launcher.into()),
        ("CARGO_TARGET_DIR", target.join(mpi)),
    ])
}

impl Step {
    /// The command as one would type it.
    fn name(&self) -> String {
        let mut words: Vec<String> =
            self.environment.iter().map(|(name, value)| format!("{name}='{value}'")).collect();
        words.push("cargo".to_owned());
        words.extend(self.arguments.iter().map(|&argument| argument.to_owned()));
        words.join(" ")
    }

    /// Whether it succeeded. Standard output is passed on, and the tests in it are counted.
    fn run(&self, mpi: &[(&str, PathBuf)], tally: &mut Tally) -> io::Result<bool> {
        let mut command = cargo(self.arguments);
        command.envs(self.environment.iter().copied());
        command.envs(mpi.iter().map(|(name, value)| (name, value))).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        if let Some(stdout) = child.stdout.take() {
            pass_on(BufReader::new(stdout), io::stdout().lock(), tally)?;
        }
        Ok(child.wait()?.success())
    }
}

/// Copies line by line. The lines are bytes: a test may print what is not UTF-8.
fn pass_on(mut from: impl BufRead, mut to: impl Write, tally: &mut Tally) -> io::Result<()> {
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line)? > 0 {
        to.write_all(&line)?;
        tally.read(&String::from_utf8_lossy(&line));
        line.clear();
    }
    to.flush()
}

/// Runs every step, up to the first that fails.
pub(crate) fn run(arguments: &[OsString]) -> Result<(), Failure> {
    let (mpi, steps) = match arguments {
        [] => (vec![], STEPS),
        [flag, mpi] if flag == "--mpi" => (environment(&mpi.to_string_lossy())?, &[TESTS][..]),
        _ => return Err(Failure::Usage),
    };
    setup::ensure()?;
    let mut tally = Tally::default();
    let mut times = Vec::new();
    let mut failed = None;
    for step in steps {
        let name = step.name();
        println!("\n== {name}");
        let start = Instant::now();
        let result = step.run(&mpi, &mut tally);
        times.push((start.elapsed(), name.clone()));
        match result {
            Ok(true) => {}
            Ok(false) => failed = Some(format!("`{name}` failed")),
            Err(error) => failed = Some(format!("cannot run `{name}`: {error}")),
        }
        if failed.is_some() {
            break;
        }
    }
    print_times(&times);
    // A change of the form in which results are printed must not pass for a run in which all is well.
    if failed.is_none() && tally.passed == 0 {
        failed = Some("no result of any test was seen".to_owned());
    }
    let Some(error) = failed else {
        println!("{tally}");
        return Ok(());
    };
    eprintln!("error: {error}");
    // Where no test failed but something else did, the count would look like success.
    if tally.failed > 0 {
        println!("{tally}");
    }
    Err(Failure::Reported)
}

fn print_times(times: &[(Duration, String)]) {
    println!("\n== time");
    for (time, name) in times {
        println!("{:>8.1} s  {name}", time.as_secs_f64());
    }
    println!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_passed_on_byte_by_byte_and_counted() {
        let text = b"\xff no text\ntest result: ok. 2 passed; 0 failed; 0 ignored; 0 measured\nno line end";
        let (mut copy, mut tally) = (Vec::new(), Tally::default());
        pass_on(&text[..], &mut copy, &mut tally).expect("memory can be read and written");
        assert_eq!(copy, text);
        assert_eq!(tally.passed, 2);
    }

    #[test]
    fn an_mpi_that_is_not_there_is_named() {
        let error = environment("no-such").expect_err("there is none");
        assert!(error.contains("there is no `mpicc.no-such`"), "{error}");
    }

    #[test]
    fn the_last_step_is_the_whole_of_the_tests() {
        let last = STEPS.last().expect("there are steps");
        assert_eq!(last.name(), "cargo test --workspace");
    }
}
