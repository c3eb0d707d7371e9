//! Cutting twice: a manager deals batches to nodes, and the ranks of a node take chunks from a pool that they share.
//!
//! The arithmetic only: how long a batch is, how long a chunk, and what is left. It knows no shared memory and no message.

use core::time::Duration;
use std::ops::Range;

use super::Rule;

/// What is left of a node's batch. A rank that takes from it replaces it, whole, by what is left: a compare-and-swap.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pool {
    left: Range<u64>,
}

/// How long the chunks of one rank are to be, by how long its iterations take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pace {
    most: u64,
}

/// How a manager cuts a loop into batches for nodes of `ranks` ranks each.
///
/// Half of the rest is dealt out in equal batches, then half of what is left, and so on (factoring). A batch is never less
/// than an iteration for each [`LEAST`]th rank of the node: towards the end the ranks of a node come free one after another,
/// and a request for each of them would be the flat manager again.
///
/// [`LEAST`]: Pool::LEAST
pub fn batches(ranks: u64) -> Rule {
    Rule::Factoring((ranks / Pool::LEAST).max(1))
}

impl Pool {
    /// See [`batches`].
    pub const LEAST: u64 = 8;
    /// A chunk is never more than what is left divided by this many times the ranks, so that the last ones are short and
    /// ranks finish together.
    pub const SPREAD: u64 = 4;

    /// A pool that holds a batch, or nothing.
    pub fn of(batch: Range<u64>) -> Self {
        Self { left: batch }
    }

    /// What nobody has taken.
    pub fn left(&self) -> Range<u64> {
        self.left.clone()
    }

    /// What one of the `ranks` ranks of the node takes, and the pool then; `None` if it is empty.
    pub fn take(&self, ranks: u64, pace: Pace) -> Option<(Range<u64>, Pool)> {
        let rest = self.left.end.saturating_sub(self.left.start);
        if rest == 0 {
            return None;
        }
        let fair = rest / ranks.saturating_mul(Self::SPREAD).max(1);
        let middle = self.left.start + fair.min(pace.most).max(1);
        Some((self.left.start..middle, Self { left: middle..self.left.end }))
    }
}

impl Pace {
    /// A chunk takes a rank about this long: a thousand times what it costs to take one, and so short that who comes last is
    /// not late.
    pub const CHUNK: Duration = Duration::from_micros(200);
    /// Chunks grow at most by this factor from one to the next.
    const GROWTH: u64 = 8;

    /// Of a rank that has run nothing.
    pub const fn new() -> Self {
        Self { most: 1 }
    }

    /// So many iterations took the rank so long.
    pub fn on_ran(&mut self, count: u64, took: Duration) {
        let fits = Self::CHUNK.as_nanos().saturating_mul(u128::from(count)) / took.as_nanos().max(1);
        let fits = u64::try_from(fits).unwrap_or(u64::MAX);
        self.most = fits.clamp(1, count.saturating_mul(Self::GROWTH).max(1));
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lengths of the chunks that are taken out of a batch by ranks whose iterations all take so long.
    fn chunks(batch: Range<u64>, ranks: u64, iteration: Duration) -> Vec<u64> {
        let (mut pool, mut pace, mut lengths) = (Pool::of(batch), Pace::new(), vec![]);
        let mut next = pool.left().start;
        while let Some((chunk, left)) = pool.take(ranks, pace) {
            assert_eq!(chunk.start, next, "one chunk after another");
            let count = chunk.end - chunk.start;
            pace.on_ran(count, iteration * count as u32);
            lengths.push(count);
            (next, pool) = (chunk.end, left);
        }
        lengths
    }

    #[test]
    fn long_iterations_are_taken_one_by_one() {
        assert_eq!(chunks(7..107, 4, Duration::from_millis(1)), [1; 100]);
    }

    #[test]
    fn chunks_of_short_iterations_grow_to_the_pace_and_shrink_at_the_end() {
        let lengths = chunks(0..1_000_000, 4, Duration::from_nanos(100));
        assert_eq!(lengths[..5], [1, 8, 64, 512, 2000], "200 µs are 2000 iterations of 100 ns");
        assert_eq!(lengths.iter().sum::<u64>(), 1_000_000);
        assert_eq!(lengths.last(), Some(&1));
        assert!(lengths[lengths.len() - 20..].iter().all(|&count| count <= 8), "who comes last is not late");
    }

    #[test]
    fn an_empty_pool_has_nothing_for_anybody() {
        assert_eq!(Pool::default().take(3, Pace::new()), None);
        assert_eq!(Pool::of(5..5).take(3, Pace::new()), None);
        let (chunk, left) = Pool::of(u64::MAX - 1..u64::MAX).take(0, Pace::new()).expect("one is left");
        assert_eq!((chunk, left.left().is_empty()), (u64::MAX - 1..u64::MAX, true));
    }
}
