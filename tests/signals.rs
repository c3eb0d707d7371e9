//! Signals from outside: what they do to a job under `mpiexec`. None leaves a process behind, and a rank that is stopped for a
//! while delays the others and does no harm.
#![cfg(feature = "mpi")]

mod common;

use std::time::Duration;

use common::{bad, ranks};
use xtask::{Job, Signal, Whom};

const LIMIT: Duration = Duration::from_secs(30);

fn job(count: usize, way: &str, form: &str) -> Job {
    ranks(count, "program_faults").arg(way).arg(form).limit(LIMIT)
}

/// When the ranks are in the loop, on a machine that has other things to do as well.
const IN_THE_LOOP: Duration = Duration::from_millis(1500);

/// When a rank that was stopped may go on.
const CONTINUED: Duration = Duration::from_millis(2000);

#[test]
fn a_launcher_that_is_told_to_end_leaves_nothing_behind() {
    for signal in [Signal::Terminate, Signal::Interrupt] {
        for count in [2, 4] {
            // Not its status: MPICH's launcher says 0 at times.
            let outcome =
                job(count, "asleep_in_the_loop", "loop").signal(IN_THE_LOOP, signal, Whom::First).run();
            assert!(!outcome.timed_out && outcome.orphans == 0, "{signal:?}: {outcome}");
        }
    }
}

#[test]
fn a_rank_that_is_killed_takes_the_job_with_it() {
    for signal in [Signal::Kill, Signal::Terminate] {
        for rank in [0, 1] {
            let outcome =
                bad(&job(2, "asleep_in_the_loop", "loop").signal(IN_THE_LOOP, signal, Whom::Rank(rank)));
            assert_eq!(outcome.orphans, 0, "{signal:?} to rank {rank}: {outcome}");
        }
    }
}

#[test]
fn a_rank_that_is_stopped_for_a_while_delays_the_job_and_no_more() {
    for form in ["loop", "split", "map"] {
        for (count, rank) in [(2, 0), (2, 1), (4, 3)] {
            let outcome = job(count, "slow", form)
                .signal(Duration::from_millis(600), Signal::Stop, Whom::Rank(rank))
                .signal(CONTINUED, Signal::Continue, Whom::Rank(rank))
                .run();
            assert!(outcome.success(), "{form}, rank {rank} of {count}: {outcome}");
            assert_eq!(outcome.stdout_text(), "all is well\n", "{outcome}");
            assert!(outcome.elapsed > CONTINUED, "it was over before it was stopped: {outcome}");
        }
    }
}
