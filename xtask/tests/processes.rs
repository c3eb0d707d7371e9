//! At its limit, and at its end, a job leaves no process behind.

#![cfg(target_os = "linux")]

use std::time::Duration;

use xtask::{Job, Outcome};

fn shell(script: &str) -> Job {
    Job::alone("sh").args(["-c", script])
}

/// The ids that a script printed, one a line.
fn printed_ids(outcome: &Outcome) -> Vec<u32> {
    outcome.stdout_text().lines().map(|line| line.parse().expect("a process id")).collect()
}

fn is_running(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

#[test]
fn at_the_limit_every_process_of_the_job_is_ended() {
    // One child that ignores SIGTERM, one in a session of its own, one that is nobody's child.
    let outcome = shell(
        "trap '' TERM; sleep 600 & echo $!
         setsid sleep 600 & echo $!
         (setsid sleep 600 & echo $!)
         echo $$; wait",
    )
    .limit(Duration::from_millis(500))
    .run();
    assert!(outcome.timed_out && !outcome.success(), "{outcome}");
    assert!(outcome.elapsed < Duration::from_secs(10), "{outcome}");
    assert_eq!(outcome.orphans, 0, "{outcome}");
    let ids = printed_ids(&outcome);
    assert_eq!(ids.len(), 4, "{outcome}");
    assert!(!ids.iter().any(|&pid| is_running(pid)), "{outcome}");
}

#[test]
fn the_limit_holds_while_input_is_not_read() {
    let outcome = shell("exec sleep 600").stdin(vec![0; 4_000_000]).limit(Duration::from_millis(500)).run();
    assert!(outcome.timed_out, "{outcome}");
}

#[test]
fn what_heeds_a_polite_signal_is_not_killed() {
    let outcome = shell("trap 'echo cleared up; exit 7' TERM; sleep 600 & wait")
        .limit(Duration::from_millis(500))
        .run();
    assert!(outcome.timed_out, "{outcome}");
    assert_eq!(outcome.code(), Some(7), "{outcome}");
    assert_eq!(outcome.stdout_text(), "cleared up\n");
}

#[test]
fn what_outlives_its_job_is_counted_and_ended() {
    let outcome = shell("setsid sleep 600 & echo $!").run();
    assert_eq!(outcome.orphans, 1, "{outcome}");
    assert!(!outcome.success() && !outcome.timed_out, "{outcome}");
    let ids = printed_ids(&outcome);
    assert_eq!(ids.len(), 1, "{outcome}");
    assert!(!is_running(ids[0]), "{outcome}");
}
