//! How a job ends when something goes wrong: under `mpiexec` and with ranks as threads, for annotated loops and for the
//! functions for use by hand, whatever the strategy. None hangs, each says who, where and why.

mod common;

use std::time::Duration;

use common::{bad, good, worlds};
use xtask::Job;

/// The forms of a loop: the argument of the program, and the strategy where it has one.
const FORMS: [(&str, Option<&str>); 4] =
    [("loop", Some("managed")), ("loop", Some("round_robin")), ("split", None), ("map", None)];

/// How long a job may take until it has ended: a launcher takes up to two seconds to end its ranks after one has died.
const LIMIT: Duration = Duration::from_secs(30);

/// Runs the program with this way to go wrong, in each world and form.
fn each(way: &str, check: impl Fn(&Job, &str)) {
    for ranks in [2, 4] {
        for job in worlds(ranks, "program_faults") {
            for (form, strategy) in FORMS {
                let mut job = job.clone().arg(way).arg(form).limit(LIMIT).env("RUST_BACKTRACE", "0");
                if let Some(strategy) = strategy {
                    job = job.env("DLP_STRATEGY", strategy);
                }
                check(&job, form);
            }
        }
    }
}

/// How reports call a place in a loop of this form.
fn place(form: &str) -> &'static str {
    match form {
        "loop" => "in iteration 5 of the loop of `program_faults::annotated` (tests/programs/faults.rs:",
        "split" => "at item 5 of `split_managed` (tests/programs/faults.rs:",
        _ => "at item 5 of `map` (tests/programs/faults.rs:",
    }
}

/// The job ends badly and in time, and says all of this; `HERE` stands for the place of the fault.
fn ends(way: &str, status: Option<i32>, says: &[&str]) {
    each(way, |job, form| {
        let outcome = bad(job);
        let told = outcome.stderr_text();
        for part in says {
            let part = part.replace("HERE", place(form));
            assert!(told.contains(&part), "{way}, {form}: `{part}` is not said: {outcome}");
        }
        if let Some(status) = status {
            assert_eq!(outcome.code(), Some(status), "{way}, {form}: {outcome}");
        }
    });
}

#[test]
fn what_does_not_go_wrong_ends_well() {
    each("nothing", |job, _| assert_eq!(good(job), "all is well\n"));
}

#[test]
fn a_panic_that_is_caught_is_no_failure() {
    each("caught", |job, _| assert_eq!(good(job), "all is well\n"));
}

#[test]
fn a_panic_ends_the_job() {
    ends("panic", Some(101), &["panicked HERE", "tests/programs/faults.rs:", "broken in the middle"]);
    ends("panic_in_a_drop", Some(101), &["panicked HERE", "broken in a drop"]);
    ends("panic_on_all", Some(101), &["panicked", "broken on rank"]);
    ends("panic_on_the_root", Some(101), &["rank 0 of", "broken before the loop"]);
}

#[test]
fn a_panic_in_the_source_is_told_at_the_item_that_was_wanted() {
    // Past those that are looked at before the loop.
    each("panic_in_the_source", |job, form| {
        let outcome = bad(&job.clone().arg("9"));
        assert_eq!(outcome.code(), Some(101), "{outcome}");
        let told = outcome.stderr_text();
        let before = if form == "loop" { "panicked in iteration " } else { "panicked at item " };
        let index = told.split_once(before).and_then(|(_, rest)| rest.split(' ').next()?.parse().ok());
        // Or a later one, which is had by stepping over this one.
        assert!(index.is_some_and(|index: u64| (9..12).contains(&index)), "{form}: {outcome}");
        assert!(told.contains("broken in the source"), "{outcome}");
    });
}

#[test]
fn a_panic_while_a_result_is_encoded_ends_the_job() {
    // By hand, what the root itself has need not be encoded.
    each("panic_in_serialize", |job, form| {
        if form == "loop" {
            let outcome = bad(job);
            let told = outcome.stderr_text();
            assert!(
                told.contains("panicked in iteration 5") && told.contains("broken in a Serialize"),
                "{outcome}"
            );
        }
    });
}

#[test]
fn an_exit_in_the_middle_ends_the_job_whatever_its_status() {
    ends("exit_3", Some(3), &["exited HERE", "with status 3"]);
    ends("exit_0", Some(1), &["exited HERE", "with status 0"]);
}

#[test]
fn a_signal_ends_the_job_and_is_told() {
    ends("abort", None, &["dies of SIGABRT (an abort) HERE"]);
    ends("fault", None, &["dies of SIGSEGV (a segmentation fault) HERE"]);
}

#[test]
fn a_stack_overflow_ends_the_job_and_is_told() {
    ends("overflow", None, &["dies of SIGSEGV (a segmentation fault: its stack overflowed) HERE"]);
}

#[test]
fn ranks_that_part_are_told_so() {
    ends(
        "early_end",
        Some(1),
        &["in different places", "tests/programs/faults.rs:", "at the end of the program"],
    );
    ends("astray", Some(1), &["in different places", "tests/programs/faults.rs:", "at `barrier`"]);
}

/// What a job prints that goes on without the iteration that fails.
fn without_one(message: &str) -> String {
    let lines = (0..12).filter(|index| *index != 5).map(|index| format!("square of {index}\n"));
    lines.chain([format!("5: {message}\n"), "all is well\n".to_owned()]).collect()
}

#[test]
fn a_job_goes_on_without_the_iterations_that_fail() {
    for ranks in [1, 2, 4] {
        for job in worlds(ranks, "program_faults") {
            for (way, message) in [("panic", "broken in the middle"), ("panic_in_a_drop", "broken in a drop")]
            {
                let outcome =
                    job.clone().arg(way).arg("going_on").limit(LIMIT).env("RUST_BACKTRACE", "0").run();
                assert!(outcome.success(), "{outcome}");
                let printed = outcome.stdout_text();
                let (before, place) = printed.split_once(" (tests/programs/faults.rs:").expect("a place");
                let after = place.split_once(")").expect("an end").1;
                assert_eq!(format!("{before}{after}"), without_one(message), "{outcome}");
                let told = outcome.stderr_text();
                let at = "iteration 5 of the loop of `program_faults::going_on` (tests/programs/faults.rs:";
                for part in [at, "failed, and is tried again", "failed, and is left out", message] {
                    assert!(told.contains(part), "`{part}` is not said: {outcome}");
                }
                let sum = "1 iteration failed and was left out (5); 1 attempt was repeated";
                assert_eq!(told.matches(sum).count(), 1, "{outcome}");
            }
        }
    }
}

#[test]
fn what_is_no_failure_of_an_iteration_ends_the_job_all_the_same() {
    for (way, said) in [("exit_3", "with status 3"), ("fault", "dies of SIGSEGV")] {
        for job in worlds(2, "program_faults") {
            let outcome = bad(&job.arg(way).arg("going_on").limit(LIMIT));
            assert!(outcome.stderr_text().contains(said), "{outcome}");
        }
    }
}

/// With `DLP_STALL`, a job in which nothing moves says who waits for whom, and ends if that is asked for.
fn stalls(way: &str, says: &[&str]) {
    for ranks in [2, 4] {
        for job in worlds(ranks, "program_faults") {
            let job = job.arg(way).arg("loop").limit(LIMIT).env("DLP_STALL", "300ms,abort");
            let outcome = bad(&job);
            let told = outcome.stderr_text();
            for part in says {
                let part = part.replace("LAST", &(ranks - 1).to_string());
                assert!(told.contains(&part), "{way}: `{part}` is not said: {outcome}");
            }
        }
    }
}

#[test]
fn a_rank_that_never_comes_is_named() {
    stalls(
        "asleep",
        &["rank LAST has not come to the loop of `program_faults::annotated` (tests/programs/faults.rs:"],
    );
    stalls("root_asleep", &["has waited", "rank 0 has not come there"]);
    stalls("asleep_in_the_loop", &["at `map` (tests/programs/faults.rs:", "is at iteration 3"]);
}

/// A panic in what is run in loop order happens on every rank that replays, where it stands.
#[test]
fn a_panic_in_loop_order_ends_the_job() {
    for ranks in [2, 4] {
        for job in worlds(ranks, "program_faults") {
            let outcome = bad(&job.arg("panic_in_order").arg("loop").limit(LIMIT));
            let told = outcome.stderr_text();
            for part in ["panicked while it replayed iteration 5 of the loop of", "broken in loop order"] {
                assert!(told.contains(part), "`{part}` is not said: {outcome}");
            }
        }
    }
}
