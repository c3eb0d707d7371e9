//! Reading one Part, iteration by iteration. The bytes came from elsewhere: what is wrong with them is an error and
//! never a panic.

use std::cmp::Ordering;

use super::TRAILER;
use crate::record::take_number;
use crate::wire::{Payload, WireError};

/// A Part that is being read, iteration by iteration.
#[derive(Clone, Debug)]
pub(super) struct Cursor {
    payload: Payload,
    effects: (usize, usize),
    lengths: (usize, usize),
    runs: (usize, usize),
    /// Bytes of the next record, and how many more are alike.
    alike: (u64, u64),
    /// The next iteration, and the end of its run.
    run: (u64, u64),
    member: usize,
}

impl Cursor {
    pub(super) fn new(payload: Payload) -> Result<Option<Self>, WireError> {
        if payload.is_empty() {
            return Ok(None);
        }
        let total = payload.len();
        let trailer = total.checked_sub(TRAILER).ok_or(WireError::Malformed("a Part without its trailer"))?;
        let section = |at: usize| {
            let bytes = payload[at..at + 8].try_into().expect("eight bytes");
            usize::try_from(u64::from_le_bytes(bytes)).map_err(|_| WireError::Malformed("a Part too long"))
        };
        let (effects, lengths, member) = (section(trailer)?, section(trailer + 8)?, section(trailer + 16)?);
        let before_runs = effects.checked_add(lengths).filter(|&end| end <= trailer);
        let before_runs = before_runs.ok_or(WireError::Malformed("sections longer than the Part"))?;
        let mut cursor = Self {
            payload,
            effects: (0, effects),
            lengths: (effects, before_runs),
            runs: (before_runs, trailer),
            alike: (0, 0),
            run: (0, 0),
            member,
        };
        Ok(cursor.load()?.then_some(cursor))
    }

    /// The next iteration.
    pub(super) fn index(&self) -> u64 {
        self.run.0
    }

    /// Who wrote the Part.
    pub(super) fn member(&self) -> usize {
        self.member
    }

    /// The bytes of the next iteration.
    pub(super) fn record(&self) -> &[u8] {
        &self.payload[self.effects.0..self.effects.0 + self.alike.0 as usize]
    }

    /// Goes on to the next iteration; false if there is none.
    pub(super) fn advance(&mut self) -> Result<bool, WireError> {
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
