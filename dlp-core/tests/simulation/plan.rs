//! What happens in one simulated loop, drawn from a seed: its size, how it is shared out, and what comes in between.
//!
//! Knows what the serial loop would do; nothing of ranks and messages.

use std::fmt;

use dlp_core::manager::{Batches, Terms};
use dlp_core::schedule::{Rule, Static};
use dlp_core::site::Gather;

use crate::random::Random;

pub(crate) const RANKS: usize = 1000;

/// How many kinds of loops there are: as many seeds after one another have one of each.
pub(crate) const KINDS: u64 = 10;

/// What an iteration does, whoever runs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Done,
    /// It fails, and the loop goes on without it: its record says so.
    Failed,
    /// It leaves the loop.
    Leaves,
}

#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) length: u64,
    pub(crate) terms: Terms,
    pub(crate) how: Option<Static>,
    pub(crate) gather: Gather,
    /// Iterations that leave the loop, in increasing order.
    exits: Vec<u64>,
    /// Only the replay finds out that an iteration leaves.
    pub(crate) tentative: bool,
    /// One iteration in so many fails.
    failures: Option<u64>,
    /// A member stops after one iteration in so many; as many want nothing to begin with.
    pub(crate) stops: Option<u64>,
    /// A rank that dies, and when.
    pub(crate) death: Option<(usize, u64)>,
    /// Nanoseconds that an iteration, a message, and coming to the loop take, about.
    pub(crate) work: u64,
    pub(crate) delay: u64,
    pub(crate) late: u64,
    /// A member looks for messages after one iteration in so many.
    pub(crate) looks: u64,
}

impl Plan {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let length = 100_000 + random.below(20_000);
        let fixed = [Rule::Fixed(1), Rule::Fixed(7), Rule::Fixed(100)].map(Some);
        let shrinking = [Rule::Guided(1), Rule::Factoring(5), Rule::Trapezoid(2)].map(Some);
        let rule = random.pick(&[[Some(Rule::Auto); 3], fixed, shrinking].concat());
        let known = random.one_in(2);
        let terms = Terms {
            deal: rule,
            batches: None,
            length: known.then_some(length),
            hold: false,
            may_stop: false,
            dedicated: random.one_in(3),
        };
        let work = random.pick(&[1_000, 100_000, 10_000_000]);
        let plan = Self {
            seed,
            length,
            terms,
            how: None,
            gather: Gather::Root,
            exits: vec![],
            tentative: false,
            failures: random.one_in(2).then_some(50),
            stops: None,
            death: None,
            work,
            delay: random.pick(&[1_000, 20_000, 1_000_000]),
            late: random.pick(&[10_000, 1_000_000, 100 * work]),
            looks: random.pick(&[1, 5, 50]),
        };
        plan.of_kind(seed % KINDS, &mut random)
    }

    fn of_kind(mut self, kind: u64, random: &mut Random) -> Self {
        match kind {
            0 => {}
            1 => self.leaves(random),
            2 => {
                self.leaves(random);
                self.tentative = true;
            }
            3 => self.shares(random),
            4 => {
                self.shares(random);
                self.leaves(random);
            }
            5 => {
                self.gather = Gather::None;
                self.terms.may_stop = true;
                self.stops = Some(random.pick(&[50, 1000]));
            }
            6 => {
                // Every Part goes to every rank: a few hundred of them are a few hundred thousand messages.
                self.terms.deal = Some(Rule::Fixed(400 + random.below(400)));
                self.gather = Gather::All;
                if random.one_in(2) {
                    self.leaves(random);
                }
            }
            7 | 8 => {
                self.pools(random);
                if kind == 8 {
                    self.leaves(random);
                }
            }
            _ => {
                let time = random.below(self.work * self.length / RANKS as u64);
                self.death = Some((1 + random.below(RANKS as u64 - 1) as usize, time));
                if random.one_in(2) {
                    self.leaves(random);
                }
            }
        }
        self.terms.hold = self.gather == Gather::All || self.gather == Gather::Root && !self.exits.is_empty();
        self
    }

    fn leaves(&mut self, random: &mut Random) {
        let count = 1 + random.below(20);
        self.exits = (0..count).map(|_| self.length / 4 + random.below(self.length)).collect();
        self.exits.sort_unstable();
    }

    fn shares(&mut self, random: &mut Random) {
        let block = Static::Block(self.length);
        self.terms.length = Some(self.length);
        self.how = Some(random.pick(&[block, Static::Cyclic(1), Static::Cyclic(13), Static::First]));
        if self.how != Some(block) && random.one_in(2) {
            self.terms.length = None;
        }
        (self.terms.deal, self.terms.dedicated) = (None, false);
    }

    fn pools(&mut self, random: &mut Random) {
        let rule = random.pick(&[Rule::Factoring(48), Rule::Factoring(1), Rule::Auto]);
        self.terms.batches = Some(Batches { rule, nodes: 21 });
        (self.terms.deal, self.terms.dedicated) = (None, false);
        self.tentative = random.one_in(3);
    }

    pub(crate) fn fate(&self, index: u64) -> Fate {
        if self.exits.binary_search(&index).is_ok() {
            Fate::Leaves
        } else if self.failures.is_some_and(|many| Random::new(self.seed ^ index).one_in(many)) {
            Fate::Failed
        } else {
            Fate::Done
        }
    }

    /// Where the serial loop is left.
    pub(crate) fn exit(&self) -> Option<u64> {
        self.exits.first().copied().filter(|&exit| exit < self.length)
    }

    /// How many iterations the serial loop has.
    pub(crate) fn serial(&self) -> u64 {
        self.exit().map_or(self.length, |exit| exit + 1)
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { length, terms, how, gather, .. } = self;
        match (how, terms.batches) {
            (_, Some(batches)) => write!(f, "shared {:?}", batches.rule)?,
            (Some(how), None) => write!(f, "{how:?}")?,
            (None, None) => write!(f, "managed {:?}", terms.deal.unwrap_or(Rule::Auto))?,
        }
        write!(f, ", {length} items, gather {gather:?}")?;
        let says = [
            (terms.length.is_none(), "unknown length"),
            (terms.dedicated, "dedicated"),
            (self.exit().is_some(), "left"),
            (self.tentative, "tentatively"),
            (self.failures.is_some(), "failures"),
            (self.stops.is_some(), "stops"),
            (self.death.is_some(), "a death"),
        ];
        says.iter().filter(|(so, _)| *so).try_for_each(|(_, word)| write!(f, ", {word}"))
    }
}
