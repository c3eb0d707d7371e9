//! The ranks that share this computer's memory, and in it a bell for each: who has sent a frame rings, and who has nothing to do
//! sleeps until it is rung.
//!
//! MPI has no call that sleeps until a message comes: a blocked receive burns a whole core. The bell is a futex (H. Franke, R. Russell,
//! M. Kirkwood: "Fuss, futexes and furwocks", Ottawa Linux Symposium 2002) in a window that the ranks of a node share, so that
//! waiting costs nothing, and ringing while nobody sleeps not much more. Knows ranks and memory, and no frame.

#![allow(unsafe_code)]

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering, fence};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::ffi::{Comm, Window};
use crate::sys;

/// What a rank has in the memory that all share: its bell, in a cache line of its own.
///
/// The lowest bit says that somebody sleeps, and every ring that takes it away counts one more.
#[repr(C, align(64))]
#[derive(Default)]
struct Line {
    bell: AtomicU32,
}

const ASLEEP: u32 = 1;

/// The ranks of a node, as one of them sees it.
pub(super) struct Node {
    /// In ascending order.
    ranks: Vec<usize>,
    /// Where this rank is among them.
    own: usize,
    lines: *const Line,
    window: Mutex<Option<(Comm, Window)>>,
    /// Another thread of this rank has something for the one that sleeps, or will.
    news: AtomicBool,
    /// How many threads use the lines, and whether they may.
    users: AtomicUsize,
    closed: AtomicBool,
}

// SAFETY: the lines are shared memory made of atomics; `close` waits for those who use them.
unsafe impl Send for Node {}
// SAFETY: as above.
unsafe impl Sync for Node {}

impl Node {
    /// The node of this rank, or of that a group of `group` ranks. All ranks of the communicator call this together.
    pub(super) fn open(world: Comm, group: Option<usize>) -> Result<Node, String> {
        let (comm, ranks) = world.neighbours(group)?;
        let window = comm.share(ranks.len() * size_of::<Line>())?;
        let lines = window.memory.as_ptr().cast_const().cast();
        Ok(Node {
            own: comm.rank()?,
            ranks,
            lines,
            window: Mutex::new(Some((comm, window))),
            news: AtomicBool::new(false),
            users: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
        })
    }

    /// How many ranks there are.
    pub(super) fn size(&self) -> usize {
        self.ranks.len()
    }

    /// Where a rank is on this node, if it is.
    #[inline]
    fn place(&self, rank: usize) -> Option<usize> {
        // As a rule they follow one another.
        let near = rank.wrapping_sub(self.ranks[0]);
        if self.ranks.get(near) == Some(&rank) { Some(near) } else { self.ranks.binary_search(&rank).ok() }
    }

    /// Wakes `rank`, if it is on this node and sleeps. What it is to find was done before.
    #[inline]
    pub(super) fn ring(&self, rank: usize) {
        if let Some(place) = self.place(rank) {
            self.with(|lines| ring(&lines[place].bell));
        }
    }

    /// Wakes another thread of this rank, or has its next sleep end at once.
    pub(super) fn wake(&self) {
        self.news.store(true, Ordering::SeqCst);
        self.with(|lines| ring(&lines[self.own].bell));
    }

    /// Sleeps until this rank is rung, but not longer than this, and not at all if there turns out to be something.
    pub(super) fn sleep(&self, longest: Duration, is_news: impl FnOnce() -> bool) {
        let slept = self.with(|lines| {
            let bell = &lines[self.own].bell;
            let seen = bell.fetch_or(ASLEEP, Ordering::SeqCst) | ASLEEP;
            // Whoever rings after this sees the bit; what came before is seen here.
            fence(Ordering::SeqCst);
            if !self.news.swap(false, Ordering::SeqCst) && !is_news() {
                sys::sleep_at(bell, seen, longest);
            }
        });
        if slept.is_none() {
            std::thread::sleep(longest.min(Duration::from_millis(1)));
        }
    }

    /// Does something with the lines, unless they were given back.
    #[inline]
    fn with<R>(&self, look: impl FnOnce(&[Line]) -> R) -> Option<R> {
        self.users.fetch_add(1, Ordering::SeqCst);
        let open = !self.closed.load(Ordering::SeqCst);
        // SAFETY: as many lines as ranks, all zero at first, made of atomics; `close` waits for this to be over.
        let result = open.then(|| look(unsafe { std::slice::from_raw_parts(self.lines, self.ranks.len()) }));
        self.users.fetch_sub(1, Ordering::SeqCst);
        result
    }

    /// Gives the memory back. All ranks of the node call this together.
    pub(super) fn close(&self) -> Result<(), String> {
        let window = self.window.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((comm, window)) = window else { return Ok(()) };
        self.wake();
        self.closed.store(true, Ordering::SeqCst);
        while self.users.load(Ordering::SeqCst) > 0 {
            // One that is asleep was woken above, or was not yet and wakes by itself.
            std::thread::yield_now();
        }
        window.free()?;
        comm.free()
    }
}

/// Wakes whoever sleeps at a bell.
#[inline]
fn ring(bell: &AtomicU32) {
    // What was done before is seen by whoever falls asleep after this look.
    fence(Ordering::SeqCst);
    let seen = bell.load(Ordering::SeqCst);
    // Where this fails, another has rung, or another has fallen asleep beside: it looks at what is there first.
    if seen & ASLEEP != 0
        && bell.compare_exchange(seen, seen.wrapping_add(1), Ordering::SeqCst, Ordering::SeqCst).is_ok()
    {
        sys::wake_at(bell);
    }
}
