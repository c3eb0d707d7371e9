//! The ranks that share this computer's memory, and in it a bell for each: who has sent a frame rings, and who has nothing to do
//! sleeps until it is rung. Between rank 0 and each of the others there is also a [`Post`] each way.
//!
//! MPI has no call that sleeps until a message comes: a blocked receive burns a whole core. The bell is a futex (H. Franke, R. Russell,
//! M. Kirkwood: "Fuss, futexes and furwocks", Ottawa Linux Symposium 2002) in a window that the ranks of a node share, so that
//! waiting costs nothing, and ringing while nobody sleeps not much more. Knows ranks and memory, and no frame.

#![allow(unsafe_code)]

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::ffi::{Comm, Window};
use super::post::Post;
use crate::pool::WORDS;
use crate::sys;
use crate::transport::Shared;

/// What a rank has in the memory that all share, in a cache line of its own.
#[repr(C, align(64))]
struct Line {
    /// The lowest bit says that somebody sleeps, and every ring that takes it away counts one more.
    bell: AtomicU32,
    /// There is something for a thread of this rank that sleeps, or will.
    news: AtomicU32,
    /// How many first messages of frames went to this rank by MPI so far, of those that came from this node.
    letters: AtomicU32,
}

/// What is in the memory before that: words for all of the node.
#[repr(C, align(64))]
struct Front([AtomicU64; WORDS]);

const ASLEEP: u32 = 1;

/// The ranks of a node, as one of them sees it.
pub(super) struct Node {
    /// In ascending order.
    ranks: Vec<usize>,
    /// Where this rank is among them.
    own: usize,
    /// How many nodes there are, and whether all ranks are on this one.
    nodes: usize,
    is_all: bool,
    front: *const Front,
    window: Mutex<Option<(Comm, Window)>>,
    /// How many threads use the memory, and whether they may.
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
        let bytes = size_of::<Front>() + ranks.len() * size_of::<Line>() + posts(&ranks) * size_of::<Post>();
        let window = comm.share(bytes)?;
        let (front, own) = (window.memory.as_ptr().cast_const().cast(), comm.rank()?);
        let nodes = world.count(own == 0)?;
        Ok(Node {
            own,
            ranks,
            nodes,
            is_all: nodes == 1,
            front,
            window: Mutex::new(Some((comm, window))),
            users: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
        })
    }

    /// Whether all ranks of the job are on this node.
    pub(super) fn is_all(&self) -> bool {
        self.is_all
    }

    /// How many nodes there are.
    pub(super) fn nodes(&self) -> usize {
        self.nodes
    }

    /// Which of its posts this rank writes into for `rank`; `None` if that is told through MPI.
    #[inline]
    pub(super) fn post_to(&self, rank: usize) -> Option<usize> {
        if self.own > 0 {
            return (rank == 0 && self.ranks[0] == 0).then_some(0);
        }
        if self.ranks[0] > 0 || rank == 0 { None } else { self.place(rank).map(|place| place - 1) }
    }

    /// How many posts this rank writes into, and as many that it reads.
    pub(super) fn posts(&self) -> usize {
        if self.own == 0 { posts(&self.ranks) / 2 } else { posts(&self.ranks).min(1) }
    }

    /// Who writes into the post of this number that this rank reads.
    #[inline]
    pub(super) fn writer(&self, post: usize) -> usize {
        if self.own == 0 { self.ranks[post + 1] } else { 0 }
    }

    /// The post of this number that this rank writes into.
    ///
    /// # Safety
    /// The memory was not given back, and is not while the answer is used.
    #[inline]
    pub(super) unsafe fn out(&self, post: usize) -> &Post {
        // SAFETY: as promised by the caller. Those of rank 0 to the others are behind those of the others to rank 0.
        let posts = unsafe { self.all_posts() };
        &posts[if self.own == 0 { posts.len() / 2 + post } else { self.own - 1 }]
    }

    /// The post of this number that this rank reads.
    ///
    /// # Safety
    /// As for [`out`](Node::out).
    #[inline]
    pub(super) unsafe fn inward(&self, post: usize) -> &Post {
        // SAFETY: as promised by the caller.
        let posts = unsafe { self.all_posts() };
        &posts[if self.own == 0 { post } else { posts.len() / 2 + self.own - 1 }]
    }

    unsafe fn all_posts(&self) -> &[Post] {
        // SAFETY: the memory is there, as promised by the caller, with so many posts behind as many lines as there are ranks;
        // all zero at first, made of atomics.
        unsafe {
            let lines: *const Line = self.front.add(1).cast();
            std::slice::from_raw_parts(lines.add(self.ranks.len()).cast(), posts(&self.ranks))
        }
    }

    unsafe fn lines(&self) -> &[Line] {
        // SAFETY: the memory is there, as promised by the caller, with as many lines behind the front as there are ranks; all zero
        // at first, made of atomics.
        unsafe { std::slice::from_raw_parts(self.front.add(1).cast(), self.ranks.len()) }
    }

    /// How many first messages of frames came to this rank by MPI so far, or will, of those from this node.
    ///
    /// # Safety
    /// The memory was not given back.
    #[inline]
    pub(super) unsafe fn letters(&self) -> u32 {
        // SAFETY: as promised by the caller.
        let lines = unsafe { self.lines() };
        lines[self.own].letters.load(Ordering::Acquire)
    }

    /// Whether this rank is on this node.
    #[inline]
    pub(super) fn has(&self, rank: usize) -> bool {
        self.place(rank).is_some()
    }

    /// The words that are for all of the node.
    ///
    /// # Panics
    /// If the memory was given back.
    pub(super) fn shared(&self) -> Shared<'_> {
        self.users.fetch_add(1, Ordering::SeqCst);
        assert!(!self.closed.load(Ordering::SeqCst), "the memory of the node was given back");
        // SAFETY: all zero at first, made of atomics; `close` waits for this to be dropped.
        Shared::counted(unsafe { &(*self.front).0 }, &self.users)
    }

    /// Where a rank is on this node, if it is.
    #[inline]
    fn place(&self, rank: usize) -> Option<usize> {
        // As a rule they follow one another.
        let near = rank.wrapping_sub(self.ranks[0]);
        if self.ranks.get(near) == Some(&rank) { Some(near) } else { self.ranks.binary_search(&rank).ok() }
    }

    /// Wakes `rank`, if it is on this node and sleeps: something was done for it to find. `by_letter`: the first message of a frame has
    /// been handed to MPI.
    ///
    /// # Safety
    /// The memory was not given back, and is not meanwhile.
    #[inline]
    pub(super) unsafe fn ring(&self, rank: usize, by_letter: bool) {
        let Some(place) = self.place(rank) else { return };
        // SAFETY: as promised by the caller.
        let line = &unsafe { self.lines() }[place];
        if by_letter {
            line.letters.fetch_add(1, Ordering::AcqRel);
        }
        ring(&line.bell);
    }

    /// Wakes another thread of this rank, or has its next sleep end at once.
    pub(super) fn wake(&self) {
        self.with(|lines| lines[self.own].wake());
    }

    /// The same for every other rank of the node.
    pub(super) fn wake_others(&self) {
        self.with(|lines| {
            let others = lines.iter().enumerate().filter(|(place, _)| *place != self.own);
            others.for_each(|(_, line)| line.wake());
        });
    }

    /// Sleeps until this rank is rung, but not longer than this, and not at all if there turns out to be something.
    pub(super) fn sleep(&self, longest: Duration, is_news: impl FnOnce() -> bool) {
        let slept = self.with(|lines| {
            let Line { bell, news, .. } = &lines[self.own];
            let seen = bell.fetch_or(ASLEEP, Ordering::SeqCst) | ASLEEP;
            // Whoever rings after this sees the bit; what came before is seen here.
            fence(Ordering::SeqCst);
            if news.swap(0, Ordering::SeqCst) == 0 && !is_news() {
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
        let result = open.then(|| {
            // SAFETY: `close` waits for this to be over.
            look(unsafe { self.lines() })
        });
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

/// How many posts there are on a node of these ranks.
fn posts(ranks: &[usize]) -> usize {
    if ranks[0] == 0 { 2 * (ranks.len() - 1) } else { 0 }
}

impl Line {
    fn wake(&self) {
        self.news.store(1, Ordering::SeqCst);
        ring(&self.bell);
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
