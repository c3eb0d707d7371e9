//! Bytes between ranks, and nothing else: what a message means is known to [`wire`](crate::wire), who
//! sends which is known to [`manager`](crate::manager) and [`worker`](crate::worker).
//!
//! A back end is one file or folder below: [`solo`], [`threads`] and `mpi`. All three pass the same tests.

pub mod conformance;
pub mod delayed;
#[cfg(any(feature = "mpi", test, fuzzing))]
pub(crate) mod head;
pub mod solo;
#[cfg(test)]
mod tests;
pub mod threads;

#[cfg(feature = "mpi")]
pub mod mpi;
#[cfg(feature = "mpi")]
pub use self::mpi as processes;

use std::time::Duration;

use crate::wire::Frame;

/// One rank's end of the connections to all ranks.
///
/// Nothing here blocks but [`wait`](Transport::wait), and that only for a bounded time. At most one thread
/// of a rank polls at a time, and at most one waits (the session sees to that); where
/// [`concurrent`](Transport::concurrent) says so, another thread may poll or send while one waits.
pub trait Transport: Send + Sync {
    /// This rank, from 0 to `size() - 1`. Rank 0 is the root.
    fn rank(&self) -> usize;

    /// The number of ranks.
    fn size(&self) -> usize;

    /// Starts to send a frame to another rank. Frames from one rank to another arrive in the order sent.
    /// Returns at once: what cannot go now is kept and pushed along by later calls of any method.
    fn send(&self, to: usize, frame: Frame);

    /// The next frame that has arrived whole, with its sender, or `None` at once.
    fn poll(&self) -> Option<(usize, Frame)>;

    /// Rests for as long as `rest` says, and not much longer than until a frame arrives or
    /// [`wake`](Transport::wake) is called, where the back end can tell.
    fn wait(&self, rest: Rest);

    /// Ends a [`wait`](Transport::wait) of another thread of this rank early, where the back end can.
    fn wake(&self);

    /// How many bytes were handed to [`send`](Transport::send) and are still held here.
    fn unsent(&self) -> usize;

    /// Ends the job on all ranks with this exit status. Under MPI this does not return; in one process it
    /// returns and every rank finds out by [`aborted`](Transport::aborted).
    fn abort(&self, status: i32);

    /// Whether the job was aborted.
    fn aborted(&self) -> bool;

    /// With what status, where there is somebody left to ask.
    fn status(&self) -> Option<i32> {
        None
    }

    /// Whether two threads of this rank may use the transport at the same time.
    fn concurrent(&self) -> bool;

    /// Gives back what the transport holds. Called once, by the thread that opened it, after all ranks have
    /// agreed that nothing more will be sent.
    fn close(&self);
}

/// How long to rest before looking for messages again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// Not at all: a message is expected any moment.
    Spin,
    /// Let others run on this core, then look again.
    Yield,
    /// Sleep.
    Sleep(Duration),
}

impl Rest {
    /// Rests on the calling thread, for a back end that has nothing to be woken by.
    pub fn in_place(self) {
        match self {
            Rest::Spin => std::hint::spin_loop(),
            Rest::Yield => std::thread::yield_now(),
            Rest::Sleep(time) => std::thread::sleep(time),
        }
    }
}

/// How a rank waits that has nothing to do: briefly alert, then in doubling sleeps.
///
/// A blocked receive of the usual MPI libraries burns a whole core. Sleeps of at most a millisecond
/// cost under 5 % of one and add half a millisecond to a message that comes after a long silence; a message
/// that comes soon finds the rank awake.
#[derive(Clone, Debug)]
pub struct Idle {
    rounds: u32,
}

impl Idle {
    /// Rounds of pure spinning: a look for messages costs 25 ns and more, so about 10 µs.
    const SPINS: u32 = 256;
    /// Rounds after which yielding gives way to sleeping, about another 100 µs on an idle core.
    const YIELDS: u32 = 512;
    /// The longest sleep.
    pub const LONGEST: Duration = Duration::from_millis(1);

    /// Awake: something has just happened.
    pub const fn new() -> Self {
        Self { rounds: 0 }
    }

    /// Something has happened: be alert again.
    pub fn reset(&mut self) {
        self.rounds = 0;
    }

    /// What to do in the next round without news.
    pub fn rest(&mut self) -> Rest {
        let rounds = self.rounds;
        self.rounds = self.rounds.saturating_add(1);
        if rounds < Self::SPINS {
            Rest::Spin
        } else if rounds < Self::YIELDS {
            Rest::Yield
        } else {
            let doubled = Duration::from_micros(1 << (rounds - Self::YIELDS).min(20));
            Rest::Sleep(doubled.min(Self::LONGEST))
        }
    }
}

impl Default for Idle {
    fn default() -> Self {
        Self::new()
    }
}
