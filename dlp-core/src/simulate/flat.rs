//! A loop whose ranks all talk to one manager, or cut their own shares: the real [`Manager`] and [`Worker`]s.

use core::time::Duration;
use std::ops::Range;

use super::agenda::Agenda;
use super::desk::Desk;
use super::frontier::Frontier;
use super::machine::{Machine, Waiter};
use super::{Forecast, Tally, Time, nanos};
use crate::manager::{Manager, Order, Terms};
use crate::pulse::Pulse;
use crate::schedule::{Rule, Static, shares};
use crate::wire::Completion;
use crate::worker::{Report, Task, Worker};

/// How the loop is shared out.
#[derive(Clone, Copy, Debug)]
pub(super) enum How {
    Static(Static),
    Managed { rule: Rule, dedicated: bool },
}

#[derive(Clone, Copy, Debug)]
enum Event {
    /// A rank's announcement comes to the root.
    Enter(u32),
    /// A rank's request comes to the root: so many are done, from this index of the loop, or of its own share, on.
    Request {
        from: u32,
        start: u64,
        count: u64,
        wants: bool,
    },
    /// What the root says comes to a rank.
    Go(u32),
    Assign {
        to: u32,
        start: u64,
        count: u64,
    },
    Release(u32),
    Seen(u32),
    /// A rank is between two iterations, and looks around.
    Look(u32),
}

#[derive(Debug)]
struct Rank {
    worker: Worker,
    waiter: Waiter,
    /// How many of its own share it has told of.
    told: u64,
    /// When it handed over last, and since when it has been waiting.
    handed: Time,
    since: Time,
    /// A Part was handed over in the middle of a range, and not taken in yet.
    in_transit: bool,
}

/// A loop, in the course of it.
struct Flat<'a, F> {
    machine: &'a Machine,
    how: Option<Static>,
    task: F,
    manager: Manager,
    ranks: Vec<Rank>,
    agenda: Agenda<Event>,
    desk: Desk,
    frontier: Frontier,
    tally: Tally,
    /// The root does nothing but answer, and replay.
    dedicated: bool,
    /// The root's main thread runs iterations, and replays between them.
    root_runs: bool,
    /// How many iterations wait to be replayed; until when the root's main thread is busy with that.
    ready: u64,
    root_free: Time,
    /// When the last rank so far has left.
    left: Time,
    /// See [`Pulse::late`].
    late: Time,
}

/// What comes of such a loop.
pub(super) fn run(
    machine: &Machine,
    ranks: usize,
    length: u64,
    how: How,
    task: impl Fn(u64) -> Duration,
) -> Forecast {
    let (deal, how, dedicated) = match how {
        How::Static(how) => (None, Some(how), false),
        How::Managed { rule, dedicated } => (Some(rule), None, dedicated && ranks > 1),
    };
    let terms = Terms { deal, batches: None, length: Some(length), hold: false, may_stop: false, dedicated };
    let worker = |rank| {
        let share = |how| shares(how, rank as u64, ranks as u64, Some(length));
        let worker = Worker::new(how.map(share));
        Rank { worker, waiter: Waiter::new(), told: 0, handed: 0, since: 0, in_transit: false }
    };
    let mut flat = Flat {
        machine,
        how,
        task,
        manager: Manager::new(terms, ranks),
        ranks: (0..ranks).map(worker).collect(),
        agenda: Agenda::new(),
        desk: Desk::new(machine.polling),
        frontier: Frontier::new(length),
        tally: Tally::new(ranks),
        dedicated,
        root_runs: false,
        ready: 0,
        root_free: 0,
        left: 0,
        late: nanos(Pulse::late(ranks)),
    };
    for rank in 0..ranks {
        flat.send(0, rank, Event::Enter(rank as u32));
    }
    while let Some((now, event)) = flat.agenda.next() {
        flat.on_event(now, event);
    }
    assert!(flat.manager.is_over() && flat.frontier.is_complete(), "every iteration is run and told of");
    flat.replay(flat.desk.free());
    let makespan = flat.left.max(flat.desk.free()).max(flat.root_free);
    flat.tally.forecast(makespan, flat.desk.load())
}

impl<F: Fn(u64) -> Duration> Flat<'_, F> {
    fn on_event(&mut self, now: Time, event: Event) {
        match event {
            Event::Enter(rank) => {
                let done = self.answer(now, rank);
                self.send(done, rank as usize, Event::Go(rank));
                let orders = self.manager.on_enter(Duration::from_nanos(done), rank as usize, true);
                self.carry_out(done, orders.expect("a rank comes once"));
            }
            Event::Request { from, start, count, wants } => {
                self.on_request(now, from, start..start + count, wants);
            }
            Event::Go(rank) => {
                // Where a manager shares out, it has said more.
                if self.how.is_some() {
                    let now = self.wake(rank, now);
                    self.run(rank, now);
                }
            }
            Event::Assign { to, start, count } => {
                let now = self.wake(to, now);
                self.ranks[to as usize].worker.on_assign(start..start + count);
                self.run(to, now);
            }
            Event::Release(rank) => {
                let now = self.wake(rank, now);
                self.ranks[rank as usize].worker.on_release();
                self.left = self.left.max(now);
            }
            Event::Seen(rank) => self.ranks[rank as usize].in_transit = false,
            Event::Look(rank) => self.look(rank, now),
        }
    }

    /// Something travels between a rank and the root.
    fn send(&mut self, now: Time, rank: usize, event: Event) {
        self.tally.messages += 1;
        self.agenda.at(now + self.machine.latency(rank), event);
    }

    /// The root answers what has come from a rank.
    fn answer(&mut self, now: Time, from: u32) -> Time {
        self.desk.answer(now, nanos(self.machine.service), self.machine.is_near(from as usize))
    }

    /// When a rank that waits sees what has come for it.
    fn wake(&mut self, rank: u32, now: Time) -> Time {
        let (near, waits) = (self.machine.is_near(rank as usize), &mut self.ranks[rank as usize]);
        let seen = waits.waiter.seen(&self.machine.polling, waits.since, now, near);
        if rank == 0 { seen.max(self.root_free) } else { seen }
    }

    fn on_request(&mut self, now: Time, from: u32, done: Range<u64>, wants: bool) {
        let answered = self.answer(now, from);
        let count = done.end - done.start;
        let completion = match self.how {
            Some(how) => {
                let ranks = self.ranks.len() as u64;
                runs(how, u64::from(from), ranks, done).for_each(|run| self.frontier.on_told(run));
                Completion { done: 0..count, undone: count..count, end: None }
            }
            None => {
                self.frontier.on_told(done.clone());
                Completion { undone: done.end..done.end, done, end: None }
            }
        };
        self.ready += self.frontier.advance();
        self.root_runs &= from != 0 || !wants;
        if !wants {
            self.send(answered, from as usize, Event::Seen(from));
        }
        let orders =
            self.manager.on_request(Duration::from_nanos(answered), from as usize, &completion, wants);
        self.carry_out(answered, orders.expect("a worker keeps to the protocol"));
        if self.dedicated {
            let time = std::mem::take(&mut self.ready) * nanos(self.machine.replay);
            self.desk.occupy(time);
        } else if !self.root_runs {
            self.replay(answered);
        }
    }

    /// The root's main thread, which has nothing else to do, replays what is next.
    fn replay(&mut self, now: Time) {
        let time = std::mem::take(&mut self.ready) * nanos(self.machine.replay);
        if time > 0 {
            self.root_free = self.root_free.max(now) + time;
        }
    }

    fn carry_out(&mut self, now: Time, orders: Vec<Order>) {
        for order in orders {
            match order {
                Order::Assign { to, range } => {
                    let (start, count) = (range.start, range.end - range.start);
                    self.send(now, to, Event::Assign { to: to as u32, start, count });
                }
                Order::Release { to } => self.send(now, to, Event::Release(to as u32)),
                Order::Batch { .. } | Order::Cancel { .. } | Order::Finish(_) => {
                    unreachable!("there are no pools, nobody leaves, nobody waits for an outcome")
                }
            }
        }
    }

    /// A rank runs until there is something to look for between two iterations, or nothing more to run.
    fn run(&mut self, number: u32, mut now: Time) {
        let rank = &mut self.ranks[number as usize];
        let (iteration, pace) = (nanos(self.machine.iteration), self.late);
        let works_at_the_root = number == 0 && !self.dedicated;
        self.root_runs |= works_at_the_root;
        loop {
            let Task::Run(range) = rank.worker.task() else { unreachable!("a rank that runs") };
            let mut index = range.start;
            let mut looks = false;
            while index < range.end && !looks {
                let took = nanos((self.task)(index));
                self.tally.ran(number as usize, took);
                now += took + iteration;
                index += 1;
                looks = works_at_the_root || now - rank.handed >= pace;
            }
            rank.worker.on_ran(index);
            if index == range.end
                && let Some(report) = rank.worker.on_range_end(None)
            {
                return self.tell(number, now, &report);
            }
            if looks {
                return self.agenda.at(now, Event::Look(number));
            }
        }
    }

    /// A rank hands over what is due, the root replays what is next, and goes on.
    fn look(&mut self, number: u32, mut now: Time) {
        if number == 0 {
            now += std::mem::take(&mut self.ready) * nanos(self.machine.replay);
        }
        let rank = &mut self.ranks[number as usize];
        let late = now - rank.handed >= self.late;
        if late && !rank.in_transit && rank.worker.can_report() {
            let report = rank.worker.so_far();
            self.tell(number, now, &report);
        }
        self.run(number, now);
    }

    fn tell(&mut self, number: u32, now: Time, report: &Report) {
        let Report { completion: Completion { done, .. }, wants } = report;
        let rank = &mut self.ranks[number as usize];
        let count = done.end - done.start;
        let start = if self.how.is_some() { rank.told } else { done.start };
        rank.told += count;
        rank.handed = now;
        rank.in_transit |= !wants;
        if *wants {
            rank.since = now;
        }
        self.send(now, number as usize, Event::Request { from: number, start, count, wants: *wants });
    }
}

/// The iterations of a member that are these of its own share.
fn runs(how: Static, member: u64, members: u64, share: Range<u64>) -> impl Iterator<Item = Range<u64>> {
    let (width, mut next) = match how {
        Static::Cyclic(chunk) => (chunk.max(1), share.start),
        Static::Block(_) | Static::First => (u64::MAX, share.start),
    };
    std::iter::from_fn(move || {
        let (block, inside) = (next / width, next % width);
        let count = (share.end - next).min(width - inside);
        next += count;
        let start = match how {
            Static::Cyclic(_) => (block * members + member) * width + inside,
            Static::First => inside,
            Static::Block(length) => {
                let (each, longer) = (length / members, length % members);
                each * member + member.min(longer) + inside
            }
        };
        (count > 0).then_some(start..start + count)
    })
}

#[cfg(test)]
mod tests {
    use super::super::Polling;
    use super::*;

    #[test]
    fn what_is_told_of_a_share_are_its_iterations() {
        for how in [Static::Cyclic(1), Static::Cyclic(4), Static::Block(50), Static::First] {
            for member in 0..3 {
                let share: Vec<u64> = shares(how, member, 3, Some(50)).flatten().collect();
                for start in 0..share.len() {
                    let told: Vec<u64> =
                        runs(how, member, 3, start as u64..share.len() as u64).flatten().collect();
                    assert_eq!(told, share[start..], "{how:?} {member} {start}");
                }
            }
        }
    }

    #[test]
    fn who_polls_is_no_quicker_than_who_is_woken() {
        let polls = Polling { longest: Duration::from_millis(1), ..Polling::woken() };
        let machine = Machine { far: Duration::from_micros(1), node: 1, ..Machine::free() };
        let of = |polling| {
            let how = How::Managed { rule: Rule::Fixed(1), dedicated: true };
            run(&Machine { polling, ..machine }, 3, 20, how, Duration::from_millis).makespan
        };
        assert!(of(polls) > of(Polling::woken()));
    }
}
