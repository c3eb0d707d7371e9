//! A batch of iterations in memory that the ranks of a node share: each takes from it without asking anybody.
//!
//! The manager gives batches to nodes; who finds the pool empty asks for the next one, and the others of the node wait until
//! that one has filled it, as in A. Eleliemy and F. Ciorba ("Hierarchical dynamic loop
//! self-scheduling on distributed-memory systems using an MPI+MPI approach", IPDPS Workshops 2019). Knows a few words and indices;
//! no rank, no message, no clock. How long batches and chunks are is in `pace.rs`; how one rank takes from it, and what it does
//! while another loop has the pool, in `well.rs`.

mod pace;
mod well;

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering, fence};

pub use self::pace::{Pace, batches};
pub use self::well::Well;

/// How many words of memory it takes: a cache line.
pub const WORDS: usize = 8;

// Which word is what.
const LOCK: usize = 0;
const LOOP: usize = 1;
const START: usize = 2;
const END: usize = 3;
const STATE: usize = 4;
const WAITING: usize = 5;

/// Nothing more comes. What all memory begins as, and left by every loop to the next one.
const CLOSED: u64 = 0;
/// There may be something.
const OPEN: u64 = 1;
/// It is empty, and somebody asks for more.
const ASKING: u64 = 2;

/// What came of an attempt to take something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Take {
    /// These are the caller's.
    Run(Range<u64>),
    /// It is empty: the caller, and nobody else, is to ask for more, and to [`fill`](Pool::fill) or [`close`](Pool::close) it.
    Ask,
    /// It is empty, and another one asks.
    Wait,
    /// There is nothing more.
    Over,
    /// The pool is used by another loop, in which some of the node still are: the caller has to do without.
    Foreign,
}

/// The pool of one node, as a rank sees it that is in one loop.
#[derive(Clone, Copy, Debug)]
pub struct Pool<'a> {
    words: &'a [AtomicU64],
    /// Which loop.
    number: u64,
}

/// Whoever has this is alone with the words.
struct Held<'a>(&'a [AtomicU64]);

impl Held<'_> {
    fn get(&self, word: usize) -> u64 {
        self.0[word].load(Ordering::Relaxed)
    }

    fn set(&self, word: usize, value: u64) {
        self.0[word].store(value, Ordering::Relaxed);
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0[LOCK].store(0, Ordering::Release);
    }
}

impl<'a> Pool<'a> {
    /// The pool in these words (at least [`WORDS`] of them, all 0 at first), for the loop of this number.
    pub fn new(words: &'a [AtomicU64], number: u64) -> Self {
        Self { words, number }
    }

    /// Waits until nobody else is at it, for some nanoseconds as a rule.
    #[inline]
    fn hold(&self) -> Held<'a> {
        let mut rounds = 0_u32;
        while self.words[LOCK].compare_exchange_weak(0, 1, Ordering::Acquire, Ordering::Relaxed).is_err() {
            rounds = rounds.wrapping_add(1);
            // Who is at it may have lost its core.
            if rounds.is_multiple_of(64) { std::thread::yield_now() } else { std::hint::spin_loop() }
        }
        Held(self.words)
    }

    /// Takes as many as `chunk` makes of how many are left.
    #[inline]
    pub fn take(&self, chunk: impl FnOnce(u64) -> u64) -> Take {
        let held = self.hold();
        match held.get(STATE) {
            state if held.get(LOOP) != self.number => {
                if state != CLOSED {
                    return Take::Foreign;
                }
                // Nobody takes anything from it: whoever is still in that loop does without.
                held.set(LOOP, self.number);
                held.set(STATE, ASKING);
                Take::Ask
            }
            OPEN => {
                let (start, end) = (held.get(START), held.get(END));
                if start >= end {
                    held.set(STATE, ASKING);
                    return Take::Ask;
                }
                let next = start + chunk(end - start).clamp(1, end - start);
                held.set(START, next);
                Take::Run(start..next)
            }
            ASKING => Take::Wait,
            _ => Take::Over,
        }
    }

    /// Puts in what the caller was given, who was to ask for it. Whether somebody waits for it.
    pub fn fill(&self, range: &Range<u64>) -> bool {
        let held = self.hold();
        held.set(START, range.start);
        held.set(END, range.end);
        held.set(STATE, OPEN);
        self.is_awaited(held)
    }

    /// There is nothing more, as far as this loop is concerned: said by who was to ask, or (`asked` is false) by who knows that
    /// the rest does not matter. Whether somebody waits to hear that.
    pub fn close(&self, asked: bool) -> bool {
        let held = self.hold();
        let state = held.get(STATE);
        // Who asks will be told by itself that there is nothing more.
        if held.get(LOOP) != self.number || state == CLOSED || state == ASKING && !asked {
            return false;
        }
        held.set(STATE, CLOSED);
        self.is_awaited(held)
    }

    fn is_awaited(&self, held: Held<'_>) -> bool {
        drop(held);
        // Either a waiter is seen here, or it sees what was done.
        fence(Ordering::SeqCst);
        self.words[WAITING].load(Ordering::SeqCst) > 0
    }

    /// Whether another one asks for more.
    pub fn is_asked_for(&self) -> bool {
        let [of, state] = [LOOP, STATE].map(|word| self.words[word].load(Ordering::Acquire));
        of == self.number && state == ASKING
    }

    /// The caller begins to wait. It has to look again before it sleeps, and to say when it no longer waits.
    pub fn begin_waiting(&self) {
        self.words[WAITING].fetch_add(1, Ordering::SeqCst);
        fence(Ordering::SeqCst);
    }

    /// The caller waits no more.
    pub fn end_waiting(&self) {
        self.words[WAITING].fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> [AtomicU64; WORDS] {
        std::array::from_fn(|_| AtomicU64::new(0))
    }

    #[test]
    fn one_asks_and_all_take() {
        let words = words();
        let (a, b) = (Pool::new(&words, 1), Pool::new(&words, 1));
        assert_eq!((a.take(|_| 1), b.take(|_| 1)), (Take::Ask, Take::Wait));
        assert!(!a.fill(&(10..15)), "nobody sleeps");
        assert_eq!(b.take(|left| left / 2), Take::Run(10..12));
        assert_eq!(a.take(|_| 0), Take::Run(12..13), "at least one");
        assert_eq!(a.take(|_| 100), Take::Run(13..15), "at most what there is");
        assert_eq!((b.take(|_| 1), a.take(|_| 1)), (Take::Ask, Take::Wait));
        a.begin_waiting();
        assert!(a.is_asked_for());
        assert!(b.fill(&(20..21)));
        a.end_waiting();
        assert_eq!((b.take(|_| 1), b.take(|_| 1)), (Take::Run(20..21), Take::Ask));
        b.close(true);
        assert_eq!((a.take(|_| 1), b.take(|_| 1), a.is_asked_for()), (Take::Over, Take::Over, false));
    }

    #[test]
    fn a_loop_leaves_the_pool_to_the_next_one_when_it_has_no_more() {
        let words = words();
        let (early, late) = (Pool::new(&words, 7), Pool::new(&words, 8));
        assert_eq!(early.take(|_| 1), Take::Ask);
        assert_eq!(late.take(|_| 1), Take::Foreign);
        early.fill(&(0..2));
        assert_eq!((late.take(|_| 1), early.take(|_| 1)), (Take::Foreign, Take::Run(0..1)));
        assert!(!early.close(false), "the rest does not matter");
        assert_eq!((late.take(|_| 1), early.take(|_| 1)), (Take::Ask, Take::Foreign));
        late.fill(&(5..6));
        assert!(!early.close(true), "it is no longer this loop's to close");
        assert_eq!(late.take(|_| 1), Take::Run(5..6));
    }

    #[test]
    fn who_asks_is_not_overtaken_by_who_closes() {
        let words = words();
        let pool = Pool::new(&words, 3);
        assert_eq!(pool.take(|_| 1), Take::Ask);
        assert!(!pool.close(false));
        assert_eq!(pool.take(|_| 1), Take::Wait);
        pool.close(true);
        assert_eq!(pool.take(|_| 1), Take::Over);
    }

    #[test]
    fn every_index_is_taken_once_by_however_many() {
        const BATCHES: u64 = 300;
        let (words, given) = (words(), AtomicU64::new(0));
        let taken: Vec<Vec<u64>> = std::thread::scope(|scope| {
            let take = || {
                let (pool, mut taken) = (Pool::new(&words, 9), vec![]);
                loop {
                    match pool.take(|left| left / 3) {
                        Take::Run(range) => taken.extend(range),
                        Take::Ask => match given.fetch_add(1, Ordering::Relaxed) {
                            batch if batch < BATCHES => {
                                pool.fill(&(batch * 7..batch * 7 + 7));
                            }
                            _ => {
                                pool.close(true);
                            }
                        },
                        Take::Wait => std::thread::yield_now(),
                        Take::Over => return taken,
                        Take::Foreign => unreachable!("there is one loop"),
                    }
                }
            };
            let takers: Vec<_> = (0..4).map(|_| scope.spawn(take)).collect();
            takers.into_iter().map(|taker| taker.join().unwrap()).collect()
        });
        assert!(taken.iter().all(|taken| taken.is_sorted()));
        let mut all: Vec<u64> = taken.into_iter().flatten().collect();
        all.sort_unstable();
        assert_eq!(all, (0..BATCHES * 7).collect::<Vec<_>>());
    }
}
