//! What must hold in every state, and at every end.
//!
//! Knows the state of a loop; not how it came about.

use dlp_core::worker::Task;

use crate::book::Known;
use crate::case::Case;
use crate::net::Set;
use crate::world::World;

/// All indices before this one.
fn before(index: u64) -> Set {
    Set::MAX.checked_shr(Set::BITS.saturating_sub(index as u32)).unwrap_or(0)
}

impl World {
    /// Where the loop was left, as the root can know: the lowest index that leaves, or at which it was cancelled.
    fn exit(&self) -> Option<u64> {
        let known = self.left & self.handed;
        let left = (known != 0).then(|| u64::from(known.trailing_zeros()));
        left.into_iter().chain(self.cancelled).min()
    }

    /// Members that could have run what is left, and did not care to.
    fn all_stopped(&self, case: &Case) -> bool {
        (usize::from(case.has_host())..case.members).all(|member| self.stopped & 1 << member != 0)
    }

    /// What has to be done before the loop is over: everything up to where it was left. An iteration that leaves it has
    /// run; that at which the root cancels need not have.
    fn needed(&self, case: &Case) -> Set {
        let bound = self.exit().unwrap_or(case.length).min(case.length);
        let leaves = self.exit().filter(|&exit| exit < case.length).map_or(0, |exit| self.left & 1 << exit);
        before(bound) | leaves
    }

    /// What the manager remembers is what a reader of its messages knows.
    pub(crate) fn is_in_the_book(&self) -> bool {
        self.manager.exit() == self.book.exit && self.manager.done() == self.book.done
    }

    /// Each member stops before whatever it was told not to run.
    pub(crate) fn bounds_are_kept(&self) -> bool {
        self.workers.iter().zip(&self.told).all(|(worker, told)| worker.stop_before() <= *told)
    }

    /// The manager counts no iteration as done whose effects the root does not hold, whoever has died. Of shares that were
    /// left it counts fewer.
    pub(crate) fn done_means_handed_over(&self, case: &Case) -> bool {
        let handed = u64::from(self.handed.count_ones());
        let fewer = case.terms.deal.is_none() && self.left != 0;
        self.manager.done() == handed || fewer && self.manager.done() < handed
    }

    /// The loop is not over before the root holds the effects of all of it, whoever has died; unless nobody was left who
    /// wanted to run them.
    pub(crate) fn over_means_handed_over(&self, case: &Case) -> bool {
        let over = self.manager.is_over() && !self.all_stopped(case);
        !over || self.needed(case) & !self.handed == 0
    }

    /// Nobody has anything to replay before everybody has come.
    pub(crate) fn nothing_is_replayed_early(&self) -> bool {
        self.has.iter().all(|&has| has == 0) || !self.book.members.contains(&Known::Absent)
    }

    /// What each member is told in the end is what has happened.
    pub(crate) fn outcomes_are_true(&self, case: &Case) -> bool {
        self.workers.iter().all(|worker| match worker.task() {
            Task::Leave(Some(outcome)) => {
                let least = self.exit().map(|exit| exit + 1);
                let end = case.terms.length.or(least).unwrap_or(case.length);
                outcome.exit == self.exit() && (outcome.end == case.length || outcome.end == end)
            }
            _ => true,
        })
    }

    /// Nothing can happen any more, and it is a good end: everybody is out, everything has run once or was left out with a
    /// reason, all of it was handed over, and whoever replays has it.
    pub(crate) fn is_good_end(&self, case: &Case) -> bool {
        self.aborted
            || self.manager.is_over()
                && (0..case.members).all(|member| self.is_out(member))
                && self.workers.iter().all(|worker| self.knows_what_it_waited_for(case, &worker.task()))
                && (self.needed(case) & !self.ran == 0 || self.all_stopped(case))
                && self.handed == self.ran
                && self.failed & !self.handed == 0
                && (!case.replay || self.has.iter().all(|has| self.needed(case) & !has == 0))
    }

    /// Who waits for the outcome gets it, and nobody else.
    fn knows_what_it_waited_for(&self, case: &Case, task: &Task) -> bool {
        matches!(task, Task::Leave(outcome) if outcome.is_some() == case.terms.hold)
    }
}
