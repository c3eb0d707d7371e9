//! How long a loop takes on a machine that need not be there: the very state machines of the protocol, driven by a
//! discrete-event simulation.
//!
//! [`forecast`] runs a loop of tasks of known lengths on any number of simulated ranks: the real [`Manager`] or [`Dealer`]
//! shares out, real [`Worker`]s ask, the ranks of a node take from a real [`Pool`], and a [`Machine`] says what messages, their service and the bookkeeping cost. What is
//! modelled, beside that: messages wait in one queue at the root and are served one after another in the order in which they
//! come; who waits polls in ever longer sleeps; Parts are handed over now and then, one at a time; the root replays in loop
//! order. What is not: bytes (effects are taken to be small), several roots, loops that are left early, `gather = "all"`.
//!
//! Pure: no transport, thread, clock, environment or printing. The same arguments give the same forecast, to the nanosecond.
//!
//! [`Manager`]: crate::manager::Manager
//! [`Dealer`]: crate::schedule::Dealer
//! [`Worker`]: crate::worker::Worker
//! [`Pool`]: crate::pool::Pool

mod agenda;
mod desk;
mod flat;
mod frontier;
mod machine;
mod pooled;
#[cfg(test)]
mod tests;

use core::time::Duration;

pub use self::machine::{Machine, Polling};
use crate::schedule::{Chunk, Rule, Static};

/// Nanoseconds since the ranks came to the loop.
type Time = u64;

/// How the loop is shared out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sharing {
    /// Each rank computes its own share.
    Static(Static),
    /// A manager on the root answers every rank.
    Managed {
        /// How it cuts the loop.
        rule: Rule,
        /// Whether the root does nothing else.
        dedicated: bool,
    },
    /// The strategy `shared`: the manager on the root gives batches to nodes, and the ranks of a node take from its
    /// [`Pool`](crate::pool::Pool). The root works too.
    Pooled {
        /// How many a rank takes at a time.
        chunk: Chunk,
        /// How the manager cuts batches; [`batches`](crate::pool::batches) is how it really does.
        batches: Rule,
    },
}

/// What would come of a loop. Times are simulated ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// From when the ranks come to the loop until the last has left it and the root has replayed everything.
    pub makespan: Duration,
    /// All tasks together.
    pub total: Duration,
    /// The longest task.
    pub longest: Duration,
    /// How long each rank worked on tasks; the rest of the makespan it waited, or did other things.
    pub busy: Vec<Duration>,
    /// How many messages were sent, in both directions.
    pub messages: u64,
    /// What the root had to do beside its tasks.
    pub manager: Load,
}

/// What a manager had to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// How many messages came.
    pub messages: u64,
    /// How long it was busy with them (and with the replay, if its rank does nothing else).
    pub busy: Duration,
    /// How many messages waited at most, the one that was being answered included.
    pub longest_queue: usize,
}

impl Forecast {
    /// `total / (ranks * makespan)`: the share of all ranks' time that was work on tasks. 1 for an empty loop.
    pub fn efficiency(&self) -> f64 {
        match self.makespan.as_nanos() {
            0 => 1.0,
            makespan => self.total.as_nanos() as f64 / (self.busy.len() as u128 * makespan) as f64,
        }
    }

    /// The share of the makespan that the manager was busy.
    pub fn utilisation(&self) -> f64 {
        match self.makespan.as_secs_f64() {
            0.0 => 0.0,
            makespan => self.manager.busy.as_secs_f64() / makespan,
        }
    }

    /// How long each rank did not work on tasks.
    pub fn waiting(&self) -> impl Iterator<Item = Duration> {
        self.busy.iter().map(|busy| self.makespan.saturating_sub(*busy))
    }

    /// What no way of sharing out can beat: `max(total / ranks, longest task)`.
    pub fn bound(&self) -> Duration {
        (self.total / u32::try_from(self.busy.len()).unwrap_or(u32::MAX)).max(self.longest)
    }
}

/// What comes of a loop of `length` tasks on `ranks` ranks of `machine`. `task` says how long each task takes; it is asked
/// once for each index, in no particular order.
///
/// ```
/// use core::time::Duration;
/// use dlp_core::schedule::Rule;
/// use dlp_core::simulate::{Machine, Sharing, forecast};
///
/// let managed = Sharing::Managed { rule: Rule::Fixed(1), dedicated: false };
/// let lengths = [30, 10, 10, 10, 20].map(Duration::from_millis);
/// let forecast = forecast(&Machine::free(), 2, 5, managed, |index| lengths[index as usize]);
/// assert_eq!(forecast.makespan, Duration::from_millis(50));
/// assert_eq!(forecast.efficiency(), 0.8);
/// ```
///
/// # Panics
/// Where there is no rank.
pub fn forecast(
    machine: &Machine,
    ranks: usize,
    length: u64,
    sharing: Sharing,
    task: impl Fn(u64) -> Duration,
) -> Forecast {
    assert!(ranks > 0, "a loop runs on one rank at least");
    match sharing {
        Sharing::Static(how) => flat::run(machine, ranks, length, flat::How::Static(how), task),
        Sharing::Managed { rule, dedicated } => {
            flat::run(machine, ranks, length, flat::How::Managed { rule, dedicated }, task)
        }
        Sharing::Pooled { chunk, batches } => pooled::run(machine, ranks, length, chunk, batches, task),
    }
}

/// Whole nanoseconds; a time of centuries is none that is simulated.
fn nanos(time: Duration) -> Time {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// What was measured of the tasks while they ran.
#[derive(Debug)]
struct Tally {
    total: Time,
    longest: Time,
    busy: Vec<Time>,
    messages: u64,
}

impl Tally {
    fn new(ranks: usize) -> Self {
        Self { total: 0, longest: 0, busy: vec![0; ranks], messages: 0 }
    }

    fn ran(&mut self, rank: usize, took: Time) {
        self.total += took;
        self.longest = self.longest.max(took);
        self.busy[rank] += took;
    }

    fn forecast(self, makespan: Time, manager: Load) -> Forecast {
        Forecast {
            makespan: Duration::from_nanos(makespan),
            total: Duration::from_nanos(self.total),
            longest: Duration::from_nanos(self.longest),
            busy: self.busy.into_iter().map(Duration::from_nanos).collect(),
            messages: self.messages,
            manager,
        }
    }
}
