//! The user's code of one loop, as the attribute took it apart: runs an iteration, replays what one recorded, and brings back
//! what one left with.
//!
//! Knows items and single iterations; no rank, no message, no Part, and not which iteration is next.

use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::Course;
use super::attempt::{Answer, Ask, Attempt, Attempts, FAILED, NOTED, list_failure, record_noted};
use super::left::{Left, Way};
use crate::again::Items;
use crate::part::Stretch;
use crate::record::{EXITS, Flow, PANIC, Record, Replay};
use crate::report::{self, Place};
use crate::session::{Aborted, Mode, Within};
use crate::site::{Exits, Loop};

/// What [`Engine`](super::engine::Engine) asks of a loop's code, whatever that is made of.
pub(super) trait Code<T> {
    /// Runs iteration `index` on its item.
    fn iterate(&self, index: u64, item: T, record: &Record) -> Flow;

    /// Runs iterations that have run elsewhere: what fails in them does not count.
    fn uncounted<R>(&self, run: impl FnOnce() -> R) -> R;

    /// Replays iterations from what they recorded, and tells of each that it is `done`; the way out that one took, if it did:
    /// those after it are not replayed. `led`: how the root left the loop, if it did so by a statement on the world outside.
    ///
    /// # Errors
    /// If a record is not one.
    fn replay(
        &mut self,
        of: &Stretch<'_>,
        led: Option<&Way>,
        done: impl FnMut(u64),
    ) -> Result<Option<Way>, String>;

    /// What the function needs to leave as the loop was left; `None` where there is no such iteration.
    fn arrive(&mut self, way: Way) -> Option<Left<T>>;
}

/// The code of one loop, piece by piece as the attribute emits it: [`run`](super::run) says what each does.
pub(super) struct Emitted<'a, M, B, S, W, L, K, N> {
    pub(super) at: &'static Loop,
    /// The items, where they can be had again.
    pub(super) items: M,
    pub(super) body: B,
    pub(super) replay: S,
    pub(super) tell: W,
    pub(super) lost: L,
    pub(super) ask: K,
    pub(super) attempts: &'a Attempts,
    /// No other rank is in the loop.
    pub(super) alone: bool,
    /// What an iteration does may have to be undone.
    pub(super) undoes: bool,
    /// Where a way out that is taken in the replay records its values: empty otherwise.
    pub(super) log: Record,
    pub(super) course: PhantomData<N>,
}

impl<T, M, B, S, W, L, K, N> Code<T> for Emitted<'_, M, B, S, W, L, K, N>
where
    N: Course,
    M: Items<T>,
    B: Fn(T, &Record) -> Flow,
    S: FnMut(u32, &mut Replay<'_, T>) -> Flow,
    W: Fn(u32, &Record),
    L: Fn(u32, u64) -> bool,
    K: Fn(Ask<'_, T>) -> Answer<T>,
{
    #[inline]
    fn iterate(&self, index: u64, item: T, record: &Record) -> Flow {
        record.begin(index);
        if N::TO_END {
            // The one place where the body of most loops is called: it becomes part of the loop there.
            let flow = (self.body)(item, record);
            record_noted(record);
            return flow;
        }
        if self.undoes {
            let Self { at, body, tell, ask, attempts, alone, .. } = self;
            return Attempt { at, body, tell, ask, attempts, alone: *alone }.run(index, item, record);
        }
        if self.at.exits == Exits::Never {
            let flow = (self.body)(item, record);
            record_noted(record);
            return flow;
        }
        // An earlier iteration may leave the loop, and then there is no panic.
        let iterate = || {
            let flow = (self.body)(item, record);
            record_noted(record);
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

    fn uncounted<R>(&self, run: impl FnOnce() -> R) -> R {
        self.attempts.uncounted(run)
    }

    fn replay(
        &mut self,
        of: &Stretch<'_>,
        led: Option<&Way>,
        mut done: impl FnMut(u64),
    ) -> Result<Option<Way>, String> {
        let Self { at, items, replay, tell, log, .. } = self;
        let mut item = |index| items.item(index);
        let mut op = Replay::new(&mut item, log);
        let sites = at.sites.len();
        for (index, bytes) in of.iterations() {
            report::at_index(index);
            op.turn_to(index, bytes, led.filter(|led| led.index == index).map(|led| (led.guards, led.exit)));
            while !op.reader().is_empty() {
                let Some(site) = op.reader().site() else { return Err(cut_short(of.member, index)) };
                if site as usize >= sites {
                    match special(at, of.member, site, &mut op)? {
                        None => continue,
                        way_out => return Ok(way_out),
                    }
                }
                match replay(site, &mut op) {
                    Flow::Next => {}
                    Flow::Skip => break,
                    Flow::Leave(exit) => {
                        known(at, of.member, index, exit)?;
                        tell(exit, op.log());
                        return Ok(Some(Way::taken_in_the_replay(exit, &op)));
                    }
                }
            }
            done(index);
        }
        Ok(None)
    }

    fn arrive(&mut self, way: Way) -> Option<Left<T>> {
        if !M::AT_HAND {
            return Some(Left::new(self.at, way, None));
        }
        let item = self.items.find(way.index)?;
        if !N::TO_END && !way.replayed && (self.lost)(way.exit, way.index) {
            self.iterate_once_more(way.index);
        }
        Some(Left::new(self.at, way, Some(item)))
    }
}

impl<M, B, S, W, L, K, N> Emitted<'_, M, B, S, W, L, K, N> {
    /// Runs an iteration that left on another rank, for the values with which it leaves.
    fn iterate_once_more<T>(&mut self, index: u64)
    where
        M: Items<T>,
        B: Fn(T, &Record) -> Flow,
    {
        let _within = Within::new(Mode::Iterating);
        report::at(Place::Iteration(self.at, index));
        let record = Record::default();
        record.begin(index);
        (self.body)(self.items.item(index), &record);
    }
}

#[cold]
fn cut_short(by: usize, index: u64) -> String {
    format!("what rank {by} recorded of iteration {index} is cut short")
}

/// Makes sure that the loop has this way out.
fn known(at: &Loop, by: usize, index: u64, exit: u32) -> Result<(), String> {
    let unknown = || {
        format!(
            "iteration {index}, which rank {by} ran, left by a way out number {exit} that the loop does not have"
        )
    };
    at.has(exit).then_some(()).ok_or_else(unknown)
}

/// What stands in a record where a site could, and is none: a failure, or the way out that the iteration took.
#[cold]
fn special<T>(at: &Loop, by: usize, site: u32, op: &mut Replay<'_, T>) -> Result<Option<Way>, String> {
    let index = op.index();
    if [EXITS + FAILED, EXITS + NOTED].contains(&site) {
        list_failure(by, op.reader())?;
        return Ok(None);
    }
    let Some(exit) = site.checked_sub(EXITS) else {
        return Err(format!(
            "rank {by} recorded in iteration {index} an effect number {site} that the loop does not have"
        ));
    };
    known(at, by, index, exit)?;
    Ok(Some(Way::taken_in_the_iteration(exit, op)))
}
