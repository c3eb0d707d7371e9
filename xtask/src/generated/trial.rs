//! Runs what was built, and reads what it says.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// What came of the runs of one program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// So many runs, of which so many panicked as they should, and so many of those with the same message.
    Passed {
        runs: u64,
        panics: u64,
        same: u64,
    },
    Failed(Failure),
}

/// A run that went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// How many items there were.
    pub(super) items: usize,
    pub(super) ranks: usize,
    /// In a word first, then in more.
    pub(super) what: String,
}

impl Failure {
    /// The word.
    pub(super) fn kind(&self) -> &str {
        self.what.split(' ').next().unwrap_or_default()
    }
}

/// Runs the pairs of `binary`, of which there are `count`; the outcomes by the programs' numbers. `ids` are those in the
/// order in which the binary has them.
pub(super) fn run(
    binary: &Path,
    seed: u64,
    ids: &[usize],
    thorough: bool,
) -> Result<HashMap<usize, Outcome>, String> {
    let mut outcomes = HashMap::new();
    let mut first = 0;
    while first < ids.len() {
        let mut child = Command::new(binary)
            .args([seed.to_string(), first.to_string()])
            .arg(if thorough { "thorough" } else { "quick" })
            .env_remove("RUST_BACKTRACE")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("cannot run {}: {error}", binary.display()))?;
        let stdout = child.stdout.take().expect("it is piped");
        let (mut place, mut done) = (first, false);
        for line in BufReader::new(stdout).lines() {
            let line = line.map_err(|error| format!("cannot read from {}: {error}", binary.display()))?;
            match read(&line) {
                Some(Line::Begin(at)) => place = at,
                Some(Line::End(at, outcome)) => {
                    outcomes.entry(ids[at]).or_insert(outcome);
                }
                Some(Line::Fail(id, failure)) => {
                    outcomes.insert(id, Outcome::Failed(failure));
                }
                Some(Line::Done) => done = true,
                None => {}
            }
        }
        let status =
            child.wait().map_err(|error| format!("cannot wait for {}: {error}", binary.display()))?;
        if done {
            break;
        }
        // It hung, and has said so, or it crashed.
        outcomes.entry(ids[place]).or_insert_with(|| {
            Outcome::Failed(Failure { items: 0, ranks: 0, what: format!("crashes {status}") })
        });
        first = place + 1;
    }
    Ok(outcomes)
}

#[derive(Debug, PartialEq, Eq)]
enum Line {
    Begin(usize),
    End(usize, Outcome),
    Fail(usize, Failure),
    Done,
}

fn read(line: &str) -> Option<Line> {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    Some(match word {
        "begin" => Line::Begin(rest.parse().ok()?),
        "end" => {
            let mut numbers = rest.split(' ').map(str::parse::<u64>);
            let mut next = || numbers.next()?.ok();
            let place = usize::try_from(next()?).ok()?;
            Line::End(place, Outcome::Passed { runs: next()?, panics: next()?, same: next()? })
        }
        "fail" => {
            let mut words = rest.splitn(4, ' ');
            let mut next = || words.next()?.parse().ok();
            let (id, items, ranks) = (next()?, next()?, next()?);
            Line::Fail(id, Failure { items, ranks, what: words.next()?.to_owned() })
        }
        "done" => Line::Done,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_program_says_is_read() {
        assert_eq!(read("begin 3"), Some(Line::Begin(3)));
        assert_eq!(read("end 3 7 2 1"), Some(Line::End(3, Outcome::Passed { runs: 7, panics: 2, same: 1 })));
        let failure = Failure { items: 5, ranks: 2, what: "mismatch expected \"1\"".into() };
        assert_eq!(failure.kind(), "mismatch");
        assert_eq!(read("fail 17 5 2 mismatch expected \"1\""), Some(Line::Fail(17, failure)));
        assert_eq!(read("done"), Some(Line::Done));
        assert_eq!(read("what a program prints"), None);
    }
}
