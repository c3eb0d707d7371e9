//! `cargo xtask fuzz`: the fuzz targets of `fuzz/`, one after another. Each is handed arbitrary bytes in place of what another
//! rank sends, and must neither panic nor hang nor take memory for bytes that are not there.
//!
//! ```text
//! cargo xtask fuzz                         one minute for each target
//! cargo xtask fuzz --minutes 60            an hour for all of them together
//! cargo xtask fuzz --minutes 5 root part   so long for these together
//! ```
//!
//! What is found lies in `fuzz/artifacts`, and what has been tried, for the next time, in `fuzz/corpus`.

use std::ffi::OsString;
use std::fs;
use std::process::{Command, Stdio};

use crate::Failure;
use crate::cargo::workspace;
use crate::setup::on_path;

/// How long one input may take, in seconds; a thousandth of it is plenty.
const PATIENCE: u32 = 10;

/// How much memory one allocation may be, and all of them together, in MiB.
const MEMORY: (u32, u32) = (256, 2048);

const ADVICE: &str = "fuzzing needs a nightly compiler and cargo-fuzz: `rustup toolchain install nightly`, then \
                      `cargo install cargo-fuzz`";

/// The names of all targets.
fn targets() -> Result<Vec<String>, String> {
    let directory = workspace().join("fuzz/fuzz_targets");
    let unreadable = |error| format!("cannot read {}: {error}", directory.display());
    let mut names = vec![];
    for entry in fs::read_dir(&directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}

/// For how many seconds each of which targets is run.
fn request(arguments: &[OsString]) -> Result<(u64, Vec<String>), Failure> {
    let (mut minutes, mut chosen) = (None, vec![]);
    let all = targets()?;
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.to_str().ok_or(Failure::Usage)? {
            "--minutes" => {
                let number = words.next().and_then(|word| word.to_str()?.parse::<u64>().ok());
                minutes = Some(number.filter(|&number| number > 0).ok_or(Failure::Usage)?);
            }
            name if all.iter().any(|known| known == name) => chosen.push(name.to_owned()),
            _ => return Err(Failure::Usage),
        }
    }
    let chosen = if chosen.is_empty() { all } else { chosen };
    let seconds = minutes.map_or(60, |minutes| (60 * minutes / chosen.len() as u64).max(1));
    Ok((seconds, chosen))
}

/// cargo-fuzz under the nightly compiler, whichever one runs this.
fn cargo_fuzz(arguments: &[&str]) -> Command {
    let mut command = Command::new("rustup");
    command.args(["run", "nightly", "cargo", "fuzz"]).args(arguments);
    command.current_dir(workspace()).stdin(Stdio::null());
    // It builds for itself, with other flags.
    command.env_remove("CARGO_TARGET_DIR").env_remove("RUSTFLAGS");
    // A rank's session is never freed, and what carried references point to is kept as long as it.
    command.env("ASAN_OPTIONS", "detect_leaks=0");
    command
}

fn ensure() -> Result<(), String> {
    let version = || cargo_fuzz(&["--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    match on_path("rustup".as_ref()) && version().is_ok_and(|status| status.success()) {
        true => Ok(()),
        false => Err(ADVICE.to_owned()),
    }
}

pub(crate) fn run(arguments: &[OsString]) -> Result<(), Failure> {
    let (seconds, targets) = request(arguments)?;
    ensure()?;
    let mut failed = vec![];
    for target in &targets {
        println!("\n== {target}, {seconds} s");
        let options = [
            format!("-max_total_time={seconds}"),
            format!("-timeout={PATIENCE}"),
            format!("-malloc_limit_mb={}", MEMORY.0),
            format!("-rss_limit_mb={}", MEMORY.1),
            "-print_final_stats=1".to_owned(),
        ];
        let status = cargo_fuzz(&["run", target, "--"]).args(options).status();
        let status = status.map_err(|error| format!("cannot run cargo-fuzz: {error}"))?;
        if !status.success() {
            failed.push(target.as_str());
        }
    }
    println!(
        "\n{} targets held, {} did not: {}",
        targets.len() - failed.len(),
        failed.len(),
        failed.join(" ")
    );
    if failed.is_empty() { Ok(()) } else { Err(Failure::Reported) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(words: &[&str]) -> Option<(u64, usize)> {
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        request(&words).ok().map(|(seconds, targets)| (seconds, targets.len()))
    }

    #[test]
    fn the_time_is_shared_among_the_targets() {
        let all = targets().expect("the targets are there").len();
        assert_eq!(asked(&[]), Some((60, all)));
        assert_eq!(asked(&["--minutes", "60"]), Some((3600 / all as u64, all)));
        assert_eq!(asked(&["root", "--minutes", "5", "part"]), Some((150, 2)));
        for wrong in [&["no-such-target"][..], &["--minutes"], &["--minutes", "0"]] {
            assert_eq!(asked(wrong), None);
        }
    }
}
