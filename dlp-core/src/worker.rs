//! One member of a loop: what it is to do next, and what it has to tell its manager.
//!
//! A pure state machine, the counterpart of [`manager`](crate::manager): what the manager says and how far
//! this member has got go in by the `on_` methods; [`Worker::task`] says what to do now. It knows no
//! transport, clock, item or effect.

use std::ops::Range;

use crate::schedule::Shares;
use crate::wire::{Completion, Outcome};

/// What a member is to do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// Run these, in order.
    Run(Range<u64>),
    /// Wait for a message.
    Wait,
    /// Leave the loop. The outcome is known where members wait for it.
    Leave(Option<Outcome>),
}

/// What to tell the manager, in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What was done.
    pub completion: Completion,
    /// Whether this member now waits for an answer.
    pub wants: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum State {
    /// Has asked, and waits.
    Asking,
    /// Runs what is left of its range.
    Running,
    /// Is done with the loop.
    Over(Option<Outcome>),
}

/// One member of one loop.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Worker {
    /// The ranges of a static share; `None` where a manager hands them out.
    shares: Option<Shares>,
    state: State,
    /// What is left to run of the present range.
    range: Range<u64>,
    /// The first iteration of the present range that the manager has not been told of.
    untold: u64,
    /// How many iterations were done and not told of, in a static share.
    count: u64,
    /// Nothing at or after this index matters.
    bound: u64,
}

impl Worker {
    /// A member that has announced itself. With `shares` it begins at once; without, it waits to be given
    /// something.
    pub fn new(shares: Option<Shares>) -> Self {
        let mut worker =
            Self { shares, state: State::Asking, range: 0..0, untold: 0, count: 0, bound: u64::MAX };
        if worker.shares.is_some() {
            worker.state = State::Running;
            worker.next_share();
        }
        worker
    }

    /// What to do now.
    pub fn task(&self) -> Task {
        match &self.state {
            State::Asking => Task::Wait,
            State::Running => Task::Run(self.range.start..self.range.end.min(self.bound)),
            State::Over(outcome) => Task::Leave(*outcome),
        }
    }

    /// The first index that is not to be run, of those after the present one.
    pub fn stop_before(&self) -> u64 {
        self.range.end.min(self.bound)
    }

    /// The manager gives this member something to run.
    pub fn on_assign(&mut self, range: Range<u64>) {
        self.untold = range.start;
        self.range = range;
        self.state = State::Running;
    }

    /// There is no more for this member.
    pub fn on_release(&mut self) {
        self.state = State::Over(None);
    }

    /// The loop is over.
    pub fn on_finish(&mut self, outcome: Outcome) {
        self.state = State::Over(Some(outcome));
    }

    /// Nothing at or after `at` matters any more.
    pub fn on_cancel(&mut self, at: u64) {
        self.bound = self.bound.min(at);
    }

    /// All of the present range before `index` has run.
    pub fn on_ran(&mut self, index: u64) {
        self.count += index - self.range.start;
        self.range.start = index;
    }

    /// Nothing more of the present range is to be run: what to tell the manager. `end` is the length of the
    /// source, if this member has just run into its end. `None` if there is nothing to tell and the next
    /// range of the member's own share is to be run.
    pub fn on_range_end(&mut self, end: Option<u64>) -> Option<Report> {
        if end.is_none() && self.next_share() {
            return None;
        }
        self.state = State::Asking;
        Some(Report { completion: self.completion(end, end.is_none()), wants: true })
    }

    /// The iteration `index`, at which the present range stands, left the loop; the manager is to be told so.
    pub fn on_left(&mut self, index: u64) {
        self.state = State::Asking;
        self.bound = self.bound.min(index);
        self.count = 0;
    }

    /// Whether there is something to tell in between: some of the present range has run and some has not, or some
    /// of this member's own share has run.
    pub fn can_report(&self) -> bool {
        let inside = self.untold < self.range.start && self.range.start < self.range.end;
        self.state == State::Running && if self.shares.is_some() { self.count > 0 } else { inside }
    }

    /// What has run since the manager was told last, to be told in between.
    pub fn so_far(&mut self) -> Report {
        let completion = self.completion(None, false);
        Report { completion, wants: false }
    }

    /// This member takes no more; what it has left is for others. What to tell the manager, if anything.
    pub fn on_stop(&mut self) -> Option<Report> {
        let told = matches!(self.state, State::Running)
            .then(|| Report { completion: self.completion(None, true), wants: false });
        self.state = State::Over(None);
        told
    }

    fn completion(&mut self, end: Option<u64>, give_back: bool) -> Completion {
        let at = self.range.start;
        if self.shares.is_some() {
            // The manager does not know the share: only how many were done.
            let count = std::mem::take(&mut self.count);
            return Completion { done: 0..count, undone: count..count, end };
        }
        let done = self.untold..at;
        let undone = if give_back { at..self.range.end } else { at..at };
        self.untold = at;
        self.count = 0;
        Completion { done, undone, end }
    }

    /// Goes on to the next range of the member's own share; false if there is none.
    fn next_share(&mut self) -> bool {
        match self.shares.as_mut().and_then(Iterator::next) {
            Some(range) if range.start < self.bound => {
                self.range = range;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::{Static, shares};

    #[test]
    fn a_member_tells_each_iteration_once() {
        let mut worker = Worker::new(None);
        assert_eq!(worker.task(), Task::Wait);
        worker.on_assign(4..8);
        assert!(!worker.can_report(), "nothing has run");
        worker.on_ran(6);
        assert!(worker.can_report());
        let report =
            |done, undone, wants| Report { completion: Completion { done, undone, end: None }, wants };
        assert_eq!(worker.so_far(), report(4..6, 6..6, false));
        assert!(!worker.can_report(), "all of it is told");
        worker.on_ran(8);
        assert!(!worker.can_report(), "what is done goes with the next request");
        assert_eq!(worker.on_range_end(None), Some(report(6..8, 8..8, true)));
        assert_eq!((worker.task(), worker.on_stop()), (Task::Wait, None));
    }

    #[test]
    fn a_bound_is_never_raised() {
        let mut worker = Worker::new(None);
        worker.on_assign(0..9);
        worker.on_cancel(4);
        worker.on_cancel(7);
        assert_eq!((worker.task(), worker.stop_before()), (Task::Run(0..4), 4));
        worker.on_left(2);
        worker.on_cancel(3);
        assert_eq!((worker.task(), worker.stop_before()), (Task::Wait, 2));
    }

    #[test]
    fn a_share_is_told_by_its_number_and_ends_at_the_bound() {
        let mut worker = Worker::new(Some(shares(Static::Cyclic(2), 1, 2, Some(11))));
        assert_eq!(worker.task(), Task::Run(2..4));
        worker.on_ran(4);
        assert_eq!((worker.on_range_end(None), worker.task()), (None, Task::Run(6..8)));
        worker.on_cancel(8);
        worker.on_ran(8);
        let completion = Completion { done: 0..4, undone: 4..4, end: None };
        assert_eq!(worker.on_range_end(None), Some(Report { completion, wants: true }));
        assert_eq!(worker.task(), Task::Wait);
    }
}
