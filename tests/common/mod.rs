//! What the tests that start programs have in common: where the programs are, and how they are run.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::path::PathBuf;
use std::time::Duration;

use xtask::{Job, Launcher, Outcome};

/// The numbers of ranks that everything is run at.
pub(crate) const RANKS: [usize; 4] = [1, 2, 3, 4];

/// How long one job may take before it is killed: many times what it needs, on a machine that others use too.
pub(crate) const LIMIT: Duration = Duration::from_secs(120);

/// An example or test program, which `cargo test` has built.
pub(crate) fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let profile = test.parent().and_then(|deps| deps.parent()).expect("target/<profile>/deps/<test>");
    let path = profile.join("examples").join(name);
    assert!(
        path.exists(),
        "{} is not built: run `cargo test`, which builds the examples first",
        path.display()
    );
    path
}

/// The program alone: one rank, no launcher.
pub(crate) fn alone(name: &str) -> Job {
    Job::alone(program(name)).limit(LIMIT)
}

/// The program as ranks that are threads of one process.
pub(crate) fn threads(ranks: usize, name: &str) -> Job {
    alone(name).env("DLP_RANKS", ranks.to_string())
}

/// The program under `mpiexec`.
pub(crate) fn ranks(ranks: usize, name: &str) -> Job {
    let launcher = Launcher::find().expect("an MPI is installed: `cargo xtask test` sees to that");
    launcher.job(ranks, program(name)).limit(LIMIT)
}

/// Every way to run the program with so many ranks.
pub(crate) fn worlds(count: usize, name: &str) -> Vec<Job> {
    Vec::from([
        threads(count, name),
        #[cfg(feature = "mpi")]
        ranks(count, name),
    ])
}

/// The standard output of a job that must end well.
pub(crate) fn good(job: &Job) -> String {
    let outcome = job.run();
    assert!(outcome.success(), "{outcome}");
    outcome.stdout_text()
}

/// A job that must end badly, and in time.
pub(crate) fn bad(job: &Job) -> Outcome {
    let outcome = job.run();
    assert!(!outcome.timed_out, "it hangs: {outcome}");
    assert!(outcome.code() != Some(0), "it ends well: {outcome}");
    outcome
}

/// The lines of a text, sorted.
pub(crate) fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}
