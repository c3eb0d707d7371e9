//! What the ranks agree on before they run a loop: how it is cut, who replays it, and who decides how it was left.
//!
//! Knows the options, the settings and the rendezvous; no item, no effect, and nothing of how a range is run.

use super::engine::Verdict;
use crate::digest::input::Input;
use crate::hub::Spec;
use crate::link::Link;
use crate::manager::{Batches, Terms};
use crate::pool;
use crate::schedule::{Chunk, Cut, Rule, Static, shares};
use crate::session::{Rendezvous, Session};
use crate::settings::Settings;
use crate::site::{Check, Exits, Gather, Loop, Manager, Options, Strategy};
use crate::wire::Op;
use crate::worker::Worker;

/// What one rank is to do in one loop.
pub(super) struct Plan {
    pub(super) gather: Gather,
    pub(super) worker: Worker,
    /// How many iterations are handed out at a time.
    pub(super) chunk: Chunk,
    /// This rank only hosts the manager.
    pub(super) hosts: bool,
    /// This rank replays the effects of all.
    pub(super) replays: bool,
    /// The root runs every iteration too, and compares.
    pub(super) verified: bool,
    pub(super) verdict: Verdict,
}

/// How much of the loop's input is looked at.
pub(super) fn check(at: &Loop, session: &Session) -> Check {
    at.options.under(&session.settings).check
}

/// Meets the other ranks at a loop of `length` items, where that is known, and waits to be let in.
pub(super) fn meet(
    at: &'static Loop,
    length: Option<u64>,
    input: &Input,
    root_leads: bool,
    session: &'static Session,
) -> (Link, Plan) {
    let link = session.enter(announcement(at, length, input, session));
    let unread = |why| session.fail(&format!("rank 0 sent settings to {at} that cannot be read: {why}"));
    let settings = session.settings.adopt(&link.admission()).unwrap_or_else(unread);
    let plan = Plan::new(at, length, root_leads, &settings, session);
    (link, plan)
}

/// What this rank comes with, and, on the root, what it would have the others do.
fn announcement(at: &'static Loop, length: Option<u64>, input: &Input, session: &Session) -> Rendezvous {
    let options = at.options.under(&session.settings);
    let spec = Spec::Loop {
        terms: terms(at, &options, length, session),
        how: cut(&options, length),
        gather: options.gather,
        settings: session.settings.share(),
        captured: at.captured,
    };
    Rendezvous {
        op: Op::Loop,
        place: at.to_string(),
        length,
        digest: at.digest(),
        wants: true,
        data: input.write(),
        spec,
    }
}

impl Plan {
    /// Under the settings that hold for all ranks.
    fn new(
        at: &'static Loop,
        length: Option<u64>,
        root_leads: bool,
        settings: &Settings,
        session: &Session,
    ) -> Self {
        let options = at.options.under(settings);
        let root_decides = match options.gather {
            Gather::Root => at.exits != Exits::Never,
            Gather::All => root_leads,
            Gather::None => false,
        };
        Self {
            gather: options.gather,
            worker: match cut(&options, length) {
                Cut::Dealt => Worker::new(None),
                Cut::Own(how) => {
                    let (rank, size) = (session.rank() as u64, session.size() as u64);
                    Worker::new(Some(shares(how, rank, size, length)))
                }
                Cut::Pool => Worker::pooled(),
            },
            chunk: options.chunk,
            hosts: options.manager == Manager::Dedicated && session.is_root(),
            replays: match options.gather {
                Gather::All => true,
                Gather::Root => session.is_root(),
                Gather::None => false,
            },
            verified: settings.verify,
            verdict: match (root_decides, session.is_root()) {
                (false, _) => Verdict::Unneeded,
                (true, true) => Verdict::Owed,
                (true, false) => Verdict::Awaited,
            },
        }
    }
}

impl Options {
    /// These options, with what `settings` override.
    fn under(self, settings: &Settings) -> Self {
        if settings.verify {
            // The root has enough to do with running everything itself.
            let chunk = settings.chunk.unwrap_or(self.chunk);
            let check = settings.check.unwrap_or(self.check);
            return Self { strategy: Strategy::Managed, manager: Manager::Dedicated, chunk, check, ..self };
        }
        Self {
            strategy: settings.strategy.unwrap_or(self.strategy),
            chunk: settings.chunk.unwrap_or(self.chunk),
            check: settings.check.unwrap_or(self.check),
            ..self
        }
    }
}

/// Who cuts a loop.
fn cut(options: &Options, length: Option<u64>) -> Cut {
    match (options.strategy, length) {
        (Strategy::RoundRobin, _) => Cut::Own(Static::Cyclic(options.chunk.fixed().unwrap_or(1))),
        (Strategy::Block, Some(length)) => Cut::Own(Static::Block(length)),
        (Strategy::Serial, _) => Cut::Own(Static::First),
        (Strategy::Shared, _) => Cut::Pool,
        (Strategy::Managed | Strategy::Guided | Strategy::Factoring | Strategy::Trapezoid, _)
        | (Strategy::Block, None) => Cut::Dealt,
    }
}

/// How a manager cuts the loop.
fn rule(options: &Options) -> Rule {
    let least = options.chunk.fixed().unwrap_or(1);
    match options.strategy {
        Strategy::Guided => Rule::Guided(least),
        Strategy::Factoring => Rule::Factoring(least),
        Strategy::Trapezoid => Rule::Trapezoid(least),
        _ => options.chunk.into(),
    }
}

/// How it cuts batches for nodes.
fn batches(options: &Options, session: &Session) -> Batches {
    let nodes = session.transport.nodes();
    let ranks = session.size().div_ceil(nodes) as u64;
    Batches { rule: pool::batches(options.chunk, ranks), nodes }
}

fn terms(at: &Loop, options: &Options, length: Option<u64>, session: &Session) -> Terms {
    let cut = cut(options, length);
    Terms {
        deal: (cut == Cut::Dealt).then(|| rule(options)),
        batches: (cut == Cut::Pool).then(|| batches(options, session)),
        length,
        // Whoever replays the effects of all has to wait for all, or has to hear how the loop was left; the others
        // need not.
        hold: options.gather == Gather::All || options.gather == Gather::Root && at.exits != Exits::Never,
        may_stop: false,
        dedicated: options.manager == Manager::Dedicated,
    }
}
