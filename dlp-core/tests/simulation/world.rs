//! A simulated world: a thousand ranks, what each does next, and what they say to one another.
//!
//! A member does here what the engine of a loop does: it looks for messages between iterations now and then, replays what is
//! complete, and hands over in between, one Part at a time. What must hold at the end is in `end.rs`.

use std::sync::atomic::AtomicU64;

use dlp_core::pool::{Pool, Take, WORDS};
use dlp_core::site::Gather;
use dlp_core::wire::{Completion, Message};
use dlp_core::worker::{Report, Task};

use crate::plan::{Fate, Plan, RANKS};
use crate::post::{Event, Post};
use crate::random::Random;
use crate::rank::Rank;
use crate::root::{Root, To, enter};

/// With so many bytes a Part is handed over in the middle of a range.
const FULL: usize = 256;

/// How many ranks are a node.
const NODE: usize = 48;

pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) root: Root,
    pub(crate) ranks: Vec<Rank>,
    /// How often each index ran.
    pub(crate) ran: Vec<u8>,
    /// The pool of each node.
    pools: Vec<[AtomicU64; WORDS]>,
    random: Random,
    post: Post,
    /// From when on nothing is heard of the rank that has died.
    silent: u64,
}

/// Those below a rank in the tree by which the root reaches all.
fn below(rank: usize) -> impl Iterator<Item = usize> {
    (2 * rank + 1..2 * rank + 3).filter(|&child| child < RANKS)
}

impl World {
    /// Runs a whole loop and makes sure of its end: how many messages it took.
    pub(crate) fn run(plan: Plan) -> u64 {
        let mut world = Self::new(plan);
        for rank in 0..RANKS {
            let late = world.random.about(world.plan.late);
            world.post.after(late, Event::Come(rank));
        }
        if let Some((rank, time)) = world.plan.death {
            world.post.after(time, Event::Die(rank));
        }
        while let Some(event) = world.post.next() {
            world.on_event(event);
        }
        world.check_end();
        world.post.messages
    }

    fn new(plan: Plan) -> Self {
        let replays = |rank| match plan.gather {
            Gather::All => rank % 199 == 0,
            Gather::Root => rank == 0,
            Gather::None => false,
        };
        Self {
            root: Root::new(&plan),
            ranks: (0..RANKS).map(|rank| Rank::new(&plan, rank, replays(rank))).collect(),
            ran: vec![0; plan.length as usize],
            pools: (0..RANKS.div_ceil(NODE)).map(|_| Default::default()).collect(),
            random: Random::new(!plan.seed),
            post: Post::default(),
            silent: u64::MAX,
            plan,
        }
    }

    fn on_event(&mut self, event: Event) {
        match event {
            Event::Come(rank) => {
                let idle = self.plan.stops.is_some_and(|many| rank > 1 && self.random.one_in(many));
                if idle {
                    self.ranks[rank].worker.on_release();
                }
                self.tell(rank, Message::Enter(enter(&self.plan, !idle)));
            }
            Event::Arrive { from, to: 0, frame } => {
                if !self.ranks[from].dead || self.post.now < self.silent {
                    self.on_root(from, Post::read(frame));
                }
            }
            Event::Arrive { to, frame, .. } => self.on_arrival(to, Post::read(frame)),
            Event::Ran(rank, index) => self.on_ran(rank, index),
            Event::Wake(rank) => self.go_on(rank),
            Event::Die(rank) => {
                self.silent = self.post.now + self.random.about(self.plan.delay);
                self.ranks[rank].dead = true;
            }
        }
    }

    /// A rank says something to the manager; the root does so at once.
    fn tell(&mut self, rank: usize, message: Message) {
        if self.ranks[rank].dead {
            return;
        }
        if rank == 0 {
            return self.on_root(0, message);
        }
        let delay = self.random.about(self.plan.delay);
        self.post.send(rank, 0, message, delay);
    }

    fn on_root(&mut self, from: usize, message: Message) {
        for (to, message) in self.root.on_message(self.post.now, from, message) {
            match to {
                To::One(0) => self.ranks[0].inbox.push_back(message),
                To::One(to) => self.send(0, to, message),
                To::All => {
                    self.pass_on(0, &message);
                    self.ranks[0].inbox.push_back(message);
                }
            }
        }
        self.go_on(0);
    }

    fn send(&mut self, from: usize, to: usize, message: Message) {
        let delay = self.random.about(self.plan.delay);
        self.post.send(from, to, message, delay);
    }

    fn pass_on(&mut self, rank: usize, message: &Message) {
        below(rank).for_each(|child| self.send(rank, child, message.clone()));
    }

    fn on_arrival(&mut self, rank: usize, message: Message) {
        let here = &mut self.ranks[rank];
        if !here.dead {
            here.inbox.push_back(message);
            self.go_on(rank);
        }
    }

    /// A rank that does not run an iteration does what there is to do.
    fn go_on(&mut self, rank: usize) {
        while !self.ranks[rank].busy && !self.ranks[rank].dead {
            let here = &mut self.ranks[rank];
            let task = if here.here { here.worker.task() } else { Task::Wait };
            match task {
                Task::Run(range) if range.is_empty() => self.end_range(rank, None),
                Task::Run(range) if range.start >= self.plan.length => {
                    assert_eq!(self.plan.terms.length, None, "there is no item {}", range.start);
                    self.end_range(rank, Some(self.plan.length));
                }
                Task::Run(range) => {
                    assert!(range.start < here.told, "rank {rank} was told not to run {}", range.start);
                    here.busy = true;
                    let time = self.random.about(self.plan.work);
                    self.post.after(time, Event::Ran(rank, range.start));
                }
                Task::Draw => {
                    if !self.draw(rank) {
                        return;
                    }
                }
                Task::Leave(outcome) => {
                    here.out = Some(outcome);
                    if here.inbox.is_empty() {
                        return;
                    }
                    self.look(rank);
                }
                Task::Wait => {
                    // What comes before a rank is let in waits until it is.
                    let go = |message: &Message| here.here || matches!(message, Message::Go(_));
                    let Some(at) = here.inbox.iter().position(go) else { return };
                    let message = here.inbox.remove(at).expect("it is there");
                    self.take_in(rank, message);
                }
            }
        }
    }

    fn pool(&self, rank: usize) -> Pool<'_> {
        Pool::new(&self.pools[rank / NODE], 1)
    }

    /// Takes what to run from the pool of the node; false if there is nothing to do but wait.
    fn draw(&mut self, rank: usize) -> bool {
        let most = 1 + self.random.below(20);
        match self.pool(rank).take(|left| most.min(left / NODE as u64)) {
            Take::Run(range) if self.ranks[rank].worker.on_draw(range.clone()) => {}
            Take::Ask => {
                self.ranks[rank].worker.on_ask();
                self.tell(rank, Message::Ask);
            }
            Take::Wait if self.ranks[rank].inbox.is_empty() => return false,
            Take::Wait => self.look(rank),
            take => {
                if matches!(take, Take::Run(_)) {
                    self.pool(rank).close(false);
                    self.wake_node(rank);
                }
                let report = self.ranks[rank].worker.on_dry();
                self.hand_over(rank, report);
            }
        }
        true
    }

    fn wake_node(&mut self, rank: usize) {
        let first = rank - rank % NODE;
        for other in (first..RANKS.min(first + NODE)).filter(|&other| other != rank) {
            let late = self.random.about(1_000);
            self.post.after(late, Event::Wake(other));
        }
    }

    /// Takes in all that has come.
    fn look(&mut self, rank: usize) {
        while let Some(message) = self.ranks[rank].inbox.pop_front() {
            self.take_in(rank, message);
        }
    }

    fn take_in(&mut self, rank: usize, message: Message) {
        if rank != 0 && matches!(message, Message::Part(_) | Message::Finish(_)) {
            self.pass_on(rank, &message);
        }
        let here = &mut self.ranks[rank];
        let waits = here.here && here.worker.task() == Task::Wait;
        match message {
            Message::Go(_) => here.here = true,
            Message::Seen => here.in_transit = false,
            Message::Cancel(at) => {
                here.told = here.told.min(at);
                here.worker.on_cancel(at);
            }
            Message::Part(part) => {
                if here.on_part(&self.plan, part) && rank == 0 {
                    let left = here.left.expect("it was found");
                    self.tell(0, Message::Cancel(left + 1));
                }
            }
            Message::Batch(range) => {
                here.worker.on_batch();
                let pool = self.pool(rank);
                if range.is_empty() {
                    pool.close(true)
                } else {
                    pool.fill(&range)
                };
                self.wake_node(rank);
            }
            message if !waits => panic!("rank {rank} did not ask and got {message:?}"),
            Message::Assign(range) => here.worker.on_assign(range),
            Message::Release => here.worker.on_release(),
            Message::Finish(outcome) => here.worker.on_finish(outcome),
            message => panic!("rank {rank} got {message:?}"),
        }
    }

    /// A member has run an iteration.
    fn on_ran(&mut self, rank: usize, index: u64) {
        let here = &mut self.ranks[rank];
        if here.dead {
            return;
        }
        here.busy = false;
        self.ran[index as usize] += 1;
        assert_eq!(self.ran[index as usize], 1, "index {index} ran again");
        if self.plan.gather != Gather::None {
            here.note(&self.plan, index);
        }
        if !self.plan.tentative && self.plan.fate(index) == Fate::Leaves {
            here.worker.on_ran(index);
            here.worker.on_left(index);
            here.told = here.told.min(index);
            let part = here.draft.take();
            self.tell(rank, Message::Left { index, part });
            return self.go_on(rank);
        }
        here.worker.on_ran(index + 1);
        if self.plan.stops.is_some_and(|many| rank > 1 && self.random.one_in(many)) {
            let report = here.worker.on_stop().expect("it was at work");
            self.hand_over(rank, report);
        } else if self.random.one_in(self.plan.looks) {
            self.look(rank);
            self.hand_over_early(rank);
        }
        self.go_on(rank);
    }

    fn end_range(&mut self, rank: usize, end: Option<u64>) {
        if let Some(report) = self.ranks[rank].worker.on_range_end(end) {
            self.hand_over(rank, report);
        }
    }

    fn hand_over_early(&mut self, rank: usize) {
        let here = &mut self.ranks[rank];
        let due = here.draft.bytes() >= FULL || self.random.one_in(500);
        if due && !here.in_transit && here.worker.can_report() {
            let report = here.worker.so_far();
            self.hand_over(rank, report);
        }
    }

    fn hand_over(&mut self, rank: usize, Report { completion, wants }: Report) {
        let here = &mut self.ranks[rank];
        let part = here.draft.take();
        let nothing = completion == Completion { done: 0..0, undone: 0..0, end: None };
        if !nothing || !part.is_empty() || wants {
            here.in_transit |= !wants && !part.is_empty();
            self.tell(rank, Message::Request { completion, wants, part });
        }
    }
}
