//! Ranks as threads of one process, with no MPI: `DLP_RANKS=N ./binary`.

mod common;

use common::{RANKS, alone, bad, good, threads};

#[test]
fn annotated_loops_give_the_serial_answer_with_every_strategy() {
    let expected = good(&alone("program_loops"));
    for count in [1, 2, 3, 4, 7] {
        for strategy in
            ["", "managed", "round_robin", "block", "serial", "guided", "factoring", "trapezoid", "shared"]
        {
            let job = threads(count, "program_loops").env("DLP_STRATEGY", strategy);
            assert_eq!(good(&job), expected, "{count} ranks, {strategy}");
        }
    }
}

#[test]
fn the_functions_for_use_by_hand_work() {
    for count in RANKS {
        let said = format!("all of it works on {count} ranks\n");
        assert_eq!(good(&threads(count, "program_by_hand")), said);
    }
}

#[test]
fn values_of_every_size_travel() {
    for count in [1, 2, 3] {
        let said = format!("values of all sizes travel on {count} ranks\n");
        assert_eq!(good(&threads(count, "program_sizes").args(["check", "300"])), said);
    }
}

#[test]
fn examples_print_what_they_print_alone() {
    for (name, args) in
        [("front_loop", None), ("front_function", None), ("parameter_search", Some("--quick"))]
    {
        let expected = good(&alone(name).args(args));
        for count in RANKS {
            assert_eq!(good(&threads(count, name).args(args)), expected, "{name} on {count} ranks");
        }
    }
}

#[test]
fn ranks_need_a_main_that_can_be_run_once_for_each() {
    let outcome = bad(&threads(2, "program_worlds").arg("lazy"));
    assert!(outcome.stderr_text().contains("#[dlp::main]"), "{outcome}");
}

#[test]
fn no_ranks_at_all_is_an_error() {
    for name in ["program_loops", "program_worlds"] {
        let outcome = bad(&alone(name).arg("lazy").env("DLP_RANKS", "0"));
        assert!(outcome.stderr_text().contains("`DLP_RANKS` is `0`"), "{outcome}");
        assert_eq!(outcome.stdout_text(), "");
    }
}
