//! `cargo xtask test`: everything that CI checks, in the order in which it fails fastest.
//!
//! What needs no MPI is tested first, without the feature `mpi`. The last line of standard output is the
//! count of all tests, `N passed, N failed`, which CI reads.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Write};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::Failure;
use crate::cargo::cargo;
use crate::setup;
use crate::tally::Tally;

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
    step(&["test", "--workspace"]),
];

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
    fn run(&self, tally: &mut Tally) -> io::Result<bool> {
        let mut command = cargo(self.arguments);
        command.envs(self.environment.iter().copied()).stdout(Stdio::piped());
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
    if !arguments.is_empty() {
        return Err(Failure::Usage);
    }
    setup::ensure()?;
    let mut tally = Tally::default();
    let mut times = Vec::new();
    let mut failed = None;
    for step in STEPS {
        let name = step.name();
        println!("\n== {name}");
        let start = Instant::now();
        let result = step.run(&mut tally);
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
    fn the_last_step_is_the_whole_of_the_tests() {
        let last = STEPS.last().expect("there are steps");
        assert_eq!(last.name(), "cargo test --workspace");
    }
}
