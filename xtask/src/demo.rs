//! `cargo xtask demo`: the example `word_count` on 4 ranks and on 1, the answers compared, the times side by
//! side.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use xtask::{Job, Launcher, Outcome};

use crate::Failure;
use crate::cargo::cargo;
use crate::setup;

const EXAMPLE: &str = "word_count";
const RANKS: usize = 4;

/// A directory may be large; a run that takes this long hangs.
const LIMIT: Duration = Duration::from_secs(3600);

/// Runs the demonstration on the directory that is named, or on the example's own choice.
pub(crate) fn run(arguments: &[OsString]) -> Result<(), Failure> {
    if arguments.len() > 1 {
        return Err(Failure::Usage);
    }
    setup::ensure()?;
    let launcher = Launcher::find()?;
    let binary = build()?;
    let serial = Job::alone(&binary).args(arguments);
    let parallel = launcher.job(RANKS, &binary).args(arguments).env("DLP_SUMMARY", "1");

    // The first run reads the files from the disk, and the others from the system's cache: it is not
    // measured.
    eprintln!("running once on 1 rank, not measured; then on 1 rank; then on {RANKS} under {launcher}");
    succeed(&serial)?;
    let one = succeed(&serial)?;
    let many = succeed(&parallel)?;

    println!("== {EXAMPLE} on {RANKS} ranks\n");
    io::stdout().write_all(&many.stdout).map_err(|error| format!("cannot print the answer: {error}"))?;
    compare(&one.stdout, &many.stdout)?;
    println!("\nthe same {} bytes as on 1 rank", many.stdout.len());

    println!("\n== share of each rank\n");
    let shares = many.stderr_text();
    if shares.trim().is_empty() {
        return Err("the run told of no shares, though `DLP_SUMMARY` is set".to_owned().into());
    }
    println!("{}", shares.trim_end());

    println!("\n== time\n");
    let cores = thread::available_parallelism().map_or(1, usize::from);
    print!("{}", times(one.elapsed, many.elapsed, cores));
    Ok(())
}

/// Builds the example, and says where it is.
fn build() -> Result<PathBuf, String> {
    let arguments = ["build", "--release", "--example", EXAMPLE, "--message-format=json-render-diagnostics"];
    let output = cargo(&arguments)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if !output.status.success() {
        return Err(format!("the example `{EXAMPLE}` does not build"));
    }
    executable(&String::from_utf8_lossy(&output.stdout))
        .ok_or_else(|| format!("cargo does not say where it put the example `{EXAMPLE}`"))
}

/// The program that cargo's messages, one JSON object a line, say it built. Asking cargo is right for every
/// target directory, profile and platform.
fn executable(messages: &str) -> Option<PathBuf> {
    let (_, rest) = messages.rsplit_once(r#""executable":""#)?;
    let (path, _) = rest.split_once('"')?;
    // A path with an escaped character would need a real parser; none is worth its build time here.
    (!path.contains('\\')).then(|| PathBuf::from(path))
}

/// The outcome of a run that succeeds and answers.
fn succeed(job: &Job) -> Result<Outcome, String> {
    let job = job.clone().limit(LIMIT);
    let outcome = job.try_run().map_err(|error| format!("cannot run the example `{EXAMPLE}`: {error}"))?;
    if !outcome.success() || outcome.stdout.is_empty() {
        return Err(format!("the example `{EXAMPLE}` did not succeed: {outcome}"));
    }
    Ok(outcome)
}

/// What the project promises: the same bytes.
fn compare(one: &[u8], many: &[u8]) -> Result<(), String> {
    if one == many {
        return Ok(());
    }
    let line =
        1 + one.split(|&b| b == b'\n').zip(many.split(|&b| b == b'\n')).take_while(|(a, b)| a == b).count();
    Err(format!("the answer on {RANKS} ranks is not that on 1: they differ from line {line} on"))
}

/// The times of both runs, and what to expect of them.
fn times(one: Duration, many: Duration, cores: usize) -> String {
    let (one, many) = (one.as_secs_f64(), many.as_secs_f64());
    let ratio = one / many;
    let mut text =
        format!(" 1 rank  {one:>8.2} s\n{RANKS:>2} ranks {many:>8.2} s   {ratio:.2} times as fast\n\n");
    text += "from the start of the program to its end, the start of `mpiexec` included, files in the cache\n";
    if cores < RANKS {
        let cores = match cores {
            1 => "1 core".to_owned(),
            _ => format!("{cores} cores"),
        };
        text += &format!(
            "this machine has {cores} for {RANKS} ranks, so {RANKS} times as fast is out of reach here\n"
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_read_from_what_cargo_says() {
        let messages = r#"{"reason":"compiler-artifact","executable":null,"fresh":true}
{"reason":"compiler-artifact","executable":"/a b/release/examples/word_count","fresh":false}
{"reason":"build-finished","success":true}"#;
        assert_eq!(executable(messages), Some(PathBuf::from("/a b/release/examples/word_count")));
        assert_eq!(executable(r#"{"executable":null}"#), None);
    }

    #[test]
    fn another_answer_is_an_error_that_names_the_line() {
        assert_eq!(compare(b"1\n2\n", b"1\n2\n"), Ok(()));
        for other in [&b"1\n3\n"[..], b"1\n", b"1\n2"] {
            assert!(compare(b"1\n2\n", other).is_err(), "{other:?}");
        }
        let error = compare(b"1\n2\n3\n", b"1\n2\n4\n").expect_err("they differ");
        assert!(error.contains("line 3"), "{error}");
    }

    #[test]
    fn too_few_cores_are_said_and_enough_are_not() {
        let (one, many) = (Duration::from_secs(6), Duration::from_secs(3));
        assert!(times(one, many, 2).contains("2.00 times as fast"));
        assert!(times(one, many, 2).contains("2 cores for 4 ranks"));
        assert!(!times(one, many, 4).contains("out of reach"));
    }
}
