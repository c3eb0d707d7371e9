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
    /// Take something from the pool of the node.
    Draw,
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
    /// Has told what it did, and waits.
    Asking,
    /// Has to take something from the pool.
    Drawing,
    /// Has asked for a batch for the pool, and waits.
    Fetching,
    /// Runs what is left of its range.
    Running,
    /// Is done with the loop.
    Over(Option<Outcome>),
}

/// Where a member's ranges come from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Source {
    /// The manager hands them out.
    Manager,
    /// It computes them.
    Own(Shares),
    /// The pool of its node, which the manager fills.
    Pool,
}

/// One member of one loop.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Worker {
    source: Source,
    state: State,
    /// What is left to run of the present range.
    range: Range<u64>,
    /// The first iteration of the present range that the manager has not been told of.
    untold: u64,
    /// How many iterations were done and not told of, where the manager does not know which.
    count: u64,
    /// Nothing at or after this index matters.
    bound: u64,
}

impl Worker {
    /// A member that has announced itself. With `shares` it begins at once; without, it waits to be given
    /// something.
    pub fn new(shares: Option<Shares>) -> Self {
        let Some(shares) = shares else { return Self::of(Source::Manager, State::Asking) };
        let mut worker = Self::of(Source::Own(shares), State::Running);
        worker.next_share();
        worker
    }

    /// A member that has announced itself, and takes what it runs from the pool of its node.
    pub fn pooled() -> Self {
        Self::of(Source::Pool, State::Drawing)
    }

    fn of(source: Source, state: State) -> Self {
        Self { source, state, range: 0..0, untold: 0, count: 0, bound: u64::MAX }
    }

    /// What to do now.
    pub fn task(&self) -> Task {
        match &self.state {
            State::Asking | State::Fetching => Task::Wait,
            State::Drawing => Task::Draw,
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

    /// This member has taken a range from the pool. False if nothing of it matters any more, nor anything after it.
    pub fn on_draw(&mut self, range: Range<u64>) -> bool {
        let matters = range.start < self.bound;
        if matters {
            self.range = range;
            self.state = State::Running;
        }
        matters
    }

    /// This member, of those of its node, asks for a batch.
    pub fn on_ask(&mut self) {
        self.state = State::Fetching;
    }

    /// What it has asked for is in the pool, or there is nothing more.
    pub fn on_batch(&mut self) {
        self.state = State::Drawing;
    }

    /// There is nothing more in the pool for this member: what to tell the manager.
    pub fn on_dry(&mut self) -> Report {
        self.state = State::Asking;
        Report { completion: self.completion(None, true), wants: true }
    }

    /// Whether it takes what it runs from a pool.
    pub fn draws(&self) -> bool {
        self.source == Source::Pool
    }

    /// Whether it waits for the manager to say what there is to do, or that it is over.
    pub fn is_asking(&self) -> bool {
        self.state == State::Asking
    }

    /// Whether it waits for a batch.
    pub fn is_fetching(&self) -> bool {
        self.state == State::Fetching
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
        if end.is_none() && self.source == Source::Pool {
            self.state = State::Drawing;
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
    /// of what the manager does not know.
    pub fn can_report(&self) -> bool {
        let inside = self.untold < self.range.start && self.range.start < self.range.end;
        self.state == State::Running && if self.source == Source::Manager { inside } else { self.count > 0 }
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
        if self.source != Source::Manager {
            // The manager does not know which: only how many were done.
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
        let Source::Own(shares) = &mut self.source else { return false };
        match shares.next() {
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
    fn a_member_draws_until_there_is_nothing_that_matters() {
        let mut worker = Worker::pooled();
        assert_eq!(worker.task(), Task::Draw);
        worker.on_ask();
        assert!(worker.is_fetching() && !worker.is_asking());
        assert_eq!(worker.task(), Task::Wait);
        worker.on_batch();
        assert_eq!((worker.task(), worker.on_draw(3..5)), (Task::Draw, true));
        worker.on_ran(4);
        assert!(worker.can_report());
        worker.on_ran(5);
        assert_eq!((worker.on_range_end(None), worker.task()), (None, Task::Draw));
        worker.on_cancel(9);
        assert!(!worker.on_draw(9..10));
        let completion = Completion { done: 0..2, undone: 2..2, end: None };
        assert_eq!(worker.on_dry(), Report { completion, wants: true });
        assert!(worker.is_asking());
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
