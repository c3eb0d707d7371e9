//! Where the sections of a Part begin and end, and the pairs of numbers in them. The bytes came from elsewhere: nothing in
//! them is believed before it was looked at.

use std::ops::Range;

use super::TRAILER;
use crate::record::take_number;
use crate::wire::{Payload, WireError};

/// The sections of one Part, as places in its bytes.
#[derive(Clone, Debug)]
pub(super) struct Sections {
    pub(super) effects: (usize, usize),
    pub(super) lengths: (usize, usize),
    pub(super) runs: (usize, usize),
    /// Who says to have written it.
    pub(super) member: usize,
}

impl Sections {
    /// Finds them by the trailer; `None` in an empty payload.
    pub(super) fn find(part: &[u8]) -> Result<Option<Self>, WireError> {
        if part.is_empty() {
            return Ok(None);
        }
        let trailer = part.len().checked_sub(TRAILER);
        let trailer = trailer.ok_or(WireError::Malformed("a Part without its trailer"))?;
        let section = |at: usize| {
            let bytes = part[at..at + 8].try_into().expect("eight bytes");
            usize::try_from(u64::from_le_bytes(bytes)).map_err(|_| WireError::Malformed("a Part too long"))
        };
        let (effects, lengths, member) = (section(trailer)?, section(trailer + 8)?, section(trailer + 16)?);
        let before_runs = effects.checked_add(lengths).filter(|&end| end <= trailer);
        let before_runs = before_runs.ok_or(WireError::Malformed("sections longer than the Part"))?;
        Ok(Some(Self {
            effects: (0, effects),
            lengths: (effects, before_runs),
            runs: (before_runs, trailer),
            member,
        }))
    }

    /// The next iterations that follow one another, after `before`, the end of those before.
    pub(super) fn run(&mut self, part: &[u8], before: u64) -> Result<Option<Range<u64>>, WireError> {
        let out_of_range = WireError::Malformed("a run out of range");
        let Some((gap, count)) = pair(part, &mut self.runs)? else { return Ok(None) };
        let start = before.checked_add(gap).ok_or(out_of_range.clone())?;
        let end = start.checked_add(count).filter(|&end| end > start);
        Ok(Some(start..end.ok_or(out_of_range)?))
    }

    /// The next records that are of one length: how many bytes each, and how many of them.
    pub(super) fn alike(&mut self, part: &[u8]) -> Result<Option<(u64, u64)>, WireError> {
        match pair(part, &mut self.lengths)? {
            Some((_, 0)) => Err(WireError::Malformed("a length of no record")),
            alike => Ok(alike),
        }
    }
}

/// Takes the next two numbers of a section.
fn pair(part: &[u8], section: &mut (usize, usize)) -> Result<Option<(u64, u64)>, WireError> {
    let bytes = &part[section.0..section.1];
    if bytes.is_empty() {
        return Ok(None);
    }
    let cut = WireError::Malformed("a number cut short");
    let (first, rest) = take_number(bytes).ok_or(cut.clone())?;
    let (second, rest) = take_number(rest).ok_or(cut)?;
    section.0 = section.1 - rest.len();
    Ok(Some((first, second)))
}

/// Who says to have written a Part, if it is one.
pub fn writer(part: &Payload) -> Option<usize> {
    Sections::find(part).ok().flatten().map(|sections| sections.member)
}

/// Makes sure that a Part can be read to its end, and asks `allowed` of all its iterations, run by run; who says to have
/// written it. Takes time for each run and each change of length, and none for the iterations in them: a few bytes can
/// claim more iterations than anybody can count.
///
/// # Errors
/// If it cannot be read, or some iterations are not allowed.
pub fn inspect(
    part: &Payload,
    mut allowed: impl FnMut(Range<u64>) -> bool,
) -> Result<Option<usize>, WireError> {
    let Some(mut sections) = Sections::find(part)? else { return Ok(None) };
    let (mut iterations, mut before) = (0_u64, 0);
    while let Some(run) = sections.run(part, before)? {
        before = run.end;
        // Runs do not overlap, so this is no more than the last end.
        iterations += run.end - run.start;
        if !allowed(run) {
            return Err(WireError::Malformed("a Part of iterations that are not its sender's"));
        }
    }
    let (mut records, mut bytes) = (0_u64, 0_u64);
    while let Some((length, count)) = sections.alike(part)? {
        let (more, longer) = (records.checked_add(count), length.checked_mul(count));
        let sums = more.zip(longer.and_then(|longer| bytes.checked_add(longer)));
        (records, bytes) = sums.ok_or(WireError::Malformed("lengths out of range"))?;
    }
    if records != iterations || bytes != sections.effects.1 as u64 {
        return Err(WireError::Malformed("a Part whose iterations, lengths and effects do not fit together"));
    }
    Ok(Some(sections.member))
}
