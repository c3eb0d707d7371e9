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
    frames: Mutex<VecDeque<(usize, Frame)>>,
    news: Condvar,
}

impl Inbox {
    /// The frames; a rank that panicked while it held them left them whole, since only single calls are made.
    fn frames(&self) -> MutexGuard<'_, VecDeque<(usize, Frame)>> {
        self.frames.lock().unwrap_or_else(PoisonError::into_inner)
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
        inbox.frames().push_back((self.rank, frame));
        inbox.news.notify_all();
    }

    fn poll(&self) -> Option<(usize, Frame)> {
        self.mine().frames().pop_front()
    }

    fn wait(&self, rest: Rest) {
        let Rest::Sleep(longest) = rest else { return rest.in_place() };
        let frames = self.mine().frames();
        if frames.is_empty() && !self.aborted() {
            drop(self.mine().news.wait_timeout(frames, longest));
        }
    }

    fn wake(&self) {
        // Under the lock, so that a thread that has just found nothing is either asleep already or will look again.
        let _frames = self.mine().frames();
        self.mine().news.notify_all();
    }

    fn unsent(&self) -> usize {
        0
    }

    fn abort(&self, status: i32) {
        let _ = self.shared.aborted.set(status);
        for inbox in &self.shared.inboxes {
            let _frames = inbox.frames();
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
