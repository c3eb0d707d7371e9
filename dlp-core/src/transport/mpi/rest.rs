//! Whether it is a time to sleep for a rank that has no news. Knows the clock, and nothing of MPI.

use std::time::{Duration, Instant};

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
    fn what_has_not_moved_for_a_while_is_not_moving() {
        let (mut pace, start) = (Pace::new(), Instant::now());
        assert!(pace.is_moving(1, start));
        assert!(pace.is_moving(1, start + Pace::STEP / 2));
        assert!(!pace.is_moving(1, start + Pace::STEP));
        assert!(pace.is_moving(2, start + Pace::STEP));
    }
}
