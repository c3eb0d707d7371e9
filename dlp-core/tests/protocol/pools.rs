//! The pools of the nodes, in memory that their members share, and who waits for one to be filled.
//!
//! Each node has the real words of a pool, and each member its real `Well`. Knows who rings whom; no message.

use std::ops::Range;
use std::sync::atomic::AtomicU64;

use dlp_core::pool::{Pool, Take, WORDS, Well};
use dlp_core::schedule::Chunk;

use crate::case::Case;

/// The number of the loop, of the one before it, and of the one after it.
const LOOP: u64 = 2;
const BEFORE: u64 = 1;
const AFTER: u64 = 3;

/// What a member does between two attempts to take something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Rest {
    Awake,
    /// It has said that it waits, and is to look once more.
    Waits,
    /// Only a ring or a message wakes it.
    Asleep,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Pools {
    on_a_node: usize,
    nodes: Vec<[u64; WORDS]>,
    /// Whose pools the loop before this one still has.
    occupied: Vec<bool>,
    /// Whether the loop after this one takes a pool as soon as it can.
    succeeded: bool,
    wells: Vec<Well>,
    rests: Vec<Rest>,
}

/// Does something with the words of a node.
fn at<T>(words: &mut [u64; WORDS], action: impl FnOnce(&[AtomicU64]) -> T) -> T {
    let shared = words.map(AtomicU64::new);
    let result = action(&shared);
    *words = shared.map(AtomicU64::into_inner);
    result
}

impl Pools {
    pub(crate) fn new(case: &Case) -> Self {
        let nodes = if case.draws.is_some() { case.members.div_ceil(case.on_a_node) } else { 0 };
        let chunk = Chunk::Fixed(case.draws.unwrap_or(1));
        let hosts = |member| case.has_host() && member == 0;
        let well = |member| Well::new(LOOP, chunk, case.on_a_node as u64, hosts(member));
        let mut pools = Self {
            on_a_node: case.on_a_node,
            nodes: vec![[0; WORDS]; nodes],
            occupied: vec![case.occupied; nodes],
            succeeded: case.occupied,
            wells: (0..case.members).map(well).collect(),
            rests: vec![Rest::Awake; case.members],
        };
        for words in pools.nodes.iter_mut().filter(|_| case.occupied) {
            at(words, |words| {
                let other = Pool::new(words, BEFORE);
                assert_eq!(other.take(|_| 1), Take::Ask);
                other.fill(&(0..7));
            });
        }
        pools
    }

    /// The nodes whose pools the loop before this one has.
    pub(crate) fn occupied(&self) -> impl Iterator<Item = usize> {
        (0..self.nodes.len()).filter(|&node| self.occupied[node])
    }

    /// The loop before this one leaves the pool of a node.
    pub(crate) fn vacate(&mut self, node: usize) {
        self.occupied[node] = false;
        assert!(
            !at(&mut self.nodes[node], |words| Pool::new(words, BEFORE).close(false)),
            "nobody waits for it"
        );
    }

    /// The nodes whose pools are free for the loop after this one.
    pub(crate) fn free(&self) -> impl Iterator<Item = usize> {
        let is_free = |mut words: [u64; WORDS]| {
            let began = at(&mut words, |words| Pool::new(words, BEFORE).take(|_| 1)) == Take::Foreign;
            began && at(&mut words, |words| Pool::new(words, AFTER).take(|_| 1)) == Take::Ask
        };
        (0..self.nodes.len()).filter(move |&node| self.succeeded && is_free(self.nodes[node]))
    }

    /// The loop after this one takes the pool of a node.
    pub(crate) fn succeed(&mut self, node: usize) {
        assert_eq!(at(&mut self.nodes[node], |words| Pool::new(words, AFTER).take(|_| 1)), Take::Ask);
    }

    pub(crate) fn rest_of(&self, member: usize) -> Rest {
        self.rests[member]
    }

    pub(crate) fn take(&mut self, member: usize) -> Take {
        let Self { nodes, wells, rests, on_a_node, .. } = self;
        at(&mut nodes[member / *on_a_node], |words| {
            let take = wells[member].take(words, || unreachable!("chunks are of a given length"));
            if take == Take::Wait {
                wells[member].pool(words).begin_waiting();
                rests[member] = Rest::Waits;
            }
            take
        })
    }

    /// A member that waits looks whether it has to.
    pub(crate) fn look(&mut self, member: usize) {
        let Self { nodes, wells, on_a_node, .. } = self;
        let pool_is_asked_for = |words: &[AtomicU64]| wells[member].pool(words).is_asked_for();
        if at(&mut nodes[member / *on_a_node], pool_is_asked_for) {
            self.rests[member] = Rest::Asleep;
        } else {
            self.wake(member);
        }
    }

    /// Something has come for a member: it waits no more.
    pub(crate) fn wake(&mut self, member: usize) {
        let Self { nodes, wells, rests, on_a_node, .. } = self;
        if std::mem::replace(&mut rests[member], Rest::Awake) != Rest::Awake {
            at(&mut nodes[member / *on_a_node], |words| wells[member].pool(words).end_waiting());
        }
    }

    /// What a member has asked for has come.
    pub(crate) fn refill(&mut self, member: usize, range: Range<u64>) {
        let Self { nodes, wells, on_a_node, .. } = self;
        if at(&mut nodes[member / *on_a_node], |words| wells[member].refill(words, range)) {
            self.ring(member);
        }
    }

    /// A member takes no more from the pool of its node.
    pub(crate) fn close(&mut self, member: usize) {
        let Self { nodes, wells, on_a_node, .. } = self;
        if at(&mut nodes[member / *on_a_node], |words| wells[member].close(words)) {
            self.ring(member);
        }
    }

    /// Wakes whoever sleeps on this member's node.
    fn ring(&mut self, member: usize) {
        let first = member / self.on_a_node * self.on_a_node;
        for other in first..self.rests.len().min(first + self.on_a_node) {
            if self.rests[other] == Rest::Asleep {
                self.wake(other);
            }
        }
    }
}
