//! The user's code of one loop, as the attribute took it apart: runs an iteration, replays what one recorded, and brings back
//! what one left with.
//!
//! Knows items and single iterations; no rank, no message, no Part, and not which iteration is next.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::attempt::{Answer, Ask, Attempt, Attempts, FAILED, NOTED, list_failure, record_noted};
use super::left::{Left, Way};
use crate::again::Items;
use crate::record::{EXITS, Flow, PANIC, Record, Replay};
use crate::report::{self, Place};
use crate::session::{Aborted, Mode, Within};
use crate::site::{Exits, Loop};

/// What one iteration recorded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recorded<'a> {
    pub(super) index: u64,
    /// The rank that ran it.
    pub(super) by: usize,
    pub(super) bytes: &'a [u8],
    /// Where the root left it, if it did so by a statement on the world outside: the count of those, and the way out.
    pub(super) led: Option<(u64, u32)>,
}

/// What [`Engine`](super::engine::Engine) asks of a loop's code, whatever that is made of.
pub(super) trait Code<T> {
    /// Runs iteration `index` on its item.
    fn iterate(&self, index: u64, item: T, record: &Record) -> Flow;

    /// The same, for an iteration that has run elsewhere: what fails in it does not count.
    fn rehearse(&self, index: u64, item: T, record: &Record) -> Flow;

    /// Replays an iteration from what it recorded: the way out that it took, if it did.
    ///
    /// # Errors
    /// If the record is not one.
    fn replay(&mut self, of: Recorded<'_>) -> Result<Option<Way>, String>;

    /// What the function needs to leave as the loop was left; `None` where there is no such iteration.
    fn arrive(&mut self, way: Way) -> Option<Left<T>>;
}

/// The code of one loop, piece by piece as the attribute emits it: [`run`](super::run) says what each does.
pub(super) struct Emitted<'a, M, B, S, W, L, K> {
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
}

impl<T, M, B, S, W, L, K> Code<T> for Emitted<'_, M, B, S, W, L, K>
where
    M: Items<T>,
    B: Fn(T, &Record) -> Flow,
    S: FnMut(u32, &mut Replay<'_, T>) -> Flow,
    W: Fn(u32, &Record),
    L: Fn(u32, u64) -> bool,
    K: Fn(Ask<'_, T>) -> Answer<T>,
{
    fn iterate(&self, index: u64, item: T, record: &Record) -> Flow {
        record.begin(index);
        if self.at.options.undoes() {
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

    fn rehearse(&self, index: u64, item: T, record: &Record) -> Flow {
        self.attempts.uncounted(|| self.iterate(index, item, record))
    }

    fn replay(&mut self, Recorded { index, by, bytes, led }: Recorded<'_>) -> Result<Option<Way>, String> {
        if bytes.is_empty() {
            return Ok(None);
        }
        report::at(Place::Replay(self.at, index, by));
        let mut item = |index| self.items.item(index);
        let mut op = Replay::new(index, bytes, &mut item);
        op.led_by(led);
        let at = self.at;
        let known = |exit| {
            let unknown = || {
                format!(
                    "iteration {index}, which rank {by} ran, left by a way out number {exit} that the loop does not have"
                )
            };
            at.has(exit).then_some(()).ok_or_else(unknown)
        };
        while !op.reader().is_empty() {
            let cut = || format!("what rank {by} recorded of iteration {index} is cut short");
            let site = op.reader().site().ok_or_else(cut)?;
            if [EXITS + FAILED, EXITS + NOTED].contains(&site) {
                list_failure(by, op.reader())?;
                continue;
            }
            if let Some(exit) = site.checked_sub(EXITS) {
                known(exit)?;
                return Ok(Some(Way::taken_in_the_iteration(exit, &mut op)));
            }
            if site as usize >= self.at.sites.len() {
                return Err(format!(
                    "rank {by} recorded in iteration {index} an effect number {site} that the loop does not have"
                ));
            }
            match (self.replay)(site, &mut op) {
                Flow::Next => {}
                Flow::Skip => break,
                Flow::Leave(exit) => {
                    known(exit)?;
                    (self.tell)(exit, op.log());
                    return Ok(Some(Way::taken_in_the_replay(exit, &op)));
                }
            }
        }
        Ok(None)
    }

    fn arrive(&mut self, way: Way) -> Option<Left<T>> {
        if !M::AT_HAND {
            return Some(Left::new(self.at, way, None));
        }
        let item = self.items.find(way.index)?;
        if !way.replayed && (self.lost)(way.exit, way.index) {
            self.iterate_once_more(way.index);
        }
        Some(Left::new(self.at, way, Some(item)))
    }
}

impl<M, B, S, W, L, K> Emitted<'_, M, B, S, W, L, K> {
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
