//! The Parts of all members merged into loop order.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use super::cursor::{Cursor, Stretch};
use crate::wire::{Payload, WireError};

/// Merges the Parts of all members into loop order, whatever the order in which they come.
#[derive(Debug, Default)]
pub struct Ledger {
    next: u64,
    /// How many iterations there are, where that is known.
    length: Option<u64>,
    parts: BinaryHeap<Reverse<Cursor>>,
}

impl Ledger {
    /// A ledger of so many iterations, where that is known.
    pub fn of(length: Option<u64>) -> Self {
        Self { length, ..Self::default() }
    }

    /// Takes in a Part.
    ///
    /// # Errors
    /// If the bytes are not a Part, or hold an iteration that was read already.
    pub fn add(&mut self, part: Payload) -> Result<(), WireError> {
        if let Some(cursor) = Cursor::new(part)? {
            if cursor.index() < self.next {
                return Err(WireError::Malformed("a Part of an iteration that was replayed already"));
            }
            self.parts.push(Reverse(cursor));
        }
        Ok(())
    }

    /// The next iteration in loop order that has not been read.
    pub fn next_index(&self) -> u64 {
        self.next
    }

    /// The next iteration in loop order, if its Part is here: who ran it, and its record.
    pub fn peek(&self) -> Option<(usize, &[u8])> {
        let Reverse(head) = self.parts.peek().filter(|head| head.0.index() == self.next)?;
        let (_, record) = head.stretch(1).ok()?.iterations().next()?;
        Some((head.member(), record))
    }

    /// Reads the next iteration in loop order, if its Part is here: calls `read` with its index and record.
    ///
    /// # Errors
    /// If a Part is broken.
    pub fn step<R>(&mut self, read: impl FnOnce(u64, &[u8]) -> R) -> Result<Option<R>, WireError> {
        self.read(1, |stretch| {
            let (index, record) = stretch.iterations().next().expect("a stretch is not empty");
            read(index, record)
        })
    }

    /// Reads the next iterations in loop order, at most so many, if their Part is here: as many as are alike.
    ///
    /// # Errors
    /// If a Part is broken.
    pub fn read<R>(
        &mut self,
        most: u64,
        read: impl FnOnce(Stretch<'_>) -> R,
    ) -> Result<Option<R>, WireError> {
        let Some(mut head) = self.parts.peek_mut().filter(|head| head.0.index() == self.next) else {
            return Ok(None);
        };
        let stretch = head.0.stretch(most)?;
        let end = stretch.indices.end;
        if self.length.is_some_and(|length| end > length) {
            return Err(WireError::Malformed("a Part of iterations that the loop does not have"));
        }
        let result = read(stretch);
        // The runs of a Part only go up, by how they are written: what comes next in it is not before `next`.
        if !head.0.advance(end - self.next)? {
            PeekMut::pop(head);
        }
        self.next = end;
        Ok(Some(result))
    }

    /// Whether nothing waits to be read.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
}
