//! Ranks inside `cargo test`: N threads of one process, with no MPI and no `mpiexec`.
//!
//! ```
//! use dlp_core::collective::{all_gather, rank};
//! let sums = dlp_core::testing::run(3, || all_gather(rank()).iter().sum::<usize>());
//! assert_eq!(sums, [3, 3, 3]);
//! ```
//! [`assert_rank_invariant`] puts a function to the test that matters most: that it returns the same under any number of
//! ranks. [`World`] says more exactly under which.

use std::fmt::Debug;

use crate::schedule::Chunk;
use crate::session;
use crate::settings::Settings;
use crate::site::Strategy;
use crate::transport::delayed::Delayed;
use crate::transport::threads::Threads;

/// Runs `body` on `ranks` threads, each of them one rank of a world of its own, and returns what each
/// returned, in rank order.
///
/// # Panics
/// If a rank panics, with what it said; the other ranks are ended. A rank that waits for something outside
/// dlp, or computes for ever, is waited for.
#[track_caller]
pub fn run<T: Send>(ranks: usize, body: impl Fn() -> T + Sync) -> Vec<T> {
    World::new(ranks).run(body)
}

/// A number of ranks, and how annotated loops are shared out among them.
///
/// ```
/// use dlp_core::{site::Strategy, testing::World};
/// let world = World::new(3).strategy(Strategy::RoundRobin).chunk(Some(2)).delays(7);
/// assert_eq!(world.run(|| 1), [1, 1, 1]);
/// ```
#[derive(Clone, Debug)]
pub struct World {
    ranks: usize,
    settings: Settings,
    delays: Option<u64>,
}

impl World {
    /// So many ranks, and every loop as it is annotated.
    ///
    /// # Panics
    /// If there are none.
    #[track_caller]
    pub fn new(ranks: usize) -> Self {
        assert!(ranks > 0, "a world has at least one rank");
        Self { ranks, settings: Settings::default(), delays: None }
    }

    /// Overrides the strategy of every annotated loop, as `DLP_STRATEGY` does.
    #[must_use]
    pub fn strategy(mut self, strategy: Strategy) -> Self {
        self.settings.strategy = Some(strategy);
        self
    }

    /// Overrides how many iterations are handed out at a time, as `DLP_CHUNK` does; `None` for an automatic chunk.
    ///
    /// # Panics
    /// If it is 0.
    #[must_use]
    #[track_caller]
    pub fn chunk(mut self, iterations: Option<u64>) -> Self {
        assert!(iterations != Some(0), "a chunk has at least one iteration");
        self.settings.chunk = Some(iterations.map_or(Chunk::Auto, Chunk::Fixed));
        self
    }

    /// Takes only so many ranks at a time to share memory, as `DLP_RANKS_PER_NODE` does; by default all do.
    ///
    /// # Panics
    /// If it is 0.
    #[must_use]
    #[track_caller]
    pub fn ranks_per_node(mut self, ranks: usize) -> Self {
        assert!(ranks > 0, "a node has at least one rank");
        self.settings.ranks_per_node = Some(ranks);
        self
    }

    /// Has the root run every iteration too, and compare what it records, as `DLP_VERIFY=1` does.
    #[must_use]
    pub fn verify(mut self) -> Self {
        self.settings.verify = true;
        self
    }

    /// Lets messages wait, for times that are drawn from `seed`, so that they arrive in orders that seldom happen.
    #[must_use]
    pub fn delays(mut self, seed: u64) -> Self {
        self.delays = Some(seed);
        self
    }

    /// Runs `body` on every rank; see [`run`].
    ///
    /// # Panics
    /// If a rank panics, with what it said.
    #[track_caller]
    pub fn run<T: Send>(&self, body: impl Fn() -> T + Sync) -> Vec<T> {
        let world = Threads::world_of_nodes(self.ranks, self.settings.ranks_per_node.unwrap_or(self.ranks));
        let result = match self.delays {
            None => session::run_ranks(world, &self.settings, body),
            Some(seed) => {
                let delayed = world.into_iter().map(|end| Delayed::new(end, seed)).collect();
                session::run_ranks(delayed, &self.settings, body)
            }
        };
        match result {
            Ok(results) => results,
            Err(why) => panic!("{why}"),
        }
    }

    /// The worlds of [`assert_rank_invariant`]: 2, 3 and 5 ranks, every strategy, chunks of 1, 3 and automatic ones,
    /// without delays and with them.
    pub fn all() -> impl Iterator<Item = World> {
        const RANKS: [usize; 3] = [2, 3, 5];
        const CHUNKS: [Option<u64>; 3] = [Some(1), Some(3), None];
        let mut seed = 0;
        RANKS.into_iter().flat_map(move |ranks| {
            let mut worlds = vec![World::new(ranks), World::new(ranks).delays(1)];
            let nodes = World::new(ranks).strategy(Strategy::Shared).ranks_per_node(2);
            worlds.extend([nodes.clone().chunk(Some(1)), nodes.clone().delays(2), nodes.ranks_per_node(1)]);
            for (_, strategy) in Strategy::NAMES {
                for chunk in CHUNKS {
                    seed += 1;
                    let world = World::new(ranks).strategy(strategy).chunk(chunk);
                    worlds.push(if seed % 2 == 0 { world.delays(seed) } else { world });
                }
            }
            worlds
        })
    }
}

/// Makes sure that `body` returns on every rank of every world what it returns alone, where its loops run as they were
/// written. Returns that.
///
/// What is compared is the value's `Debug` form, which shows every bit of a float that matters except the sign and payload
/// of a NaN.
///
/// ```
/// use dlp_core::testing::assert_rank_invariant;
/// assert_rank_invariant(|| [1, 2, 3].iter().sum::<i32>());
/// ```
///
/// # Panics
/// If it does not, with the world, the rank, and both values; or if a rank panics.
#[track_caller]
pub fn assert_rank_invariant<T: Debug>(body: impl Fn() -> T + Sync) -> String {
    let shown = || format!("{:?}", body());
    let alone = World::new(1).run(shown).remove(0);
    for world in World::all() {
        for (rank, result) in world.run(shown).into_iter().enumerate() {
            assert!(
                result == alone,
                "rank {rank} of {} has another result than one rank alone, under {world:?}\n  here:  {result}\n  alone: {alone}",
                world.ranks
            );
        }
    }
    alone
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collective::{all_gather, rank};

    #[test]
    fn worlds_have_ranks_and_settings() {
        let world = World::new(3).strategy(Strategy::Block).chunk(Some(4)).delays(5);
        assert_eq!(world.run(|| all_gather(rank())), vec![vec![0, 1, 2]; 3]);
        assert_eq!(world.run(|| session::current().settings.strategy), [Some(Strategy::Block); 3]);
        assert_eq!(World::all().count(), 3 * 29);
    }

    #[test]
    #[should_panic(expected = "rank 1 of 2 has another result than one rank alone")]
    fn what_depends_on_the_rank_is_noticed() {
        assert_rank_invariant(rank);
    }
}
