//! The protocol under every order of delivery: managers and workers with nothing between them but queues.
//!
//! Small cases are explored exhaustively (every interleaving of every member's steps and of every message,
//! states seen before left out), large ones at random. What must hold: every index runs exactly once, or is
//! accounted for by a member that stopped or a loop that was left; everybody gets out; no message is left over.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use crate::manager::{Manager, Order, Terms};
use crate::schedule::{Chunk, Static, shares};
use crate::wire::{Completion, Outcome};
use crate::worker::{Report, Task, Worker};

/// What happens in the loop, whoever runs it.
#[derive(Clone, Debug)]
struct Case {
    members: usize,
    length: u64,
    known: bool,
    terms: Terms,
    how: Option<Static>,
    /// The indices at which the body leaves the loop.
    leaves: Vec<u64>,
    /// This member stops after so many iterations.
    stop: Option<(usize, u32)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Up {
    Enter,
    Request { completion: Completion, wants: bool },
    Left(u64),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Down {
    Assign(std::ops::Range<u64>),
    Release,
    Cancel(u64),
    Finish(Outcome),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct World {
    manager: Manager,
    workers: Vec<Worker>,
    up: Vec<VecDeque<Up>>,
    down: Vec<VecDeque<Down>>,
    ran: Vec<u8>,
    count: Vec<u32>,
    released: Vec<bool>,
    clock: Duration,
}

/// One thing that can happen next.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// The manager gets the next message of this member.
    ToManager(usize),
    /// This member gets its next message.
    ToMember(usize),
    /// This member runs one iteration, or finds that there is none.
    Run(usize),
    /// This member says in between what it has done.
    Tell(usize),
}

impl World {
    fn new(case: &Case) -> Self {
        let length = case.known.then_some(case.length);
        let worker =
            |member| Worker::new(case.how.map(|how| shares(how, member as u64, case.members as u64, length)));
        World {
            manager: Manager::new(case.terms.clone(), case.members),
            workers: (0..case.members).map(worker).collect(),
            up: vec![VecDeque::from([Up::Enter]); case.members],
            down: vec![VecDeque::new(); case.members],
            ran: vec![0; case.length as usize],
            count: vec![0; case.members],
            released: vec![false; case.members],
            clock: Duration::ZERO,
        }
    }

    fn steps(&self) -> Vec<Step> {
        let members = 0..self.workers.len();
        let to_manager = members.clone().filter(|&m| !self.up[m].is_empty()).map(Step::ToManager);
        let to_member = members.clone().filter(|&m| !self.down[m].is_empty()).map(Step::ToMember);
        let tell = members.clone().filter(|&m| self.workers[m].can_report()).map(Step::Tell);
        let run = members.filter(|&m| matches!(self.workers[m].task(), Task::Run(_))).map(Step::Run);
        to_manager.chain(to_member).chain(tell).chain(run).collect()
    }

    fn take(&mut self, case: &Case, step: Step) {
        match step {
            Step::ToManager(member) => {
                let message = self.up[member].pop_front().expect("offered");
                let now = self.clock;
                let orders = match message {
                    Up::Enter => {
                        let wants = case.stop != Some((member, 0));
                        if !wants {
                            self.workers[member].on_stop();
                        }
                        self.manager.on_enter(now, member, wants)
                    }
                    Up::Request { completion, wants } => {
                        self.manager.on_request(now, member, &completion, wants)
                    }
                    Up::Left(index) => self.manager.on_left(now, member, index),
                };
                self.manager.check();
                self.carry_out(orders.expect("workers keep to the protocol"));
            }
            Step::ToMember(member) => {
                let worker = &mut self.workers[member];
                match self.down[member].pop_front().expect("offered") {
                    Down::Assign(range) => worker.on_assign(range),
                    Down::Release => worker.on_release(),
                    Down::Cancel(at) => worker.on_cancel(at),
                    Down::Finish(outcome) => worker.on_finish(outcome),
                }
            }
            Step::Run(member) => self.run(case, member),
            Step::Tell(member) => {
                let Report { completion, wants } = self.workers[member].so_far();
                self.up[member].push_back(Up::Request { completion, wants });
            }
        }
    }

    fn carry_out(&mut self, orders: Vec<Order>) {
        for order in orders {
            match order {
                Order::Assign { to, range } => self.down[to].push_back(Down::Assign(range)),
                Order::Release { to } => {
                    self.released[to] = true;
                    self.down[to].push_back(Down::Release);
                }
                Order::Cancel { to, at } => self.down[to].push_back(Down::Cancel(at)),
                Order::Finish(outcome) => {
                    for (to, down) in self.down.iter_mut().enumerate() {
                        assert!(!self.released[to], "member {to} is released and told the outcome");
                        down.push_back(Down::Finish(outcome));
                    }
                }
            }
        }
    }

    fn run(&mut self, case: &Case, member: usize) {
        let Task::Run(range) = self.workers[member].task() else { unreachable!("offered") };
        let worker = &mut self.workers[member];
        let report = |Report { completion, wants }| Up::Request { completion, wants };
        if range.is_empty() {
            self.up[member].extend(worker.on_range_end(None).map(report));
            return;
        }
        let index = range.start;
        if index >= case.length {
            self.up[member].extend(worker.on_range_end(Some(case.length)).map(report));
            return;
        }
        self.ran[index as usize] += 1;
        self.count[member] += 1;
        if case.leaves.contains(&index) {
            worker.on_left(index);
            self.up[member].push_back(Up::Left(index));
            return;
        }
        worker.on_ran(index + 1);
        if case.stop == Some((member, self.count[member])) {
            self.up[member].extend(worker.on_stop().map(report));
        } else if index + 1 >= worker.stop_before() {
            self.up[member].extend(worker.on_range_end(None).map(report));
        }
    }

    /// What must hold when nothing can happen any more.
    fn check_end(&self, case: &Case) {
        let exit = case.leaves.iter().copied().filter(|&index| index < case.length).min();
        for (member, worker) in self.workers.iter().enumerate() {
            let Task::Leave(outcome) = worker.task() else {
                panic!("member {member} hangs: {worker:?} in {self:?}")
            };
            if case.terms.hold {
                let outcome = outcome.expect("members were to wait for the outcome");
                assert_eq!(outcome.exit, exit);
                assert!(exit.is_some() || outcome.end == case.length, "{outcome:?}");
            }
        }
        assert!(self.manager.is_over());
        let host_only = usize::from(case.terms.dedicated && case.members > 1);
        let all_stopped = case.stop.is_some() && case.members - host_only == 1;
        for (index, &times) in self.ran.iter().enumerate() {
            let must = exit.is_none_or(|exit| index as u64 <= exit) && !all_stopped;
            assert!(times <= 1, "index {index} ran {times} times");
            assert!(times == 1 || !must, "index {index} did not run in {case:?}");
        }
    }
}

/// Every order: returns how many states there are.
fn explore(case: &Case) -> usize {
    let mut seen = HashSet::new();
    let mut open = vec![World::new(case)];
    while let Some(world) = open.pop() {
        if !seen.insert(world.clone()) {
            continue;
        }
        let steps = world.steps();
        if steps.is_empty() {
            world.check_end(case);
        }
        for step in steps {
            let mut next = world.clone();
            next.take(case, step);
            open.push(next);
        }
    }
    seen.len()
}

/// One random order.
fn wander(case: &Case, random: &mut impl FnMut(usize) -> usize) {
    let mut world = World::new(case);
    loop {
        let steps = world.steps();
        if steps.is_empty() {
            return world.check_end(case);
        }
        world.clock += Duration::from_nanos(random(2_000_000) as u64);
        world.take(case, steps[random(steps.len())]);
    }
}

fn managed(members: usize, length: u64, chunk: Chunk) -> Case {
    let terms =
        Terms { deal: Some(chunk), length: Some(length), hold: true, may_stop: false, dedicated: false };
    Case { members, length, known: true, terms, how: None, leaves: vec![], stop: None }
}

fn fixed(members: usize, length: u64, how: Static) -> Case {
    let terms = Terms { deal: None, length: Some(length), hold: true, may_stop: false, dedicated: false };
    Case { members, length, known: true, terms, how: Some(how), leaves: vec![], stop: None }
}

fn unknown(mut case: Case) -> Case {
    case.known = false;
    case.terms.length = None;
    case
}

/// Every combination of the options that `build` leaves open.
fn variants(case: Case) -> Vec<Case> {
    let mut all = vec![];
    for case in [case.clone(), unknown(case)] {
        for hold in [true, false] {
            let mut case = case.clone();
            case.terms.hold = hold;
            all.push(case);
        }
    }
    all
}

fn small(members: std::ops::RangeInclusive<usize>) -> impl Iterator<Item = (usize, u64)> {
    members.flat_map(|members| [0, 1, 2, 5].map(|length| (members, length)))
}

#[test]
fn every_order_of_a_managed_loop() {
    let mut states = 0;
    for (members, length) in small(1..=3) {
        for chunk in [Chunk::Fixed(1), Chunk::Fixed(2), Chunk::Auto] {
            for mut case in variants(managed(members, length, chunk)) {
                states += explore(&case);
                case.terms.dedicated = true;
                states += explore(&case);
            }
        }
    }
    assert!(states > 10_000, "the exploration explores: {states} states");
}

#[test]
fn every_order_of_a_managed_loop_on_four_ranks() {
    for (members, length) in small(4..=4) {
        for chunk in [Chunk::Fixed(1), Chunk::Fixed(2)] {
            explore(&managed(members, length, chunk));
        }
        explore(&unknown(managed(members, length, Chunk::Fixed(2))));
    }
}

#[test]
fn every_order_of_static_shares() {
    for (members, length) in small(1..=4) {
        for how in [Static::Cyclic(1), Static::Cyclic(2), Static::Block(length), Static::First] {
            for case in variants(fixed(members, length, how)) {
                if case.known || !matches!(how, Static::Block(_)) {
                    explore(&case);
                }
            }
        }
    }
}

#[test]
fn every_order_of_a_loop_that_is_left() {
    for (members, length) in small(1..=3) {
        for leaves in [vec![0], vec![1], vec![1, 3], vec![4, 2]] {
            for mut case in [
                managed(members, length, Chunk::Fixed(1)),
                managed(members, length, Chunk::Fixed(2)),
                unknown(managed(members, length, Chunk::Fixed(2))),
                fixed(members, length, Static::Cyclic(1)),
                fixed(members, length, Static::Block(length)),
                unknown(fixed(members, length, Static::Cyclic(2))),
            ] {
                case.leaves.clone_from(&leaves);
                explore(&case);
            }
        }
    }
}

#[test]
fn every_order_with_a_member_that_stops_early() {
    for (members, length) in small(1..=3) {
        for chunk in [Chunk::Fixed(1), Chunk::Fixed(3), Chunk::Auto] {
            for mut case in [managed(members, length, chunk), unknown(managed(members, length, chunk))] {
                case.terms.hold = false;
                case.terms.may_stop = true;
                for stop in [(members - 1, 0), (members - 1, 1), (0, 2)] {
                    case.stop = Some(stop);
                    explore(&case);
                }
            }
        }
    }
}

#[test]
fn random_orders_of_large_loops() {
    let mut seed = 2026_u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below.max(1)
    };
    for round in 0..300 {
        let members = 1 + random(16);
        let length = random(3_000) as u64;
        let chunk = [Chunk::Auto, Chunk::Fixed(1 + random(50) as u64)][random(2)];
        let mut case = if round % 3 == 0 {
            fixed(members, length, [Static::Cyclic(1 + random(9) as u64), Static::First][random(2)])
        } else {
            managed(members, length, chunk)
        };
        if random(2) == 0 {
            case = unknown(case);
        }
        match random(4) {
            0 => case.leaves = (0..1 + random(3)).map(|_| random(4_000) as u64).collect(),
            1 if case.how.is_none() => {
                case.terms.hold = false;
                case.terms.may_stop = true;
                case.stop = Some((random(members), 1 + random(100) as u32));
            }
            _ => case.terms.hold = random(2) == 0,
        }
        case.terms.dedicated = case.how.is_none() && random(4) == 0;
        wander(&case, &mut random);
    }
}
