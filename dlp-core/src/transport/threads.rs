//! N ranks as N threads of one process: an inbox for each, filled by the others.

use std::collections::VecDeque;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use super::{Rest, Shared, Transport};
use crate::pool::WORDS;
use crate::wire::Frame;

/// What the ranks of one world share.
#[derive(Debug)]
struct World {
    inboxes: Box<[Inbox]>,
    /// How many ranks are a node, and for each node what its ranks share.
    ranks_per_node: usize,
    nodes: Box<[[AtomicU64; WORDS]]>,
    aborted: OnceLock<i32>,
}

#[derive(Debug, Default)]
struct Inbox {
    content: Mutex<Content>,
    news: Condvar,
}

#[derive(Debug, Default)]
struct Content {
    frames: VecDeque<(usize, Frame)>,
    /// Another thread of the rank has ended a wait, perhaps one that has not begun.
    woken: bool,
}

impl Inbox {
    /// What is in it; a rank that panicked while it held that left it whole, since only single calls are made.
    fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One rank's end of a world of threads.
#[derive(Clone, Debug)]
pub struct Threads {
    rank: usize,
    world: Arc<World>,
}

impl Threads {
    /// The ends of a world of `size` ranks, in rank order.
    pub fn world(size: usize) -> Vec<Threads> {
        Self::world_of_nodes(size, size)
    }

    /// The same, where only so many ranks at a time are taken to share memory.
    ///
    /// # Panics
    /// If that is none.
    pub fn world_of_nodes(size: usize, ranks_per_node: usize) -> Vec<Threads> {
        let inboxes = (0..size).map(|_| Inbox::default()).collect();
        let nodes = (0..size.div_ceil(ranks_per_node)).map(|_| Default::default()).collect();
        let world = Arc::new(World { inboxes, ranks_per_node, nodes, aborted: OnceLock::new() });
        (0..size).map(|rank| Threads { rank, world: Arc::clone(&world) }).collect()
    }

    fn mine(&self) -> &Inbox {
        &self.world.inboxes[self.rank]
    }
}

impl Transport for Threads {
    fn rank(&self) -> usize {
        self.rank
    }

    fn size(&self) -> usize {
        self.world.inboxes.len()
    }

    fn send(&self, to: usize, frame: Frame) {
        let inbox = &self.world.inboxes[to];
        inbox.content().frames.push_back((self.rank, frame));
        inbox.news.notify_all();
    }

    fn poll(&self) -> Option<(usize, Frame)> {
        self.mine().content().frames.pop_front()
    }

    fn wait(&self, rest: Rest) {
        let Rest::Sleep(longest) = rest else { return rest.in_place() };
        let mut content = self.mine().content();
        if content.frames.is_empty() && !content.woken && !self.aborted() {
            let waited = self.mine().news.wait_timeout(content, longest);
            content = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        content.woken = false;
    }

    fn wake(&self) {
        self.mine().content().woken = true;
        self.mine().news.notify_all();
    }

    fn rings(&self) -> bool {
        true
    }

    fn unsent(&self) -> usize {
        0
    }

    fn abort(&self, status: i32) {
        let _ = self.world.aborted.set(status);
        for inbox in &self.world.inboxes {
            // Under the lock: a rank that has just seen no abort is either asleep already or will look again.
            let _content = inbox.content();
            inbox.news.notify_all();
        }
    }

    fn aborted(&self) -> bool {
        self.world.aborted.get().is_some()
    }

    fn status(&self) -> Option<i32> {
        self.world.aborted.get().copied()
    }

    fn shared(&self) -> Shared<'_> {
        Shared::new(&self.world.nodes[self.rank / self.world.ranks_per_node])
    }

    fn nodes(&self) -> usize {
        self.world.nodes.len()
    }

    fn wake_node(&self) {
        let first = self.rank - self.rank % self.world.ranks_per_node;
        for inbox in self.world.inboxes.iter().skip(first).take(self.world.ranks_per_node) {
            inbox.content().woken = true;
            inbox.news.notify_all();
        }
    }

    fn concurrent(&self) -> bool {
        true
    }

    fn close(&self) {}
}
