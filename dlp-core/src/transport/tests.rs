//! One body of tests for every back end. Here it runs on threads and, where it applies, on one rank alone;
//! `tests/transport.rs` of the facade runs the same body under `mpiexec`.

use std::time::{Duration, Instant};

use super::solo::Solo;
use super::threads::Threads;
use super::{Idle, Rest, Transport, conformance};

/// These back ends have no longest message: any must do.
const LIMITS: [usize; 2] = [1000, 100_000];

#[test]
fn one_rank_alone_conforms() {
    LIMITS.into_iter().for_each(|limit| conformance::all(&Solo::default(), limit));
}

#[test]
fn threads_conform_at_every_small_size() {
    for size in 1..=5 {
        for limit in LIMITS {
            std::thread::scope(|scope| {
                for end in Threads::world(size) {
                    scope.spawn(move || conformance::all(&end, limit));
                }
            });
        }
    }
}

#[test]
fn an_abort_is_seen_by_every_rank_and_ends_their_waits() {
    let world = Threads::world(3);
    std::thread::scope(|scope| {
        for end in &world[1..] {
            scope.spawn(|| {
                while !end.aborted() {
                    end.wait(Rest::Sleep(Duration::from_secs(600)));
                }
            });
        }
        world[0].abort(1);
    });
    assert!(world.iter().all(Transport::aborted));
}

#[test]
fn waiting_is_alert_first_and_asleep_in_the_end() {
    for (rings, longest) in [(false, Idle::NAP), (true, Idle::SLEEP)] {
        let mut idle = Idle::new(rings);
        assert_eq!(idle.rest(), Rest::Spin);
        let late = (0..10_000).map(|_| idle.rest()).last();
        assert_eq!(late, Some(Rest::Sleep(longest)));
        idle.reset();
        assert_eq!(idle.rest(), Rest::Spin);
    }
}

#[test]
fn who_waits_in_vain_is_less_alert_and_not_for_ever() {
    let mut idle = Idle::new(true);
    let mut alert = |longer: Duration| {
        let rounds = (0..).take_while(|_| !matches!(idle.rest(), Rest::Sleep(_))).count();
        std::thread::sleep(longer);
        idle.reset();
        rounds
    };
    let first = alert(Duration::from_millis(1));
    let rounds: Vec<usize> = (0..20).map(|_| alert(Duration::from_millis(1))).collect();
    assert!(rounds[0] < first && rounds.is_sorted_by(|a, b| a >= b), "{rounds:?}");
    assert!(rounds[19] < 20, "{rounds:?}");
    // The machine may be busy: sooner or later a few resets follow at once.
    assert!((0..10_000).any(|_| alert(Duration::ZERO) == first));
}

#[test]
fn a_wake_that_comes_before_the_wait_ends_it_at_once() {
    let world = Threads::world(1);
    let start = Instant::now();
    world[0].wake();
    world[0].wait(Rest::Sleep(Duration::from_secs(600)));
    assert!(start.elapsed() < Duration::from_secs(60));
}
