//! What a machine is to the simulator: what messages, their service and bookkeeping cost, as numbers that somebody has
//! measured or assumed.

use core::time::Duration;

use super::{Time, nanos};

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
    /// In the middle of a range, a Part that is older than this is handed over.
    pub pace: Duration,
    /// The same where a node has a pool: between two messages of one sender is this at least.
    pub pool_pace: Duration,
}

/// How whoever waits for a message looks for it: all the time at first, then between sleeps of 1, 2, 4, .. microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Polling {
    /// How long it is alert after the last news.
    pub alert: Duration,
    /// By how much a sleep is longer than asked for.
    pub overshoot: Duration,
    /// The longest sleep; zero for one that never sleeps, or is woken.
    pub longest: Duration,
}

impl Machine {
    /// Where only tasks take time. Parts are handed over as ever.
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
            pace: Duration::from_millis(5),
            pool_pace: Duration::from_millis(10),
        }
    }

    pub(super) fn node_of(&self, rank: usize) -> usize {
        rank / self.node.max(1)
    }

    /// How long a message takes between a rank and the root.
    pub(super) fn latency(&self, rank: usize) -> Time {
        nanos(match rank {
            0 => Duration::ZERO,
            _ if self.node_of(rank) == 0 => self.near,
            _ => self.far,
        })
    }
}

impl Polling {
    /// Whoever waits sees a message at once.
    pub const fn woken() -> Self {
        Self { alert: Duration::ZERO, overshoot: Duration::ZERO, longest: Duration::ZERO }
    }

    /// When a message is seen that comes at `arrival`, by somebody who has waited since `since`.
    pub(super) fn seen(&self, since: Time, arrival: Time) -> Time {
        let longest = nanos(self.longest);
        let mut wakes = since + nanos(self.alert);
        if longest == 0 || arrival <= wakes {
            return arrival.max(since);
        }
        let overshoot = nanos(self.overshoot);
        let mut sleep = 1000;
        while wakes < arrival && sleep < longest {
            wakes += sleep + overshoot;
            sleep *= 2;
        }
        if wakes >= arrival {
            return wakes;
        }
        wakes + (arrival - wakes).next_multiple_of(longest + overshoot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_sees_a_message_when_awake() {
        let micros = Duration::from_micros;
        let polling = Polling { alert: micros(100), overshoot: micros(50), longest: micros(4) };
        let seen = |arrival: Time| polling.seen(7_000, 7_000 + arrival) - 7_000;
        assert_eq!((seen(0), seen(99_999), seen(100_000)), (0, 99_999, 100_000), "alert");
        assert_eq!((seen(100_001), seen(151_000), seen(151_001)), (151_000, 151_000, 203_000));
        assert_eq!(
            (seen(203_001), seen(257_001)),
            (257_000, 311_000),
            "no sleep is longer than 4 µs and 50 more"
        );
        assert_eq!(polling.seen(7_000, 5_000), 7_000, "what came while it was busy");
        assert_eq!(Polling::woken().seen(0, 1 << 40), 1 << 40);
    }
}
