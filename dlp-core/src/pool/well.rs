//! What one rank takes from in one loop: the pool of its node, or, if another loop has that, batches of its own.
//!
//! Knows the words of the pool; no rank, no message, no clock. The engine of a loop takes by it, and so do the simulator and the
//! model of the protocol.

use core::time::Duration;
use std::ops::Range;
use std::sync::atomic::AtomicU64;

use super::{Pace, Pool, Take};
use crate::schedule::Chunk;

/// What one rank takes from in one loop.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Well {
    /// The number of the loop.
    number: u64,
    chunk: Chunk,
    pace: Pace,
    /// This rank only hosts the manager, and takes nothing.
    hosts: bool,
    /// A batch for this rank alone, while another loop has the pool; `None` of it when there is no more.
    own: Option<Option<Range<u64>>>,
}

impl Well {
    /// Of a rank of a node with `ranks` ranks, in the loop of this number. One that `hosts` takes nothing.
    pub fn new(number: u64, chunk: Chunk, ranks: u64, hosts: bool) -> Self {
        Self { number, chunk, pace: Pace::new(chunk, ranks), hosts, own: None }
    }

    /// The pool in these words, as this loop sees it.
    pub fn pool<'a>(&self, words: &'a [AtomicU64]) -> Pool<'a> {
        Pool::new(words, self.number)
    }

    /// Takes what there is, as many as take about as long as is worth it; never [`Take::Foreign`]. `now`, measured from any fixed
    /// moment, is asked only where it matters.
    #[inline]
    pub fn take(&mut self, words: &[AtomicU64], now: impl FnOnce() -> Duration) -> Take {
        if self.hosts {
            return Take::Over;
        }
        if self.own.is_some() {
            return self.take_own();
        }
        let take = self.pace.take(Pool::new(words, self.number), now);
        if take == Take::Foreign {
            self.own = Some(Some(0..0));
            return self.take_own();
        }
        take
    }

    fn take_own(&mut self) -> Take {
        let least = self.chunk.fixed().unwrap_or(1);
        match &mut self.own {
            Some(Some(batch)) if !batch.is_empty() => {
                let next = batch.end.min(batch.start.saturating_add(least));
                Take::Run(std::mem::replace(&mut batch.start, next)..next)
            }
            Some(Some(_)) => Take::Ask,
            _ => Take::Over,
        }
    }

    /// Here is what this rank has asked for; nothing if there is no more. Whether somebody of the node waits to hear of it.
    pub fn refill(&mut self, words: &[AtomicU64], range: Range<u64>) -> bool {
        let more = !range.is_empty();
        if let Some(own) = &mut self.own {
            *own = more.then_some(range);
            return false;
        }
        let pool = self.pool(words);
        if more { pool.fill(&range) } else { pool.close(true) }
    }

    /// This rank takes no more, and neither need anybody of its node: what is still in the pool does not matter. A rank that only
    /// hosts the manager, and is done long before the others, says nothing of the kind. Whether somebody of the node waits to
    /// hear of it.
    pub fn close(&self, words: &[AtomicU64]) -> bool {
        !self.hosts && self.own.is_none() && self.pool(words).close(false)
    }
}

#[cfg(test)]
mod tests {
    use super::super::WORDS;
    use super::*;

    #[test]
    fn who_comes_while_another_loop_has_the_pool_takes_from_batches_of_its_own() {
        let words: [AtomicU64; WORDS] = std::array::from_fn(|_| AtomicU64::new(0));
        let now = || Duration::ZERO;
        let [mut early, mut late] = [1, 2].map(|number| Well::new(number, Chunk::Fixed(2), 2, false));
        assert_eq!((early.take(&words, now), early.refill(&words, 0..9)), (Take::Ask, false));
        assert_eq!((late.take(&words, now), late.refill(&words, 4..7)), (Take::Ask, false));
        assert_eq!((late.take(&words, now), early.take(&words, now)), (Take::Run(4..6), Take::Run(0..2)));
        assert!(!late.close(&words), "the pool is not its own");
        assert_eq!(early.take(&words, now), Take::Run(2..4));
        assert_eq!((late.take(&words, now), late.take(&words, now)), (Take::Run(6..7), Take::Ask));
        assert_eq!((late.refill(&words, 7..7), late.take(&words, now)), (false, Take::Over));
    }

    #[test]
    fn a_host_takes_nothing_and_leaves_the_pool_to_the_others() {
        let words: [AtomicU64; WORDS] = std::array::from_fn(|_| AtomicU64::new(0));
        let now = || Duration::ZERO;
        let [mut host, mut other] = [true, false].map(|hosts| Well::new(1, Chunk::Fixed(1), 2, hosts));
        assert_eq!((other.take(&words, now), other.refill(&words, 0..2)), (Take::Ask, false));
        assert_eq!((host.take(&words, now), host.close(&words)), (Take::Over, false));
        assert_eq!(other.take(&words, now), Take::Run(0..1));
        assert!(!other.close(&words));
        assert_eq!(other.take(&words, now), Take::Over);
    }
}
