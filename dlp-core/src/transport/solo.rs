//! The world of one rank: nobody to talk to.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::{Rest, Shared, Transport};
use crate::pool::WORDS;
use crate::wire::Frame;

/// One rank alone.
#[derive(Debug, Default)]
pub struct Solo {
    aborted: AtomicBool,
    words: [AtomicU64; WORDS],
}

impl Transport for Solo {
    fn rank(&self) -> usize {
        0
    }

    fn size(&self) -> usize {
        1
    }

    fn send(&self, to: usize, _frame: Frame) {
        unreachable!("the only rank sends to rank {to}")
    }

    fn poll(&self) -> Option<(usize, Frame)> {
        None
    }

    fn wait(&self, rest: Rest) {
        rest.in_place();
    }

    fn wake(&self) {}

    fn rings(&self) -> bool {
        false
    }

    fn unsent(&self) -> usize {
        0
    }

    fn abort(&self, _status: i32) {
        self.aborted.store(true, Ordering::Release);
    }

    fn aborted(&self) -> bool {
        self.aborted.load(Ordering::Acquire)
    }

    fn shared(&self) -> Shared<'_> {
        Shared::new(&self.words)
    }

    fn nodes(&self) -> usize {
        1
    }

    fn wake_node(&self) {}

    fn concurrent(&self) -> bool {
        true
    }

    fn close(&self) {}
}
