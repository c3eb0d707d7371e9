//! How much is taken from a pool at a time, and how much is put into it: numbers only.
//!
//! Knows no memory and no message; time comes in as a number. Whoever takes from a [`Well`](super::Well) does so by it.

use core::time::Duration;

use super::{Pool, Take};
use crate::schedule::{Chunk, Rule};

/// How many iterations one rank takes from the pool of its node, by how long those took that it had before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pace {
    chunk: Chunk,
    /// How many ranks the node has.
    ranks: u64,
    /// What it took last, if that matters: how many, and when.
    last: Option<(u64, Duration)>,
}

/// How a manager cuts batches for the pools of nodes with `ranks` ranks each: half of what is left at a time, equal for all nodes,
/// and at least a chunk for each rank.
pub fn batches(chunk: Chunk, ranks: u64) -> Rule {
    Rule::Factoring(chunk.fixed().unwrap_or(1).saturating_mul(ranks))
}

impl Pace {
    /// A rank comes back to the pool about this often: a take costs a tenth of a microsecond, and more where many do it.
    const CHUNK: Duration = Duration::from_micros(200);
    /// A chunk grows at most by this factor from one take to the next.
    const GROWTH: u64 = 8;
    /// A chunk is at most this part of what is left in the batch, for each rank of the node.
    const SPREAD: u64 = 2;

    /// Of a rank that has taken nothing yet.
    pub fn new(chunk: Chunk, ranks: u64) -> Self {
        Self { chunk, ranks, last: None }
    }

    /// Takes from the pool as many as take about as long as is worth it. `now`, measured from any fixed moment, is asked only
    /// where it matters.
    #[inline]
    pub fn take(&mut self, pool: Pool<'_>, now: impl FnOnce() -> Duration) -> Take {
        match self.chunk.fixed() {
            Some(count) => pool.take(|_| count),
            None => self.take_paced(pool, now()),
        }
    }

    fn take_paced(&mut self, pool: Pool<'_>, now: Duration) -> Take {
        let fits = self.last.map_or(1, |(count, since)| {
            let took = now.saturating_sub(since).as_nanos().max(1);
            let fits = Self::CHUNK.as_nanos() * u128::from(count) / took;
            u64::try_from(fits).unwrap_or(u64::MAX).min(count.saturating_mul(Self::GROWTH))
        });
        let shares = self.ranks.saturating_mul(Self::SPREAD).max(1);
        let take = pool.take(|left| fits.min(left / shares));
        if let Take::Run(range) = &take {
            self.last = Some((range.end - range.start, now));
        }
        take
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;

    use super::super::WORDS;
    use super::*;

    /// The lengths of the chunks that a rank takes out of a batch all of whose iterations take so long.
    fn chunks(chunk: Chunk, batch: u64, ranks: u64, iteration: Duration) -> Vec<u64> {
        let words: [AtomicU64; WORDS] = std::array::from_fn(|_| AtomicU64::new(0));
        let (pool, mut pace) = (Pool::new(&words, 1), Pace::new(chunk, ranks));
        let (mut now, mut lengths) = (Duration::ZERO, vec![]);
        assert_eq!(pace.take(pool, || now), Take::Ask);
        pool.fill(&(0..batch));
        while let Take::Run(range) = pace.take(pool, || now) {
            lengths.push(range.end - range.start);
            now += iteration * (range.end - range.start) as u32;
        }
        lengths
    }

    #[test]
    fn long_iterations_are_taken_one_by_one() {
        assert_eq!(chunks(Chunk::Auto, 100, 4, Duration::from_millis(1)), [1; 100]);
    }

    #[test]
    fn chunks_of_short_iterations_grow_to_the_pace_and_shrink_at_the_end() {
        let lengths = chunks(Chunk::Auto, 1_000_000, 4, Duration::from_nanos(100));
        assert_eq!(lengths[..5], [1, 8, 64, 512, 2000], "200 µs are 2000 iterations of 100 ns");
        assert_eq!(lengths.iter().sum::<u64>(), 1_000_000);
        assert!(lengths[lengths.len() - 8..].iter().all(|&count| count == 1), "who comes last is not late");
    }

    #[test]
    fn a_chunk_that_was_given_is_that_long() {
        assert_eq!(chunks(Chunk::Fixed(30), 100, 4, Duration::ZERO), [30, 30, 30, 10]);
    }

    #[test]
    fn a_batch_has_a_chunk_for_each_rank_at_least() {
        assert_eq!(batches(Chunk::Auto, 64), Rule::Factoring(64));
        assert_eq!(batches(Chunk::Fixed(10), 64), Rule::Factoring(640));
    }
}
