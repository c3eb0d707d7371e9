//! Splitting an iterator by hand: each rank gets an iterator over its own share of the items.
//!
//! An index is all that travels: every rank builds the same items and steps over those of others.

use std::iter::{Skip, StepBy};
use std::panic::Location;

use crate::hand::{Member, Plan};
use crate::observe::Observer;
use crate::report::{self, Place};
use crate::schedule::Chunk;
use crate::session::{self, Mode, Within};
use crate::site::{Gather, Manager};
use crate::stepper::Stepper;
use crate::wire::Payload;
use crate::worker::Task;

/// The items with index `rank`, `rank + size`, `rank + 2 size`, ..: no messages at all. For items that take
/// equally long.
///
/// ```
/// let mine: Vec<i32> = dlp_core::split::split_round_robin([10, 11, 12]).collect();
/// assert_eq!(mine, [10, 11, 12], "all of them, on the only rank");
/// ```
///
/// # Panics
/// On a thread that is not a rank.
#[track_caller]
pub fn split_round_robin<I: IntoIterator>(items: I) -> StepBy<Skip<I::IntoIter>> {
    let session = session::current();
    items.into_iter().skip(session.rank()).step_by(session.size())
}

/// The items that a manager on the root hands to this rank, one after another, whenever it comes back for
/// more (self-scheduling). For items that take unequally long.
///
/// All ranks call this in the same place with the same items. Every item goes to exactly one rank. Leaving the loop
/// early means that this rank takes no more and the others finish; the item in hand counts as done.
///
/// ```
/// let mut mine = vec![];
/// for item in dlp_core::split::split_managed(0..5) {
///     mine.push(item * item);
/// }
/// let all = dlp_core::collective::gather(mine); // on the root: one vector of each rank
/// # assert_eq!(all, Some(vec![vec![0, 1, 4, 9, 16]]));
/// ```
///
/// # Panics
/// On a thread that is not a rank, inside another loop that is split, and if the ranks come to different places
/// or have different numbers of items.
#[track_caller]
pub fn split_managed<I: IntoIterator>(items: I) -> SplitManaged<I::IntoIter> {
    SplitManaged {
        source: Stepper::new(items.into_iter()),
        spare: None,
        plan: Plan::new("split_managed", Location::caller(), Gather::None),
        state: State::New,
    }
}

/// This rank's share of an iterator; see [`split_managed`].
pub struct SplitManaged<I: Iterator> {
    source: Stepper<I>,
    /// The items from their beginning, where a rank may be given some that it has stepped over.
    spare: Option<Spare<I>>,
    plan: Plan,
    state: State,
}

/// The items, and how to have them once more: by `Clone`, which is known only where chunks are asked for.
type Spare<I> = (I, fn(&I) -> I);

enum State {
    New,
    /// One rank: the items themselves.
    Alone(u64, #[expect(dead_code, reason = "dropped with the state")] Within),
    Running(Box<Running>),
    Over,
}

struct Running {
    member: Member,
    /// While an item is with the user.
    within: Option<Within>,
    /// The root that only hosts the manager.
    host: bool,
}

impl<I: Iterator> SplitManaged<I> {
    /// Hands out `count` items at a time: fewer messages, coarser balance. At least 1, which is the default.
    ///
    /// The items must be `Clone`: what a rank leaves undone of several goes to one that has stepped past it.
    #[must_use]
    pub fn chunk(self, count: u64) -> Self
    where
        I: Clone,
    {
        self.by(Chunk::Fixed(count.max(1)))
    }

    /// Hands out as many items at a time as keep the cost of handing out small beside the work. The items must be
    /// `Clone`, as for [`chunk`](SplitManaged::chunk).
    #[must_use]
    pub fn auto_chunk(self) -> Self
    where
        I: Clone,
    {
        self.by(Chunk::Auto)
    }

    fn by(self, chunk: Chunk) -> Self
    where
        I: Clone,
    {
        assert!(matches!(self.state, State::New), "the chunk was chosen after the loop had begun");
        let spare =
            (chunk != Chunk::Fixed(1)).then(|| (self.source.inner().clone(), I::clone as fn(&I) -> I));
        let mut this = self;
        (this.plan.chunk, this.spare) = (chunk, spare);
        this
    }

    /// Leaves the whole root to the manager, as `dlp_mpi` does; it gets no items, unless it is alone. By
    /// default the root works too.
    #[must_use]
    pub fn dedicated(mut self) -> Self {
        self.plan.manager = Manager::Dedicated;
        self
    }

    /// Comes to the loop; `wants` no work if it is dropped at once.
    fn start(&self, wants: bool) -> State {
        match self.plan.enter(self.source.length(), wants) {
            None => State::Alone(0, Within::new(Mode::Iterating)),
            Some(member) => {
                let host = self.plan.manager == Manager::Dedicated && member.link.session().is_root();
                State::Running(Box::new(Running { member, within: None, host }))
            }
        }
    }
}

impl<I: Iterator> Iterator for SplitManaged<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        if matches!(self.state, State::New) {
            self.state = self.start(true);
        }
        if let State::Alone(next, _) = &mut self.state {
            let item = self.source.item(*next).ok();
            *next += 1;
            if item.is_none() {
                self.state = State::Over;
            }
            return item;
        }
        let State::Running(mut running) = std::mem::replace(&mut self.state, State::Over) else {
            return None;
        };
        let from = if self.spare.is_some() { 0 } else { self.source.stepped() };
        let index = running.next_index(from)?;
        if index < self.source.stepped() {
            let (items, clone) = self.spare.as_ref().expect("only chunks are handed back");
            self.source = Stepper::new(clone(items));
        }
        report::at(Place::Item(self.plan.name, self.plan.at, index));
        match self.source.item(index) {
            Ok(item) => {
                running.give();
                self.state = State::Running(running);
                Some(item)
            }
            Err(end) => {
                report::at(Place::Outside);
                running.member.check_end(end);
                running.end_range(Some(end));
                self.state = State::Running(running);
                self.next()
            }
        }
    }
}

impl Running {
    /// The next index of this rank, waited for if need be, at which items from `from` on can still be had; `None` when
    /// there is no more.
    fn next_index(&mut self, from: u64) -> Option<u64> {
        self.take_back();
        loop {
            match self.member.worker.task() {
                Task::Run(range) if !range.is_empty() => return Some(range.start),
                Task::Run(_) => self.end_range(None),
                Task::Draw => unreachable!("its manager deals"),
                Task::Wait => {
                    let message = self.member.await_message();
                    if let Some(other) = self.member.on_message(from, message) {
                        self.member.fail(&format!("got {other:?}"));
                    }
                }
                Task::Leave(_) => {
                    self.see_out();
                    return None;
                }
            }
        }
    }

    /// An item goes to the user, whose code runs until `next` is called again.
    fn give(&mut self) {
        let Member { worker, counting, link, .. } = &mut self.member;
        let Task::Run(range) = worker.task() else { unreachable!("an index was given out") };
        worker.on_ran(range.start + 1);
        counting.work_begins();
        link.busy();
        self.within = Some(Within::new(Mode::Iterating));
    }

    /// The user is back from the item that was given out last.
    fn take_back(&mut self) {
        if self.within.take().is_some() {
            self.member.counting.work_ends(1);
            report::at(Place::Outside);
        }
    }

    fn end_range(&mut self, end: Option<u64>) {
        if let Some(report) = self.member.worker.on_range_end(end) {
            self.member.tell(report, Payload::default());
        }
    }

    /// On the root: stays while the others need it and nobody else answers them.
    fn see_out(&self) {
        let link = &self.member.link;
        if self.host || !link.session().has_service() {
            link.see_out();
        } else {
            // They go on while the root does something else.
            link.busy();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.take_back();
        if std::thread::panicking() || self.member.link.session().transport.aborted() {
            return;
        }
        // Left early, if there is something to tell.
        if let Some(report) = self.member.worker.on_stop() {
            self.member.tell(report, Payload::default());
        }
        self.see_out();
    }
}

impl<I: Iterator> Drop for SplitManaged<I> {
    fn drop(&mut self) {
        // Never looped over, on this rank: the others are waiting for it all the same.
        if matches!(self.state, State::New) && !std::thread::panicking() {
            self.state = self.start(false);
        }
    }
}

impl<I: Iterator> std::fmt::Debug for SplitManaged<I> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SplitManaged")
            .field("place", &self.plan.place())
            .field("length", &self.source.length())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
