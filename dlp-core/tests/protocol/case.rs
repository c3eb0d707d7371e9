//! What can happen in a loop, whoever runs it: its size, how it is shared out, and what may come in between.
//!
//! Knows no state and no message. What *may* happen is left open by a case and explored both ways.

use dlp_core::manager::{Batches, Terms};
use dlp_core::pool::batches;
use dlp_core::schedule::{Chunk, Rule, Static};

use crate::net::Set;

/// One loop, and what may happen in it.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) members: usize,
    pub(crate) length: u64,
    pub(crate) terms: Terms,
    pub(crate) how: Option<Static>,
    /// Members take so many at a time from the pools of their nodes.
    pub(crate) draws: Option<u64>,
    /// So many members are on a node.
    pub(crate) on_a_node: usize,
    /// The loop before this one has the pools, and leaves each of them at some time; the one after it takes each that it can.
    pub(crate) occupied: bool,
    /// So many iterations may leave the loop, whichever.
    pub(crate) exits: u32,
    /// So many iterations may fail and be passed over, whichever.
    pub(crate) failures: u32,
    /// So many members may take no more, or nothing at all, whenever they like.
    pub(crate) stops: u32,
    /// At some time the root may say that nothing from here on is wanted.
    pub(crate) cancel: Option<u64>,
    /// A rank may die, whenever and whichever.
    pub(crate) deaths: bool,
    /// Everybody replays: the Parts are passed on to all, down the tree.
    pub(crate) replay: bool,
    /// An iteration may take so long that a chunk of automatic length stays as it is.
    pub(crate) slow: bool,
}

impl Case {
    fn new(members: usize, length: u64, deal: Option<Rule>, how: Option<Static>) -> Self {
        assert!(length <= u64::from(Set::BITS));
        let terms = Terms {
            deal,
            batches: None,
            length: Some(length),
            hold: true,
            may_stop: false,
            dedicated: false,
        };
        let (exits, failures, stops, cancel) = (0, 0, 0, None);
        let (deaths, replay, slow) = (false, false, false);
        let (draws, on_a_node, occupied) = (None, members, false);
        Self {
            members,
            length,
            terms,
            how,
            draws,
            on_a_node,
            occupied,
            exits,
            failures,
            stops,
            cancel,
            deaths,
            replay,
            slow,
        }
    }

    /// A manager shares out.
    pub(crate) fn managed(members: usize, length: u64, rule: impl Into<Rule>) -> Self {
        Self::new(members, length, Some(rule.into()), None)
    }

    /// Members compute their own shares.
    pub(crate) fn shared(members: usize, length: u64, how: Static) -> Self {
        Self::new(members, length, None, Some(how))
    }

    /// Members of a node take chunks of this many from a pool, which the manager fills.
    pub(crate) fn pooled(members: usize, length: u64, chunk: u64, on_a_node: usize) -> Self {
        let mut case = Self::new(members, length, None, None);
        let rule = batches(Chunk::Fixed(chunk), on_a_node as u64);
        case.terms.batches = Some(Batches { rule, nodes: members.div_ceil(on_a_node) });
        (case.draws, case.on_a_node) = (Some(chunk), on_a_node);
        case
    }

    /// Other loops, before this one and after it, have the pools for some time.
    pub(crate) fn occupied(mut self) -> Self {
        self.occupied = true;
        self
    }

    /// Nobody knows the length before running into the end.
    pub(crate) fn unknown(mut self) -> Self {
        self.terms.length = None;
        self
    }

    /// Nobody waits for the outcome.
    pub(crate) fn released(mut self) -> Self {
        self.terms.hold = false;
        self
    }

    /// As the functions for use by hand share out, with so many that leave early.
    pub(crate) fn by_hand(mut self, stops: u32) -> Self {
        (self.terms.hold, self.terms.may_stop, self.stops) = (false, true, stops);
        self
    }

    pub(crate) fn dedicated(mut self) -> Self {
        self.terms.dedicated = true;
        self
    }

    pub(crate) fn with_exits(mut self, exits: u32) -> Self {
        self.exits = exits;
        self
    }

    pub(crate) fn with_failures(mut self, failures: u32) -> Self {
        self.failures = failures;
        self
    }

    pub(crate) fn cancelled_at(mut self, at: u64) -> Self {
        self.cancel = Some(at);
        self
    }

    pub(crate) fn with_deaths(mut self) -> Self {
        self.deaths = true;
        self
    }

    pub(crate) fn replayed(mut self) -> Self {
        self.replay = true;
        self
    }

    pub(crate) fn slow(mut self) -> Self {
        self.slow = true;
        self
    }

    /// Whether member 0 runs nothing.
    pub(crate) fn has_host(&self) -> bool {
        self.terms.dedicated && self.members > 1
    }

    /// More steps than this loop can take, whatever happens.
    pub(crate) fn patience(&self) -> u32 {
        let (members, length) = (self.members as u32, self.length as u32);
        // A range is assigned, run, told of in between, ended and taken in; each member has one more that is empty.
        let ranges = 6 * (length + 2 * members);
        let cancels = (self.exits + 1) * (members + 2);
        // A member that draws asks for what it then runs, and waits and looks whenever another one does.
        let draws = if self.draws.is_some() { (6 + 4 * members) * (length + 2 * members) } else { 0 };
        let parts = if self.replay { members * (length + members) } else { 0 };
        ranges + draws + cancels + parts + 4 * members + 4
    }
}
