//! Where messages leave the root: to one rank, which may be the root itself, or to all by way of a tree. Knows the transport
//! and the shape of the tree, and not what is said.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::transport::Transport;
use crate::wire::Message;

/// Where messages leave the hub.
#[derive(Clone, Copy)]
pub(super) struct Post<'a> {
    pub(super) transport: &'a dyn Transport,
    pub(super) mail: &'a AtomicUsize,
}

/// Where the messages of one rendezvous leave the hub.
pub(super) struct Outlet<'a> {
    pub(super) post: Post<'a>,
    pub(super) epoch: u64,
    pub(super) own: &'a mut VecDeque<Message>,
}

impl Outlet<'_> {
    /// To one rank, which may be the root itself.
    pub(super) fn to(&mut self, to: usize, message: Message) {
        if to == 0 {
            self.own.push_back(message);
            self.post.mail.fetch_add(1, Ordering::AcqRel);
            // It may be another thread's, which sleeps.
            self.post.transport.wake();
        } else {
            self.post.transport.send(to, message.encode(self.epoch));
        }
    }

    /// To all ranks, by way of the tree.
    pub(super) fn spread(&mut self, message: Message) {
        for child in children(0, self.post.transport.size()) {
            self.post.transport.send(child, message.clone().encode(self.epoch));
        }
        self.to(0, message);
    }
}

/// The ranks to which `rank` passes on what comes down the tree: a binary one, so that what is for all
/// reaches the last of `size` ranks in `log2(size)` steps.
pub(crate) fn children(rank: usize, size: usize) -> impl Iterator<Item = usize> {
    (2 * rank + 1..2 * rank + 3).filter(move |&child| child < size)
}

/// The rank from which `rank`, not the root, gets what comes down the tree.
pub(crate) fn parent(rank: usize) -> usize {
    (rank - 1) / 2
}
