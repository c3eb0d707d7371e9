//! A loop's source and code as the engine sees them, whatever their types are.
//!
//! What is in `code`, and here, is compiled for each loop of a program anew; the engine once. So whatever does not depend on
//! the loop's types belongs there, and what is called through [`Work`] for each iteration that runs does many at a time.

use super::attempt::Attempts;
use super::code::Code;
use super::left::{Left, Way};
use crate::fold::AllFolds;
use crate::observe::{Counting, Observer};
use crate::part::{Draft, Stretch};
use crate::pulse::Pulse;
use crate::record::Flow;
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

    /// From now on what can be folded is. All ranks do so, or none.
    fn fold(&self);

    /// Runs one iteration after another, until it is time to look around.
    fn run(&mut self, span: Span<'_>) -> Stop;

    /// Runs iteration `index`, which has run elsewhere; `false` if there is none.
    fn rehearse(&mut self, index: u64, draft: &mut Draft, observer: &mut Counting) -> bool;

    /// Replays iterations from what they recorded: the way out that one took, if it did, and those after it are not replayed.
    /// `led`: how the root left the loop, where that is known already.
    ///
    /// # Errors
    /// If a record is not one.
    fn replay(
        &mut self,
        of: &Stretch<'_>,
        led: Option<&Way>,
        observer: &mut Counting,
    ) -> Result<Option<Way>, String>;

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
pub(super) struct Split<'f, I: Iterator, C> {
    pub(super) at: &'static Loop,
    pub(super) source: Stepper<I>,
    pub(super) code: C,
    pub(super) attempts: &'f Attempts,
    pub(super) folds: AllFolds<'f>,
    pub(super) left: Option<Left<I::Item>>,
}

impl<I: Iterator, C: Code<I::Item>> Split<'_, I, C> {
    /// Runs iterations from `next` on, all before `before` where their items follow one another, without a look at anything else;
    /// why it stops earlier, if it does. The one function that calls the body of a loop whose iterations all run to their end,
    /// which becomes part of it.
    #[inline(never)]
    fn run_alike(
        &mut self,
        next: &mut u64,
        before: u64,
        draft: &mut Draft,
        observer: &mut Counting,
    ) -> Option<Stop> {
        let (start, mut before) = (*next, before);
        report::at(Place::Iteration(self.at, start));
        // Mostly the items follow one another; what the source gives then is asked for without further ado.
        let (follows, mut first) = (self.source.follows(start), None);
        if !follows {
            match self.source.item(start) {
                Ok(item) => first = Some(item),
                Err(length) => return Some(Stop::SourceEnd(length)),
            }
            before = start + 1;
        }
        let Self { at, source, code, .. } = self;
        let (index, stop) = source.lend(|items| {
            let mut alike = draft.alike(start);
            let (mut index, mut stop) = (start, None);
            while index < before {
                // Before the item is had: the source is the user's code too.
                report::at_index(index);
                let Some(item) = first.take().or_else(|| items.next()) else {
                    stop = Some(Stop::SourceEnd(index));
                    break;
                };
                observer.item_begins(index);
                let flow = code.iterate(index, item, draft.record());
                observer.item_ends(index);
                index += 1;
                draft.ended(&mut alike, index);
                if matches!(flow, Flow::Leave(_)) && at.exits == Exits::Final {
                    stop = Some(Stop::Leaves);
                    break;
                }
            }
            draft.close_alike(alike, index);
            (index, stop)
        });
        if follows {
            let ended = matches!(stop, Some(Stop::SourceEnd(_)));
            self.source.took(index + u64::from(ended && self.source.length().is_some()));
        }
        *next = index;
        stop
    }
}

impl<I: Iterator, C: Code<I::Item>> Work for Split<'_, I, C> {
    fn length(&self) -> Option<u64> {
        self.source.length()
    }

    fn stepped(&self) -> u64 {
        self.source.stepped()
    }

    fn finish(&mut self, end: u64) -> Result<(), &'static str> {
        self.source.finish(end)
    }

    fn fold(&self) {
        self.folds.start();
    }

    fn run(&mut self, span: Span<'_>) -> Stop {
        let Span { next, before, draft, pulse, observer } = span;
        while *next < before {
            let start = *next;
            let end = before.min(start.saturating_add(pulse.left().into()));
            let stop = self.run_alike(next, end, draft, observer);
            self.folds.flush(draft);
            if let Some(stop) = stop {
                return stop;
            }
            if pulse.beats(*next - start) {
                return Stop::Pulse;
            }
        }
        Stop::Bound
    }

    fn rehearse(&mut self, index: u64, draft: &mut Draft, observer: &mut Counting) -> bool {
        let mut next = index;
        let attempts = self.attempts;
        // What fails here has failed elsewhere, and does not count.
        attempts.uncounted(|| self.run_alike(&mut next, index + 1, draft, observer));
        next > index
    }

    fn replay(
        &mut self,
        of: &Stretch<'_>,
        led: Option<&Way>,
        observer: &mut Counting,
    ) -> Result<Option<Way>, String> {
        self.code.replay(of, led, observer)
    }

    fn arrive(&mut self, way: Way) -> bool {
        self.left = self.code.arrive(way);
        self.left.is_some()
    }
}
