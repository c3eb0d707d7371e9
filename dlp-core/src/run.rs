//! Running an annotated loop: the one place where schedule, protocol, transport, body and replay meet.
//!
//! Each rank steps the same source, runs the iterations that fall to it, records their effects, hands the
//! records over as Parts, and (where it has a result) replays all Parts in loop order on its own variables, between
//! its own iterations and at the end.
//!
//! Here is what the attribute calls. Below: what the ranks agree on first (`plan`), what single iterations do (`code`), one
//! rank in one loop (`engine`), and how the loop was left (`left`).

mod alone;
mod attempt;
mod code;
mod engine;
mod left;
mod plan;
#[cfg(test)]
mod tests;

use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use self::attempt::Attempts;
pub use self::attempt::{Answer, Ask, Repeatable, never};
use self::code::Emitted;
use self::engine::Engine;
pub use self::left::Left;
#[cfg(any(test, fuzzing))]
pub(crate) use self::left::Way;
use crate::again::Again;
use crate::digest::Look;
use crate::failure;
use crate::observe::Counting;
use crate::record::{Flow, Record, Replay};
use crate::report::{self, PANICKED, Place};
use crate::session::{self, Aborted, Mode};
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

/// What may become of the iterations of a loop, as far as the attribute can tell.
pub trait Course {
    /// Each runs to its end: none leaves the loop, and none has to be undone. One rank alone does not come here then.
    const TO_END: bool;
}

/// Each iteration runs to its end.
#[derive(Debug)]
pub struct ToEnd;

/// An iteration may leave the loop, or may have to be undone.
#[derive(Debug)]
pub struct AnyHow;

impl Course for ToEnd {
    const TO_END: bool = true;
}

impl Course for AnyHow {
    const TO_END: bool = false;
}

/// Splits a loop over the ranks: runs `body` for this rank's share of the items of `source`, and `replay` for
/// the effects of all iterations in loop order.
///
/// `tell` records the values of a way out that was just taken here, as far as they travel; `lost` says of one that iteration
/// `index` took whether its values are neither here nor travel. `root_leads` where the replay may leave by a statement on the
/// world outside, which only the root performs. `ask` answers for a loop whose iterations may be undone. `look` says how to look at the items, and has looked at the values that the
/// iterations capture: those must be the same on all ranks.
///
/// Returns how the loop was left, or `None` if it ran to its end.
///
/// # Panics
/// If the body does, on this rank (the job ends then), or if the job has ended on another.
#[allow(clippy::too_many_arguments, reason = "the parts of one loop, which only the attribute writes out")]
pub fn run<N, I, A, B, S, W, L, K, C, const CAPTURED: usize>(
    at: &'static Loop,
    _course: N,
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
    N: Course,
    I: Iterator,
    A: Again<I>,
    B: Fn(I::Item, &Record) -> Flow,
    S: FnMut(u32, &mut Replay<'_, I::Item>) -> Flow,
    W: Fn(u32, &Record),
    L: Fn(u32, u64) -> bool,
    K: Fn(Ask<'_, I::Item>) -> Answer<I::Item>,
    C: FnOnce() -> (Look<I>, [u32; CAPTURED]),
{
    let session = session::current();
    if let Err(why) = source::refuse(&source) {
        session.fail(&format!("{at} cannot be split: {why}"));
    }
    failure::settle();
    let (attempts, alone) = (Attempts::default(), alone());
    let items = again.fork(&source);
    let undoes = at.options.undoes();
    let (told, log) = (&attempts, Record::default());
    let mut code = Emitted::<_, _, _, _, _, _, N> {
        at,
        items,
        body,
        replay,
        tell,
        lost,
        ask,
        attempts: told,
        alone,
        undoes,
        log,
        course: PhantomData,
    };
    let mut counting = Counting::new(at.to_string());
    if undoes {
        attempts.begin(at);
    }
    if alone && !N::TO_END {
        let left = alone::run(at, source, &mut code);
        attempts.end(&mut counting);
        session.count(counting.finish());
        return left;
    }
    let mut source = Stepper::new(source);
    let (look, captured) = look();
    let (link, plan) = plan::meet(at, &mut source, &look, &captured, root_leads, session);
    let mut engine = Engine::new(at, source, code, plan, &link, &mut counting);
    let result = catch_unwind(AssertUnwindSafe(|| engine.run()));
    drop(engine);
    report::at(Place::Outside);
    attempts.end(&mut counting);
    session.count(counting.finish());
    match result {
        Ok(left) => left,
        Err(panic) if panic.is::<Aborted>() => resume_unwind(panic),
        // The hook has said what and where. Nothing is unwound any further: what is dropped on the way might wait
        // for the other ranks.
        Err(_) => session.abort(PANICKED),
    }
}
