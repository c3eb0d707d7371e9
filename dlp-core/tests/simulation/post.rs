//! What is to happen when, in a world without real time: messages between ranks, in order between any two of them, and
//! iterations that end.
//!
//! Knows when; not what it does to anybody.

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, HashMap};

use dlp_core::wire::{Frame, Message};

/// The number of the rendezvous that all messages are for.
const EPOCH: u64 = 3;

#[derive(Debug)]
pub(crate) enum Event {
    /// A rank comes to the loop.
    Come(usize),
    /// A message arrives.
    Arrive { from: usize, to: usize, frame: Frame },
    /// A member has run an iteration.
    Ran(usize, u64),
    /// A rank looks again at the pool of its node.
    Wake(usize),
    /// A rank dies.
    Die(usize),
}

#[derive(Debug)]
struct Timed {
    time: u64,
    number: u64,
    event: Event,
}

impl Ord for Timed {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.time, self.number).cmp(&(other.time, other.number))
    }
}

impl PartialOrd for Timed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Timed {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Timed {}

/// Everything that is still to happen.
#[derive(Debug, Default)]
pub(crate) struct Post {
    /// Nanoseconds since the beginning.
    pub(crate) now: u64,
    pub(crate) messages: u64,
    events: BinaryHeap<Reverse<Timed>>,
    number: u64,
    /// When the last message from one rank to another arrives.
    last: HashMap<(usize, usize), u64>,
}

impl Post {
    /// Something happens so many nanoseconds from now.
    pub(crate) fn after(&mut self, time: u64, event: Event) {
        self.number += 1;
        self.events.push(Reverse(Timed { time: self.now + time, number: self.number, event }));
    }

    pub(crate) fn send(&mut self, from: usize, to: usize, message: Message, delay: u64) {
        let last = self.last.entry((from, to)).or_default();
        *last = (self.now + delay).max(*last);
        let time = *last - self.now;
        self.messages += 1;
        self.after(time, Event::Arrive { from, to, frame: message.encode(EPOCH) });
    }

    pub(crate) fn read(frame: Frame) -> Message {
        let (epoch, message) = Message::decode(frame).expect("what was encoded can be decoded");
        assert_eq!(epoch, EPOCH);
        message
    }

    /// What happens next.
    pub(crate) fn next(&mut self) -> Option<Event> {
        let Reverse(Timed { time, event, .. }) = self.events.pop()?;
        self.now = time;
        Some(event)
    }
}
