//! What is on the way between the ranks: between any two of them in the order sent, as MPI has it, and otherwise in any.
//!
//! Knows the tree by which the root reaches all; not what a message does to whom.

use std::collections::VecDeque;
use std::ops::Range;

use dlp_core::wire::{Completion, Outcome};

/// Some indices of a small loop, one bit each.
pub(crate) type Set = u32;

/// A message to the manager. A Part is the indices whose effects it holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Up {
    Enter,
    Ask,
    Request { completion: Completion, wants: bool, part: Set },
    Left { index: u64, part: Set },
}

/// A message to a member.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Down {
    Assign(Range<u64>),
    Batch(Range<u64>),
    Release,
    Cancel(u64),
    Part(Set),
    Finish(Outcome),
}

/// Everything that is on the way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Net {
    /// From each member to the root.
    up: Vec<VecDeque<Up>>,
    /// From the root to each member.
    direct: Vec<VecDeque<Down>>,
    /// To each member from the one above it, where that is not the root.
    tree: Vec<VecDeque<Down>>,
}

impl Net {
    /// Everybody is on the way to the loop.
    pub(crate) fn new(members: usize) -> Self {
        let nothing = vec![VecDeque::new(); members];
        Self { up: vec![VecDeque::from([Up::Enter]); members], direct: nothing.clone(), tree: nothing }
    }

    pub(crate) fn tell(&mut self, from: usize, message: Up) {
        self.up[from].push_back(message);
    }

    /// From the root to one.
    pub(crate) fn send(&mut self, to: usize, message: Down) {
        self.direct[to].push_back(message);
    }

    /// From the root to all, by way of the tree.
    pub(crate) fn spread(&mut self, message: &Down) {
        for child in self.below(0) {
            self.send(child, message.clone());
        }
        self.send(0, message.clone());
    }

    /// A member hands what is for all to those below it; the root has done so.
    pub(crate) fn pass_on(&mut self, member: usize, message: &Down) {
        for child in self.below(member).filter(|_| member != 0) {
            self.tree[child].push_back(message.clone());
        }
    }

    fn below(&self, member: usize) -> impl Iterator<Item = usize> + use<> {
        let members = self.up.len();
        (2 * member + 1..2 * member + 3).filter(move |&child| child < members)
    }

    /// What the root hears next of a member.
    pub(crate) fn next_up(&self, member: usize) -> Option<&Up> {
        self.up[member].front()
    }

    pub(crate) fn take_up(&mut self, member: usize) -> Up {
        self.up[member].pop_front().expect("a message is there")
    }

    /// What is on the way to the root from one who has died comes to nothing.
    pub(crate) fn lose(&mut self, member: usize) {
        self.up[member].clear();
    }

    /// What a member hears next from the root.
    pub(crate) fn next_direct(&self, member: usize) -> Option<&Down> {
        self.direct[member].front()
    }

    pub(crate) fn take_direct(&mut self, member: usize) -> Down {
        self.direct[member].pop_front().expect("a message is there")
    }

    /// What a member hears next from the one above it.
    pub(crate) fn next_tree(&self, member: usize) -> Option<&Down> {
        self.tree[member].front()
    }

    pub(crate) fn take_tree(&mut self, member: usize) -> Down {
        self.tree[member].pop_front().expect("a message is there")
    }
}
