//! What can happen next in a loop, in each of its states.
//!
//! Knows who may do what; not what comes of it.

use dlp_core::worker::Task;

use crate::book::Known;
use crate::case::Case;
use crate::net::Up;
use crate::pools::Rest;
use crate::world::World;

/// One thing that can happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The root gets the next message of this member.
    ToRoot(usize),
    /// The same, after a long time.
    ToRootLate(usize),
    /// This member comes to the loop and wants nothing of it.
    EnterIdle(usize),
    /// This member gets its next message from the root.
    FromRoot(usize),
    /// This member gets its next message from the one above it in the tree.
    FromAbove(usize),
    /// This member runs one iteration, or finds that there is none.
    Run(usize),
    /// This member runs an iteration, which leaves the loop.
    Leave(usize),
    /// This member runs an iteration, which fails and is passed over.
    Fail(usize),
    /// This member takes something from the pool of its node, or finds that it has to wait.
    Draw(usize),
    /// This member, which has begun to wait for the pool, looks whether it still has to, and sleeps.
    Look(usize),
    /// The loop before this one leaves the pool of this node.
    Vacate(usize),
    /// The loop after this one takes the pool of this node, which this one has left.
    Succeed(usize),
    /// This member says in between what it has done.
    Tell(usize),
    /// This member takes no more.
    Stop(usize),
    /// The root wants nothing from here on.
    Cancel(u64),
    /// This rank dies.
    Die(usize),
    /// What is on the way from the one that died is lost.
    Lose(usize),
    /// Whoever started the job finds out, and ends all of it.
    Abort,
}

impl World {
    /// Everything that can happen next.
    pub(crate) fn steps(&self, case: &Case, steps: &mut Vec<Step>) {
        if self.aborted {
            return;
        }
        for member in 0..case.members {
            self.steps_at_the_root(case, member, steps);
            if self.dead != Some(member) && self.book.members[member] != Known::Absent {
                self.steps_of(case, member, steps);
            }
            if case.deaths && self.dead.is_none() && !self.is_out(member) {
                steps.push(Step::Die(member));
            }
        }
        if self.may_cancel && self.book.members[0] != Known::Absent && self.dead != Some(0) {
            steps.extend(case.cancel.map(Step::Cancel));
        }
        steps.extend(self.pools.occupied().map(Step::Vacate));
        steps.extend(self.pools.free().map(Step::Succeed));
        if self.dead.is_some() {
            steps.push(Step::Abort);
        }
    }

    /// Whether anything can happen.
    pub(crate) fn goes_on(&self, case: &Case) -> bool {
        let mut steps = vec![];
        self.steps(case, &mut steps);
        !steps.is_empty()
    }

    fn steps_at_the_root(&self, case: &Case, member: usize, steps: &mut Vec<Step>) {
        let Some(message) = self.net.next_up(member).filter(|_| self.dead != Some(0)) else { return };
        steps.push(Step::ToRoot(member));
        if self.dead == Some(member) {
            steps.push(Step::Lose(member));
        }
        match message {
            Up::Enter if self.may_stop(case) => steps.push(Step::EnterIdle(member)),
            Up::Request { .. } if case.slow => steps.push(Step::ToRootLate(member)),
            _ => {}
        }
    }

    fn steps_of(&self, case: &Case, member: usize, steps: &mut Vec<Step>) {
        steps.extend(self.net.next_direct(member).map(|_| Step::FromRoot(member)));
        steps.extend(self.net.next_tree(member).map(|_| Step::FromAbove(member)));
        let worker = &self.workers[member];
        if worker.can_report() {
            steps.push(Step::Tell(member));
        }
        if worker.task() == Task::Draw {
            steps.extend(match self.pools.rest_of(member) {
                Rest::Awake => Some(Step::Draw(member)),
                Rest::Waits => Some(Step::Look(member)),
                Rest::Asleep => None,
            });
        }
        let Task::Run(range) = worker.task() else { return };
        steps.push(Step::Run(member));
        if !range.is_empty() && range.start < case.length {
            if self.left.count_ones() < case.exits {
                steps.push(Step::Leave(member));
            }
            if self.failed.count_ones() < case.failures {
                steps.push(Step::Fail(member));
            }
        }
        if self.may_stop(case) {
            steps.push(Step::Stop(member));
        }
    }

    fn may_stop(&self, case: &Case) -> bool {
        self.stopped.count_ones() < case.stops
    }
}
