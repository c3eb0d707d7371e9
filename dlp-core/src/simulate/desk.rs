//! The one who answers at the root: messages wait in a queue and are answered one after another.

use core::time::Duration;
use std::collections::VecDeque;

use super::machine::{Polling, Waiter};
use super::{Load, Time};

/// The root's end of all messages.
#[derive(Debug)]
pub(super) struct Desk {
    polling: Polling,
    waiter: Waiter,
    /// When it is done with everything that has come.
    free: Time,
    busy: Time,
    messages: u64,
    /// When those who wait have been answered.
    queue: VecDeque<Time>,
    longest_queue: usize,
}

impl Desk {
    pub(super) fn new(polling: Polling) -> Self {
        Self {
            polling,
            waiter: Waiter::new(),
            free: 0,
            busy: 0,
            messages: 0,
            queue: VecDeque::new(),
            longest_queue: 0,
        }
    }

    /// A message comes, not before any other so far, and takes so long to be answered: when it is. `rung`: its sender is on this
    /// node.
    pub(super) fn answer(&mut self, arrival: Time, service: Time, rung: bool) -> Time {
        while self.queue.front().is_some_and(|&answered| answered <= arrival) {
            self.queue.pop_front();
        }
        self.free = self.waiter.seen(&self.polling, self.free, arrival, rung) + service;
        self.queue.push_back(self.free);
        self.longest_queue = self.longest_queue.max(self.queue.len());
        self.busy += service;
        self.messages += 1;
        self.free
    }

    /// Whoever answers has something else to do first.
    pub(super) fn occupy(&mut self, time: Time) {
        self.free += time;
        self.busy += time;
    }

    /// When it has nothing more to do, if nothing more comes.
    pub(super) fn free(&self) -> Time {
        self.free
    }

    pub(super) fn load(&self) -> Load {
        Load {
            messages: self.messages,
            busy: Duration::from_nanos(self.busy),
            longest_queue: self.longest_queue,
        }
    }
}
