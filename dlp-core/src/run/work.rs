//! A loop's source and code as the engine sees them, whatever their types are.
//!
//! What is in `code`, and here, is compiled for each loop of a program anew; the engine once. So whatever does not depend on
//! the loop's types belongs there, and what is called through [`Work`] for each iteration that runs does many at a time.

use super::code::{Code, Recorded};
use super::left::{Left, Way};
use crate::observe::{Counting, Observer};
use crate::part::Draft;
use crate::pulse::Pulse;
use crate::record::{Flow, Record};
use crate::report::{self, Place};
use crate::site::{Exits, Loop};
use crate::stepper::Stepper;

/// What the engine asks of a loop.
pub(super) trait Work {
    /// The number of items, if the source is sure of it.
    fn length(&self) -> Option<u64>;

    /// How many items were taken or stepped over.
    fn stepped(&self) -> u64;

    /// Steps to the end, which is to be after `end` items.
    ///
    /// # Errors
    /// If there are fewer, or more.
    fn finish(&mut self, end: u64) -> Result<(), &'static str>;

    /// Runs one iteration after another, until it is time to look around.
    fn run(&mut self, span: Span<'_>) -> Stop;

    /// Runs iteration `index`, which has run elsewhere; `false` if there is none.
    fn rehearse(&mut self, index: u64, record: &Record) -> bool;

    /// Replays an iteration from what it recorded: the way out that it took, if it did.
    ///
    /// # Errors
    /// If the record is not one.
    fn replay(&mut self, of: Recorded<'_>) -> Result<Option<Way>, String>;

    /// Keeps what the function needs to leave as the loop was left; `false` where there is no such iteration.
    fn arrive(&mut self, way: Way) -> bool;
}

/// Iterations that may run now.
pub(super) struct Span<'a> {
    /// The next one; kept up to date.
    pub(super) next: &'a mut u64,
    /// The one after the last.
    pub(super) before: u64,
    pub(super) draft: &'a mut Draft,
    pub(super) pulse: &'a mut Pulse,
    pub(super) observer: &'a mut Counting,
}

/// Why a rank stops running iterations.
pub(super) enum Stop {
    /// It is time to look for messages.
    Pulse,
    /// Nothing that comes after matters, or not to this rank.
    Bound,
    /// The source has ended, after so many items.
    SourceEnd(u64),
    /// The iteration that ran last leaves the loop, whatever the replay finds.
    Leaves,
}

/// A loop that is split: its source, its code, and how it was left.
pub(super) struct Split<I: Iterator, C> {
    pub(super) at: &'static Loop,
    pub(super) source: Stepper<I>,
    pub(super) code: C,
    pub(super) left: Option<Left<I::Item>>,
}

impl<I: Iterator, C: Code<I::Item>> Work for Split<I, C> {
    fn length(&self) -> Option<u64> {
        self.source.length()
    }

    fn stepped(&self) -> u64 {
        self.source.stepped()
    }

    fn finish(&mut self, end: u64) -> Result<(), &'static str> {
        self.source.finish(end)
    }

    fn run(&mut self, span: Span<'_>) -> Stop {
        let Span { next, before, draft, pulse, observer } = span;
        while *next < before {
            let index = *next;
            // Before the item is had: the source is the user's code too.
            report::at(Place::Iteration(self.at, index));
            let item = match self.source.item(index) {
                Ok(item) => item,
                Err(length) => return Stop::SourceEnd(length),
            };
            observer.item_begins(index);
            let flow = self.code.iterate(index, item, draft.record());
            observer.item_ends(index);
            draft.close(index);
            *next = index + 1;
            if matches!(flow, Flow::Leave(_)) && self.at.exits == Exits::Final {
                return Stop::Leaves;
            }
            if pulse.beat() {
                return Stop::Pulse;
            }
        }
        Stop::Bound
    }

    fn rehearse(&mut self, index: u64, record: &Record) -> bool {
        let item = self.source.item(index);
        item.map(|item| self.code.rehearse(index, item, record)).is_ok()
    }

    fn replay(&mut self, of: Recorded<'_>) -> Result<Option<Way>, String> {
        self.code.replay(of)
    }

    fn arrive(&mut self, way: Way) -> bool {
        self.left = self.code.arrive(way);
        self.left.is_some()
    }
}
