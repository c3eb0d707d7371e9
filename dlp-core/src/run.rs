//! Running an annotated loop: the one place where schedule, protocol, transport, body and replay meet.
//!
//! Each rank steps the same source, runs the iterations that fall to it, records their effects, hands the
//! records over as Parts, and (where it has a result) replays all Parts in loop order on its own variables, between
//! its own iterations and at the end.

mod left;
mod verify;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use crate::again::{Again, Items};
use crate::encoding::{decode, encode};
use crate::hub::Spec;
use crate::link::Link;
use crate::manager::Terms;
use crate::observe::{Counting, Observer};
use crate::part::{Draft, Ledger, read_all};
use crate::pulse::Pulse;
use crate::record::{EXITS, Flow, PANIC, Record, Replay};
use crate::report::{self, PANICKED, Place};
use crate::schedule::{Static, shares};
use crate::session::{self, Aborted, Mode, Rendezvous, Session, Within};
use crate::settings::Settings;
use crate::site::{Exits, Gather, Loop, Manager, Options, Strategy};
use crate::source;
use crate::stepper::Stepper;
use crate::wire::{Completion, Message, Op, Outcome, Payload};
use crate::worker::{Report, Task, Worker};

pub use self::left::Left;
use self::left::Way;

/// Whether the loop is to run as it was written: there is one rank, or the caller is inside another loop that
/// is split.
///
/// # Panics
/// On a thread that is not a rank.
pub fn serial(_at: &'static Loop) -> bool {
    alone()
}

/// Whether a chain is to run as it was written: as [`serial`] for loops.
///
/// # Panics
/// On a thread that is not a rank.
pub fn alone() -> bool {
    session::mode() != Mode::Together || session::current().size() == 1
}

/// Splits a loop over the ranks: runs `body` for this rank's share of the items of `source`, and `replay` for
/// the effects of all iterations in loop order.
///
/// `tell` records the values of a way out that was just taken here, as far as they travel; `lost` says of one that iteration
/// `index` took whether its values are neither here nor travel. `led` is true where the replay may leave by a statement on the world outside, which only the root performs.
///
/// Returns how the loop was left, or `None` if it ran to its end.
///
/// # Panics
/// If the body does, on this rank (the job ends then), or if the job has ended on another.
#[allow(clippy::too_many_arguments, reason = "the parts of one loop, which only the attribute writes out")]
pub fn run<I, A, B, S, W, L>(
    at: &'static Loop,
    source: I,
    again: A,
    led: bool,
    body: B,
    replay: S,
    tell: W,
    lost: L,
) -> Option<Left<I::Item>>
where
    I: Iterator,
    A: Again<I>,
    B: Fn(I::Item, &Record) -> Flow,
    S: FnMut(u32, &mut Replay<'_, I::Item>) -> Flow,
    W: Fn(u32, &Record),
    L: Fn(u32, u64) -> bool,
{
    let session = session::current();
    if let Err(why) = source::refuse(&source) {
        session.fail(&format!("{at} cannot be split: {why}"));
    }
    let source = Stepper::new(source);
    let length = source.length();
    let options = at.options.under(session);
    let spec = Spec::Loop {
        terms: terms(at, &options, length),
        gather: options.gather,
        settings: session.settings.share(),
    };
    let what = Rendezvous {
        op: Op::Loop,
        place: at.to_string(),
        length,
        digest: at.digest(),
        wants: true,
        data: Payload::default(),
        spec,
    };
    let link = session.enter(what);
    let settings = session.settings.adopt(&link.admission()).unwrap_or_else(|why| session.fail(&why));
    let options = at.options.with(&settings);
    let mut counting = Counting::new(at.to_string());
    let mut engine = Engine {
        at,
        items: again.fork(source.inner()),
        source,
        worker: Worker::new(share(&options, length, session)),
        link: &link,
        gather: options.gather,
        verifies: settings.verify && session.is_root() && options.gather != Gather::None,
        verdict: match options.gather {
            Gather::Root => at.exits != Exits::Never,
            Gather::All => led,
            Gather::None => false,
        },
        replays: match options.gather {
            Gather::All => true,
            Gather::Root => session.is_root(),
            Gather::None => false,
        },
        draft: Draft::of(session.rank()),
        ledger: Ledger::default(),
        left: None,
        leader: None,
        unseen: false,
        pulse: Pulse::new(),
        body,
        replay,
        tell,
        observer: &mut counting,
    };
    let result = catch_unwind(AssertUnwindSafe(|| engine.drive().map(|way| engine.arrive(way, &lost))));
    report::at(Place::Outside);
    session.count(counting.finish());
    match result {
        Ok(left) => left,
        Err(panic) if panic.is::<Aborted>() => resume_unwind(panic),
        // The hook has said what and where. Nothing is unwound any further: what is dropped on the way might wait
        // for the other ranks.
        Err(_) => session.abort(PANICKED),
    }
}

impl Options {
    /// These options, with what the settings of `session` override.
    fn under(self, session: &Session) -> Self {
        self.with(&session.settings)
    }

    /// These options, with what `settings` override.
    fn with(self, settings: &Settings) -> Self {
        if settings.verify {
            // The root has enough to do with running everything itself.
            let chunk = settings.chunk.unwrap_or(self.chunk);
            return Self { strategy: Strategy::Managed, manager: Manager::Dedicated, chunk, ..self };
        }
        Self {
            strategy: settings.strategy.unwrap_or(self.strategy),
            chunk: settings.chunk.unwrap_or(self.chunk),
            ..self
        }
    }
}

/// How a loop is cut where members do it themselves; `None` where the manager does.
fn cut(options: &Options, length: Option<u64>) -> Option<Static> {
    match (options.strategy, length) {
        (Strategy::RoundRobin, _) => Some(Static::Cyclic(options.chunk.fixed().unwrap_or(1))),
        (Strategy::Block, Some(length)) => Some(Static::Block(length)),
        (Strategy::Serial, _) => Some(Static::First),
        (Strategy::Managed, _) | (Strategy::Block, None) => None,
    }
}

fn share(options: &Options, length: Option<u64>, session: &Session) -> Option<crate::schedule::Shares> {
    let cut = cut(options, length)?;
    Some(shares(cut, session.rank() as u64, session.size() as u64, length))
}

fn terms(at: &Loop, options: &Options, length: Option<u64>) -> Terms {
    Terms {
        deal: cut(options, length).is_none().then_some(options.chunk),
        length,
        // Whoever replays the effects of all has to wait for all, or has to hear how the loop was left; the others
        // need not.
        hold: options.gather == Gather::All || options.gather == Gather::Root && at.exits != Exits::Never,
        may_stop: false,
        dedicated: options.manager == Manager::Dedicated,
    }
}

/// One rank in one loop.
struct Engine<'a, I, M, B, S, W, O> {
    at: &'static Loop,
    source: Stepper<I>,
    items: M,
    worker: Worker,
    link: &'a Link,
    gather: Gather,
    /// This rank runs every iteration too, and compares.
    verifies: bool,
    /// The root alone knows how the loop was left, and tells the others at the end.
    verdict: bool,
    replays: bool,
    draft: Draft,
    ledger: Ledger,
    /// How the loop was left, as far as the replay has found out.
    left: Option<Way>,
    /// How it was left on the root, where this rank follows.
    leader: Option<Way>,
    /// A Part was handed over in the middle of a range, and not taken in yet.
    unseen: bool,
    pulse: Pulse,
    body: B,
    replay: S,
    tell: W,
    observer: &'a mut O,
}

impl<I, M, B, S, W, O> Engine<'_, I, M, B, S, W, O>
where
    I: Iterator,
    M: Items<I::Item>,
    B: Fn(I::Item, &Record) -> Flow,
    S: FnMut(u32, &mut Replay<'_, I::Item>) -> Flow,
    W: Fn(u32, &Record),
    O: Observer,
{
    /// A Part is handed over when it is this long, or has waited for long.
    const FULL: usize = 1 << 20;
    /// With so much to hand over, and the last Part not taken in yet, a rank waits.
    const BRIMFUL: usize = 1 << 28;

    fn drive(&mut self) -> Option<Way> {
        loop {
            match self.worker.task() {
                Task::Run(_) => self.run_range(),
                Task::Wait => self.wait(),
                Task::Leave(outcome) => return self.leave(outcome),
            }
        }
    }

    /// What the function needs to leave as the loop was left.
    fn arrive(&mut self, way: Way, lost: &impl Fn(u32, u64) -> bool) -> Left<I::Item> {
        if way.exit == PANIC {
            self.link.session().abort(PANICKED);
        }
        if M::AT_HAND && !way.replayed && lost(way.exit, way.index) {
            // The iteration once more, for the values with which it leaves.
            let _within = Within::new(Mode::Iterating);
            report::at(Place::Iteration(self.at, way.index));
            let record = Record::default();
            record.begin(way.index);
            (self.body)(self.items.item(way.index), &record);
        }
        let item = M::AT_HAND.then(|| self.items.item(way.index));
        Left::new(self.at, way, item)
    }

    /// Whether this rank waits for the root's verdict before it replays.
    fn follows(&self) -> bool {
        self.verdict && !self.link.session().is_root()
    }

    /// One iteration.
    fn iterate(&self, index: u64, item: I::Item, record: &Record) -> Flow {
        record.begin(index);
        if self.at.exits == Exits::Never {
            return (self.body)(item, record);
        }
        // An earlier iteration may leave the loop, and then there is no panic.
        let iterate = || {
            let flow = (self.body)(item, record);
            if let Flow::Leave(exit) = flow {
                record.leave(exit);
                (self.tell)(exit, record);
            }
            flow
        };
        match catch_unwind(AssertUnwindSafe(iterate)) {
            Ok(flow) => flow,
            Err(panic) if panic.is::<Aborted>() => resume_unwind(panic),
            Err(_) => {
                record.leave(PANIC);
                Flow::Leave(PANIC)
            }
        }
    }

    /// Runs what is left of the present range.
    fn run_range(&mut self) {
        let _within = Within::new(Mode::Iterating);
        self.link.busy();
        self.observer.work_begins();
        let Task::Run(range) = self.worker.task() else {
            unreachable!("asked only when there is something to run")
        };
        let (mut index, mut end) = (range.start, None);
        while index < self.worker.stop_before() {
            let item = match self.source.item(index) {
                Ok(item) => item,
                Err(length) => {
                    end = Some(length);
                    break;
                }
            };
            report::at(Place::Iteration(self.at, index));
            self.observer.item_begins(index);
            let flow = self.iterate(index, item, self.draft.record());
            self.observer.item_ends(index);
            self.draft.close(index);
            if matches!(flow, Flow::Leave(_)) && self.at.exits == Exits::Final {
                self.observer.work_ends(index + 1 - range.start);
                return self.leave_at(index);
            }
            index += 1;
            if self.pulse.beat() {
                self.worker.on_ran(index);
                self.look();
            }
        }
        report::at(Place::Outside);
        self.worker.on_ran(index);
        self.observer.work_ends(index - range.start);
        if let (Some(end), Some(length)) = (end, self.source.length()) {
            self.link.session().fail(&format!(
                "{} cannot be split: its source announced {length} items by `size_hint` and ended after {end}",
                self.at
            ));
        }
        if let Some(report) = self.worker.on_range_end(end) {
            self.hand_over(report);
        }
    }

    /// The iteration `index` has left the loop.
    fn leave_at(&mut self, index: u64) {
        self.worker.on_ran(index);
        self.worker.on_left(index);
        let part = self.draft.take();
        self.link.tell(Message::Left { index, part });
    }

    /// Between two iterations: takes in what has come, replays what is complete, hands over what is due.
    fn look(&mut self) {
        while let Some(message) = self.link.hear() {
            self.take_in(message);
        }
        self.replay_ready();
        let due = self.draft.bytes() >= Self::FULL || self.pulse.is_late();
        if !due || !self.worker.can_report() {
            return;
        }
        // One at a time: whoever is faster than those who take it in must not flood them.
        while self.unseen && self.draft.bytes() >= Self::BRIMFUL {
            self.wait();
        }
        if !self.unseen && self.worker.can_report() {
            let report = self.worker.so_far();
            self.hand_over(report);
        }
    }

    fn wait(&mut self) {
        self.observer.wait_begins();
        let message = self.link.await_message();
        self.observer.wait_ends();
        self.take_in(message);
        self.replay_ready();
    }

    fn take_in(&mut self, message: Message) {
        match message {
            Message::Assign(range) => self.worker.on_assign(range),
            Message::Release => self.worker.on_release(),
            Message::Cancel(at) => self.worker.on_cancel(at),
            Message::Finish(outcome) => self.worker.on_finish(outcome),
            Message::Seen => self.unseen = false,
            Message::Part(part) => {
                if let Err(why) = self.ledger.add(part) {
                    self.link.session().fail(&format!("{} got {why}", self.at));
                }
            }
            message => self.link.session().fail(&format!("{} got {message:?}", self.at)),
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
        let nothing =
            part.is_empty() && !wants && completion == Completion { done: 0..0, undone: 0..0, end: None };
        if !nothing {
            self.unseen |= !wants && !part.is_empty();
            self.link.tell(Message::Request { completion, wants, part });
        }
    }

    /// Replays every iteration that is next in loop order.
    fn replay_ready(&mut self) {
        if !self.replays || self.left.is_some() || self.follows() && self.leader.is_none() {
            return;
        }
        let _within = Within::new(Mode::Replaying);
        let mut broken = None;
        while self.left.is_none() && broken.is_none() {
            if self.verifies {
                self.verify();
            }
            let Self { at, ledger, items, replay, tell, observer, left, leader, .. } = self;
            let step = ledger.step(|index, bytes| {
                let led = leader.as_ref().filter(|way| way.index == index).map(|way| (way.guards, way.exit));
                replay_one(at, index, bytes, led, items, replay, tell, *observer)
            });
            match step {
                Ok(Some(Ok(way_out))) => *left = way_out,
                Ok(Some(Err(why))) => broken = Some(why),
                Ok(None) => break,
                Err(why) => broken = Some(why.to_string()),
            }
        }
        report::at(Place::Outside);
        if let Some(why) = broken {
            self.link.session().fail(&format!("{} cannot be replayed: {why}", self.at));
        }
        if let Some(way) = self.left.as_ref().filter(|_| self.link.session().is_root()) {
            self.link.tell(Message::Cancel(way.index + 1));
        }
    }

    /// Replays a Part of this rank's own, where nobody else's effects are wanted.
    fn replay_own(&mut self, part: Payload) {
        let _within = Within::new(Mode::ReplayingOwn);
        let Self { at, items, replay, tell, observer, left, .. } = self;
        let mut broken = None;
        let read = read_all(part, |index, bytes| {
            if left.is_none() && broken.is_none() {
                match replay_one(at, index, bytes, None, items, replay, tell, *observer) {
                    Ok(way_out) => *left = way_out,
                    Err(why) => broken = Some(why),
                }
            }
        });
        report::at(Place::Outside);
        if let Some(why) = read.err().map(|why| why.to_string()).or(broken) {
            self.link.session().fail(&format!("{} cannot be replayed: {why}", self.at));
        }
    }

    fn leave(&mut self, outcome: Option<Outcome>) -> Option<Way> {
        if self.gather == Gather::Root && self.replays && outcome.is_none() {
            // Released, which does not mean that the others are done.
            while let Some(message) = self.link.await_message_or_end() {
                self.take_in(message);
                self.replay_ready();
            }
        }
        if self.follows() {
            return self.follow();
        }
        self.replay_ready();
        if self.verdict {
            let mut bytes = vec![];
            encode(&self.left, &mut bytes);
            self.link.tell(Message::Answer(bytes.into()));
        }
        self.end(outcome)
    }

    /// Ends as the root says that it has ended.
    fn follow(&mut self) -> Option<Way> {
        let answer = loop {
            match self.link.await_message() {
                Message::Answer(answer) => break answer,
                message => self.take_in(message),
            }
        };
        let verdict: Option<Way> = decode(&answer).unwrap_or_else(|why| {
            self.link
                .session()
                .fail(&format!("{} was ended by something else than a verdict: {why}", self.at))
        });
        // A leader that has run to its end leaves nowhere.
        let end = Way { exit: 0, index: u64::MAX, replayed: false, guards: 0, values: vec![] };
        self.leader = Some(verdict.clone().unwrap_or(end));
        self.replay_ready();
        let agrees = match (&self.left, &verdict) {
            (Some(left), Some(verdict)) => (left.exit, left.index) == (verdict.exit, verdict.index),
            (None, None) => true,
            _ => false,
        };
        if self.replays && !agrees {
            self.link.session().fail(&format!(
                "{} was left on the root as {verdict:?} and here as {:?}: an effect did something else on this rank",
                self.at, self.left
            ));
        }
        verdict
    }

    /// Makes sure that nothing is missing.
    fn end(&mut self, outcome: Option<Outcome>) -> Option<Way> {
        let exit = outcome.and_then(|outcome| outcome.exit);
        let end = outcome.map(|outcome| outcome.end);
        if self.replays && self.left.is_none() && exit.is_none() {
            let replayed = self.ledger.next_index();
            let missing =
                !self.ledger.is_empty() || end.or(self.source.length()).is_some_and(|end| end != replayed);
            if missing {
                self.link.session().fail(&format!(
                    "{} ended after {replayed} of its iterations, and more were announced",
                    self.at
                ));
            }
        }
        let whole = end.or(self.source.length()).filter(|_| exit.is_none() && self.left.is_none());
        if let Some(Err(found)) = whole.map(|end| self.source.finish(end)) {
            self.link.session().fail(&format!(
                "{} cannot be split: its source has {found} or more items here, and {} were expected; a source must give \
                 the same items on every rank and announce by `size_hint` what it gives",
                self.at,
                whole.unwrap_or_default()
            ));
        }
        self.left.take()
    }
}

/// Replays one iteration; the way out that it took, if it did. `led` is where another rank left it.
///
/// # Errors
/// If the record is not one.
#[allow(clippy::too_many_arguments, reason = "parts of the engine, borrowed apart")]
fn replay_one<T>(
    at: &'static Loop,
    index: u64,
    bytes: &[u8],
    led: Option<(u64, u32)>,
    items: &mut impl Items<T>,
    serial: &mut impl FnMut(u32, &mut Replay<'_, T>) -> Flow,
    tell: &impl Fn(u32, &Record),
    observer: &mut impl Observer,
) -> Result<Option<Way>, String> {
    if !bytes.is_empty() {
        report::at(Place::Replay(at, index));
        let mut item = |index| items.item(index);
        let mut replay = Replay::new(index, bytes, &mut item);
        replay.led_by(led);
        while !replay.reader().is_empty() {
            let site = replay.reader().site().ok_or("a record that is cut short")?;
            if site >= EXITS {
                let values = replay.reader().rest().to_vec();
                return Ok(Some(Way { exit: site - EXITS, index, replayed: false, guards: 0, values }));
            }
            if site as usize >= at.sites.len() {
                return Err(format!(
                    "iteration {index} recorded an effect number {site} that the loop does not have"
                ));
            }
            match serial(site, &mut replay) {
                Flow::Next => {}
                Flow::Skip => break,
                Flow::Leave(exit) => {
                    tell(exit, replay.log());
                    let values = replay.log().take();
                    return Ok(Some(Way { exit, index, replayed: true, guards: replay.guards(), values }));
                }
            }
        }
    }
    observer.replayed(index);
    Ok(None)
}

#[cfg(test)]
mod tests;
