//! `cargo xtask demo`: the example `word_count` on 1 rank, on as many as there are cores, and on 4, the answers
//! compared, the times side by side.

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

/// What runs in any case, also on a machine with fewer cores.
const RANKS: usize = 4;

/// The most ranks that run because there are so many cores: the work is over in seconds.
const MOST: usize = 16;

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
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let serial = Job::alone(&binary).args(arguments);

    // The first run reads the files from the disk, and the others from the system's cache: it is not
    // measured.
    let sizes = sizes(cores);
    eprintln!(
        "running once on 1 rank, not measured; then on 1 rank; then on {} under {launcher}",
        list(&sizes)
    );
    succeed(&serial)?;
    let one = succeed(&serial)?;
    println!("== {EXAMPLE}\n");
    io::stdout().write_all(&one.stdout).map_err(|error| format!("cannot print the answer: {error}"))?;

    let mut measured = vec![(1, one.elapsed)];
    let mut shares = String::new();
    for &ranks in &sizes {
        let job = launcher.job(ranks, &binary).args(arguments).env("DLP_SUMMARY", "1");
        let many = succeed(&job)?;
        compare(&one.stdout, &many.stdout, ranks)?;
        measured.push((ranks, many.elapsed));
        let told = many.stderr_text();
        if told.trim().is_empty() {
            return Err("the run told of no shares, though `DLP_SUMMARY` is set".to_owned().into());
        }
        shares += &format!("{}\n", told.trim_end());
    }
    println!("\nthe same {} bytes on 1 rank and on {}", one.stdout.len(), list(&sizes));
    println!("\n== share of each rank\n\n{}", shares.trim_end());
    print!("\n== time\n\n{}", times(&measured, cores));
    Ok(())
}

/// The numbers of ranks to run on beside 1: 4, and as many as there are cores.
fn sizes(cores: usize) -> Vec<usize> {
    let mut sizes = vec![cores.min(MOST), RANKS];
    sizes.retain(|&ranks| ranks > 1);
    sizes.sort_unstable();
    sizes.dedup();
    sizes
}

/// Such as "2 and 4".
fn list(sizes: &[usize]) -> String {
    sizes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
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
fn compare(one: &[u8], many: &[u8], ranks: usize) -> Result<(), String> {
    if one == many {
        return Ok(());
    }
    let line =
        1 + one.split(|&b| b == b'\n').zip(many.split(|&b| b == b'\n')).take_while(|(a, b)| a == b).count();
    Err(format!("the answer on {ranks} ranks is not that on 1: they differ from line {line} on"))
}

/// The times of all runs, the first on 1 rank, and what to expect of them.
fn times(measured: &[(usize, Duration)], cores: usize) -> String {
    let one = measured.first().map_or(0.0, |(_, time)| time.as_secs_f64());
    let mut text = String::new();
    for &(ranks, time) in measured {
        let (time, s) = (time.as_secs_f64(), if ranks == 1 { " " } else { "s" });
        text += &format!("{ranks:>2} rank{s} {time:>8.2} s");
        text += &if ranks == 1 { "\n".to_owned() } else { format!("   {:.2} times as fast\n", one / time) };
    }
    text +=
        "\nfrom the start of the program to its end, the start of `mpiexec` included, files in the cache\n";
    let most = measured.iter().map(|&(ranks, _)| ranks).max().unwrap_or(1);
    if cores < most {
        let s = if cores == 1 { "" } else { "s" };
        text += &format!(
            "this machine has {cores} core{s}: {most} ranks share them, and cannot be {most} times as fast here\n"
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
        assert_eq!(compare(b"1\n2\n", b"1\n2\n", 2), Ok(()));
        for other in [&b"1\n3\n"[..], b"1\n", b"1\n2"] {
            assert!(compare(b"1\n2\n", other, 2).is_err(), "{other:?}");
        }
        let error = compare(b"1\n2\n3\n", b"1\n2\n4\n", 2).expect_err("they differ");
        assert!(error.contains("line 3"), "{error}");
    }

    #[test]
    fn it_runs_on_four_ranks_and_on_as_many_as_there_are_cores() {
        assert_eq!([1, 2, 4, 8, 500].map(sizes), [vec![4], vec![2, 4], vec![4], vec![4, 8], vec![4, 16]]);
        assert_eq!(list(&[2, 4]), "2 and 4");
    }

    #[test]
    fn too_few_cores_are_said_and_enough_are_not() {
        let measured =
            [(1, Duration::from_secs(6)), (2, Duration::from_secs(4)), (4, Duration::from_secs(3))];
        let told = times(&measured, 2);
        assert!(told.contains(" 2 ranks     4.00 s   1.50 times as fast"), "{told}");
        assert!(told.contains(" 4 ranks     3.00 s   2.00 times as fast"), "{told}");
        assert!(told.contains("2 cores: 4 ranks share them"), "{told}");
        assert!(!times(&measured, 4).contains("share them"));
    }
}
