//! N ranks as N threads of one process: an inbox for each, filled by the others.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use super::{Rest, Transport};
use crate::wire::Frame;

/// What the ranks of one world share.
#[derive(Debug)]
struct Shared {
    inboxes: Box<[Inbox]>,
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
    shared: Arc<Shared>,
}

impl Threads {
    /// The ends of a world of `size` ranks, in rank order.
    pub fn world(size: usize) -> Vec<Threads> {
        let inboxes = (0..size).map(|_| Inbox::default()).collect();
        let shared = Arc::new(Shared { inboxes, aborted: OnceLock::new() });
        (0..size).map(|rank| Threads { rank, shared: Arc::clone(&shared) }).collect()
    }

    fn mine(&self) -> &Inbox {
        &self.shared.inboxes[self.rank]
    }
}

impl Transport for Threads {
    fn rank(&self) -> usize {
        self.rank
    }

    fn size(&self) -> usize {
        self.shared.inboxes.len()
    }

    fn send(&self, to: usize, frame: Frame) {
        let inbox = &self.shared.inboxes[to];
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
        let _ = self.shared.aborted.set(status);
        for inbox in &self.shared.inboxes {
            // Under the lock: a rank that has just seen no abort is either asleep already or will look again.
            let _content = inbox.content();
            inbox.news.notify_all();
        }
    }

    fn aborted(&self) -> bool {
        self.shared.aborted.get().is_some()
    }

    fn status(&self) -> Option<i32> {
        self.shared.aborted.get().copied()
    }

    fn concurrent(&self) -> bool {
        true
    }

    fn close(&self) {}
}
