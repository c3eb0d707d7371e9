//! Reading one Part, iteration by iteration. The bytes came from elsewhere: what is wrong with them is an error and
//! never a panic.

use std::cmp::Ordering;

use super::sections::Sections;
use crate::wire::{Payload, WireError};

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

    /// The bytes of the next iteration.
    pub(super) fn record(&self) -> &[u8] {
        let start = self.sections.effects.0;
        &self.payload[start..start + self.alike.0 as usize]
    }

    /// Goes on to the next iteration; false if there is none.
    pub(super) fn advance(&mut self) -> Result<bool, WireError> {
        self.sections.effects.0 += self.alike.0 as usize;
        self.alike.1 -= 1;
        self.run.0 += 1;
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
        if alike.0 > (sections.effects.1 - sections.effects.0) as u64 {
            return Err(WireError::Malformed("a record longer than its Part"));
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
