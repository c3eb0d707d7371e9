//! Running the iterations that fall to this rank, one range at a time. Knows when to look for messages, and not what they say.

use super::Engine;
use crate::observe::Observer;
use crate::part::Draft;
use crate::record::Flow;
use crate::report::{self, Place};
use crate::run::code::Code;
use crate::session::{Mode, Within};
use crate::site::Exits;
use crate::stepper::Stepper;
use crate::wire::Message;

/// Why a rank stops running a range.
pub(super) enum Stop {
    /// Nothing that comes after matters, or not to this rank.
    Bound,
    /// The source has ended, after so many items.
    SourceEnd(u64),
    /// The iteration that ran last leaves the loop, whatever the replay finds.
    Leaves,
}

impl<I, C, O> Engine<'_, I, C, O>
where
    I: Iterator,
    C: Code<I::Item>,
    O: Observer,
{
    /// Runs what is left of the present range, which is from `start` on.
    pub(super) fn run_range(&mut self, start: u64) {
        let _within = Within::new(Mode::Iterating);
        self.link.busy();
        self.observer.work_begins();
        let mut next = start;
        let stop = self.run_iterations(&mut next);
        let end = match stop {
            Stop::Leaves => {
                self.observer.work_ends(next - start);
                return self.leave_at(next - 1);
            }
            Stop::SourceEnd(end) => Some(end),
            Stop::Bound => None,
        };
        report::at(Place::Outside);
        self.worker.on_ran(next);
        self.observer.work_ends(next - start);
        if let (Some(end), Some(length)) = (end, self.source.length()) {
            self.fail(format_args!(
                "cannot be split: its source announced {length} items by `size_hint` and ended after {end}"
            ));
        }
        if let Some(report) = self.worker.on_range_end(end) {
            self.hand_over(report);
        }
    }

    /// Runs one iteration after another, from `next` on, and leaves there which would be the next one.
    fn run_iterations(&mut self, next: &mut u64) -> Stop {
        while *next < self.worker.stop_before() {
            let start = *next;
            // What stops the range comes in messages, and nobody looks for those before the pulse.
            let end = self.worker.stop_before().min(start.saturating_add(self.pulse.left().into()));
            report::at(Place::Iteration(self.at, start));
            let Self { at, source, code, draft, observer, .. } = self;
            let stop = run_alike(source, code, draft, *observer, at.exits, next, end);
            let count = u32::try_from(*next - start).expect("at most as many as are left");
            let look = self.pulse.beats(count);
            if let Some(stop) = stop {
                return stop;
            }
            if look {
                self.worker.on_ran(*next);
                self.look();
            }
        }
        Stop::Bound
    }

    /// The iteration `index` has left the loop.
    fn leave_at(&mut self, index: u64) {
        self.worker.on_ran(index);
        self.worker.on_left(index);
        let part = self.draft.take();
        self.link.tell(Message::Left { index, part });
    }
}

/// Runs the iterations from `next` to `end`, without a look at anything else; why it stops before, if it does. The one function
/// that calls the body of a loop whose iterations all run to their end.
pub(super) fn run_alike<I: Iterator>(
    source: &mut Stepper<I>,
    code: &impl Code<I::Item>,
    draft: &mut Draft,
    observer: &mut impl Observer,
    exits: Exits,
    next: &mut u64,
    end: u64,
) -> Option<Stop> {
    // From here on they have recorded nothing, and are not closed yet.
    let mut blank = *next;
    let mut stop = None;
    for index in *next..end {
        // Before the item is had: the source is the user's code too.
        report::at_index(index);
        let item = match source.item(index) {
            Ok(item) => item,
            Err(length) => {
                stop = Some(Stop::SourceEnd(length));
                break;
            }
        };
        observer.item_begins(index);
        let flow = code.iterate(index, item, draft.record());
        observer.item_ends(index);
        *next = index + 1;
        if draft.is_open() {
            draft.close_empty(blank..index);
            draft.close(index);
            blank = index + 1;
        }
        if matches!(flow, Flow::Leave(_)) && exits == Exits::Final {
            stop = Some(Stop::Leaves);
            break;
        }
    }
    draft.close_empty(blank..*next);
    stop
}
