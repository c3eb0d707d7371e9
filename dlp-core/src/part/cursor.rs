//! Reading one Part, iteration by iteration. The bytes came from elsewhere: what is wrong with them is an error and
//! never a panic.

use std::cmp::Ordering;
use std::ops::Range;

use super::sections::Sections;
use crate::wire::{Payload, WireError};

/// Iterations of one member that follow one another, and whose records are of one length.
#[derive(Clone, Debug)]
pub struct Stretch<'a> {
    /// Who ran them.
    pub member: usize,
    /// Which they are.
    pub indices: Range<u64>,
    /// How many bytes each of them recorded.
    length: usize,
    /// Their records, one after another.
    records: &'a [u8],
}

impl<'a> Stretch<'a> {
    /// A single iteration.
    pub fn single(member: usize, index: u64, record: &'a [u8]) -> Self {
        Self { member, indices: index..index + 1, length: record.len(), records: record }
    }

    /// Whether none of them has recorded anything.
    pub fn is_blank(&self) -> bool {
        self.length == 0
    }

    /// Their records, one after another, and how long each of them is.
    pub fn records(&self) -> (&'a [u8], usize) {
        (self.records, self.length)
    }

    /// Each iteration with its record.
    #[inline]
    pub fn iterations(&self) -> impl Iterator<Item = (u64, &'a [u8])> + use<'a> {
        let (length, mut rest) = (self.length, self.records);
        self.indices.clone().map(move |index| {
            let (record, after) = rest.split_at(length);
            rest = after;
            (index, record)
        })
    }
}

/// A Part that is being read, iteration by iteration.
#[derive(Clone, Debug)]
pub(super) struct Cursor {
    payload: Payload,
    sections: Sections,
    /// Bytes of the next record, and how many more are alike.
    alike: (u64, u64),
    /// The next iteration, and the end of its run.
    run: (u64, u64),
}

impl Cursor {
    pub(super) fn new(payload: Payload) -> Result<Option<Self>, WireError> {
        let Some(sections) = Sections::find(&payload)? else { return Ok(None) };
        let mut cursor = Self { payload, sections, alike: (0, 0), run: (0, 0) };
        Ok(cursor.load()?.then_some(cursor))
    }

    /// The next iteration.
    pub(super) fn index(&self) -> u64 {
        self.run.0
    }

    /// Who wrote the Part.
    pub(super) fn member(&self) -> usize {
        self.sections.member
    }

    /// The next iterations, at most so many: those that follow one another and whose records are of one length.
    ///
    /// # Errors
    /// If there are fewer bytes than they are to have.
    pub(super) fn stretch(&self, most: u64) -> Result<Stretch<'_>, WireError> {
        let count = self.alike.1.min(self.run.1 - self.run.0).min(most);
        let rest = &self.payload[self.sections.effects.0..self.sections.effects.1];
        let records = self.alike.0.checked_mul(count).and_then(|bytes| usize::try_from(bytes).ok());
        let records = records.and_then(|bytes| rest.get(..bytes));
        let records = records.ok_or(WireError::Malformed("a record longer than its Part"))?;
        let indices = self.run.0..self.run.0 + count;
        Ok(Stretch { member: self.member(), indices, length: self.alike.0 as usize, records })
    }

    /// Goes on by so many iterations, which are all of one stretch; false if there are no more.
    pub(super) fn advance(&mut self, count: u64) -> Result<bool, WireError> {
        // They were there: so are their bytes.
        self.sections.effects.0 += (self.alike.0 * count) as usize;
        self.alike.1 -= count;
        self.run.0 += count;
        self.load()
    }

    /// Makes sure that the next run and length are at hand; false at the end.
    fn load(&mut self) -> Result<bool, WireError> {
        let Self { payload, sections, alike, run } = self;
        if run.0 == run.1 {
            let Some(next) = sections.run(payload, run.1)? else {
                let all_read = alike.1 == 0 && sections.lengths.0 == sections.lengths.1;
                let all_read = all_read && sections.effects.0 == sections.effects.1;
                return if all_read {
                    Ok(false)
                } else {
                    Err(WireError::Malformed("records of no iteration"))
                };
            };
            *run = (next.start, next.end);
        }
        if alike.1 == 0 {
            let next = sections.alike(payload)?;
            *alike = next.ok_or(WireError::Malformed("a record without its length"))?;
        }
        Ok(true)
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

/// Reads every iteration of one Part, in order, as many at a time as are alike.
///
/// # Errors
/// If the Part is broken.
pub fn read_stretches(part: Payload, mut read: impl FnMut(Stretch<'_>)) -> Result<(), WireError> {
    let mut cursor = Cursor::new(part)?;
    while let Some(at) = &mut cursor {
        let stretch = at.stretch(u64::MAX)?;
        let count = stretch.indices.end - stretch.indices.start;
        read(stretch);
        if !at.advance(count)? {
            break;
        }
    }
    Ok(())
}

/// Reads every iteration of one Part, in order.
///
/// # Errors
/// If the Part is broken.
pub fn read_all(part: Payload, mut read: impl FnMut(u64, &[u8])) -> Result<(), WireError> {
    read_stretches(part, |stretch| stretch.iterations().for_each(|(index, record)| read(index, record)))
}
