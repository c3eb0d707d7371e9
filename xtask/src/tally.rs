//! Counting tests from what `cargo test` and `cargo xtask generated` print.

use std::fmt;

/// How many tests passed, failed and were ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) ignored: u64,
}

impl Tally {
    /// Adds what a line says, if it closes the run of one test binary:
    /// `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s`.
    /// Or if it is one that [`Tally`] prints itself: `3 passed, 0 failed, 1 skipped`.
    pub(crate) fn read(&mut self, line: &str) {
        let counts = match line.strip_prefix("test result: ") {
            Some(rest) => rest.split_once(". ").map(|(_, counts)| counts.split("; ").collect()),
            None => Self::is_own(line).then(|| line.split(", ").collect::<Vec<_>>()),
        };
        for count in counts.into_iter().flatten() {
            let Some((number, what)) = count.trim().split_once(' ') else { continue };
            let Ok(number) = number.parse::<u64>() else { continue };
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" | "skipped" => self.ignored += number,
                _ => {}
            }
        }
    }

    fn is_own(line: &str) -> bool {
        let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
        line.split_once(" passed, ")
            .is_some_and(|(number, rest)| is_number(number) && rest.contains(" failed"))
    }

    /// These numbers.
    pub(crate) fn new(passed: usize, failed: usize, ignored: usize) -> Self {
        Self { passed: passed as u64, failed: failed as u64, ignored: ignored as u64 }
    }
}

/// The closing line that CI reads: `12 passed, 0 failed`, with `, 1 skipped` if there are any.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        match self.ignored {
            0 => Ok(()),
            ignored => write!(f, ", {ignored} skipped"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> Tally {
        let mut tally = Tally::default();
        text.lines().for_each(|line| tally.read(line));
        tally
    }

    #[test]
    fn the_results_of_all_binaries_are_added() {
        let text = "\
running 4 tests
test a ... ok

test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.01s

test result: FAILED. 40 passed; 2 failed; 0 ignored; 5 measured; 0 filtered out; finished in 1.20s
";
        assert_eq!(count(text), Tally { passed: 43, failed: 2, ignored: 1 });
    }

    #[test]
    fn its_own_line_is_counted() {
        let all = Tally { passed: 12, failed: 1, ignored: 3 };
        assert_eq!(count(&all.to_string()), all);
        assert_eq!(count("300 programs, 12 passed, 1 failed"), Tally::default());
    }

    #[test]
    fn a_coloured_result_is_counted() {
        let line = "test result: \u{1b}[32mok\u{1b}(B\u{1b}[m. 3 passed; 0 failed; 0 ignored; 0 measured";
        assert_eq!(count(line), Tally { passed: 3, ..Tally::default() });
    }

    #[test]
    fn what_only_speaks_of_results_is_not_counted() {
        assert_eq!(
            count("expected `test result: ok. 3 passed; 0 failed`\n3 passed; 1 failed"),
            Tally::default()
        );
    }

    #[test]
    fn the_closing_line_names_the_skipped_only_if_there_are_any() {
        assert_eq!(Tally { passed: 12, failed: 0, ignored: 0 }.to_string(), "12 passed, 0 failed");
        assert_eq!(Tally { passed: 1, failed: 2, ignored: 3 }.to_string(), "1 passed, 2 failed, 3 skipped");
    }
}
