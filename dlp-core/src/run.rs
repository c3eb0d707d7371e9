//! Running an annotated loop: the one place where schedule, protocol, transport, body and replay meet.
//!
//! Each rank steps the same source, runs the iterations that fall to it, records their effects, hands the
//! records over as Parts, and (where it has a result) replays all Parts in loop order on its own variables, between
//! its own iterations and at the end.
//!
//! Here is what the attribute calls. Below: what the ranks agree on first (`plan`), what single iterations do (`code`), many
//! of them (`work`), one rank in one loop (`engine`), and how the loop was left (`left`).

mod alone;
mod attempt;
mod code;
mod engine;
mod left;
mod plan;
#[cfg(test)]
mod tests;
mod work;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use self::attempt::Attempts;
pub use self::attempt::{Answer, Ask, Repeatable, never};
use self::code::Emitted;
use self::engine::Engine;
pub use self::left::Left;
#[cfg(any(test, fuzzing))]
pub(crate) use self::left::Way;
use self::work::{Split, Work};
use crate::again::Again;
use crate::digest::Look;
use crate::digest::input::Input;
use crate::failure;
use crate::fold::AllFolds;
use crate::observe::Counting;
use crate::record::{Flow, Record, Replay};
use crate::report::{self, PANICKED, Place};
use crate::session::{self, Aborted, Mode, Session};
use crate::site::Loop;
use crate::source;
use crate::stepper::Stepper;

/// Whether the loop is to run as it was written: there is one rank, or the caller is inside another loop that
/// is split, and nothing that an iteration does may have to be undone.
///
/// # Panics
/// On a thread that is not a rank.
pub fn serial(at: &'static Loop) -> bool {
    alone() && !at.options.undoes()
}

/// Whether a chain is to run as it was written: as [`serial`] for loops.
///
/// # Panics
/// On a thread that is not a rank.
pub fn alone() -> bool {
    session::mode() != Mode::Together || session::current().size() == 1
}

/// What the attribute knows of a loop's code by its type, so that what the loop has no use for is not compiled for it.
/// `LEAVES`: it can be left before its end, or [`Exits`](crate::site::Exits) is not `Never` for another reason. `UNDOES`: its
/// iterations may be undone.
#[derive(Clone, Copy, Debug)]
pub struct Kind<const LEAVES: bool, const UNDOES: bool>;

/// Splits a loop over the ranks: runs `body` for this rank's share of the items of `source`, and `replay` for
/// the effects of all iterations in loop order.
///
/// `tell` records the values of a way out that was just taken here, as far as they travel; `lost` says of one that iteration
/// `index` took whether its values are neither here nor travel. `root_leads` where the replay may leave by a statement on the
/// world outside, which only the root performs. `ask` answers for a loop whose iterations may be undone. `look` says how to look at the items, and has looked at the values that the
/// iterations capture, which must be the same on all ranks; and has what the iterations fold.
///
/// Returns how the loop was left, or `None` if it ran to its end.
///
/// This is compiled for each loop anew: what does not depend on the loop's types is elsewhere.
///
/// # Panics
/// If the body does, on this rank (the job ends then), or if the job has ended on another.
#[allow(clippy::too_many_arguments, reason = "the parts of one loop, which only the attribute writes out")]
pub fn run<'f, I, A, B, S, W, L, K, C, const LEAVES: bool, const UNDOES: bool, const CAPTURED: usize>(
    at: &'static Loop,
    _kind: Kind<LEAVES, UNDOES>,
    source: I,
    again: A,
    root_leads: bool,
    body: B,
    replay: S,
    tell: W,
    lost: L,
    ask: K,
    look: C,
) -> Option<Left<I::Item>>
where
    I: Iterator,
    A: Again<I>,
    B: Fn(I::Item, &Record) -> Flow,
    S: FnMut(u32, &mut Replay<'_, I::Item>) -> Flow,
    W: Fn(u32, &Record),
    L: Fn(u32, u64) -> bool,
    K: Fn(Ask<'_, I::Item>) -> Answer<I::Item>,
    C: FnOnce() -> (Look<I>, [u32; CAPTURED], AllFolds<'f>),
{
    let visit = Visit::begin(at, source::refuse(&source));
    let (alone, attempts) = (alone(), &visit.attempts);
    let items = again.fork(&source);
    let mut code = Emitted::<_, _, _, _, _, _, LEAVES, UNDOES> {
        at,
        items,
        body,
        replay,
        tell,
        lost,
        ask,
        attempts,
        alone,
    };
    if UNDOES && at.options.undoes() {
        attempts.begin(at);
    }
    if UNDOES && alone {
        let mut counting = visit.counting();
        let left = alone::run(at, source, &mut code, &mut counting);
        visit.end(counting);
        return left;
    }
    let mut source = Stepper::new(source);
    let (look, captured, folds) = look();
    let input = Input::of(&mut source, &look, &captured, plan::check(at, visit.session), at.exits);
    let mut work = Split { at, source, code, attempts, folds, left: None };
    visit.together(&mut work, &input, root_leads);
    work.left
}

/// One rank's visit to one loop. There is nothing to drop in it, which every loop would have to.
struct Visit {
    at: &'static Loop,
    session: &'static Session,
    attempts: Attempts,
}

impl Visit {
    /// Begins, unless the source was refused.
    fn begin(at: &'static Loop, source: Result<(), String>) -> Self {
        let session = session::current();
        if let Err(why) = source {
            session.fail(&format!("{at} cannot be split: {why}"));
        }
        failure::settle();
        Self { at, session, attempts: Attempts::default() }
    }

    fn counting(&self) -> Counting {
        Counting::new(self.at.to_string())
    }

    /// Runs the loop with the other ranks.
    fn together(&self, work: &mut dyn Work, input: &Input, root_leads: bool) {
        let (at, session) = (self.at, self.session);
        let mut counting = self.counting();
        let (link, plan) = plan::meet(at, work.length(), input, root_leads, session);
        let mut engine = Engine::new(at, work, plan, &link, &mut counting);
        let result = catch_unwind(AssertUnwindSafe(|| engine.run()));
        drop(engine);
        report::at(Place::Outside);
        self.end(counting);
        match result {
            Ok(()) => {}
            Err(panic) if panic.is::<Aborted>() => resume_unwind(panic),
            // The hook has said what and where. Nothing is unwound any further: what is dropped on the way might wait
            // for the other ranks.
            Err(_) => session.abort(PANICKED),
        }
    }

    /// It is over.
    fn end(&self, mut counting: Counting) {
        self.attempts.end(&mut counting);
        self.session.count(counting.finish());
    }
}
