//! One state of a whole loop: a manager, its members, what is on the way between them, and the rules that hold
//! in each.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use super::book::{Book, Known};
use crate::manager::{Manager, Order, Terms};
use crate::schedule::{Static, shares};
use crate::wire::{Completion, Outcome};
use crate::worker::{Report, Task, Worker};

/// What happens in the loop, whoever runs it.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) members: usize,
    pub(super) length: u64,
    pub(super) known: bool,
    pub(super) terms: Terms,
    pub(super) how: Option<Static>,
    /// The indices at which the body leaves the loop.
    pub(super) leaves: Vec<u64>,
    /// These members stop after so many iterations.
    pub(super) stops: Vec<(usize, u32)>,
    /// At some time the root says that nothing from here on is wanted.
    pub(super) cancel: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Up {
    Enter,
    Request { completion: Completion, wants: bool },
    Left(u64),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Down {
    Assign(Range<u64>),
    Release,
    Cancel(u64),
    Finish(Outcome),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct World {
    manager: Manager,
    book: Book,
    workers: Vec<Worker>,
    up: Vec<VecDeque<Up>>,
    down: Vec<VecDeque<Down>>,
    ran: Vec<u8>,
    /// How many iterations each member has run.
    count: Vec<u32>,
    /// What each member knows not to run: everything from here on.
    told: Vec<u64>,
    cancelled: bool,
    pub(super) clock: Duration,
}

/// One thing that can happen next.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// The manager gets the next message of this member.
    ToManager(usize),
    /// This member gets its next message.
    ToMember(usize),
    /// This member runs one iteration, or finds that there is none.
    Run(usize),
    /// This member says in between what it has done.
    Tell(usize),
    /// The root cancels.
    Cancel(u64),
}

impl World {
    pub(super) fn new(case: &Case) -> Self {
        let length = case.known.then_some(case.length);
        let worker =
            |member| Worker::new(case.how.map(|how| shares(how, member as u64, case.members as u64, length)));
        World {
            manager: Manager::new(case.terms.clone(), case.members),
            book: Book::new(case.terms.clone(), case.members, case.length),
            workers: (0..case.members).map(worker).collect(),
            up: vec![VecDeque::from([Up::Enter]); case.members],
            down: vec![VecDeque::new(); case.members],
            ran: vec![0; case.length as usize],
            count: vec![0; case.members],
            told: vec![u64::MAX; case.members],
            cancelled: false,
            clock: Duration::ZERO,
        }
    }

    pub(super) fn steps(&self, case: &Case) -> Vec<Step> {
        let members = 0..self.workers.len();
        let to_manager = members.clone().filter(|&m| !self.up[m].is_empty()).map(Step::ToManager);
        let to_member = members.clone().filter(|&m| !self.down[m].is_empty()).map(Step::ToMember);
        let tell = members.clone().filter(|&m| self.workers[m].can_report()).map(Step::Tell);
        let run = members.filter(|&m| matches!(self.workers[m].task(), Task::Run(_))).map(Step::Run);
        let may_cancel = !self.cancelled && self.book.members[0] != Known::Absent;
        let cancel = case.cancel.filter(|_| may_cancel).map(Step::Cancel);
        to_manager.chain(to_member).chain(tell).chain(run).chain(cancel).collect()
    }

    pub(super) fn take(&mut self, case: &Case, step: Step) {
        match step {
            Step::ToManager(member) => {
                let message = self.up[member].pop_front().expect("offered");
                self.deliver_up(case, member, message);
            }
            Step::ToMember(member) => {
                let message = self.down[member].pop_front().expect("offered");
                self.deliver_down(member, message);
            }
            Step::Run(member) => self.run(case, member),
            Step::Tell(member) => {
                let Report { completion, wants } = self.workers[member].so_far();
                self.up[member].push_back(Up::Request { completion, wants });
            }
            Step::Cancel(at) => {
                self.cancelled = true;
                self.book.on_cancel(at);
                let orders = self.manager.on_cancel(self.clock, at);
                self.carry_out(orders);
            }
        }
    }

    fn deliver_up(&mut self, case: &Case, member: usize, message: Up) {
        let Self { manager, book, workers, clock: now, .. } = self;
        let orders = match message {
            Up::Enter => {
                let wants = !case.stops.contains(&(member, 0));
                if !wants {
                    workers[member].on_stop();
                }
                book.on_enter(member, wants);
                manager.on_enter(*now, member, wants)
            }
            Up::Request { completion, wants } => {
                book.on_request(member, &completion, wants);
                manager.on_request(*now, member, &completion, wants)
            }
            Up::Left(index) => {
                book.on_left(member, index);
                manager.on_left(*now, member, index)
            }
        };
        self.carry_out(orders.expect("workers keep to the protocol"));
    }

    fn carry_out(&mut self, orders: Vec<Order>) {
        self.book.on_orders(&orders, self.manager.is_over());
        for order in orders {
            match order {
                Order::Assign { to, range } => self.down[to].push_back(Down::Assign(range)),
                Order::Release { to } => self.down[to].push_back(Down::Release),
                Order::Cancel { to, at } => self.down[to].push_back(Down::Cancel(at)),
                Order::Finish(outcome) => {
                    self.down.iter_mut().for_each(|down| down.push_back(Down::Finish(outcome)));
                }
            }
        }
    }

    fn deliver_down(&mut self, member: usize, message: Down) {
        let worker = &mut self.workers[member];
        if let Down::Cancel(at) = message {
            // The only message that may come to one who has meanwhile left.
            self.told[member] = self.told[member].min(at);
            return worker.on_cancel(at);
        }
        assert_eq!(worker.task(), Task::Wait, "{message:?} comes to one who did not ask: {worker:?}");
        match message {
            Down::Assign(range) => worker.on_assign(range),
            Down::Release => worker.on_release(),
            Down::Finish(outcome) => worker.on_finish(outcome),
            Down::Cancel(_) => unreachable!("handled above"),
        }
    }

    fn run(&mut self, case: &Case, member: usize) {
        let worker = &mut self.workers[member];
        let Task::Run(range) = worker.task() else { unreachable!("offered") };
        let report = |Report { completion, wants }| Up::Request { completion, wants };
        if range.is_empty() {
            self.up[member].extend(worker.on_range_end(None).map(report));
            return;
        }
        let index = range.start;
        assert!(index < self.told[member], "member {member} was told not to run {index}");
        if index >= case.length {
            self.up[member].extend(worker.on_range_end(Some(case.length)).map(report));
            return;
        }
        self.ran[index as usize] += 1;
        self.count[member] += 1;
        if case.leaves.contains(&index) {
            self.told[member] = self.told[member].min(index);
            worker.on_left(index);
            self.up[member].push_back(Up::Left(index));
            return;
        }
        worker.on_ran(index + 1);
        if case.stops.contains(&(member, self.count[member])) {
            self.up[member].extend(worker.on_stop().map(report));
        } else if index + 1 >= worker.stop_before() {
            self.up[member].extend(worker.on_range_end(None).map(report));
        }
    }

    /// What must hold in every state.
    pub(super) fn check(&self) {
        self.manager.check();
        assert_eq!(self.manager.exit(), self.book.exit);
        assert_eq!(self.manager.done(), self.book.done);
        self.book.refuses_what_is_wrong(&self.manager);
    }

    /// What must hold when nothing can happen any more.
    pub(super) fn check_end(&self, case: &Case) {
        assert!(self.manager.is_over());
        for (member, worker) in self.workers.iter().enumerate() {
            let Task::Leave(outcome) = worker.task() else {
                panic!("member {member} hangs: {worker:?} in {self:?}")
            };
            assert_eq!(outcome.is_some(), case.terms.hold, "who waits for the outcome gets it: {self:?}");
            if let Some(outcome) = outcome.filter(|_| case.cancel.is_none()) {
                assert_eq!(outcome.exit, self.book.exit);
                assert!(outcome.exit.is_some() || outcome.end == case.length, "{outcome:?}");
            }
        }
        let left = case.leaves.iter().copied().filter(|&index| index < case.length).min();
        let exit = left.into_iter().chain(case.cancel).min();
        let host = case.terms.dedicated && case.members > 1;
        let stops = |member| case.stops.iter().any(|stop| stop.0 == member);
        let all_stop = (usize::from(host)..case.members).all(stops);
        if !all_stop {
            assert_eq!(self.manager.exit(), exit);
        }
        for (index, &times) in (0..).zip(&self.ran) {
            // The iteration that leaves has run; that at which others cancel need not have.
            let must = exit.is_none_or(|exit| index < exit || left == Some(index) && index == exit);
            assert!(times <= 1, "index {index} ran {times} times");
            assert!(
                times == 1 || !must || case.cancel == Some(index) || all_stop,
                "index {index} did not run in {case:?}"
            );
        }
        let all: u64 = self.ran.iter().copied().map(u64::from).sum();
        if case.leaves.is_empty() || case.how.is_none() {
            assert_eq!(self.manager.done(), all, "every iteration is told of: {case:?}");
        }
    }
}
