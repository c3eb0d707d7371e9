//! Mapping a function over items by hand: it runs on all ranks, its results come to the root.
//!
//! What travels to a rank is an index and what comes back is the result, as postcard. The loop over the results
//! is the serial part: it runs on the root, while the others (and, between two results, the root) work.

use std::collections::VecDeque;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::carry::{decode, encode};
use crate::collective::place;
use crate::hub::Spec;
use crate::link::Link;
use crate::manager::Terms;
use crate::observe::{Counting, Observer};
use crate::part::{Draft, Ledger, read_all};
use crate::pulse::Pulse;
use crate::report::{self, PANICKED, Place};
use crate::schedule::Chunk;
use crate::session::{self, Aborted, Mode, Rendezvous, Within};
use crate::site::{Gather, Manager};
use crate::stepper::Stepper;
use crate::wire::{Message, Op, Payload};
use crate::worker::{Report, Task, Worker};

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
    Map::new(items.into_iter(), work, "map_unordered", Location::caller(), Order::Arrival)
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
    Map::new(items.into_iter(), work, "map", Location::caller(), Order::Loop)
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
    name: &'static str,
    at: &'static Location<'static>,
    order: Order,
    chunk: Chunk,
    manager: Manager,
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
    link: Link,
    worker: Worker,
    draft: Draft,
    ledger: Ledger,
    pulse: Pulse,
    counting: Counting,
    /// On the root, whose user's code runs between two results: the other ranks are elsewhere.
    _alone: Within,
}

impl<I, F, R> Map<I, F, R>
where
    I: Iterator,
    F: FnMut(I::Item) -> R,
    R: Serialize + DeserializeOwned,
{
    fn new(source: I, work: F, name: &'static str, at: &'static Location<'static>, order: Order) -> Self {
        Self {
            source: Stepper::new(source),
            work,
            name,
            at,
            order,
            chunk: Chunk::Fixed(1),
            manager: Manager::default(),
            state: State::New,
            ready: VecDeque::new(),
            result: PhantomData,
        }
    }

    /// Hands out `count` items at a time: fewer messages, coarser balance. At least 1, which is the default.
    #[must_use]
    pub fn chunk(mut self, count: u64) -> Self {
        self.chunk = Chunk::Fixed(count.max(1));
        self
    }

    /// Hands out as many items at a time as keep the cost of handing out small beside the work.
    #[must_use]
    pub fn auto_chunk(mut self) -> Self {
        self.chunk = Chunk::Auto;
        self
    }

    /// The root calls `work` for nothing and is free for the loop over the results, as in `dlp_mpi`; unless it is
    /// alone.
    #[must_use]
    pub fn dedicated(mut self) -> Self {
        self.manager = Manager::Dedicated;
        self
    }

    fn start(&self) -> State {
        let session = session::current();
        if session.size() == 1 {
            return State::Alone(0);
        }
        let length = self.source.length();
        let dedicated = self.manager == Manager::Dedicated;
        let terms = Terms { deal: Some(self.chunk), length, hold: false, may_stop: true, dedicated };
        let link = session.enter(Rendezvous {
            op: Op::Loop,
            place: place(self.name, self.at),
            length,
            digest: 0,
            wants: true,
            data: Payload::default(),
            spec: Spec::Loop { terms, gather: Gather::Root, settings: session.settings.share() },
        });
        link.admission();
        State::Running(Box::new(Running {
            link,
            worker: Worker::new(None),
            draft: Draft::default(),
            ledger: Ledger::default(),
            pulse: Pulse::new(),
            counting: Counting::new(place(self.name, self.at)),
            _alone: Within::new(Mode::Alone),
        }))
    }

    /// Does the next thing that is to be done; false when there is nothing more.
    fn step(&mut self, running: &mut Running) -> bool {
        match running.worker.task() {
            Task::Run(_) => self.run_one(running),
            Task::Wait => {
                running.counting.wait_begins();
                let message = running.link.await_message();
                running.counting.wait_ends();
                self.take_in(running, message);
            }
            Task::Leave(_) => match running.link.await_message_or_end() {
                Some(message) => self.take_in(running, message),
                None => return false,
            },
        }
        while let Some(message) = running.link.hear() {
            self.take_in(running, message);
        }
        true
    }

    /// Runs one item of this rank's range, or ends the range.
    fn run_one(&mut self, running: &mut Running) {
        let Task::Run(range) = running.worker.task() else {
            unreachable!("asked only when there is something")
        };
        let mut end = None;
        if !range.is_empty() {
            match self.source.item(range.start) {
                Ok(item) => {
                    running.link.busy();
                    let result = self.call(running, range.start, item);
                    running.draft.record().append(|bytes| encode(&result, bytes));
                    running.draft.close(range.start);
                    running.worker.on_ran(range.start + 1);
                }
                Err(length) => end = Some(length),
            }
        }
        if let (Some(end), Some(length)) = (end, self.source.length()) {
            let place = place(self.name, self.at);
            let why = format!(
                "{place}: the items announced their number by `size_hint` as {length} and ended after {end}"
            );
            running.link.session().fail(&why);
        }
        let ended =
            end.is_some() || running.worker.task() == Task::Run(range.end..range.end) || range.is_empty();
        let report = if ended || range.start + 1 >= running.worker.stop_before() {
            running.worker.on_range_end(end)
        } else if running.pulse.beat() && (running.pulse.is_late() || running.draft.bytes() > 1 << 20) {
            Some(running.worker.so_far())
        } else {
            None
        };
        if let Some(Report { completion, wants }) = report {
            let part = running.draft.take();
            running.pulse.told();
            running.counting.part_sent(part.len());
            running.link.tell(Message::Request { completion, wants, part });
        }
    }

    fn call(&mut self, running: &mut Running, index: u64, item: I::Item) -> R {
        let _within = Within::new(Mode::Iterating);
        report::at(Place::Item(self.name, self.at, index));
        running.counting.work_begins();
        let result = catch_unwind(AssertUnwindSafe(|| (self.work)(item)));
        running.counting.work_ends(1);
        report::at(Place::Outside);
        match result {
            Ok(result) => result,
            Err(panic) if panic.is::<Aborted>() => resume_unwind(panic),
            Err(_) => running.link.session().abort(PANICKED),
        }
    }

    fn take_in(&mut self, running: &mut Running, message: Message) {
        let session = running.link.session();
        let read = |bytes: &[u8]| decode(bytes).unwrap_or_else(|why| session.fail(&why));
        let broken = match message {
            Message::Assign(range) => {
                running.worker.on_assign(range);
                None
            }
            Message::Release => {
                running.worker.on_release();
                None
            }
            Message::Cancel(at) => {
                running.worker.on_cancel(at);
                None
            }
            Message::Part(part) if self.order == Order::Arrival => {
                read_all(part, |_, bytes| self.ready.push_back(read(bytes))).err()
            }
            Message::Part(part) => {
                let (ledger, ready) = (&mut running.ledger, &mut self.ready);
                let mut result = ledger.add(part).map(Some);
                while let Ok(Some(())) = result {
                    result = ledger.step(|_, bytes| ready.push_back(read(bytes)));
                }
                result.err()
            }
            message => session.fail(&format!("{} got {message:?}", place(self.name, self.at))),
        };
        if let Some(why) = broken {
            session.fail(&format!("{} got {why}", place(self.name, self.at)));
        }
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
            let session = running.link.session();
            if session.transport.aborted() {
                return;
            }
            if session.is_root() {
                // Nobody wants the rest.
                running.link.tell(Message::Cancel(0));
            }
        }
        // A rank whose loop gives nothing works all the same, whether or not anybody looks.
        while self.next().is_some() {}
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let counting = std::mem::replace(&mut self.counting, Counting::new(String::new()));
        self.link.session().count(counting.finish());
    }
}

impl<I, F, R> std::fmt::Debug for Map<I, F, R>
where
    I: Iterator,
    F: FnMut(I::Item) -> R,
    R: Serialize + DeserializeOwned,
{
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Map").field("place", &place(self.name, self.at)).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collective::{barrier, is_root, rank};
    use crate::testing::run;

    #[test]
    fn results_come_to_the_root_once_each() {
        for ranks in 1..=4 {
            for length in [0, 1, 2, 60] {
                let squares: Vec<u64> = (0..length).map(|x| x * x).collect();
                let check = |ordered: bool, got: Vec<Vec<u64>>| {
                    assert!(got[1..].iter().all(Vec::is_empty));
                    let mut root = got.into_iter().next().unwrap();
                    if !ordered {
                        root.sort_unstable();
                    }
                    assert_eq!(root, squares, "{ranks} ranks, {length} items");
                };
                check(true, run(ranks, || map(0..length, |x| x * x).collect()));
                check(true, run(ranks, || map(0..length, |x| x * x).chunk(5).collect()));
                check(
                    true,
                    run(ranks, || map((0..length).filter(|_| true), |x| x * x).auto_chunk().collect()),
                );
                check(false, run(ranks, || map_unordered(0..length, |x| x * x).collect()));
                check(false, run(ranks, || map_unordered(0..length, |x| x * x).dedicated().collect()));
            }
        }
    }

    #[test]
    fn an_ordered_map_keeps_the_order_when_later_items_are_faster() {
        let got = run(3, || {
            let slow = |x: u64| {
                std::thread::sleep(std::time::Duration::from_micros(500 * (5 - x % 5)));
                x
            };
            map(0..30, slow).collect::<Vec<_>>()
        });
        assert_eq!(got[0], (0..30).collect::<Vec<_>>());
    }

    #[test]
    fn leaving_the_results_early_ends_the_work_and_nothing_else() {
        for leaver in [0, 1] {
            let got = run(3, || {
                let mut first = None;
                for result in map_unordered(0..1000_u64, |x| x + 1) {
                    first = Some(result);
                    if rank() == leaver {
                        break;
                    }
                }
                barrier();
                map(0..3, |x| x).count();
                first
            });
            assert!(got[0].is_some() && got[1].is_none());
        }
        // A rank that does not even look.
        let got = run(3, || {
            let results = map(0..9, |x| x);
            if rank() == 2 { 0 } else { results.count() }
        });
        assert_eq!(got, [9, 0, 0]);
    }

    #[test]
    fn a_dedicated_root_calls_nothing() {
        let got = run(3, || map_unordered(0..20, |_| rank()).dedicated().collect::<Vec<_>>());
        assert!(got[0].len() == 20 && got[0].iter().all(|&rank| rank > 0));
    }

    #[test]
    #[should_panic(expected = "item 7 of `map`")]
    fn a_panic_in_the_work_names_the_item() {
        run(2, || map(0..10, |x| assert_ne!(x, 7)).count());
    }

    #[test]
    #[should_panic(expected = "where only the root is")]
    fn a_barrier_between_results_is_refused() {
        run(2, || {
            map(0..3, |x| x).for_each(|_| {
                if is_root() {
                    barrier();
                }
            });
        });
    }
}
