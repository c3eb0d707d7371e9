//! Jobs under `mpiexec`: transport, worlds, functions for use by hand, strategies, and how a job ends when something
//! goes wrong.
#![cfg(feature = "mpi")]

mod common;

use common::{RANKS, alone, bad, good, ranks, worlds};

#[test]
fn the_transport_conforms() {
    for count in RANKS {
        let said = format!("{count} ranks conform\n");
        assert_eq!(good(&ranks(count, "program_conformance")), said);
        // Every payload in many pieces.
        assert_eq!(good(&ranks(count, "program_conformance").arg("1000")), said);
        // Of several at a time, most have to wait.
        assert_eq!(good(&ranks(count, "program_conformance").args(["10000", "15000"])), said);
        // Ranks that do not share memory, or not all of them.
        for together in ["1", "2"] {
            let job = ranks(count, "program_conformance").env("DLP_RANKS_PER_NODE", together);
            assert_eq!(good(&job), said, "{together}");
        }
    }
}

#[test]
fn values_of_every_size_travel() {
    for count in [1, 2, 3] {
        let said = format!("values of all sizes travel on {count} ranks\n");
        // The longest message that goes in one, and the longest piece of a longer one.
        for (limit, longest) in [("2048", ""), ("4000", "4000"), ("3000", "100")] {
            let job =
                ranks(count, "program_sizes").args(["check", limit]).env("DLP_LONGEST_MESSAGE", longest);
            assert_eq!(good(&job), said, "{limit} {longest}");
        }
    }
}

#[test]
fn the_functions_for_use_by_hand_work() {
    for count in RANKS {
        let said = format!("all of it works on {count} ranks\n");
        assert_eq!(good(&ranks(count, "program_by_hand")), said);
    }
}

#[test]
fn annotated_loops_give_the_serial_answer_with_every_strategy() {
    let expected = good(&alone("program_loops"));
    for count in RANKS {
        assert_eq!(good(&ranks(count, "program_loops")), expected, "{count} ranks");
        for strategy in
            ["managed", "round_robin", "block", "serial", "guided", "factoring", "trapezoid", "shared"]
        {
            let job = ranks(count, "program_loops").env("DLP_STRATEGY", strategy);
            assert_eq!(good(&job), expected, "{count} ranks, {strategy}");
            let job = job.env("DLP_RANKS_PER_NODE", "2");
            assert_eq!(good(&job), expected, "{count} ranks on nodes of two, {strategy}");
        }
    }
}

#[test]
fn a_session_starts_and_ends_in_every_way() {
    for count in RANKS {
        let whole: Vec<usize> = (0..count).collect();
        for way in ["lazy", "lazy_exit", "guard", "guard_early", "adopted"] {
            let job = ranks(count, "program_worlds").arg(way);
            assert_eq!(good(&job), format!("{count} ranks: {whole:?}\n"), "{way}");
        }
        let half = count.div_ceil(2);
        let part: Vec<usize> = (0..half).collect();
        let job = ranks(count, "program_worlds").arg("adopted_part");
        assert_eq!(good(&job), format!("{half} ranks: {part:?}\n"));
        assert_eq!(good(&ranks(count, "program_worlds").arg("unused")), "nobody asked\n".repeat(count));
    }
}

#[test]
fn another_thread_is_no_rank() {
    for job in [ranks(2, "program_worlds"), alone("program_worlds")] {
        let told = good(&job.arg("thread"));
        assert!(told.contains("from a thread that is not a rank"), "{told}");
    }
}

/// Ends non-zero and says all of this on standard error.
fn ends_badly(way: &str, says: &[&str]) {
    for count in [2, 4] {
        let outcome = bad(&ranks(count, "program_worlds").arg(way));
        let told = outcome.stderr_text();
        for part in says {
            let part = part.replace("LAST", &(count - 1).to_string()).replace("SIZE", &count.to_string());
            assert!(told.contains(&part), "{way}: `{part}` is not said: {outcome}");
        }
    }
}

#[test]
fn a_panic_on_one_rank_ends_the_job() {
    ends_badly("panic_outside", &["rank LAST of SIZE on", "worlds.rs:", "the last rank gives up"]);
    ends_badly("panic_guarded", &["rank LAST of SIZE on", "worlds.rs:", "the last rank gives up"]);
    ends_badly("panic_in_map", &["at item 7 of `map` (tests/programs/worlds.rs:", "seven"]);
}

#[test]
fn an_exit_with_an_error_ends_the_job() {
    ends_badly("exit_3", &["rank LAST of SIZE on", "exited with status 3"]);
}

#[test]
fn ranks_in_different_places_are_told_so() {
    ends_badly("astray", &["rank 0 is at `barrier` (tests/programs/worlds.rs:", "rank 1 at `gather` ("]);
    ends_badly("left_behind", &["rank 0 is at `barrier` (", "rank 1 at the end of the program"]);
}

#[test]
fn a_second_session_is_refused() {
    ends_badly("twice", &["dlp::init() was called after the session had started"]);
}

#[test]
fn bad_settings_are_refused_before_anything_starts() {
    for (name, value) in [
        ("DLP_STRATEGY", "foo"),
        ("DLP_RANKS", "0"),
        ("DLP_RANKS", "2"),
        ("DLP_SUMMARY", "yes"),
        ("DLP_LONGEST_MESSAGE", "0"),
    ] {
        for job in [ranks(2, "program_worlds"), alone("program_worlds")] {
            let outcome = bad(&job.arg("lazy").env(name, value));
            assert!(outcome.stderr_text().contains(name), "{outcome}");
            assert_eq!(outcome.stdout_text(), "", "{outcome}");
        }
    }
}

#[test]
fn a_launcher_of_another_mpi_is_noticed() {
    // What this launcher says, neither Open MPI nor MPICH listens to: each process would be rank 0 of 1.
    let job = alone("program_worlds").arg("lazy");
    let job = job.env("MV2_COMM_WORLD_RANK", "1").env("MV2_COMM_WORLD_SIZE", "3");
    let outcome = bad(&job);
    let told = outcome.stderr_text();
    assert!(told.contains("MVAPICH with 3 ranks") && told.contains("belong to different MPIs"), "{outcome}");
}

#[test]
fn a_batch_job_without_srun_is_warned_of() {
    let job = alone("program_worlds").arg("lazy").env("SLURM_JOB_ID", "7");
    let told = |job: &xtask::Job| {
        let outcome = job.run();
        assert!(outcome.success(), "{outcome}");
        outcome.stderr_text()
    };
    assert!(told(&job.clone().env("SLURM_NTASKS", "8")).contains("start it with `srun`"));
    assert_eq!(told(&job.env("SLURM_NTASKS", "1")), "");
}

#[test]
fn more_threads_than_cores_are_warned_of() {
    let said = |job: &xtask::Job| {
        let outcome = job.run();
        assert!(outcome.success(), "{outcome}");
        outcome.stderr_text()
    };
    let job = ranks(2, "program_worlds").env("OMP_NUM_THREADS", "1");
    let many = said(&job.clone().arg("lazy").env("RAYON_NUM_THREADS", "5000"));
    assert!(many.contains("each with 5000 threads (RAYON_NUM_THREADS=5000), are 10000 threads"), "{many}");
    assert!(!said(&job.clone().arg("lazy")).contains("warning"));
    let started = said(&job.arg("many_threads"));
    assert_eq!(started.matches("threads of a library").count(), 1, "{started}");
}

#[test]
fn ten_thousand_loops_and_collectives_leave_nothing_behind() {
    for job in worlds(2, "program_many") {
        let outcome = job.arg("1250").run();
        assert!(outcome.success(), "{outcome}");
        let told = outcome.stdout_text();
        let grown = told.trim().trim_matches(['[', ']']).split(", ").map(str::parse::<i64>);
        let grown: Vec<i64> = grown.collect::<Result<_, _>>().unwrap_or_default();
        // What an allocator keeps moves by some pages; a hundred bytes a loop would be a thousand KiB.
        assert!(grown.len() == 2 && grown.iter().all(|&kib| kib < 500), "{outcome}");
    }
}

#[test]
fn a_summary_says_who_did_how_much() {
    let outcome = ranks(3, "program_loops").env("DLP_SUMMARY", "1").run();
    assert!(outcome.success(), "{outcome}");
    let told = outcome.stderr_text();
    assert!(told.contains("share of the work") && told.contains("`program_loops::collect`"), "{outcome}");
}
