//! A loop with a manager above the nodes: it deals batches to nodes, and the ranks of a node take from their [`Pool`].
//!
//! Knows nothing of how the pool is shared; one rank after another takes, each in [`Machine::take`].

use core::time::Duration;
use std::ops::Range;

use super::agenda::Agenda;
use super::desk::Desk;
use super::frontier::Frontier;
use super::machine::Machine;
use super::{Forecast, Tally, Tell, Time, nanos};
use crate::schedule::{Dealer, Pace, Pool, Rule};

#[derive(Clone, Copy, Debug)]
enum Event {
    /// A rank's announcement comes to the root, and the answer to the rank.
    Enter(u32),
    Go(u32),
    /// A rank is at its node's pool.
    Take(u32),
    /// A node's request comes to the root, sent by this rank, and the answer to it; an empty one: there is no more.
    Ask(u32),
    Batch {
        to: u32,
        start: u64,
        count: u64,
    },
    /// What a teller has done comes to the root, and the answer to the teller.
    Told(u32),
    Seen(u32),
}

#[derive(Debug)]
struct Rank {
    pace: Pace,
    /// What it has taken, and is at work on.
    chunk: Range<u64>,
    since: Time,
}

#[derive(Debug, Default)]
struct Node {
    pool: Pool,
    /// When the last one so far has taken from it.
    free: Time,
    /// One of its ranks has asked for more.
    asks: bool,
    /// There is no more.
    over: bool,
    waiting: Vec<u32>,
}

/// A rank, or a node, that tells the root what was done.
#[derive(Debug)]
struct Teller {
    /// The rank that sends.
    rank: u32,
    /// How many ranks still add to it.
    working: u32,
    draft: Vec<Range<u64>>,
    sent: Vec<Range<u64>>,
    in_transit: bool,
    told: Time,
    /// It has told everything.
    over: bool,
}

struct Pooled<'a, F> {
    machine: &'a Machine,
    task: F,
    tell: Tell,
    dealer: Dealer,
    ranks: Vec<Rank>,
    nodes: Vec<Node>,
    tellers: Vec<Teller>,
    agenda: Agenda<Event>,
    desk: Desk,
    frontier: Frontier,
    tally: Tally,
    /// How many iterations the root has still to replay, which it does between its own; whether it has any left.
    ready: u64,
    root_runs: bool,
    root_free: Time,
    left: Time,
}

/// What comes of such a loop.
pub(super) fn run(
    machine: &Machine,
    ranks: usize,
    length: u64,
    batches: Rule,
    tell: Tell,
    task: impl Fn(u64) -> Duration,
) -> Forecast {
    let nodes = machine.node_of(ranks - 1) + 1;
    let teller = |rank: usize, working: usize| Teller {
        rank: rank as u32,
        working: working as u32,
        draft: vec![],
        sent: vec![],
        in_transit: false,
        told: 0,
        over: false,
    };
    let tellers = match tell {
        Tell::Rank => (0..ranks).map(|rank| teller(rank, 1)).collect(),
        Tell::Node => {
            let of = |node: usize| teller(node * machine.node.max(1), on_node(machine, ranks, node));
            (0..nodes).map(of).collect()
        }
    };
    let mut pooled = Pooled {
        machine,
        task,
        tell,
        dealer: Dealer::new(batches, nodes, Some(length)),
        ranks: (0..ranks).map(|_| Rank { pace: Pace::new(), chunk: 0..0, since: 0 }).collect(),
        nodes: (0..nodes).map(|_| Node::default()).collect(),
        tellers,
        agenda: Agenda::new(),
        desk: Desk::new(machine.polling),
        frontier: Frontier::new(length),
        tally: Tally::new(ranks),
        ready: 0,
        root_runs: true,
        root_free: 0,
        left: 0,
    };
    for rank in 0..ranks {
        pooled.send(0, rank as u32, Event::Enter(rank as u32));
    }
    while let Some((now, event)) = pooled.agenda.next() {
        pooled.on_event(now, event);
    }
    assert!(pooled.frontier.is_complete(), "every iteration is run and told of");
    let makespan = pooled.left.max(pooled.desk.free()).max(pooled.root_free);
    pooled.tally.forecast(makespan, pooled.desk.load())
}

/// How many of the ranks are on this node.
fn on_node(machine: &Machine, ranks: usize, node: usize) -> usize {
    let size = machine.node.max(1);
    (ranks - node * size).min(size)
}

impl<F: Fn(u64) -> Duration> Pooled<'_, F> {
    fn on_event(&mut self, now: Time, event: Event) {
        match event {
            Event::Enter(rank) => {
                let done = self.desk.answer(now, nanos(self.machine.service));
                self.send(done, rank, Event::Go(rank));
            }
            Event::Go(rank) => {
                let now = self.wake(rank, now);
                self.at_the_pool(rank, now);
            }
            Event::Take(rank) => self.at_the_pool(rank, now),
            Event::Ask(from) => {
                let done = self.desk.answer(now, nanos(self.machine.service));
                let node = self.machine.node_of(from as usize);
                let range = self.dealer.deal(node, Duration::from_nanos(done)).unwrap_or(0..0);
                let (start, count) = (range.start, range.end - range.start);
                self.send(done, from, Event::Batch { to: from, start, count });
            }
            Event::Batch { to, start, count } => self.on_batch(now, to, start..start + count),
            Event::Told(teller) => self.on_told(now, teller),
            Event::Seen(teller) => {
                self.tellers[teller as usize].in_transit = false;
                self.tell_the_end(teller, now);
            }
        }
    }

    fn send(&mut self, now: Time, rank: u32, event: Event) {
        self.tally.messages += 1;
        self.agenda.at(now + self.machine.latency(rank as usize), event);
    }

    /// When a rank that waits sees what has come for it.
    fn wake(&self, rank: u32, now: Time) -> Time {
        self.machine.polling.seen(self.ranks[rank as usize].since, now)
    }

    fn teller_of(&self, rank: u32) -> u32 {
        match self.tell {
            Tell::Rank => rank,
            Tell::Node => self.machine.node_of(rank as usize) as u32,
        }
    }

    /// A rank has run what it had, if anything, and comes for more.
    fn at_the_pool(&mut self, number: u32, mut now: Time) {
        self.hand_in(number, now);
        if number == 0 {
            self.replay(&mut now);
        }
        let at = self.machine.node_of(number as usize);
        let ranks = on_node(self.machine, self.ranks.len(), at) as u64;
        let (node, rank) = (&mut self.nodes[at], &mut self.ranks[number as usize]);
        node.free = node.free.max(now) + nanos(self.machine.take);
        now = node.free;
        if let Some((chunk, left)) = node.pool.take(ranks, rank.pace) {
            node.pool = left;
            rank.chunk = chunk;
            return self.run(number, now);
        }
        rank.since = now;
        if node.over {
            return self.leave(number, now);
        }
        node.waiting.push(number);
        if !std::mem::replace(&mut node.asks, true) {
            self.send(now, number, Event::Ask(number));
        }
    }

    fn run(&mut self, number: u32, now: Time) {
        let rank = &mut self.ranks[number as usize];
        let mut end = now;
        for index in rank.chunk.clone() {
            let took = nanos((self.task)(index));
            self.tally.ran(number as usize, took);
            end += took + nanos(self.machine.iteration);
        }
        rank.pace.on_ran(rank.chunk.end - rank.chunk.start, Duration::from_nanos(end - now));
        self.agenda.at(end, Event::Take(number));
    }

    /// What a rank has run is to be told, and is if that is due.
    fn hand_in(&mut self, number: u32, now: Time) {
        let chunk = std::mem::take(&mut self.ranks[number as usize].chunk);
        if chunk.is_empty() {
            return;
        }
        let at = self.teller_of(number);
        let teller = &mut self.tellers[at as usize];
        match teller.draft.last_mut().filter(|last| last.end == chunk.start) {
            Some(last) => last.end = chunk.end,
            None => teller.draft.push(chunk),
        }
        if !teller.in_transit && now - teller.told >= nanos(self.machine.pool_pace) {
            self.tell_now(at, now);
        }
    }

    fn tell_now(&mut self, at: u32, now: Time) {
        let teller = &mut self.tellers[at as usize];
        std::mem::swap(&mut teller.draft, &mut teller.sent);
        (teller.in_transit, teller.told) = (true, now);
        let rank = teller.rank;
        self.send(now, rank, Event::Told(at));
    }

    /// A rank has no more to do.
    fn leave(&mut self, number: u32, now: Time) {
        if number == 0 {
            self.root_runs = false;
            let mut now = now;
            self.replay(&mut now);
            self.root_free = now;
        }
        let at = self.teller_of(number);
        self.tellers[at as usize].working -= 1;
        self.tell_the_end(at, now);
    }

    /// A teller that nobody adds to any more tells the rest, and leaves when that is seen.
    fn tell_the_end(&mut self, at: u32, now: Time) {
        let teller = &mut self.tellers[at as usize];
        if teller.working > 0 || teller.in_transit {
            return;
        }
        if std::mem::replace(&mut teller.over, true) {
            self.left = self.left.max(now);
        } else {
            self.tell_now(at, now);
        }
    }

    fn on_told(&mut self, now: Time, at: u32) {
        let teller = &mut self.tellers[at as usize];
        let rank = teller.rank;
        // Each run of iterations is looked at as it comes.
        let looks = teller.sent.len() as u64 * nanos(self.machine.replay);
        teller.sent.drain(..).for_each(|run| self.frontier.on_told(run));
        let done = self.desk.answer(now, nanos(self.machine.service) + looks);
        self.ready += self.frontier.advance();
        if !self.root_runs {
            let mut free = self.root_free.max(done);
            self.replay(&mut free);
            self.root_free = free;
        }
        self.send(done, rank, Event::Seen(at));
    }

    fn replay(&mut self, now: &mut Time) {
        *now += std::mem::take(&mut self.ready) * nanos(self.machine.replay);
    }

    /// The answer to a node's request: it goes to the rank that asked, who fills the pool; the others of the node look into
    /// the pool as they look for messages.
    fn on_batch(&mut self, now: Time, to: u32, batch: Range<u64>) {
        let filled = self.wake(to, now);
        let at = self.machine.node_of(to as usize);
        let node = &mut self.nodes[at];
        node.over = batch.is_empty();
        node.pool = Pool::of(batch);
        node.asks = false;
        let waiting = std::mem::take(&mut node.waiting);
        for rank in waiting {
            let seen = if rank == to { filled } else { self.wake(rank, filled + nanos(self.machine.near)) };
            self.agenda.at(seen, Event::Take(rank));
        }
    }
}
