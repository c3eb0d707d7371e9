//! How a rank rests that has no news: a sleep that another thread of the process can end, and a judgement whether
//! it is a time to sleep at all.
//!
//! Knows threads and the clock, and nothing of MPI.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

const QUIET: u8 = 0;
const ASLEEP: u8 = 1;
const RUNG: u8 = 2;

/// Rung by any thread, slept by by one. A ring that comes before the sleep ends it at once.
#[derive(Debug, Default)]
pub(super) struct Bell {
    state: AtomicU8,
    bed: Mutex<()>,
    news: Condvar,
}

impl Bell {
    /// Ends the present sleep, or else the next. Nearly free while nobody sleeps.
    pub(super) fn ring(&self) {
        if self.state.swap(RUNG, Ordering::AcqRel) == ASLEEP {
            // The sleeper holds the lock from before it says so until it can hear.
            drop(self.bed.lock().unwrap_or_else(PoisonError::into_inner));
            self.news.notify_all();
        }
    }

    /// Sleeps until the bell rings, but not longer than this.
    pub(super) fn sleep(&self, longest: Duration) {
        let bed = self.bed.lock().unwrap_or_else(PoisonError::into_inner);
        if self.state.compare_exchange(QUIET, ASLEEP, Ordering::AcqRel, Ordering::Acquire).is_ok() {
            let is_asleep = |_: &mut ()| self.state.load(Ordering::Acquire) == ASLEEP;
            drop(self.news.wait_timeout_while(bed, longest, is_asleep));
        }
        self.state.swap(QUIET, Ordering::AcqRel);
    }
}

/// Whether payloads that are on their way have moved of late.
///
/// One that does not move waits for a rank that is busy, perhaps for long, and is no reason to stay awake; one
/// that does would take ten times as long if this rank slept a millisecond between two pushes (measured on one
/// node without single copy, where every fragment wants the sender's attention).
#[derive(Debug)]
pub(super) struct Pace {
    moved: u64,
    since: Instant,
}

impl Pace {
    /// How long one that moves may take for the next step.
    const STEP: Duration = Duration::from_millis(50);

    pub(super) fn new() -> Pace {
        Pace { moved: 0, since: Instant::now() }
    }

    /// Whether it is less than a step ago that `moved`, the number of steps so far, has changed.
    pub(super) fn is_moving(&mut self, moved: u64, now: Instant) -> bool {
        if moved != self.moved {
            *self = Pace { moved, since: now };
        }
        now.saturating_duration_since(self.since) < Self::STEP
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_ends_the_sleep_before_or_while_it_is_slept() {
        let (bell, start) = (Bell::default(), Instant::now());
        bell.ring();
        bell.sleep(Duration::from_secs(600));
        std::thread::scope(|scope| {
            scope.spawn(|| bell.sleep(Duration::from_secs(600)));
            std::thread::sleep(Duration::from_millis(20));
            bell.ring();
        });
        assert!(start.elapsed() < Duration::from_secs(60));
    }

    #[test]
    fn a_sleep_nobody_ends_lasts_as_long_as_it_may() {
        let (bell, start) = (Bell::default(), Instant::now());
        bell.ring();
        bell.sleep(Duration::from_secs(600));
        bell.sleep(Duration::from_millis(5));
        assert!(start.elapsed() >= Duration::from_millis(5));
    }

    #[test]
    fn what_has_not_moved_for_a_while_is_not_moving() {
        let (mut pace, start) = (Pace::new(), Instant::now());
        assert!(pace.is_moving(1, start));
        assert!(pace.is_moving(1, start + Pace::STEP / 2));
        assert!(!pace.is_moving(1, start + Pace::STEP));
        assert!(pace.is_moving(2, start + Pace::STEP));
    }
}
