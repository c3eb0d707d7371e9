//! Running the iterations that fall to this rank, one range at a time. Knows when to look for messages, and not what they say.

use super::Engine;
use crate::observe::Observer;
use crate::record::Flow;
use crate::report::{self, Place};
use crate::run::code::Code;
use crate::session::{Mode, Within};
use crate::site::Exits;
use crate::wire::Message;

/// Why a rank stops running a range.
enum Stop {
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
        let (mut start, mut next, mut ran) = (start, start, 0);
        let end = loop {
            let stop = self.run_iterations(&mut next);
            ran += next - start;
            match stop {
                Stop::Leaves => {
                    self.observer.work_ends(ran);
                    return self.leave_at(next - 1);
                }
                Stop::SourceEnd(end) => break Some(end),
                Stop::Bound if !self.worker.draws() => break None,
                Stop::Bound => {}
            }
            self.worker.on_ran(next);
            let Some(drawn) = self.draw_on() else {
                report::at(Place::Outside);
                return self.observer.work_ends(ran);
            };
            (start, next) = (drawn, drawn);
        };
        report::at(Place::Outside);
        self.worker.on_ran(next);
        self.observer.work_ends(ran);
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
            let index = *next;
            // Before the item is had: the source is the user's code too.
            report::at(Place::Iteration(self.at, index));
            let item = match self.source.item(index) {
                Ok(item) => item,
                Err(length) => return Stop::SourceEnd(length),
            };
            let flow = self.run_iteration(index, item);
            *next = index + 1;
            if matches!(flow, Flow::Leave(_)) && self.at.exits == Exits::Final {
                return Stop::Leaves;
            }
            if self.pulse.beat() {
                self.worker.on_ran(*next);
                self.look();
            }
        }
        Stop::Bound
    }

    fn run_iteration(&mut self, index: u64, item: I::Item) -> Flow {
        self.observer.item_begins(index);
        let flow = self.code.iterate(index, item, self.draft.record());
        self.observer.item_ends(index);
        self.draft.close(index);
        flow
    }

    /// The iteration `index` has left the loop.
    fn leave_at(&mut self, index: u64) {
        self.worker.on_ran(index);
        self.worker.on_left(index);
        let part = self.draft.take();
        self.link.tell(Message::Left { index, part });
    }
}
