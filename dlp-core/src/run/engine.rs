//! One rank in one loop: what it does with what it hears, and what it tells.
//!
//! Below: running a range, taking one from the pool of the node, replaying in loop order, the root's verdict, the end, and
//! `DLP_VERIFY`. Knows the protocol's member and the Parts; of the user's code only that it runs and replays iterations. It knows no
//! type of the loop's, so that it is compiled once and not for each loop.

mod draw;
mod end;
mod range;
mod replay;
mod verdict;
mod verify;

use std::fmt;

use self::draw::Draws;
pub(super) use self::verdict::Verdict;
use super::left::Way;
use super::plan::Plan;
use super::work::Work;
use crate::heed::{Reach, heed};
use crate::link::Link;
use crate::observe::{Counting, Observer};
use crate::part::{Draft, Ledger};
use crate::pulse::Pulse;
use crate::record::PANIC;
use crate::report::PANICKED;
use crate::site::{Gather, Loop};
use crate::wire::{Completion, Message};
use crate::worker::{Report, Task, Worker};

/// One rank in one loop.
pub(super) struct Engine<'a> {
    at: &'static Loop,
    work: &'a mut dyn Work,
    link: &'a Link,
    worker: Worker,
    draws: Draws<'a>,
    gather: Gather,
    /// This rank replays the effects of all.
    replays: bool,
    /// This rank runs every iteration too, and compares.
    verifies: bool,
    verdict: Verdict,
    draft: Draft,
    ledger: Ledger,
    /// How the loop was left, as far as the replay has found out.
    left: Option<Way>,
    /// A Part was handed over in the middle of a range, and not taken in yet.
    in_transit: bool,
    pulse: Pulse,
    observer: &'a mut Counting,
}

impl<'a> Engine<'a> {
    /// A Part is handed over when it is this long, or has waited for long.
    const FULL: usize = 1 << 20;
    /// With so much to hand over, and the last Part not taken in yet, a rank waits.
    const BRIMFUL: usize = 1 << 28;

    pub(super) fn new(
        at: &'static Loop,
        work: &'a mut dyn Work,
        plan: Plan,
        link: &'a Link,
        observer: &'a mut Counting,
    ) -> Self {
        let Plan { gather, worker, chunk, hosts, replays, verified, verdict } = plan;
        let (length, ranks) = (work.length(), link.session().size());
        // What is verified is compared one iteration at a time.
        if !verified {
            work.fold();
        }
        Self {
            at,
            work,
            link,
            worker,
            draws: Draws::new(link, chunk, hosts),
            gather,
            replays,
            verifies: verified && link.session().is_root() && gather != Gather::None,
            verdict,
            draft: Draft::of(link.session().rank()),
            ledger: Ledger::of(length),
            left: None,
            in_transit: false,
            pulse: if verified { Pulse::of_each(ranks) } else { Pulse::new(ranks) },
            observer,
        }
    }

    /// Runs this rank's share of the loop to its end. If the loop was left, the work has arrived there.
    pub(super) fn run(&mut self) {
        let Some(way) = self.drive() else { return };
        if way.exit == PANIC {
            self.link.session().abort(PANICKED);
        }
        let index = way.index;
        if !self.work.arrive(way) {
            self.fail(format_args!("was left in iteration {index} on the root, and here there is none"));
        }
    }

    fn drive(&mut self) -> Option<Way> {
        loop {
            match self.worker.task() {
                Task::Run(range) => self.run_range(range.start),
                Task::Draw => self.draw(),
                Task::Wait => self.wait(),
                Task::Leave(outcome) => return self.leave(outcome),
            }
        }
    }

    fn wait(&mut self) {
        self.observer.wait_begins();
        let message = self.link.await_message();
        self.observer.wait_ends();
        self.take_in(message);
        self.replay_ready();
    }

    /// Between two iterations: takes in what has come, replays what is complete, hands over what is due.
    fn look(&mut self) {
        while let Some(message) = self.link.hear() {
            self.take_in(message);
        }
        self.replay_ready();
        if self.draft.bytes() >= Self::FULL || self.pulse.is_late() {
            self.hand_over_early();
        }
    }

    fn take_in(&mut self, message: Message) {
        let from = self.link.sender(&message);
        let reach = Reach { from: self.work.stepped(), length: self.work.length() };
        match heed(&mut self.worker, reach, message) {
            Ok(None) => {}
            Ok(Some(Message::Batch(range))) => self.draws.refill(range),
            Ok(Some(Message::Seen)) => self.in_transit = false,
            Ok(Some(Message::Part(part))) if self.replays => {
                if let Err(why) = self.ledger.add(part) {
                    self.fail(format_args!("got {why} from rank {from}"));
                }
            }
            Ok(Some(message)) => self.fail(format_args!("got {message:?} from rank {from}")),
            Err(why) => self.fail(format_args!("got {why} from rank {from}")),
        }
    }

    /// Hands over what was done so far, in the middle of a range.
    fn hand_over_early(&mut self) {
        if !self.worker.can_report() {
            return;
        }
        // One at a time: whoever is faster than those who take it in must not flood them.
        while self.in_transit && self.draft.bytes() >= Self::BRIMFUL {
            self.wait();
        }
        if !self.in_transit && self.worker.can_report() {
            let report = self.worker.so_far();
            self.hand_over(report);
        }
    }

    /// Tells the manager what was done, and hands over its effects.
    fn hand_over(&mut self, report: Report) {
        let Report { completion, wants } = report;
        let mut part = self.draft.take();
        self.pulse.told();
        if self.gather == Gather::None {
            self.replay_own(std::mem::take(&mut part));
        }
        self.observer.part_sent(part.len());
        let nothing_done = completion == Completion { done: 0..0, undone: 0..0, end: None };
        if nothing_done && part.is_empty() && !wants {
            return;
        }
        self.in_transit |= !wants && !part.is_empty();
        self.link.tell(Message::Request { completion, wants, part });
    }

    /// The loop cannot go on: ends the job with what has become of it.
    fn fail(&self, why: fmt::Arguments<'_>) -> ! {
        self.link.session().fail(&format!("{} {why}", self.at))
    }
}
