//! Ranks that come to a loop with different input are told so, by rank, place and index; under `mpiexec` and as threads.

mod common;

use common::{bad, good, worlds};
use xtask::Job;

fn each(way: &str, check: impl Fn(&Job, usize)) {
    for ranks in [2, 4] {
        for job in worlds(ranks, "program_inputs") {
            check(&job.arg(way).env("RUST_BACKTRACE", "0"), ranks);
        }
    }
}

/// The job ends with an error that says all of this; `LAST` stands for the last rank.
fn told(way: &str, check: Option<&str>, says: &[&str]) {
    each(way, |job, ranks| {
        let outcome = bad(&match check {
            Some(check) => job.clone().env("DLP_CHECK", check),
            None => job.clone(),
        });
        let error = outcome.stderr_text();
        for part in says {
            let part = part.replace("LAST", &(ranks - 1).to_string());
            assert!(error.contains(&part), "{way}: `{part}` is not said: {outcome}");
        }
        assert_eq!((outcome.code(), outcome.stdout_text().as_str()), (Some(1), ""), "{outcome}");
    });
}

fn well(way: &str, check: &str) {
    each(way, |job, _| assert_eq!(good(&job.clone().env("DLP_CHECK", check)), "all is well\n"));
}

#[test]
fn equal_input_is_fine() {
    for check in ["sample", "full", "off"] {
        well("nothing", check);
    }
}

#[test]
fn captured_values_that_differ_are_named() {
    let place = "the loop of `program_inputs::captured` (tests/programs/inputs.rs:";
    told(
        "seed",
        None,
        &["`seed`, which its iterations read, has another value on rank LAST", place, "dlp::on_root"],
    );
    told("field", None, &["`config.scale`, which", place]);
    told("plain", None, &["`names`, which", place]);
    well("seed", "off");
}

#[test]
fn items_that_differ_are_named_by_index() {
    let place = "the loop of `program_inputs::a_slice` (tests/programs/inputs.rs:";
    told("item", None, &["item 999 of rank LAST is not that of rank 0", place, "`DLP_CHECK=full`"]);
    told("shorter", None, &["rank 0 has 1000 items, rank LAST has 990 items", place]);
    // Not among those that are looked at; in the last loop all are.
    told("late", Some("full"), &["item 700 of rank LAST is not that of rank 0", place]);
    told("any", None, &["item 700 of rank LAST", "the loop of `program_inputs::all_of_it`"]);
    well("late", "sample");
    well("late", "off");
}

#[test]
fn what_came_out_of_a_hash_table_is_caught() {
    let place = "the loop of `program_inputs::an_iterator` (tests/programs/inputs.rs:";
    told("hash", None, &["of rank ", "is not that of rank 0", place, "sort what comes out of a hash table"]);
}

#[test]
fn a_loop_may_say_that_its_input_differs() {
    well("unchecked", "");
}
