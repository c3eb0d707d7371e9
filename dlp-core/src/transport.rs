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

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

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

    /// Ends a [`wait`](Transport::wait) of another thread of this rank early, where the back end can; if there is
    /// none, the next.
    fn wake(&self);

    /// Whether a frame that arrives ends a [`wait`](Transport::wait), so that long ones do no harm.
    fn rings(&self) -> bool;

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

    /// Memory that the ranks of this rank's node share, all 0 when the world begins: [`pool::WORDS`](crate::pool::WORDS) words.
    fn shared(&self) -> Shared<'_>;

    /// How many nodes there are: groups of ranks that share memory, all about as large.
    fn nodes(&self) -> usize;

    /// Ends the [`wait`](Transport::wait) of every other rank of this node, or if there is none, its next.
    fn wake_node(&self);

    /// Whether two threads of this rank may use the transport at the same time.
    fn concurrent(&self) -> bool;

    /// Gives back what the transport holds. Called once, by the thread that opened it, after all ranks have
    /// agreed that nothing more will be sent.
    fn close(&self);
}

/// Memory that the ranks of a node share, not given back before this is dropped.
#[derive(Debug)]
pub struct Shared<'a> {
    words: &'a [AtomicU64],
    /// How many use it.
    users: Option<&'a AtomicUsize>,
}

impl<'a> Shared<'a> {
    /// Memory that lives as long as the transport.
    pub fn new(words: &'a [AtomicU64]) -> Self {
        Self { words, users: None }
    }

    /// Memory that is not given back before `users`, which counts this one, is 0.
    #[cfg(feature = "mpi")]
    pub(crate) fn counted(words: &'a [AtomicU64], users: &'a AtomicUsize) -> Self {
        Self { words, users: Some(users) }
    }

    /// The words.
    pub fn words(&self) -> &[AtomicU64] {
        self.words
    }
}

impl Drop for Shared<'_> {
    fn drop(&mut self) {
        if let Some(users) = self.users {
            users.fetch_sub(1, Ordering::SeqCst);
        }
    }
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

/// How a rank waits that has nothing to do: briefly alert, then asleep.
///
/// A blocked receive of the usual MPI libraries burns a whole core. Where a frame that arrives ends a sleep, a rank sleeps until one
/// does. Elsewhere it sleeps for doubling times of up to a millisecond, which costs under 5 % of a core and adds half a
/// millisecond to a message that comes after a long silence.
///
/// How long it is alert depends on how long it had to wait before, as with a lock that spins (A. Karlin, K. Li, M. Manasse, S.
/// Owicki: "Empirical studies of competitive spinning for a shared-memory multiprocessor", SOSP 1991): to be woken costs
/// about as much as to be alert for a tenth of a millisecond, so that is as long as it is worth it.
#[derive(Clone, Debug)]
pub struct Idle {
    rings: bool,
    rounds: u32,
    /// For how many rounds it is alert.
    alert: u32,
    asleep: Option<Instant>,
}

impl Idle {
    /// Rounds of pure spinning: a look for messages costs 25 ns and more, so about 10 µs.
    const SPINS: u32 = 256;
    /// Rounds after which yielding gives way to sleeping, about another 100 µs on an idle core.
    const ALERT: u32 = 512;
    /// The same, of one who has waited in vain for long enough.
    const DROWSY: u32 = 16;
    /// What comes sooner after falling asleep had better been waited for.
    const SOON: Duration = Duration::from_micros(100);
    /// The longest sleep where nothing ends it.
    pub const NAP: Duration = Duration::from_millis(1);
    /// The longest sleep where a frame ends it: not for ever, in case that MPI has still to be pushed.
    pub const SLEEP: Duration = Duration::from_millis(10);

    /// Awake: something has just happened. `rings`: a frame that arrives ends a sleep ([`Transport::rings`]).
    pub const fn new(rings: bool) -> Self {
        Self { rings, rounds: 0, alert: Self::ALERT, asleep: None }
    }

    /// Something has happened: be alert again, if that was worth it.
    #[inline]
    pub fn reset(&mut self) {
        self.rounds = 0;
        if let Some(since) = self.asleep.take() {
            let soon = since.elapsed() < Self::SOON;
            let alert = if soon { self.alert.saturating_mul(4) } else { self.alert / 2 };
            self.alert = alert.clamp(Self::DROWSY, Self::ALERT);
        }
    }

    /// What to do in the next round without news.
    #[inline]
    pub fn rest(&mut self) -> Rest {
        let rounds = self.rounds;
        self.rounds = rounds.saturating_add(1);
        if rounds < self.alert {
            return if rounds < Self::SPINS { Rest::Spin } else { Rest::Yield };
        }
        self.asleep.get_or_insert_with(Instant::now);
        if self.rings {
            return Rest::Sleep(Self::SLEEP);
        }
        let doubled = Duration::from_micros(1 << (rounds - self.alert).min(20));
        Rest::Sleep(doubled.min(Self::NAP))
    }
}
