//! What a machine is to the simulator: what messages, their service and bookkeeping cost, as numbers that somebody has
//! measured or assumed.

use core::time::Duration;

use super::{Time, nanos};
use crate::transport::Idle;

/// What things cost on a machine. [`Machine::free`] is where all of it costs nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Machine {
    /// From the send of a message to when it can be seen, inside a node.
    pub near: Duration,
    /// The same from node to node.
    pub far: Duration,
    /// How many ranks there are on a node; at least 1.
    pub node: usize,
    /// What the root needs to take in a message and answer it.
    pub service: Duration,
    /// What an iteration costs on its rank beside its task: having the item, recording, closing the record.
    pub iteration: Duration,
    /// What an iteration costs on the root: looking at its record and replaying it.
    pub replay: Duration,
    /// What it costs a rank to take a chunk out of its node's pool.
    pub take: Duration,
    /// How a rank waits, and the thread that answers at the root.
    pub polling: Polling,
}

/// How whoever waits for a message finds out that it is there, as in [`Idle`]: looks all the time at first, then sleeps until it is
/// rung by a rank of its node, or for 1, 2, 4, .. microseconds, between which it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Polling {
    /// How long it looks at first; less after it has waited in vain.
    pub alert: Duration,
    /// From the ring to when the one that was asleep goes on.
    pub wake: Duration,
    /// By how much a sleep that nobody ends is longer than asked for.
    pub overshoot: Duration,
    /// The longest sleep that nobody ends; zero for one that never sleeps.
    pub longest: Duration,
}

/// Somebody who waits now and then.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiter {
    /// For how many rounds it looks before it sleeps.
    alert: u32,
}

impl Machine {
    /// Where only tasks take time.
    pub fn free() -> Self {
        let zero = Duration::ZERO;
        Self {
            near: zero,
            far: zero,
            node: usize::MAX,
            service: zero,
            iteration: zero,
            replay: zero,
            take: zero,
            polling: Polling::woken(),
        }
    }

    /// Whether a message between a rank and the root stays on one node.
    pub(super) fn is_near(&self, rank: usize) -> bool {
        self.node_of(rank) == 0
    }

    pub(super) fn node_of(&self, rank: usize) -> usize {
        rank / self.node.max(1)
    }

    /// How long a message takes between a rank and the root.
    pub(super) fn latency(&self, rank: usize) -> Time {
        nanos(match rank {
            0 => Duration::ZERO,
            _ if self.is_near(rank) => self.near,
            _ => self.far,
        })
    }
}

impl Polling {
    /// Whoever waits sees a message at once.
    pub const fn woken() -> Self {
        let zero = Duration::ZERO;
        Self { alert: zero, wake: zero, overshoot: zero, longest: zero }
    }
}

impl Waiter {
    pub(super) fn new() -> Self {
        Self { alert: Idle::ALERT }
    }

    /// When a message is seen that comes at `arrival`, by one who has waited since `since`.
    pub(super) fn seen(&mut self, polling: &Polling, since: Time, arrival: Time, rung: bool) -> Time {
        let falls_asleep = since + nanos(polling.alert) * u64::from(self.alert) / u64::from(Idle::ALERT);
        if nanos(polling.longest) == 0 || arrival <= falls_asleep {
            return arrival.max(since);
        }
        let seen =
            if rung { arrival + nanos(polling.wake) } else { between_sleeps(polling, falls_asleep, arrival) };
        self.alert = Idle::adapted(self.alert, Duration::from_nanos(seen - falls_asleep));
        seen
    }
}

/// When somebody looks who has slept since `since`, and is to find what comes at `arrival`.
fn between_sleeps(polling: &Polling, since: Time, arrival: Time) -> Time {
    let (longest, overshoot) = (nanos(polling.longest), nanos(polling.overshoot));
    let (mut wakes, mut sleep) = (since, 1000);
    while wakes < arrival && sleep < longest {
        wakes += sleep + overshoot;
        sleep *= 2;
    }
    if wakes >= arrival {
        return wakes;
    }
    wakes + (arrival - wakes).next_multiple_of(longest + overshoot)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_sees_a_message_when_awake() {
        let micros = Duration::from_micros;
        let polling =
            Polling { alert: micros(100), wake: micros(5), overshoot: micros(50), longest: micros(4) };
        let seen = |arrival: Time| Waiter::new().seen(&polling, 7_000, 7_000 + arrival, false) - 7_000;
        assert_eq!((seen(0), seen(99_999), seen(100_000)), (0, 99_999, 100_000), "alert");
        assert_eq!((seen(100_001), seen(151_000), seen(151_001)), (151_000, 151_000, 203_000));
        assert_eq!(
            (seen(203_001), seen(257_001)),
            (257_000, 311_000),
            "no sleep is longer than 4 µs and 50 more"
        );
        let rung = |arrival| Waiter::new().seen(&polling, 0, arrival, true);
        assert_eq!((rung(100_000), rung(100_001), rung(1 << 40)), (100_000, 105_001, (1 << 40) + 5_000));
        assert_eq!(Waiter::new().seen(&polling, 7_000, 5_000, false), 7_000, "what came while it was busy");
        assert_eq!(Waiter::new().seen(&Polling::woken(), 0, 1 << 40, false), 1 << 40);
    }

    #[test]
    fn who_has_waited_in_vain_goes_to_sleep_sooner() {
        let micros = Duration::from_micros;
        let polling =
            Polling { alert: micros(100), wake: micros(5), overshoot: micros(50), longest: micros(1000) };
        let mut waiter = Waiter::new();
        for _ in 0..2 {
            waiter.seen(&polling, 0, 1_000_000_000, true);
        }
        assert_eq!(waiter.seen(&polling, 0, 25_000, true), 25_000);
        assert_eq!(waiter.seen(&polling, 0, 25_001, true), 30_001);
    }
}
