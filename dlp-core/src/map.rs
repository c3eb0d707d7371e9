//! Mapping a function over items by hand: it runs on all ranks, its results come to the root.
//!
//! What travels to a rank is an index and what comes back is the result, as postcard. The loop over the results
//! is the serial part: it runs on the root, while the others (and, between two results, the root) work.

use std::collections::VecDeque;
use std::marker::PhantomData;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::encoding::{decode, encode};
use crate::hand::{Member, Plan};
use crate::observe::Observer;
use crate::part::{Draft, Ledger, Stretch, read_all, writer};
use crate::pulse::Pulse;
use crate::report::{self, PANICKED, Place};
use crate::schedule::Chunk;
use crate::session::{Aborted, Mode, Within};
use crate::site::{Gather, Manager};
use crate::stepper::Stepper;
use crate::wire::{Message, Payload, WireError};
use crate::worker::Task;

/// Calls `work` for every item on some rank and gives the results on the root, as they arrive.
///
/// All ranks call this in the same place with the same items, and loop over it: on the root that gives every
/// result once, in no particular order; on the others it works and gives nothing. On one rank it is `items.map(work)`.
///
/// ```
/// let mut sum = 0;
/// for square in dlp_core::map::map_unordered(1..=3, |x| x * x) {
///     sum += square; // on the root
/// }
/// # assert_eq!(sum, 14);
/// ```
///
/// # Panics
/// If `work` does (the job ends then), inside another loop that is split, and if the ranks come to different places
/// or have different numbers of items.
#[track_caller]
pub fn map_unordered<I, F, R>(items: I, work: F) -> Map<I::IntoIter, F, R>
where
    I: IntoIterator,
    F: FnMut(I::Item) -> R,
    R: Serialize + DeserializeOwned,
{
    let plan = Plan::new("map_unordered", Location::caller(), Gather::Root);
    Map::new(items.into_iter(), work, plan, Order::Arrival)
}

/// Like [`map_unordered`], with the results in the order of the items: the first is given as soon as it is there,
/// and one that is early waits.
///
/// ```
/// let squares: Vec<i32> = dlp_core::map::map(1..=3, |x| x * x).collect();
/// assert_eq!(squares, [1, 4, 9], "on the root; elsewhere it is empty");
/// ```
///
/// # Panics
/// As [`map_unordered`].
#[track_caller]
pub fn map<I, F, R>(items: I, work: F) -> Map<I::IntoIter, F, R>
where
    I: IntoIterator,
    F: FnMut(I::Item) -> R,
    R: Serialize + DeserializeOwned,
{
    Map::new(items.into_iter(), work, Plan::new("map", Location::caller(), Gather::Root), Order::Loop)
}

/// The results of [`map`] or [`map_unordered`].
pub struct Map<I, F, R>
where
    I: Iterator,
    F: FnMut(I::Item) -> R,
    R: Serialize + DeserializeOwned,
{
    source: Stepper<I>,
    work: F,
    plan: Plan,
    order: Order,
    state: State,
    ready: VecDeque<R>,
    result: PhantomData<R>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Arrival,
    Loop,
}

enum State {
    New,
    /// One rank: the index of the next item.
    Alone(u64),
    Running(Box<Running>),
    Over,
}

/// What a rank has while results may still come.
struct Running {
    member: Member,
    draft: Draft,
    ledger: Ledger,
    pulse: Pulse,
    /// On the root, whose user's code runs between two results: the other ranks are elsewhere.
    _alone: Within,
}

impl<I, F, R> Map<I, F, R>
where
    I: Iterator,
    F: FnMut(I::Item) -> R,
    R: Serialize + DeserializeOwned,
{
    fn new(source: I, work: F, plan: Plan, order: Order) -> Self {
        Self {
            source: Stepper::new(source),
            work,
            plan,
            order,
            state: State::New,
            ready: VecDeque::new(),
            result: PhantomData,
        }
    }

    /// Hands out `count` items at a time: fewer messages, coarser balance. At least 1, which is the default.
    #[must_use]
    pub fn chunk(mut self, count: u64) -> Self {
        self.plan.chunk = Chunk::Fixed(count.max(1));
        self
    }

    /// Hands out as many items at a time as keep the cost of handing out small beside the work.
    #[must_use]
    pub fn auto_chunk(mut self) -> Self {
        self.plan.chunk = Chunk::Auto;
        self
    }

    /// The root calls `work` for nothing and is free for the loop over the results, as in `dlp_mpi`; unless it is
    /// alone.
    #[must_use]
    pub fn dedicated(mut self) -> Self {
        self.plan.manager = Manager::Dedicated;
        self
    }

    fn start(&self) -> State {
        let Some(member) = self.plan.enter(self.source.length(), true) else { return State::Alone(0) };
        State::Running(Box::new(Running {
            draft: Draft::of(member.link.session().rank()),
            ledger: Ledger::of(self.source.length()),
            pulse: Pulse::new(member.link.session().size()),
            member,
            _alone: Within::new(Mode::Alone),
        }))
    }

    /// Does the next thing that is to be done; false when there is nothing more.
    fn step(&mut self, running: &mut Running) -> bool {
        match running.member.worker.task() {
            Task::Run(range) => self.run_one(running, range),
            Task::Draw => unreachable!("its manager deals"),
            Task::Wait => {
                let message = running.member.await_message();
                self.take_in(running, message);
            }
            Task::Leave(_) => match running.member.link.await_message_or_end() {
                Some(message) => self.take_in(running, message),
                None => return false,
            },
        }
        while let Some(message) = running.member.link.hear() {
            self.take_in(running, message);
        }
        true
    }

    /// Runs the first item of what is left of this rank's range, or ends the range.
    fn run_one(&mut self, running: &mut Running, range: Range<u64>) {
        let mut end = None;
        if !range.is_empty() {
            report::at(Place::Item(self.plan.name, self.plan.at, range.start));
            let item = self.source.item(range.start);
            report::at(Place::Outside);
            match item {
                Ok(item) => {
                    running.member.link.busy();
                    let result = self.call(&mut running.member, range.start, item);
                    running.draft.record().append(|bytes| encode(&result, bytes));
                    running.draft.close(range.start);
                    running.member.worker.on_ran(range.start + 1);
                }
                Err(found) => {
                    running.member.check_end(found);
                    end = Some(found);
                }
            }
        }
        let Running { member, draft, pulse, .. } = running;
        let report = if end.is_some() || range.start + 1 >= member.worker.stop_before() {
            member.worker.on_range_end(end)
        } else if pulse.beat() && (pulse.is_late() || draft.bytes() > 1 << 20) {
            Some(member.worker.so_far())
        } else {
            None
        };
        if let Some(report) = report {
            pulse.told();
            member.tell(report, draft.take());
        }
    }

    fn call(&mut self, member: &mut Member, index: u64, item: I::Item) -> R {
        let _within = Within::new(Mode::Iterating);
        report::at(Place::Item(self.plan.name, self.plan.at, index));
        member.counting.work_begins();
        let result = catch_unwind(AssertUnwindSafe(|| (self.work)(item)));
        member.counting.work_ends(1);
        report::at(Place::Outside);
        match result {
            Ok(result) => result,
            Err(panic) if panic.is::<Aborted>() => resume_unwind(panic),
            Err(_) => member.link.session().abort(PANICKED),
        }
    }

    fn take_in(&mut self, running: &mut Running, message: Message) {
        let part = match running.member.on_message(self.source.stepped(), message) {
            None => return,
            Some(Message::Part(part)) if running.member.link.session().is_root() => part,
            Some(other) => running.member.fail(&format!("got {other:?}")),
        };
        if let Err(why) = self.take_results(running, part) {
            running.member.fail(&format!("got {why}"));
        }
    }

    fn take_results(&mut self, running: &mut Running, part: Payload) -> Result<(), WireError> {
        let Running { member, ledger, .. } = running;
        let ready = &mut self.ready;
        let mut read = |by: usize, bytes: &[u8]| {
            let broken = |why| member.fail(&format!("from rank {by}: {why}"));
            ready.push_back(decode(bytes).unwrap_or_else(broken));
        };
        if self.order == Order::Arrival {
            let by = writer(&part).unwrap_or(0);
            return read_all(part, |_, bytes| read(by, bytes));
        }
        ledger.add(part)?;
        let mut read_some =
            |stretch: Stretch<'_>| stretch.iterations().for_each(|(_, bytes)| read(stretch.member, bytes));
        while ledger.read(u64::MAX, &mut read_some)?.is_some() {}
        Ok(())
    }
}

impl<I, F, R> Iterator for Map<I, F, R>
where
    I: Iterator,
    F: FnMut(I::Item) -> R,
    R: Serialize + DeserializeOwned,
{
    type Item = R;

    fn next(&mut self) -> Option<R> {
        if matches!(self.state, State::New) {
            self.state = self.start();
        }
        if let State::Alone(next) = self.state {
            self.state = State::Alone(next + 1);
            let _within = Within::new(Mode::Iterating);
            return self.source.item(next).ok().map(&mut self.work);
        }
        while self.ready.is_empty() {
            let State::Running(mut running) = std::mem::replace(&mut self.state, State::Over) else {
                return None;
            };
            if self.step(&mut running) {
                self.state = State::Running(running);
            }
        }
        self.ready.pop_front()
    }
}

impl<I, F, R> Drop for Map<I, F, R>
where
    I: Iterator,
    F: FnMut(I::Item) -> R,
    R: Serialize + DeserializeOwned,
{
    fn drop(&mut self) {
        if std::thread::panicking() || matches!(self.state, State::Alone(_) | State::Over) {
            return;
        }
        if matches!(self.state, State::New) {
            self.state = self.start();
        }
        if let State::Running(running) = &self.state {
            let link = &running.member.link;
            if link.session().transport.aborted() {
                return;
            }
            if link.session().is_root() {
                // Nobody wants the rest.
                link.tell(Message::Cancel(0));
            }
        }
        // A rank whose loop gives nothing works all the same, whether or not anybody looks.
        while self.next().is_some() {}
    }
}

impl<I, F, R> std::fmt::Debug for Map<I, F, R>
where
    I: Iterator,
    F: FnMut(I::Item) -> R,
    R: Serialize + DeserializeOwned,
{
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Map").field("place", &self.plan.place()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
