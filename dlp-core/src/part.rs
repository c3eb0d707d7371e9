//! A Part: the recorded effects of some iterations, the unit that travels, is gathered and is replayed.
//!
//! A member drafts one while it works ([`Draft`]), and whoever replays merges the Parts of all members into
//! loop order ([`Ledger`]). A Part is one buffer:
//!
//! ```text
//! effects | lengths | runs | length of effects (8 bytes) | length of lengths (8 bytes)
//! ```
//!
//! *effects* are the records of the iterations one after another; *lengths* says where one ends and the next
//! begins, as pairs (bytes of a record, how many records of so many bytes follow one another), so that loops
//! whose records are all alike pay nothing for it; *runs* names the iterations, as pairs (distance from the
//! end of the run before, iterations in the run). All these numbers are LEB128.
//!
//! Nothing here knows what an effect means, a rank, a message or a clock.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use crate::record::{Record, put_number, take_number};
use crate::wire::{Payload, WireError};

/// Bytes at the end of a Part that say how long its sections are.
const TRAILER: usize = 16;

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
}

impl Draft {
    /// Where the iteration that runs now records its effects.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Closes iteration `index`: what was recorded since the last call belongs to it. Indices only grow.
    pub fn close(&mut self, index: u64) {
        let end = self.record.len();
        let length = (end - self.closed) as u64;
        self.closed = end;
        if self.pending.0 == length && self.pending.1 > 0 {
            self.pending.1 += 1;
        } else {
            self.write_lengths();
            self.pending = (length, 1);
        }
        if self.count > 0 && self.run.1 == index {
            self.run.1 += 1;
        } else {
            self.write_run();
            self.run = (index, index + 1);
        }
        self.count += 1;
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
        // The next Part will be about as long: room for it now saves growing step by step.
        let room = Record::with_capacity(bytes.len().min(1 << 20));
        let (mut lengths, mut runs) = (std::mem::take(&mut self.lengths), std::mem::take(&mut self.runs));
        lengths.clear();
        runs.clear();
        *self = Draft { record: room, lengths, runs, ..Draft::default() };
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

/// A Part that is being read, iteration by iteration.
#[derive(Clone, Debug)]
struct Cursor {
    payload: Payload,
    effects: (usize, usize),
    lengths: (usize, usize),
    runs: (usize, usize),
    /// Bytes of the next record, and how many more are alike.
    alike: (u64, u64),
    /// The next iteration, and the end of its run.
    run: (u64, u64),
}

impl Cursor {
    fn new(payload: Payload) -> Result<Option<Self>, WireError> {
        if payload.is_empty() {
            return Ok(None);
        }
        let total = payload.len();
        let trailer = total.checked_sub(TRAILER).ok_or(WireError::Malformed("a Part without its trailer"))?;
        let section = |at: usize| {
            let bytes = payload[at..at + 8].try_into().expect("eight bytes");
            usize::try_from(u64::from_le_bytes(bytes)).map_err(|_| WireError::Malformed("a Part too long"))
        };
        let (effects, lengths) = (section(trailer)?, section(trailer + 8)?);
        let before_runs = effects.checked_add(lengths).filter(|&end| end <= trailer);
        let before_runs = before_runs.ok_or(WireError::Malformed("sections longer than the Part"))?;
        let mut cursor = Self {
            payload,
            effects: (0, effects),
            lengths: (effects, before_runs),
            runs: (before_runs, trailer),
            alike: (0, 0),
            run: (0, 0),
        };
        Ok(cursor.load()?.then_some(cursor))
    }

    /// The next iteration.
    fn index(&self) -> u64 {
        self.run.0
    }

    /// The bytes of the next iteration.
    fn record(&self) -> &[u8] {
        &self.payload[self.effects.0..self.effects.0 + self.alike.0 as usize]
    }

    /// Goes on to the next iteration; false if there is none.
    fn advance(&mut self) -> Result<bool, WireError> {
        self.effects.0 += self.alike.0 as usize;
        self.alike.1 -= 1;
        self.run.0 += 1;
        self.load()
    }

    /// Makes sure that the next run and length are at hand; false at the end.
    fn load(&mut self) -> Result<bool, WireError> {
        if self.run.0 == self.run.1 {
            let Some((gap, count)) = Self::pair(&self.payload, &mut self.runs)? else {
                let all_read = self.alike.1 == 0 && self.lengths.0 == self.lengths.1;
                let all_read = all_read && self.effects.0 == self.effects.1;
                return if all_read {
                    Ok(false)
                } else {
                    Err(WireError::Malformed("records of no iteration"))
                };
            };
            let start = self.run.1.checked_add(gap).ok_or(WireError::Malformed("a run out of range"))?;
            let end = start.checked_add(count).filter(|&end| end > start);
            self.run = (start, end.ok_or(WireError::Malformed("a run out of range"))?);
        }
        if self.alike.1 == 0 {
            let pair = Self::pair(&self.payload, &mut self.lengths)?;
            self.alike =
                pair.filter(|pair| pair.1 > 0).ok_or(WireError::Malformed("a record without its length"))?;
        }
        if self.alike.0 > (self.effects.1 - self.effects.0) as u64 {
            return Err(WireError::Malformed("a record longer than its Part"));
        }
        Ok(true)
    }

    fn pair(payload: &Payload, section: &mut (usize, usize)) -> Result<Option<(u64, u64)>, WireError> {
        let bytes = &payload[section.0..section.1];
        if bytes.is_empty() {
            return Ok(None);
        }
        let cut = WireError::Malformed("a number cut short");
        let (first, rest) = take_number(bytes).ok_or(cut.clone())?;
        let (second, rest) = take_number(rest).ok_or(cut)?;
        section.0 = section.1 - rest.len();
        Ok(Some((first, second)))
    }
}

/// By the next iteration.
impl Ord for Cursor {
    fn cmp(&self, other: &Self) -> Ordering {
        self.index().cmp(&other.index())
    }
}

impl PartialOrd for Cursor {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Cursor {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Cursor {}

/// Merges the Parts of all members into loop order, whatever the order in which they come.
#[derive(Debug, Default)]
pub struct Ledger {
    next: u64,
    parts: BinaryHeap<Reverse<Cursor>>,
}

impl Ledger {
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

    /// Reads the next iteration in loop order, if its Part is here: calls `read` with its index and record.
    ///
    /// # Errors
    /// If a Part is broken.
    pub fn step<R>(&mut self, read: impl FnOnce(u64, &[u8]) -> R) -> Result<Option<R>, WireError> {
        let Some(mut head) = self.parts.peek_mut().filter(|head| head.0.index() == self.next) else {
            return Ok(None);
        };
        let result = read(self.next, head.0.record());
        self.next += 1;
        if !head.0.advance()? {
            PeekMut::pop(head);
        } else if head.0.index() < self.next {
            return Err(WireError::Malformed("a Part whose runs overlap"));
        }
        Ok(Some(result))
    }

    /// Whether nothing waits to be read.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
}

/// Reads every iteration of one Part, in order.
///
/// # Errors
/// If the Part is broken.
pub fn read_all(part: Payload, mut read: impl FnMut(u64, &[u8])) -> Result<(), WireError> {
    let mut cursor = Cursor::new(part)?;
    while let Some(at) = &mut cursor {
        read(at.index(), at.record());
        if !at.advance()? {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(iterations: &[(u64, &[u8])]) -> Payload {
        let mut draft = Draft::default();
        for (index, bytes) in iterations {
            draft.record().append(|record| record.extend_from_slice(bytes));
            draft.close(*index);
        }
        assert_eq!(draft.count(), iterations.len() as u64);
        draft.take()
    }

    fn read(part: Payload) -> Result<Vec<(u64, Vec<u8>)>, WireError> {
        let mut all = vec![];
        read_all(part, |index, bytes| all.push((index, bytes.to_vec()))).map(|()| all)
    }

    #[test]
    fn what_was_drafted_is_read() {
        let iterations: [(u64, &[u8]); 6] =
            [(3, b"ab"), (4, b"cd"), (5, b""), (9, b""), (10, b"e"), (u64::MAX - 1, b"xyz")];
        let got = read(part(&iterations)).unwrap();
        let expected: Vec<_> = iterations.iter().map(|(index, bytes)| (*index, bytes.to_vec())).collect();
        assert_eq!(got, expected);
        assert_eq!(read(Payload::default()), Ok(vec![]));
    }

    #[test]
    fn a_draft_can_be_used_again() {
        let mut draft = Draft::default();
        for index in [0, 7, 8] {
            draft.record().append(|record| record.push(index as u8));
            draft.close(index);
            assert_eq!(draft.bytes(), 1);
            assert_eq!(read(draft.take()), Ok(vec![(index, vec![index as u8])]));
            assert_eq!((draft.count(), draft.take().len()), (0, 0));
        }
    }

    #[test]
    fn records_that_are_all_alike_cost_nothing_to_delimit() {
        let mut draft = Draft::default();
        for index in 0..100_000 {
            draft.record().append(|record| record.extend_from_slice(&[1; 8]));
            draft.close(index);
        }
        assert!(draft.take().len() < 800_000 + 32);
    }

    #[test]
    fn a_ledger_gives_loop_order_for_any_order_of_arrival() {
        // Three members, cyclic by two, in Parts of several runs.
        let of = |member: u64, from: u64, to: u64| {
            let mine: Vec<u64> = (from..to).filter(|index| index / 2 % 3 == member).collect();
            let bytes: Vec<Vec<u8>> =
                mine.iter().map(|index| vec![*index as u8; (*index % 4) as usize]).collect();
            let iterations: Vec<_> = mine.iter().copied().zip(bytes.iter().map(Vec::as_slice)).collect();
            part(&iterations)
        };
        let parts = [of(0, 0, 20), of(1, 0, 9), of(1, 9, 20), of(2, 0, 20)];
        for order in permutations(parts.len()) {
            let (mut ledger, mut seen) = (Ledger::default(), vec![]);
            for at in order {
                ledger.add(parts[at].clone()).unwrap();
                while ledger.step(|index, bytes| seen.push((index, bytes.to_vec()))).unwrap().is_some() {}
            }
            let expected: Vec<_> =
                (0..20).map(|index| (index, vec![index as u8; (index % 4) as usize])).collect();
            assert_eq!(seen, expected);
            assert!(ledger.is_empty());
        }
    }

    #[test]
    fn an_iteration_twice_is_an_error() {
        let mut ledger = Ledger::default();
        ledger.add(part(&[(0, b"a"), (1, b"b")])).unwrap();
        while ledger.step(|_, _| ()).unwrap().is_some() {}
        assert!(ledger.add(part(&[(1, b"b")])).is_err());
    }

    #[test]
    fn broken_parts_are_errors_and_never_panics() {
        let good = part(&[(3, b"ab"), (4, b"cd"), (9, b"e")]).into_vec();
        for at in 0..good.len() {
            for value in [0, 1, 2, 0x7f, 0x80, 0xff] {
                let mut broken = good.clone();
                broken[at] = value;
                let _ = read(broken.into());
            }
            assert!(at == 0 || read(good[..at].to_vec().into()).is_err());
        }
    }

    fn permutations(n: usize) -> Vec<Vec<usize>> {
        if n == 0 {
            return vec![vec![]];
        }
        let shorter = permutations(n - 1);
        shorter
            .iter()
            .flat_map(|order| {
                (0..n).map(|at| {
                    let mut longer = order.clone();
                    longer.insert(at, n - 1);
                    longer
                })
            })
            .collect()
    }
}
