//! One state of a whole loop: manager, members and what is on the way between them; and what each step makes of it.
//!
//! The members do here what the engine of a loop and the functions for use by hand do with a `Worker`, and the root what the
//! hub does with a `Manager`, in the fewest words. What must hold is in `book.rs` and `end.rs`.

use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use dlp_core::manager::{Manager, Order};
use dlp_core::pool::Take;
use dlp_core::rendezvous::Rendezvous;
use dlp_core::schedule::shares;
use dlp_core::wire::{Enter, Op, Payload};
use dlp_core::worker::{Report, Task, Worker};

use crate::book::Book;
use crate::case::Case;
use crate::net::{Down, Net, Set, Up};
use crate::pools::Pools;
use crate::step::Step;

/// Longer than a chunk of automatic length is to take.
const LATE: Duration = Duration::from_millis(40);

/// Who has come: of one rendezvous nothing else changes.
#[derive(Clone, Debug)]
pub(crate) struct Meeting(Arc<Rendezvous>);

impl Hash for Meeting {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.absent().for_each(|rank| rank.hash(state));
    }
}

impl PartialEq for Meeting {
    fn eq(&self, other: &Self) -> bool {
        self.0.absent().eq(other.0.absent())
    }
}

#[derive(Clone, Debug, PartialEq, Hash)]
pub(crate) struct World {
    pub(crate) manager: Manager,
    pub(crate) book: Book,
    pub(crate) meeting: Meeting,
    pub(crate) workers: Vec<Worker>,
    pub(crate) pools: Pools,
    pub(crate) net: Net,
    /// The indices that ran; that ran more than once; that left the loop; that failed.
    pub(crate) ran: Set,
    pub(crate) twice: Set,
    pub(crate) left: Set,
    pub(crate) failed: Set,
    /// What each member ran and has not handed over.
    pub(crate) draft: Vec<Set>,
    /// What the root was handed; it holds this back until everybody has come.
    pub(crate) handed: Set,
    held: Option<Vec<Set>>,
    /// What each member has to replay.
    pub(crate) has: Vec<Set>,
    /// What each member knows not to run: everything from here on.
    pub(crate) told: Vec<u64>,
    pub(crate) stopped: Set,
    pub(crate) cancelled: Option<u64>,
    pub(crate) may_cancel: bool,
    pub(crate) dead: Option<usize>,
    pub(crate) aborted: bool,
    clock: Duration,
    /// How many steps led here: a state is never come back to.
    pub(crate) steps: u32,
}

fn enter(case: &Case, wants: bool) -> Enter {
    let (place, data) = ("a loop".to_owned(), Payload::default());
    Enter { op: Op::Loop, place, length: case.terms.length, digest: 7, wants, data }
}

impl World {
    pub(crate) fn new(case: &Case) -> Self {
        let members = case.members;
        let shares =
            |member: usize| case.how.map(|how| shares(how, member as u64, members as u64, case.terms.length));
        Self {
            manager: Manager::new(case.terms.clone(), members),
            book: Book::new(case.terms.clone(), members, case.length),
            meeting: Meeting(Arc::new(Rendezvous::new(members, enter(case, true)))),
            workers: (0..members)
                .map(|member| case.draws.map_or_else(|| Worker::new(shares(member)), |_| Worker::pooled()))
                .collect(),
            pools: Pools::new(case),
            net: Net::new(members),
            ran: 0,
            twice: 0,
            left: 0,
            failed: 0,
            draft: vec![0; members],
            handed: 0,
            held: Some(vec![]),
            has: vec![0; members],
            told: vec![u64::MAX; members],
            stopped: 0,
            cancelled: None,
            may_cancel: true,
            dead: None,
            aborted: false,
            clock: Duration::ZERO,
            steps: 0,
        }
    }

    /// Whether a member is done with the loop.
    pub(crate) fn is_out(&self, member: usize) -> bool {
        matches!(self.workers[member].task(), Task::Leave(_))
    }

    pub(crate) fn take(&mut self, case: &Case, step: Step) {
        self.steps += 1;
        self.act(case, step);
        for member in 0..case.members {
            // Who leaves the loop leaves the pool.
            if self.workers[member].draws() && self.is_out(member) {
                self.pools.close(member);
            }
        }
    }

    fn act(&mut self, case: &Case, step: Step) {
        match step {
            Step::ToRoot(member) => self.on_message(case, member, true),
            Step::ToRootLate(member) => {
                self.clock += LATE;
                self.on_message(case, member, true);
            }
            Step::EnterIdle(member) => {
                self.stopped |= 1 << member;
                self.workers[member].on_release();
                self.on_message(case, member, false);
            }
            Step::FromRoot(member) => {
                let message = self.net.take_direct(member);
                self.take_in(member, message);
            }
            Step::FromAbove(member) => {
                let message = self.net.take_tree(member);
                self.take_in(member, message);
            }
            Step::Run(member) => self.run(case, member),
            Step::Leave(member) => self.leave(member),
            Step::Fail(member) => {
                self.failed |= 1 << self.next_index(member);
                self.run(case, member);
            }
            Step::Draw(member) => self.draw(member),
            Step::Look(member) => self.pools.look(member),
            Step::Vacate(node) => self.pools.vacate(node),
            Step::Succeed(node) => self.pools.succeed(node),
            Step::Tell(member) => {
                let report = self.workers[member].so_far();
                self.report(member, report);
            }
            Step::Stop(member) => {
                self.stopped |= 1 << member;
                let report = self.workers[member].on_stop().expect("who runs has something to tell");
                self.report(member, report);
            }
            Step::Cancel(at) => {
                self.may_cancel = false;
                // After the end it has nothing to say any more.
                self.cancelled = (!self.manager.is_over()).then_some(at);
                self.book.on_cancel(at);
                let orders = self.manager.on_cancel(self.clock, at);
                self.carry_out(orders);
            }
            Step::Die(member) => self.dead = Some(member),
            Step::Lose(member) => self.net.lose(member),
            Step::Abort => self.aborted = true,
        }
    }

    /// The root takes in the next message of a member.
    fn on_message(&mut self, case: &Case, member: usize, wants_any: bool) {
        let Self { manager, book, clock: now, .. } = self;
        let (orders, part) = match self.net.take_up(member) {
            Up::Enter => {
                book.on_enter(member, wants_any);
                let enter = enter(case, wants_any);
                let meeting = Arc::make_mut(&mut self.meeting.0);
                let all = meeting.on_enter(member, &enter).expect("all come to the same place");
                let orders = manager.on_enter(*now, member, wants_any);
                if all {
                    self.release_parts(case);
                }
                (orders, 0)
            }
            Up::Ask => {
                book.on_ask(member);
                (manager.on_ask(*now, member), 0)
            }
            Up::Request { completion, wants, part } => {
                book.on_request(member, &completion, wants);
                (manager.on_request(*now, member, &completion, wants), part)
            }
            Up::Left { index, part } => {
                book.on_left(member, index);
                (manager.on_left(*now, member, index), part)
            }
        };
        let orders = orders.expect("members keep to the protocol");
        self.on_part(case, part);
        self.carry_out(orders);
    }

    /// The root is handed a Part.
    fn on_part(&mut self, case: &Case, part: Set) {
        assert_eq!(self.handed & part, 0, "handed over twice");
        self.handed |= part;
        if part == 0 || !case.replay {
            return;
        }
        match &mut self.held {
            Some(held) => held.push(part),
            None => self.net.spread(&Down::Part(part)),
        }
    }

    /// Everybody has come: what was held back may go.
    fn release_parts(&mut self, case: &Case) {
        for part in self.held.take().into_iter().flatten().filter(|_| case.replay) {
            self.net.spread(&Down::Part(part));
        }
    }

    fn carry_out(&mut self, orders: Vec<Order>) {
        self.book.on_orders(&orders, self.manager.is_over());
        for order in orders {
            match order {
                Order::Assign { to, range } => self.net.send(to, Down::Assign(range)),
                Order::Batch { to, range } => self.net.send(to, Down::Batch(range)),
                Order::Release { to } => self.net.send(to, Down::Release),
                Order::Cancel { to, at } => self.net.send(to, Down::Cancel(at)),
                Order::Finish(outcome) => self.net.spread(&Down::Finish(outcome)),
            }
        }
    }

    /// A member takes in a message.
    fn take_in(&mut self, member: usize, message: Down) {
        let worker = &mut self.workers[member];
        self.pools.wake(member);
        match message {
            // May come to one who runs, and to one who has meanwhile left.
            Down::Cancel(at) => {
                self.told[member] = self.told[member].min(at);
                worker.on_cancel(at);
            }
            Down::Part(part) => {
                assert_eq!(self.has[member] & part, 0, "member {member} gets a Part twice");
                self.has[member] |= part;
                self.net.pass_on(member, &Down::Part(part));
            }
            Down::Batch(range) if worker.is_fetching() => {
                worker.on_batch();
                self.pools.refill(member, range);
            }
            _ if !worker.is_asking() => panic!("{message:?} comes to one who did not ask: {worker:?}"),
            Down::Assign(range) => worker.on_assign(range),
            Down::Release => worker.on_release(),
            Down::Batch(range) => panic!("{range:?} comes for a pool, and was not asked for: {worker:?}"),
            Down::Finish(outcome) => {
                worker.on_finish(outcome);
                self.net.pass_on(member, &Down::Finish(outcome));
            }
        }
    }

    /// The iteration at which a member stands.
    fn next_index(&self, member: usize) -> u64 {
        let Task::Run(range) = self.workers[member].task() else {
            panic!("member {member} has nothing to run")
        };
        range.start
    }

    fn run(&mut self, case: &Case, member: usize) {
        let index = self.next_index(member);
        if index >= self.workers[member].stop_before() {
            return self.end_range(member, None);
        }
        assert!(index < self.told[member], "member {member} was told not to run {index}");
        if index >= case.length {
            assert_eq!(case.terms.length, None, "{index} was handed out, and there is no such item");
            return self.end_range(member, Some(case.length));
        }
        self.iterate(member, index);
        self.workers[member].on_ran(index + 1);
    }

    /// A member is at the pool of its node.
    fn draw(&mut self, member: usize) {
        let worker = &mut self.workers[member];
        match self.pools.take(member) {
            Take::Run(range) => {
                if !worker.on_draw(range) {
                    self.pools.close(member);
                    self.dry(member);
                }
            }
            Take::Ask => {
                worker.on_ask();
                self.net.tell(member, Up::Ask);
            }
            Take::Wait => {}
            Take::Over => self.dry(member),
            Take::Foreign => panic!("a well gives something of its own"),
        }
    }

    fn dry(&mut self, member: usize) {
        let report = self.workers[member].on_dry();
        self.report(member, report);
    }

    fn iterate(&mut self, member: usize, index: u64) {
        self.twice |= self.ran & 1 << index;
        self.ran |= 1 << index;
        self.draft[member] |= 1 << index;
    }

    fn end_range(&mut self, member: usize, end: Option<u64>) {
        if let Some(report) = self.workers[member].on_range_end(end) {
            self.report(member, report);
        }
    }

    fn leave(&mut self, member: usize) {
        let index = self.next_index(member);
        assert!(index < self.told[member], "member {member} was told not to run {index}");
        self.iterate(member, index);
        self.left |= 1 << index;
        self.told[member] = self.told[member].min(index);
        self.workers[member].on_ran(index);
        self.workers[member].on_left(index);
        let part = std::mem::take(&mut self.draft[member]);
        self.net.tell(member, Up::Left { index, part });
    }

    /// A member tells the manager what it has done, and hands over what came of it.
    fn report(&mut self, member: usize, Report { completion, wants }: Report) {
        let part = std::mem::take(&mut self.draft[member]);
        self.net.tell(member, Up::Request { completion, wants, part });
    }
}
