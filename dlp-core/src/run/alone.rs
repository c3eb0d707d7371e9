//! A loop whose iterations may be undone, on one rank that runs all of it: the only one, or one in an iteration of another loop.
//!
//! Each iteration is recorded, and replayed at once if it has not failed. Knows no other rank and no message.

use super::code::Code;
use super::left::Left;
use crate::observe::Counting;
use crate::part::Stretch;
use crate::record::Record;
use crate::report::{self, Place};
use crate::session::{self, Mode, Within};
use crate::site::Loop;

/// Runs the loop to its end; how it was left, if it was.
pub(super) fn run<T>(
    at: &'static Loop,
    source: impl Iterator<Item = T>,
    code: &mut impl Code<T>,
    observer: &mut Counting,
) -> Option<Left<T>> {
    let session = session::current();
    let outer = report::place();
    let record = Record::default();
    for (index, item) in (0..).zip(source) {
        report::at(Place::Iteration(at, index));
        {
            let _within = Within::new(Mode::Iterating);
            code.iterate(index, item, &record);
        }
        let recorded = record.take();
        let replayed = code.replay(&Stretch::single(session.rank(), index, &recorded), None, observer);
        report::at(outer);
        match replayed {
            Ok(None) => {}
            Ok(Some(way)) => return code.arrive(way),
            Err(why) => session.fail(&format!("{at} cannot be replayed: {why}")),
        }
    }
    None
}
