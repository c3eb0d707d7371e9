//! Running the iterations that fall to this rank, one range at a time. Knows when to look for messages, and not what they say.

use super::Engine;
use crate::observe::Observer;
use crate::report::{self, Place};
use crate::run::work::{Span, Stop};
use crate::session::{Mode, Within};
use crate::wire::Message;

impl Engine<'_> {
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
                Stop::Bound | Stop::Pulse if !self.worker.draws() => break None,
                Stop::Bound | Stop::Pulse => {}
            }
            self.worker.on_ran(next);
            // From here on it draws, also where there is nothing at once.
            self.worker.on_range_end(None);
            let Some(drawn) = self.draw_on() else {
                report::at(Place::Outside);
                return self.observer.work_ends(ran);
            };
            (start, next) = (drawn, drawn);
        };
        report::at(Place::Outside);
        self.worker.on_ran(next);
        self.observer.work_ends(ran);
        if let (Some(end), Some(length)) = (end, self.work.length()) {
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
        loop {
            let Self { worker, draft, pulse, observer, .. } = self;
            let span = Span { next, before: worker.stop_before(), draft, pulse, observer };
            match self.work.run(span) {
                Stop::Pulse => {
                    self.worker.on_ran(*next);
                    self.look();
                }
                stop => return stop,
            }
        }
    }

    /// The iteration `index` has left the loop.
    fn leave_at(&mut self, index: u64) {
        self.worker.on_ran(index);
        self.worker.on_left(index);
        let part = self.draft.take();
        self.link.tell(Message::Left { index, part });
    }
}
