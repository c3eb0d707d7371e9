//! What is to happen when. What happens at the same time happens in the order in which it was written down.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use super::Time;

/// Everything that is still to happen.
#[derive(Debug)]
pub(super) struct Agenda<E> {
    entries: BinaryHeap<Reverse<Entry<E>>>,
    written: u64,
}

#[derive(Clone, Copy, Debug)]
struct Entry<E> {
    at: Time,
    number: u64,
    event: E,
}

impl<E> Ord for Entry<E> {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

impl<E> PartialOrd for Entry<E> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> PartialEq for Entry<E> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<E> Eq for Entry<E> {}

impl<E: Copy> Agenda<E> {
    /// Nothing yet; about so many things will be written down at a time.
    pub(super) fn new(about: usize) -> Self {
        Self { entries: BinaryHeap::with_capacity(about), written: 0 }
    }

    pub(super) fn at(&mut self, at: Time, event: E) {
        self.written += 1;
        self.entries.push(Reverse(Entry { at, number: self.written, event }));
    }

    /// What happens next, and when.
    pub(super) fn next(&mut self) -> Option<(Time, E)> {
        self.entries.pop().map(|Reverse(entry)| (entry.at, entry.event))
    }
}
