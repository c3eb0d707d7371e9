//! Writing a Part, iteration by iteration.

use crate::record::{Record, put_number};
use crate::wire::Payload;

/// A Part under construction.
#[derive(Debug, Default)]
pub struct Draft {
    record: Record,
    /// How many bytes of the record belong to closed iterations.
    closed: usize,
    lengths: Vec<u8>,
    /// Equal lengths seen last and not yet written: bytes of a record, number of records.
    pending: (u64, u64),
    runs: Vec<u8>,
    /// The run under construction: its first iteration, and the one after its last.
    run: (u64, u64),
    /// The end of the run before it.
    before: u64,
    count: u64,
    /// Who writes it.
    member: u64,
}

/// Iterations that follow one another, and have recorded as many bytes each. They are not closed yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Alike {
    /// The first of them.
    first: u64,
    length: usize,
    /// Where the record of the next one ends, if it is as long.
    due: usize,
}

impl Draft {
    /// A Part that this member writes.
    pub fn of(member: usize) -> Self {
        Self { member: member as u64, ..Self::default() }
    }

    /// One that remembers where each effect begins, and is not to be sent.
    pub(crate) fn traced() -> Self {
        Self { record: Record::traced(), ..Self::default() }
    }

    /// Where the iteration that runs now records its effects.
    #[inline]
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Whether something was recorded since an iteration was closed last.
    #[inline]
    pub fn is_open(&self) -> bool {
        self.record.len() > self.closed
    }

    /// Closes iteration `index`: what was recorded since the last call belongs to it. Indices only grow.
    #[inline]
    pub fn close(&mut self, index: u64) {
        let end = self.record.len();
        let length = (end - self.closed) as u64;
        self.closed = end;
        self.add(length, index, 1);
    }

    /// Iterations follow, from `index` on, which [`Draft::ended`] is to be told of.
    #[inline]
    pub(crate) fn alike(&self, index: u64) -> Alike {
        Alike { first: index, length: 0, due: self.closed }
    }

    /// The iteration before `next` has ended.
    #[inline]
    pub(crate) fn ended(&mut self, alike: &mut Alike, next: u64) {
        let end = self.record.len();
        if end != alike.due {
            *alike = self.turn(*alike, next);
        }
        alike.due = end + alike.length;
    }

    /// The iteration before `next` has recorded more or less than those before it.
    #[cold]
    fn turn(&mut self, alike: Alike, next: u64) -> Alike {
        self.close_some(&alike, next - 1);
        Alike { first: next - 1, length: self.record.len() - (alike.due - alike.length), ..alike }
    }

    /// The iterations before `next` are closed.
    #[inline]
    pub(crate) fn close_alike(&mut self, alike: Alike, next: u64) {
        self.close_some(&alike, next);
        self.closed = alike.due - alike.length;
    }

    fn close_some(&mut self, alike: &Alike, next: u64) {
        if next > alike.first {
            self.add(alike.length as u64, alike.first, next - alike.first);
        }
    }

    /// What was recorded since belongs to the iteration that was closed last.
    pub(crate) fn extend_last(&mut self) {
        debug_assert!(self.pending.1 > 0, "an iteration is closed");
        let length = self.pending.0 + (self.record.len() - self.closed) as u64;
        self.closed = self.record.len();
        self.pending.1 -= 1;
        self.write_lengths();
        self.pending = (length, 1);
    }

    /// Adds iterations that follow one another, from `index` on, whose records are of one length.
    #[inline]
    fn add(&mut self, length: u64, index: u64, count: u64) {
        if self.pending.0 != length || self.pending.1 == 0 {
            self.write_lengths();
            self.pending.0 = length;
        }
        self.pending.1 += count;
        if self.count == 0 || self.run.1 != index {
            self.write_run();
            self.run = (index, index);
        }
        self.run.1 += count;
        self.count += count;
    }

    /// How many iterations are closed.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// How many bytes are recorded.
    pub fn bytes(&self) -> usize {
        self.closed
    }

    /// Takes the Part of all closed iterations; nothing if none of them recorded anything is still a Part.
    pub fn take(&mut self) -> Payload {
        if self.count == 0 {
            return Payload::default();
        }
        self.write_lengths();
        self.write_run();
        let mut bytes = self.record.take();
        let effects = bytes.len() as u64;
        bytes.extend_from_slice(&self.lengths);
        bytes.extend_from_slice(&self.runs);
        bytes.extend_from_slice(&effects.to_le_bytes());
        bytes.extend_from_slice(&(self.lengths.len() as u64).to_le_bytes());
        bytes.extend_from_slice(&self.member.to_le_bytes());
        // The next Part will be about as long: room for it now, and some more, saves growing step by step.
        let room = Record::with_capacity(bytes.len().min(1 << 20) * 9 / 8);
        let (mut lengths, mut runs) = (std::mem::take(&mut self.lengths), std::mem::take(&mut self.runs));
        lengths.clear();
        runs.clear();
        *self = Draft { record: room, lengths, runs, member: self.member, ..Draft::default() };
        bytes.into()
    }

    fn write_lengths(&mut self) {
        if self.pending.1 > 0 {
            put_number(&mut self.lengths, self.pending.0);
            put_number(&mut self.lengths, self.pending.1);
            self.pending.1 = 0;
        }
    }

    fn write_run(&mut self) {
        if self.run.1 > self.run.0 {
            put_number(&mut self.runs, self.run.0 - self.before);
            put_number(&mut self.runs, self.run.1 - self.run.0);
            self.before = self.run.1;
            self.run = (0, 0);
        }
    }
}
