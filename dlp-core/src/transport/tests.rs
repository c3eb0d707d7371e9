//! One body of tests for every back end. Here it runs on threads and, where it applies, on one rank alone;
//! `tests/transport.rs` of the facade runs the same body under `mpiexec`.

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
                    end.wait(Rest::Sleep(std::time::Duration::from_secs(600)));
                }
            });
        }
        world[0].abort(1);
    });
    assert!(world.iter().all(Transport::aborted));
}

#[test]
fn waiting_is_alert_first_and_asleep_in_the_end() {
    let mut idle = Idle::new();
    assert_eq!(idle.rest(), Rest::Spin);
    let late = (0..10_000).map(|_| idle.rest()).last();
    assert_eq!(late, Some(Rest::Sleep(Idle::LONGEST)));
    idle.reset();
    assert_eq!(idle.rest(), Rest::Spin);
}
