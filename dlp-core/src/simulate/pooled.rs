//! A loop whose ranks take from the pools of their nodes, which the manager fills: the real [`Manager`], [`Worker`]s and
//! [`Pool`](crate::pool::Pool)s.
//!
//! Follows `run/engine/draw.rs` and `hub.rs`. Ranks of a node are at their pool one after another, each for [`Machine::take`].

use core::time::Duration;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::atomic::AtomicU64;

use super::agenda::Agenda;
use super::desk::Desk;
use super::frontier::Frontier;
use super::machine::{Machine, Waiter};
use super::{Forecast, Tally, Time, nanos};
use crate::manager::{Batches, Manager, Order, Terms};
use crate::pool::{Take, WORDS, Well};
use crate::pulse::Pulse;
use crate::schedule::{Chunk, Rule};
use crate::wire::Completion;
use crate::worker::{Report, Task, Worker};

/// The number of the loop: there is only one.
const LOOP: u64 = 1;

#[derive(Clone, Copy, Debug)]
enum Event {
    /// A rank's announcement comes to the root, and the answer to the rank.
    Enter(u32),
    Go(u32),
    /// A rank has run what it took.
    Ran(u32),
    /// A rank that waited for the pool to be filled looks at it again.
    Look(u32),
    /// The request of a rank for a batch comes to the root, and the answer to the rank.
    Ask(u32),
    Batch {
        to: u32,
        start: u64,
        count: u64,
    },
    /// What a rank has done comes to the root: so many iterations, in so many runs.
    Request {
        from: u32,
        runs: u32,
        count: u64,
        wants: bool,
    },
    Seen(u32),
    Release(u32),
}

#[derive(Debug)]
struct Rank {
    worker: Worker,
    waiter: Waiter,
    well: Well,
    /// What it has run and the root has not taken in; of these, so many runs it has not told yet.
    runs: VecDeque<Range<u64>>,
    untold: u32,
    /// When it handed over last, and since when it has been waiting.
    handed: Time,
    since: Time,
    /// A Part was handed over, and not taken in yet.
    in_transit: bool,
}

#[derive(Debug, Default)]
struct Node {
    memory: [AtomicU64; WORDS],
    /// When the last one so far has taken from it.
    free: Time,
    waiting: Vec<u32>,
}

struct Pooled<'a, F> {
    machine: &'a Machine,
    task: F,
    manager: Manager,
    ranks: Vec<Rank>,
    nodes: Vec<Node>,
    agenda: Agenda<Event>,
    desk: Desk,
    frontier: Frontier,
    tally: Tally,
    /// How many iterations the root has still to replay, which it does between its own; whether it has any left.
    ready: u64,
    root_runs: bool,
    root_free: Time,
    left: Time,
    /// See [`Pulse::late`].
    late: Time,
}

/// What comes of such a loop.
pub(super) fn run(
    machine: &Machine,
    ranks: usize,
    length: u64,
    chunk: Chunk,
    rule: Rule,
    task: impl Fn(u64) -> Duration,
) -> Forecast {
    let nodes = machine.node_of(ranks - 1) + 1;
    let terms = Terms {
        deal: None,
        batches: Some(Batches { rule, nodes }),
        length: Some(length),
        hold: false,
        may_stop: false,
        dedicated: false,
    };
    let rank = || Rank {
        worker: Worker::pooled(),
        waiter: Waiter::new(),
        // As large as a node is on average, as the ranks themselves reckon.
        well: Well::new(LOOP, chunk, ranks.div_ceil(nodes) as u64, false),
        runs: VecDeque::new(),
        untold: 0,
        handed: 0,
        since: 0,
        in_transit: false,
    };
    let mut pooled = Pooled {
        machine,
        task,
        manager: Manager::new(terms, ranks),
        ranks: (0..ranks).map(|_| rank()).collect(),
        nodes: (0..nodes).map(|_| Node::default()).collect(),
        agenda: Agenda::new(),
        desk: Desk::new(machine.polling),
        frontier: Frontier::new(length),
        tally: Tally::new(ranks),
        ready: 0,
        root_runs: true,
        root_free: 0,
        left: 0,
        late: nanos(Pulse::late(ranks)),
    };
    for rank in 0..ranks {
        pooled.send(0, rank as u32, Event::Enter(rank as u32));
    }
    while let Some((now, event)) = pooled.agenda.next() {
        pooled.on_event(now, event);
    }
    assert!(pooled.manager.is_over() && pooled.frontier.is_complete(), "every iteration is run and told of");
    let makespan = pooled.left.max(pooled.desk.free()).max(pooled.root_free);
    pooled.tally.forecast(makespan, pooled.desk.load())
}

impl<F: Fn(u64) -> Duration> Pooled<'_, F> {
    fn on_event(&mut self, now: Time, event: Event) {
        match event {
            Event::Enter(rank) => {
                let done = self.answer(now, rank, 0);
                self.send(done, rank, Event::Go(rank));
                let orders = self.manager.on_enter(Duration::from_nanos(done), rank as usize, true);
                assert_eq!(orders, Ok(vec![]), "a rank comes once, and needs nothing from the manager");
            }
            Event::Go(rank) => {
                let now = self.wake(rank, now);
                self.draw(rank, now);
            }
            Event::Ran(rank) => self.on_ran(rank, now),
            Event::Look(rank) => {
                let memory = &self.nodes[self.machine.node_of(rank as usize)].memory;
                self.ranks[rank as usize].well.pool(memory).end_waiting();
                self.draw(rank, now);
            }
            Event::Ask(from) => {
                let done = self.answer(now, from, 0);
                let orders = self.manager.on_ask(Duration::from_nanos(done), from as usize);
                self.carry_out(done, orders.expect("a worker keeps to the protocol"));
            }
            Event::Batch { to, start, count } => self.on_batch(now, to, start..start + count),
            Event::Request { from, runs, count, wants } => self.on_request(now, from, runs, count, wants),
            Event::Seen(rank) => self.ranks[rank as usize].in_transit = false,
            Event::Release(rank) => {
                let now = self.wake(rank, now);
                self.ranks[rank as usize].worker.on_release();
                self.left = self.left.max(now);
            }
        }
    }

    /// Something travels between a rank and the root.
    fn send(&mut self, now: Time, rank: u32, event: Event) {
        self.tally.messages += 1;
        self.agenda.at(now + self.machine.latency(rank as usize), event);
    }

    /// The root answers what has come from a rank, and has looked at so many runs of iterations.
    fn answer(&mut self, now: Time, from: u32, runs: u32) -> Time {
        let service = nanos(self.machine.service) + u64::from(runs) * nanos(self.machine.replay);
        self.desk.answer(now, service, self.machine.is_near(from as usize))
    }

    /// When a rank that waits sees what has come for it.
    fn wake(&mut self, rank: u32, now: Time) -> Time {
        let near = self.machine.is_near(rank as usize);
        self.wake_by(rank, now, near)
    }

    fn wake_by(&mut self, rank: u32, now: Time, rung: bool) -> Time {
        let Rank { waiter, since, .. } = &mut self.ranks[rank as usize];
        waiter.seen(&self.machine.polling, *since, now, rung)
    }

    /// A rank is at the pool of its node.
    fn draw(&mut self, number: u32, now: Time) {
        let node = &mut self.nodes[self.machine.node_of(number as usize)];
        let rank = &mut self.ranks[number as usize];
        let take = rank.well.take(&node.memory, || Duration::from_nanos(now));
        node.free = node.free.max(now) + nanos(self.machine.take);
        let now = node.free;
        rank.since = now;
        match take {
            Take::Run(range) => {
                assert!(rank.worker.on_draw(range), "all of the loop matters");
                self.run(number, now);
            }
            Take::Ask => {
                rank.worker.on_ask();
                self.send(now, number, Event::Ask(number));
            }
            Take::Wait => {
                // From here on it draws.
                assert_eq!(rank.worker.on_range_end(None), None);
                rank.well.pool(&node.memory).begin_waiting();
                node.waiting.push(number);
            }
            Take::Over => {
                let report = rank.worker.on_dry();
                self.tell(number, now, &report);
                if number == 0 {
                    self.root_runs = false;
                    self.root_free = now;
                    self.replay_asleep(now);
                }
            }
            Take::Foreign => unreachable!("there is one loop"),
        }
    }

    fn run(&mut self, number: u32, now: Time) {
        let rank = &mut self.ranks[number as usize];
        let Task::Run(range) = rank.worker.task() else { unreachable!("a rank that runs") };
        let mut end = now;
        for index in range.clone() {
            let took = nanos((self.task)(index));
            self.tally.ran(number as usize, took);
            end += took + nanos(self.machine.iteration);
        }
        rank.worker.on_ran(range.end);
        match rank.runs.back_mut().filter(|last| rank.untold > 0 && last.end == range.start) {
            Some(last) => last.end = range.end,
            None => {
                rank.runs.push_back(range);
                rank.untold += 1;
            }
        }
        self.agenda.at(end, Event::Ran(number));
    }

    /// A rank has run what it took: hands over what is due, replays what is next if it is the root, and comes for more.
    fn on_ran(&mut self, number: u32, mut now: Time) {
        if number == 0 {
            now += self.replay();
        }
        let rank = &mut self.ranks[number as usize];
        let late = now - rank.handed >= self.late;
        if late && !rank.in_transit && rank.worker.can_report() {
            let report = rank.worker.so_far();
            self.tell(number, now, &report);
        }
        self.draw(number, now);
    }

    fn tell(&mut self, number: u32, now: Time, report: &Report) {
        let Report { completion: Completion { done, .. }, wants } = report;
        let rank = &mut self.ranks[number as usize];
        let (runs, count) = (std::mem::take(&mut rank.untold), done.end - done.start);
        rank.handed = now;
        rank.in_transit |= !wants;
        self.send(now, number, Event::Request { from: number, runs, count, wants: *wants });
    }

    fn on_request(&mut self, now: Time, from: u32, runs: u32, count: u64, wants: bool) {
        let answered = self.answer(now, from, runs);
        let told = self.ranks[from as usize].runs.drain(..runs as usize);
        let mut sum = 0;
        for run in told {
            sum += run.end - run.start;
            self.frontier.on_told(run);
        }
        assert_eq!(sum, count, "a Part holds what was done");
        self.ready += self.frontier.advance();
        if !wants {
            self.send(answered, from, Event::Seen(from));
        }
        let completion = Completion { done: 0..count, undone: count..count, end: None };
        let orders =
            self.manager.on_request(Duration::from_nanos(answered), from as usize, &completion, wants);
        self.carry_out(answered, orders.expect("a worker keeps to the protocol"));
        if !self.root_runs {
            self.replay_asleep(answered);
        }
    }

    fn carry_out(&mut self, now: Time, orders: Vec<Order>) {
        for order in orders {
            match order {
                Order::Batch { to, range } => {
                    let (start, count) = (range.start, range.end - range.start);
                    self.send(now, to as u32, Event::Batch { to: to as u32, start, count });
                }
                Order::Release { to } => self.send(now, to as u32, Event::Release(to as u32)),
                Order::Assign { .. } | Order::Cancel { .. } | Order::Finish(_) => {
                    unreachable!("nobody asks for himself, nobody leaves, nobody waits for an outcome")
                }
            }
        }
    }

    /// The answer to a rank that asked: it fills the pool, or says that there is no more, and rings the others of the node.
    fn on_batch(&mut self, now: Time, to: u32, batch: Range<u64>) {
        let now = self.wake(to, now);
        self.ranks[to as usize].worker.on_batch();
        let node = &mut self.nodes[self.machine.node_of(to as usize)];
        let rings = self.ranks[to as usize].well.refill(&node.memory, batch);
        let waiting = std::mem::take(&mut node.waiting);
        assert_eq!(rings, !waiting.is_empty(), "who waits is rung");
        self.draw(to, now);
        for rank in waiting {
            let seen = self.wake_by(rank, now + nanos(self.machine.near), true);
            self.agenda.at(seen, Event::Look(rank));
        }
    }

    /// The root replays what is next: how long that takes.
    fn replay(&mut self) -> Time {
        std::mem::take(&mut self.ready) * nanos(self.machine.replay)
    }

    /// The root's main thread, which has nothing else to do, does so.
    fn replay_asleep(&mut self, now: Time) {
        self.root_free = self.root_free.max(now) + self.replay();
    }
}
