//! Splitting an iterator by hand: each rank gets an iterator over its own share of the items.
//!
//! An index is all that travels: every rank builds the same items and steps over those of others.

use std::iter::{Skip, StepBy};
use std::panic::Location;

use crate::collective::place;
use crate::hub::Spec;
use crate::link::Link;
use crate::manager::Terms;
use crate::observe::{Counting, Observer};
use crate::schedule::Chunk;
use crate::session::{self, Mode, Rendezvous, Within};
use crate::site::{Gather, Manager};
use crate::stepper::Stepper;
use crate::wire::{Message, Op, Payload};
use crate::worker::{Report, Task, Worker};

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
        chunk: Chunk::Fixed(1),
        manager: Manager::default(),
        place: place("split_managed", Location::caller()),
        state: State::New,
    }
}

/// This rank's share of an iterator; see [`split_managed`].
pub struct SplitManaged<I: Iterator> {
    source: Stepper<I>,
    /// The items from their beginning, where a rank may be given some that it has stepped over.
    spare: Option<Spare<I>>,
    chunk: Chunk,
    manager: Manager,
    place: String,
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
    link: Link,
    worker: Worker,
    counting: Counting,
    /// Items given out since the work began.
    given: u64,
    within: Option<Within>,
    dedicated: bool,
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
        (this.chunk, this.spare) = (chunk, spare);
        this
    }

    /// Leaves the whole root to the manager, as `dlp_mpi` does; it gets no items, unless it is alone. By
    /// default the root works too.
    #[must_use]
    pub fn dedicated(mut self) -> Self {
        self.manager = Manager::Dedicated;
        self
    }

    /// Comes to the loop; `wants` no work if it is dropped at once.
    fn start(&mut self, wants: bool) -> State {
        let session = session::current();
        if session.size() == 1 {
            return State::Alone(0, Within::new(Mode::Iterating));
        }
        let dedicated = self.manager == Manager::Dedicated;
        let terms = Terms {
            deal: Some(self.chunk),
            length: self.source.length(),
            hold: false,
            may_stop: true,
            dedicated,
        };
        let link = session.enter(Rendezvous {
            op: Op::Loop,
            place: self.place.clone(),
            length: self.source.length(),
            digest: 0,
            wants,
            data: Payload::default(),
            spec: Spec::Loop { terms, gather: Gather::None, settings: session.settings.share() },
        });
        link.admission();
        let counting = Counting::new(self.place.clone());
        let mut worker = Worker::new(None);
        if !wants {
            worker.on_release();
        }
        let dedicated = dedicated && session.is_root();
        State::Running(Box::new(Running { link, worker, counting, given: 0, within: None, dedicated }))
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
        let index = running.next_index()?;
        if index < self.source.stepped() {
            let (items, clone) = self.spare.as_ref().expect("only chunks are handed back");
            self.source = Stepper::new(clone(items));
        }
        match self.source.item(index) {
            Ok(item) => {
                running.give();
                self.state = State::Running(running);
                Some(item)
            }
            Err(end) => {
                if let Some(length) = self.source.length() {
                    running.link.session().fail(&format!(
                        "{}: the items announced their number by `size_hint` as {length} and ended after {end}",
                        self.place
                    ));
                }
                running.ends_at(end);
                self.state = State::Running(running);
                self.next()
            }
        }
    }
}

impl Running {
    /// The next index of this rank, waited for if need be; `None` when there is no more.
    fn next_index(&mut self) -> Option<u64> {
        self.take_back();
        loop {
            match self.worker.task() {
                Task::Run(range) if !range.is_empty() => return Some(range.start),
                Task::Run(_) => {
                    let report = self.worker.on_range_end(None);
                    self.tell(report);
                }
                Task::Wait => {
                    self.counting.wait_begins();
                    let message = self.link.await_message();
                    self.counting.wait_ends();
                    match message {
                        Message::Assign(range) => self.worker.on_assign(range),
                        Message::Release => self.worker.on_release(),
                        message => self.link.session().fail(&format!("`split_managed` got {message:?}")),
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
        let Task::Run(range) = self.worker.task() else { unreachable!("an index was given out") };
        self.worker.on_ran(range.start + 1);
        self.given = 1;
        self.counting.work_begins();
        self.link.busy();
        self.within = Some(Within::new(Mode::Iterating));
    }

    /// The user is back from the item that was given out last.
    fn take_back(&mut self) {
        if self.within.take().is_some() {
            self.counting.work_ends(std::mem::take(&mut self.given));
        }
    }

    fn ends_at(&mut self, end: u64) {
        let report = self.worker.on_range_end(Some(end));
        self.tell(report);
    }

    fn tell(&self, report: Option<Report>) {
        if let Some(Report { completion, wants }) = report {
            self.link.tell(Message::Request { completion, wants, part: Payload::default() });
        }
    }

    /// On the root: stays while the others need it and nobody else answers them.
    fn see_out(&self) {
        if self.dedicated || !self.link.session().has_service() {
            self.link.see_out();
        } else {
            // They go on while the root does something else.
            self.link.busy();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.take_back();
        if std::thread::panicking() || self.link.session().transport.aborted() {
            return;
        }
        // Left early, if there is something to tell.
        let report = self.worker.on_stop();
        self.tell(report);
        self.see_out();
        let counting = std::mem::replace(&mut self.counting, Counting::new(String::new()));
        self.link.session().count(counting.finish());
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
            .field("place", &self.place)
            .field("length", &self.source.length())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collective::{all_gather, barrier, is_root, rank, size};
    use crate::testing::run;

    /// All that the ranks got, sorted.
    fn union(all: Vec<Vec<u64>>) -> Vec<u64> {
        let mut all: Vec<u64> = all.into_iter().flatten().collect();
        all.sort_unstable();
        all
    }

    #[test]
    fn round_robin_gives_every_nth_item() {
        let got = run(3, || split_round_robin(10..17).collect::<Vec<_>>());
        assert_eq!(got, [vec![10, 13, 16], vec![11, 14], vec![12, 15]]);
    }

    #[test]
    fn managed_gives_every_item_to_one_rank() {
        for ranks in 1..=4 {
            for length in [0, 1, 2, 50] {
                let whole: Vec<u64> = (0..length).collect();
                assert_eq!(union(run(ranks, || split_managed(0..length).collect())), whole);
                assert_eq!(union(run(ranks, || split_managed(0..length).chunk(4).collect())), whole);
                assert_eq!(union(run(ranks, || split_managed(0..length).auto_chunk().collect())), whole);
                let unsized_items = || split_managed((0..length).filter(|_| true)).chunk(3).collect();
                assert_eq!(union(run(ranks, unsized_items)), whole);
                let dedicated = run(ranks, || split_managed(0..length).dedicated().collect::<Vec<_>>());
                assert!(ranks == 1 || dedicated[0].is_empty(), "a dedicated manager gets no items");
                assert_eq!(union(dedicated), whole);
            }
        }
    }

    #[test]
    fn a_rank_that_leaves_early_leaves_the_rest_to_the_others() {
        for leaver in 0..3 {
            for chunk in [1, 7] {
                let got = run(3, || {
                    let mut mine = vec![];
                    for item in split_managed(0..60_u64).chunk(chunk) {
                        mine.push(item);
                        if rank() == leaver {
                            break;
                        }
                        std::thread::sleep(std::time::Duration::from_micros(100));
                    }
                    barrier();
                    mine
                });
                assert!(got[leaver].len() <= 1);
                assert_eq!(union(got), (0..60).collect::<Vec<_>>(), "rank {leaver} left, chunk {chunk}");
            }
        }
    }

    #[test]
    fn a_rank_that_never_looks_takes_nothing() {
        let got = run(3, || {
            let share = split_managed(0..20_u64);
            if rank() == 1 {
                drop(share);
                vec![]
            } else {
                share.collect::<Vec<_>>()
            }
        });
        assert_eq!(union(got), (0..20).collect::<Vec<_>>());
    }

    #[test]
    fn loops_one_after_another_do_not_take_each_others_items() {
        let got = run(4, || {
            let mut seen = vec![];
            for round in 0..50 {
                let mine: Vec<u64> = split_managed(0..7).map(|item| round * 7 + item).collect();
                seen.extend(mine);
            }
            all_gather(seen)
        });
        for all in got {
            assert_eq!(union(all), (0..350).collect::<Vec<_>>());
        }
    }

    #[test]
    #[should_panic(expected = "rank 0 has 3 items, rank 1 has 4 items")]
    fn different_numbers_of_items_are_told() {
        run(2, || split_managed(0..3 + rank()).count());
    }

    #[test]
    #[should_panic(expected = "`barrier`")]
    fn a_barrier_inside_the_loop_is_refused() {
        run(2, || split_managed(0..3).for_each(|_| barrier()));
    }

    #[test]
    fn a_root_that_works_gets_items_while_it_hosts_the_manager() {
        let got = run(2, || {
            let mine =
                split_managed(0..40).inspect(|_| std::thread::sleep(std::time::Duration::from_millis(1)));
            (is_root(), mine.count(), size())
        });
        // Nobody is let in before the root has come, and the root asks as it comes.
        assert!(got.iter().all(|(root, count, _)| !root || *count > 0), "{got:?}");
        assert_eq!(got.iter().map(|(_, count, _)| count).sum::<usize>(), 40);
    }
}
